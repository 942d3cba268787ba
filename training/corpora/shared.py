"""The shared folder: WCXB and Fundus pages, with the hand labels over them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.training.corpora.own_labels import OwnLabels, read_own_labels
from copydesk.training.corpora.pages import (
    GROUP_CODE,
    PART_CODES,
    CorpusError,
    Scored,
    TrainingPage,
    declared_language,
    group_of,
    read_html,
    read_json,
    registered_domain,
)

_GOLD_LINE = re.compile(rf"\s*(\d+)(?:-(\d+))?\s+([{''.join(PART_CODES)}])\s*")
_CANONICAL = re.compile(
    r"(?:rel=[\"']?canonical[\"']?[^>]{0,200}?href|property=[\"']?og:url[\"']?[^>]{0,200}?content)"
    r"\s*=\s*[\"']?https?://([^/\"'\s>]+)",
    re.IGNORECASE,
)


def read_shared(folder: Path) -> Iterator[TrainingPage]:
    """Read every page below a folder with `corpora/wcxb-dev`, `corpora/fundus` and `gold`.

    Raises:
        CorpusError: A part is missing, or labels do not fit their page.
    """
    linearise = load_linearise(folder / "gold" / "linearise.py")
    for part in (folder / "gold" / "labels", folder / "corpora" / "wcxb-dev", folder / "corpora" / "fundus"):
        if not part.is_dir():
            raise CorpusError(f"{part} is missing; expected a folder with corpora/wcxb-dev, corpora/fundus and gold")
    labels, parts = (
        {path.stem: path for path in (folder / "gold" / kind).rglob("*.txt")} for kind in ("labels", "parts")
    )
    for corpus, read in (("wcxb-dev", _read_wcxb), ("fundus", _read_fundus)):
        gold = _Gold(labels | parts, frozenset(parts), read_own_labels(corpus))
        yield from read(folder / "corpora" / corpus, gold, linearise)


class _Gold(NamedTuple):
    """The label files by page id, the finest of each page, the pages whose files have parts, and our own labels."""

    files: Mapping[str, Path]
    with_parts: frozenset[str]
    own: Mapping[str, OwnLabels]

    def of(self, page: str, n_blocks: int) -> _Labels:
        """Return the labels of a page: our own where its file has no parts."""
        path, own = self.files.get(page), self.own.get(page)
        codes = None if path is None else _read_codes(path, n_blocks)
        if own is None or page in self.with_parts:
            return _Labels(codes, page in self.with_parts, "parts")
        if len(own.codes) != n_blocks:
            raise CorpusError(f"{own.place}: labels {len(own.codes)} blocks, the page has {n_blocks}")
        groups = tuple(GROUP_CODE[code] for code in own.codes)
        if codes is not None and groups != codes:
            first = next(i for i, (group, code) in enumerate(zip(groups, codes, strict=True)) if group != code)
            raise CorpusError(f"{own.place}: block {first} is {own.codes[first]}, and {codes[first]} in {path}")
        return _Labels(own.codes, True, "nothing" if codes is None else "groups")


class _Labels(NamedTuple):
    """Three attributes of a TrainingPage."""

    codes: tuple[str, ...] | None
    has_parts: bool
    scored: Scored


def load_linearise(path: Path) -> Callable[[str], list[str]]:
    """Load the function that fixes the gold block numbers from the corpus that it belongs to."""
    spec = importlib.util.spec_from_file_location("copydesk_gold_linearise", path)
    if spec is None or spec.loader is None or not path.exists():
        raise CorpusError(f"{path} is missing; gold labels number their blocks by it, so give the whole gold folder")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    blocks: Callable[[str], list[str]] = module.blocks
    return blocks


def _read_wcxb(folder: Path, gold: _Gold, linearise: Callable[[str], list[str]]) -> Iterator[TrainingPage]:
    index = folder / "pages.json"
    if not index.exists():
        raise CorpusError(f"{index} is missing; expected the WCXB development set with pages.json, html, ground-truth")
    for page, about in sorted(read_json(index).items()):
        html = read_html(folder / "html" / f"{page}.html.gz")
        truth = read_json(folder / "ground-truth" / f"{page}.json")["ground_truth"]
        texts = tuple(linearise(html))
        yield TrainingPage(
            id=page,
            corpus="wcxb-dev",
            site=group_of(registered_domain(about["domain"]), declared_language(html)),
            page_type=about["page_type"],
            language=declared_language(html),
            html=html,
            texts=texts,
            reference=truth.get("main_content") or "",
            title=(truth.get("title") or "") if about["page_type"] == "article" else "",
            **gold.of(page, len(texts))._asdict(),
        )


def _read_fundus(folder: Path, gold: _Gold, linearise: Callable[[str], list[str]]) -> Iterator[TrainingPage]:
    for path in sorted(folder.rglob("*.html.gz")):
        page = path.name.removesuffix(".html.gz")
        html = read_html(path)
        publisher = re.sub(r"_\d{4}_.*", "", page)
        canonical = _CANONICAL.search(html[:200000])
        texts = tuple(linearise(html))
        stored = path.parent / f"{publisher}.json"
        record = fundus_record(stored, texts) if stored.exists() else None
        yield TrainingPage(
            id=page,
            corpus="fundus",
            site=group_of(registered_domain(canonical.group(1)) if canonical else publisher, declared_language(html)),
            page_type="news",
            language=declared_language(html),
            html=html,
            texts=texts,
            reference=None if record is None else "\n".join([str(record.get("title") or ""), *_body_lines(record)]),
            title=str((record or {}).get("title") or ""),
            **gold.of(page, len(texts))._asdict(),
        )


def _read_codes(path: Path, n_blocks: int) -> tuple[str, ...]:
    codes = [""] * n_blocks
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        found = _GOLD_LINE.fullmatch(line)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not found or not first <= last < n_blocks:
            raise CorpusError(
                f"{path}: found {line!r}, expected a block or first-last below {n_blocks}, then a code of {PART_CODES}"
            )
        codes[first : last + 1] = [found[3]] * (last + 1 - first)
    if "" in codes:
        raise CorpusError(f"{path}: block {codes.index('')} of {n_blocks} has no label; label every block")
    return tuple(codes)


def fundus_record(path: Path, texts: Sequence[str]) -> Mapping[str, Any] | None:
    """Return what Fundus stored for the page with these block texts: the record whose body shares most with it.

    `path` is the file of the page's publisher, which has a record for each version of its parser.
    """
    page = set(texts)
    best, most = None, 0
    for version in read_json(path).values():
        for record in version.values() if "body" not in version else (version,):
            if not isinstance(record, dict) or not isinstance(record.get("body"), dict):
                continue
            lines = _body_lines(record)
            found = sum(" ".join(line.split()) in page for line in lines)
            if found > most and found * 2 >= len(lines):
                best, most = record, found
    return best


def _body_lines(record: Mapping[str, Any]) -> list[str]:
    body = record["body"]
    lines = [*body.get("summary", [])]
    for section in body.get("sections", []):
        lines += [*section.get("headline", []), *section.get("paragraphs", [])]
    return lines
