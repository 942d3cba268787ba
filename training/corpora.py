"""Pages to learn from: WCXB, Fundus, the hand labels over them, and a user's own JSONL."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.classifier.errors import CopydeskError

GOLD_CODES = ("E", "M", "C", "B", "T", "H")
"""One letter a kind, in `copydesk.classifier.types.KINDS` order of meaning; see `CODE_OF_KIND`."""

CODE_OF_KIND = {
    "text": "E",
    "metadata": "M",
    "comment": "C",
    "furniture": "B",
    "teaser": "T",
    "teaser_heading": "H",
}

SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "or", "ne"})
"""Labels that stand before a country's ending without naming a site: bbc.co.uk is one site, not co.uk."""

_GOLD_LINE = re.compile(rf"\s*(\d+)(?:-(\d+))?\s+([{''.join(GOLD_CODES)}])\s*")
_LANG = re.compile(r"<html[^>]{0,2000}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)
_CANONICAL = re.compile(
    r"(?:rel=[\"']?canonical[\"']?[^>]{0,200}?href|property=[\"']?og:url[\"']?[^>]{0,200}?content)"
    r"\s*=\s*[\"']?https?://([^/\"'\s>]+)",
    re.IGNORECASE,
)


class CorpusError(CopydeskError):
    """A folder or file that is not the corpus it should be."""

    code = "corpus"


@dataclass(frozen=True, slots=True)
class Source:
    """One page to learn from, with whatever is known about it.

    Attributes:
        id: Unique within its corpus.
        corpus: `wcxb-dev`, `fundus` or the name of a user's file.
        site: What cross-validation keeps together.
        page_type: `article`, `forum`, ... or `news`.
        language: Two letters, `und` where the page does not say.
        html: The page, empty where only text is known.
        texts: The blocks of its plain-text form, in page order.
        codes: Gold code of each of `texts`; None where nobody labelled them.
        reference: The page's body as a reference extraction has it; None where there is none.
    """

    id: str
    corpus: str
    site: str
    page_type: str
    language: str
    html: str
    texts: tuple[str, ...]
    codes: tuple[str, ...] | None
    reference: str | None


def registered_domain(host: str) -> str:
    """Return the part of a host name that names the site: `news.bbc.co.uk` gives `bbc.co.uk`."""
    labels = host.lower().split(":")[0].rstrip(".").split(".")
    if len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def read_shared(folder: Path) -> Iterator[Source]:
    """Read every page below a folder with `corpora/wcxb-dev`, `corpora/fundus` and `gold`.

    Raises:
        CorpusError: A part is missing, or labels do not fit their page.
    """
    linearise = _load_linearise(folder / "gold" / "linearise.py")
    for part in (folder / "gold" / "labels", folder / "corpora" / "wcxb-dev", folder / "corpora" / "fundus"):
        if not part.is_dir():
            raise CorpusError(f"{part} is missing; expected a folder with corpora/wcxb-dev, corpora/fundus and gold")
    gold = {path.stem: path for path in (folder / "gold" / "labels").rglob("*.txt")}
    yield from _read_wcxb(folder / "corpora" / "wcxb-dev", gold, linearise)
    yield from _read_fundus(folder / "corpora" / "fundus", gold, linearise)


def _load_linearise(path: Path) -> Callable[[str], list[str]]:
    """Load the function that fixes the gold block numbers from the corpus that it belongs to."""
    spec = importlib.util.spec_from_file_location("copydesk_gold_linearise", path)
    if spec is None or spec.loader is None or not path.exists():
        raise CorpusError(f"{path} is missing; gold labels number their blocks by it, so give the whole gold folder")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    blocks: Callable[[str], list[str]] = module.blocks
    return blocks


def _read_html(path: Path) -> str:
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, EOFError) as error:
        raise CorpusError(f"{path}: {error!r}; expected a page as gzipped HTML") from error


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: {error!r}; expected a JSON file in UTF-8") from error


def _language(html: str) -> str:
    match = _LANG.search(html[:20000])
    return match.group(1).lower() if match else "und"


def _read_wcxb(folder: Path, gold: dict[str, Path], linearise: Callable[[str], list[str]]) -> Iterator[Source]:
    index = folder / "pages.json"
    if not index.exists():
        raise CorpusError(f"{index} is missing; expected the WCXB development set with pages.json, html, ground-truth")
    for page, about in sorted(_read_json(index).items()):
        html = _read_html(folder / "html" / f"{page}.html.gz")
        truth = _read_json(folder / "ground-truth" / f"{page}.json")["ground_truth"]
        texts = tuple(linearise(html))
        yield Source(
            id=page,
            corpus="wcxb-dev",
            site=registered_domain(about["domain"]),
            page_type=about["page_type"],
            language=_language(html),
            html=html,
            texts=texts,
            codes=_gold_codes(gold.get(page), len(texts)),
            reference=truth.get("main_content") or "",
        )


