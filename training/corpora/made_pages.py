"""Pages that were written for training: `training/pages`, a file for each language.

    === fr-001
    B Menu
    N Pont fermé après la crue
    E Depuis trois semaines, plus aucune voiture ne passe.

A line with `===` and the page's id, then a line for each block: a code of PART_CODES, a space and the text, in which
`[[` and `]]` surround what is a link. The pages are of places that do not exist, and built like those of many sites.
They teach what furniture, teasers and comments say in languages of which the corpora have few pages or none, what lines
of an article only lead elsewhere, and what pages without an article say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from copydesk.training.corpora.briefs import cut_down
from copydesk.training.corpora.pages import PART_CODES, CorpusError, TrainingPage, group_of
from copydesk.training.made_elements import STORY_CODES, Written, without_links
from copydesk.training.made_markup import as_html

MADE = "made"
"""The name of the corpus."""

_BLOCK = re.compile(rf"([{''.join(PART_CODES)}]) (\S.*)")


def is_made(path: Path) -> bool:
    """Tell whether a folder contains written pages: text files, and no folder `corpora`."""
    return path.is_dir() and not (path / "corpora").exists() and next(path.glob("*.txt"), None) is not None


def read_made(folder: Path) -> Iterator[TrainingPage]:
    """Read every page of a folder of written pages, as text and as HTML, and the briefs of some. They only teach.

    Raises:
        CorpusError: A line is not like those above; the message names it.
    """
    for path in sorted(folder.glob("*.txt")):
        try:
            lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        except (OSError, ValueError) as error:
            raise CorpusError(f"{path}: {error}; expected text in UTF-8") from error
        for page, blocks in _read_pages(path, lines):
            site = group_of(page, path.stem.partition("-")[0])
            yield _training_page(page, site, path.stem, blocks)
            if brief := cut_down(page, blocks):
                yield _training_page(f"{page}-brief", site, path.stem, brief)


def _training_page(page: str, site: str, language: str, blocks: Sequence[Written]) -> TrainingPage:
    texts, codes = zip(*blocks, strict=True)
    return TrainingPage(
        id=page,
        corpus=MADE,
        site=site,
        page_type="news" if any(code in STORY_CODES for code in codes) else "",
        language=language.partition("-")[0],
        html=as_html(page, language, texts, codes),
        texts=tuple(map(without_links, texts)),
        codes=codes,
        reference=None,
        has_parts=True,
        scored="nothing",
    )


def _read_pages(path: Path, lines: Iterable[str]) -> Iterator[tuple[str, list[Written]]]:
    """Return the pages, each with its blocks."""
    page, blocks = "", list[Written]()
    for number, line in enumerate([*lines, "=== "], 1):
        if line.startswith("==="):
            if page and not blocks:
                raise CorpusError(f"{path}: page {page} ends in line {number} without a block; give it some")
            if page:
                yield page, blocks
            page, blocks = line[3:].strip(), []
        elif line.strip():
            found = _BLOCK.fullmatch(line)
            if not found or not page or not _is_marked_well(found[2]):
                raise CorpusError(
                    f"{path}: line {number}: found {line[:60]!r}, expected === and an id, then lines with a code of "
                    f"{', '.join(PART_CODES)}, a space and a text, in which [[ and ]] surround each link"
                )
            blocks.append((found[2], found[1]))


def _is_marked_well(text: str) -> bool:
    """Return whether each mark of a link has its other half, and something visible between."""
    rest = without_links(text)
    return "[[" not in rest and "]]" not in rest and "[[]]" not in text and bool(rest.strip())
