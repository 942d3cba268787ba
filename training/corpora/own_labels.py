"""The labels that come with this package, for pages that do not: `training/labels`, a line for each page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from copydesk.training.corpora.pages import PART_CODES, CorpusError

FOLDER = Path(__file__).parents[1] / "labels"

_RUN = re.compile(rf"(\d+)(?:-(\d+))? ([{''.join(PART_CODES)}])")


@dataclass(frozen=True, slots=True)
class OwnLabels:
    """The labels of one page.

    Attributes:
        codes: One of PART_CODES for each block, numbered as the corpus numbers them.
        place: File and line, for errors.
    """

    codes: tuple[str, ...]
    place: str


def read_own_labels(corpus: str, folder: Path = FOLDER) -> Mapping[str, OwnLabels]:
    """Read the labels for pages of a corpus, by page id; none where there is no file for it.

    A line is an object with `page`, `blocks` (how many the page has) and `labels`: runs of block numbers with a code,
    as `0-11 B; 12 N; 13 A`, in order and without a gap.

    Raises:
        CorpusError: A line is not like that.
    """
    path = folder / f"{corpus}.jsonl"
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(_read_line(line, f"{path}: line {number}") for number, line in enumerate(lines, 1))


def _read_line(line: str, place: str) -> tuple[str, OwnLabels]:
    try:
        row = json.loads(line)
        page, n_blocks, labels = row["page"], row["blocks"], row["labels"].split("; ")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise CorpusError(f"{place}: found {line[:80]!r}, expected an object with page, blocks and labels") from None
    codes: list[str] = []
    for run in labels:
        found = _RUN.fullmatch(run)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (-1, -1)
        if not found or not len(codes) == first <= last < n_blocks:
            raise CorpusError(
                f"{place}: found {run!r}, expected a run from block {len(codes)} to one below {n_blocks}, "
                f"then a code of {PART_CODES}"
            )
        codes += [found[3]] * (last + 1 - first)
    if len(codes) != n_blocks:
        raise CorpusError(f"{place}: {len(codes)} blocks have a label, expected {n_blocks}; label every block")
    return page, OwnLabels(tuple(codes), place)


def write_own_labels(path: Path, pages: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Write labels as `read_own_labels` reads them, by page id."""
    rows = ({"page": page, "blocks": len(codes), "labels": _runs(codes)} for page, codes in sorted(pages))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _runs(codes: tuple[str, ...]) -> str:
    starts = [i for i, code in enumerate(codes) if i == 0 or codes[i - 1] != code]
    ends = [*(start - 1 for start in starts[1:]), len(codes) - 1]
    return "; ".join(
        f"{first} {codes[first]}" if first == last else f"{first}-{last} {codes[first]}"
        for first, last in zip(starts, ends, strict=True)
    )
