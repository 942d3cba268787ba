"""Stores pages whose labels a person corrected, as files that `copydesk-train` reads as training data."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta

from copydesk.classifier import Article, CopydeskError, Kind, Label, Page
from copydesk.service.atomic_files import UNFINISHED_SECONDS, remove_unfinished, write_atomically

SUFFIX = ".json"
KIND_OF_LABEL = {Label.BODY: Kind.TEXT, Label.BOILERPLATE: Kind.FURNITURE, Label.TEASER: Kind.TEASER}
"""The kind of a block of which only the label was corrected."""
HEADING_OF_LABEL = {Label.BODY: Kind.SUBHEADING, Label.TEASER: Kind.TEASER_HEADING}
"""The same for a block that the model took for a heading."""
HEADINGS = (Kind.HEADLINE, *HEADING_OF_LABEL.values())
ID_CHARACTERS = 32


class FeedbackUnusable(CopydeskError):
    """The folder cannot be written or read."""

    code = "feedback_unusable"


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's label, and if known the kind, for a block of the page's text."""

    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]
    label: Label
    kind: Kind | None = None

    def __post_init__(self) -> None:
        kind, label = self.kind, self.label
        if kind is not None and kind.label is not label:
            raise ValueError(f"the kind is {kind}, which falls under {kind.label}, not {label}; make them agree")


def corrected_row(page: Page, article: Article, corrections: Sequence[Correction]) -> dict[str, Any]:
    """Return the page with a kind for every block: the corrected ones, and the model's for all others.

    Raises:
        ValueError: A correction is for a block that the page does not have, or two of one block differ.
    """
    by_place: dict[tuple[int, int], Correction] = {}
    for each in corrections:
        first = by_place.setdefault((each.start, each.end), each)
        if first != each:
            raise ValueError(
                f"the block from {each.start} to {each.end} is named twice, as {_name(first)} and as {_name(each)}; "
                "name each block once"
            )
    missing = by_place.keys() - {(block.start, block.end) for block in article.blocks}
    if missing:
        start, end = min(missing)
        raise ValueError(
            f"no block of the page runs from {start} to {end}; name start and end as the answer of /v1/classify does"
        )
    blocks = []
    for block in article.blocks:
        correction = by_place.get((block.start, block.end))
        kind = block.kind if correction is None else _kind(correction, block.kind)
        blocks.append(
            {"text": article.text[block.start : block.end], "kind": kind.value, "corrected": bool(correction)}
        )
    content = {"html": page.html} if page.html is not None else {"text": page.text}
    return {"id": page.id, **content, "site": _site(page.url), "blocks": blocks, "model": article.model}


def _name(correction: Correction) -> str:
    return f"{correction.label} ({correction.kind})" if correction.kind else str(correction.label)


def _kind(correction: Correction, found: Kind) -> Kind:
    if correction.kind is not None:
        return correction.kind
    if found.label is correction.label:
        return found
    usual = KIND_OF_LABEL[correction.label]
    return HEADING_OF_LABEL.get(correction.label, usual) if found in HEADINGS else usual


def _site(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class FeedbackFolder:
    """The folder of corrected pages; a page that is corrected again replaces its earlier correction."""

    def __init__(self, path: Path) -> None:
        """Name the folder; it is created with the first page."""
        self._path = path
        self._cleaned = -float("inf")

    def put(self, row: Mapping[str, Any]) -> str:
        """Store a corrected page on disk and return its id, a digest of its content.

        A page without a site gets its id as site, because cross-validation divides pages by site.

        Raises:
            FeedbackUnusable: The folder cannot be written.
        """
        content = json.dumps([row["id"], row.get("html"), row.get("text")]).encode()
        name = hashlib.sha256(content).hexdigest()[:ID_CHARACTERS]
        kept = {**row, "id": name, "page": row["id"], "site": row["site"] or name}
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.remove_unfinished()
            write_atomically(self._path / f"{name}{SUFFIX}", lambda out: out.write(json.dumps(kept).encode() + b"\n"))
        except OSError as error:
            raise FeedbackUnusable(
                f"feedback cannot be stored in {self._path} ({error.strerror}); name a folder with COPYDESK_FEEDBACK"
            ) from None
        return name

    def lines(self) -> Iterator[bytes]:
        """Read all corrected pages, one JSON line each, in the order of their ids.

        Raises:
            FeedbackUnusable: The folder cannot be read.
        """
        try:
            for path in self._paths():
                yield path.read_bytes()
        except OSError as error:
            raise self._unreadable(error) from None

    def check_readable(self) -> None:
        """Check all files, so that an export does not fail after it has begun.

        Raises:
            FeedbackUnusable: The folder or one of its files cannot be read.
        """
        try:
            for path in self._paths():
                path.open("rb").close()
        except OSError as error:
            raise self._unreadable(error) from None

    def remove_unfinished(self) -> None:
        """Delete files that were left by processes that were killed, at most once in `UNFINISHED_SECONDS`."""
        if time.monotonic() < self._cleaned + UNFINISHED_SECONDS:
            return
        self._cleaned = time.monotonic()
        remove_unfinished(self._path)

    def _paths(self) -> list[Path]:
        try:
            paths = sorted(self._path.iterdir())
        except FileNotFoundError:
            return []
        return [path for path in paths if path.suffix == SUFFIX and not path.name.startswith(".")]

    def _unreadable(self, error: OSError) -> FeedbackUnusable:
        place = error.filename or self._path
        return FeedbackUnusable(f"feedback in {place} cannot be read ({error.strerror}); mend its permissions")