def _read_fundus(folder: Path, gold: dict[str, Path], linearise: Callable[[str], list[str]]) -> Iterator[Source]:
    for path in sorted(folder.rglob("*.html.gz")):
        page = path.name.removesuffix(".html.gz")
        html = _read_html(path)
        publisher = re.sub(r"_\d{4}_.*", "", page)
        canonical = _CANONICAL.search(html[:200000])
        texts = tuple(linearise(html))
        bodies = path.parent / f"{publisher}.json"
        yield Source(
            id=page,
            corpus="fundus",
            site=registered_domain(canonical.group(1)) if canonical else publisher,
            page_type="news",
            language=_language(html),
            html=html,
            texts=texts,
            codes=_gold_codes(gold.get(page), len(texts)),
            reference=_fundus_reference(bodies, texts) if bodies.exists() else None,
        )


def _gold_codes(path: Path | None, n_blocks: int) -> tuple[str, ...] | None:
    if path is None:
        return None
    codes = [""] * n_blocks
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        found = _GOLD_LINE.fullmatch(line)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not found or not first <= last < n_blocks:
            raise CorpusError(
                f"{path}: found {line!r}, expected a block or first-last below {n_blocks}, then a code of {GOLD_CODES}"
            )
        codes[first : last + 1] = [found[3]] * (last + 1 - first)
    if "" in codes:
        raise CorpusError(f"{path}: block {codes.index('')} of {n_blocks} has no label; label every block")
    return tuple(codes)


def _fundus_reference(path: Path, texts: Sequence[str]) -> str | None:
    """Return the stored body that this page holds most of; a publisher's file has one a parser version."""
    page = set(texts)
    best, most = None, 0
    for version in _read_json(path).values():
        for record in version.values() if "body" not in version else (version,):
            body = record.get("body") if isinstance(record, dict) else None
            if not isinstance(body, dict):
                continue
            lines = [*body.get("summary", [])]
            for section in body.get("sections", []):
                lines += [*section.get("headline", []), *section.get("paragraphs", [])]
            found = sum(" ".join(line.split()) in page for line in lines)
            if found > most and found * 2 >= len(lines):
                best, most = "\n".join([str(record.get("title") or ""), *lines]), found
    return best


def is_feedback(path: Path) -> bool:
    """Tell whether a folder holds pages that the service's users corrected: JSON files by themselves."""
    return path.is_dir() and not (path / "corpora").exists() and next(path.glob("[!.]*.json"), None) is not None


def read_feedback(folder: Path) -> Iterator[Source]:
    """Read the pages that the service's users corrected, one JSON file each, every block with its kind.

    Raises:
        CorpusError: A file is no corrected page; the message names it.
    """
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            yield _own_source(_read_json(path), "feedback")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(
                f"{path}: {error!r}; expected a page that the service kept as feedback, with html or text, and blocks"
            ) from error


def read_jsonl(path: Path) -> Iterator[Source]:
    """Read a user's own labelled pages, one JSON object a line.

    Each holds `id`, `html` or `text`, and one of `blocks` (a list of {"text", "kind"}: every block of
    the page in order, kinds as `copydesk.classifier.types.Kind`) and `body` (the page's body as plain text);
    optionally `site`, `page_type` and `language`.

    Raises:
        CorpusError: A line is none of that; the message names the line.
    """
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):  # a string may hold other line ends
        if line.strip():
            try:
                yield _own_source(json.loads(line), path.stem)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise CorpusError(
                    f"{path}, line {number}: {error!r}; expected an object with id, html or text, and blocks or body"
                ) from error


def _own_source(row: dict[str, object], corpus: str) -> Source:
    html, text = row.get("html"), row.get("text")
    if (html is None) == (text is None) or not isinstance(html or text, str):
        raise ValueError("exactly one of html and text must be a string")
    blocks, body = row.get("blocks"), row.get("body")
    if not isinstance(blocks, list) and not isinstance(body, str):
        raise ValueError("one of blocks (a list) and body (a string) is needed")
    if blocks == []:
        raise ValueError("blocks is empty, expected every block of the page")
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] | None = None
    if isinstance(blocks, list):
        texts = tuple(str(b["text"]) for b in blocks)
        codes = tuple(CODE_OF_KIND[b["kind"]] for b in blocks)
    elif isinstance(text, str):
        texts = (text,)
    return Source(
        id=str(row["id"]),
        corpus=corpus,
        site=str(row.get("site") or corpus),
        page_type=str(row.get("page_type") or "news"),
        language=str(row.get("language") or "und"),
        html=html if isinstance(html, str) else "",
        texts=texts,
        codes=codes,
        reference=body if isinstance(body, str) else None,
    )
