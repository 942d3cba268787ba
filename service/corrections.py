"""Corrected pages: a folder of files that `copydesk-train` reads as training data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from copydesk.classifier import Article, Kind, Label
from copydesk.classifier.errors import CopydeskError
from copydesk.classifier.types import Page
from copydesk.service.atomic_files import write_atomically

SUFFIX = ".json"
KIND_OF_LABEL = {Label.BODY: Kind.TEXT, Label.BOILERPLATE: Kind.FURNITURE, Label.TEASER: Kind.TEASER}
"""The kind of a block whose label alone was corrected."""
ID_CHARACTERS = 32


class FeedbackUnusable(CopydeskError):
    """A folder that cannot be written or read."""

    code = "feedback_unusable"


@dataclass(frozen=True, slots=True)
class Correction:
    """A block of the page's text, and what a person says that it is; the kind may be left open."""

    start: int
    end: int
    label: Label
    kind: Kind | None = None


def corrected_row(page: Page, article: Article, corrections: Sequence[Correction]) -> dict[str, Any]:
    """Return the page with a kind for every block: those that a person corrected, and the model's for the others.

    Raises:
        ValueError: A correction is of no block of the page.
    """
    said = {(each.start, each.end): each for each in corrections}
    missing = said.keys() - {(block.start, block.end) for block in article.blocks}
    if missing:
        start, end = min(missing)
        raise ValueError(
            f"no block of the page runs from {start} to {end}; name start and end as the answer of /v1/classify does"
        )
    blocks = []
    for block in article.blocks:
        correction = said.get((block.start, block.end))
        kind = block.kind if correction is None else _kind(correction, block.kind)
        blocks.append(
            {"text": article.text[block.start : block.end], "kind": kind.value, "corrected": bool(correction)}
        )
    content = {"html": page.html} if page.html is not None else {"text": page.text}
    return {"id": page.id, **content, "site": _site(page.url), "blocks": blocks, "model": article.model}


def _kind(correction: Correction, found: Kind) -> Kind:
    if correction.kind is not None:
        return correction.kind
    return found if found.label is correction.label else KIND_OF_LABEL[correction.label]


def _site(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class FeedbackFolder:
    """The folder; a page that is corrected again replaces what was kept of it."""

    def __init__(self, path: Path) -> None:
        """Name the folder; it is made with the first page."""
        self._path = path

    def put(self, row: Mapping[str, Any]) -> str:
        """Keep a corrected page and return the id that it is kept under; it is on disk then.

        A page whose site is not known is a site of its own, so that training does not score it by itself.

        Raises:
            FeedbackUnusable: The folder cannot be written.
        """
        content = json.dumps([row["id"], row.get("html"), row.get("text")]).encode()
        name = hashlib.sha256(content).hexdigest()[:ID_CHARACTERS]
        kept = {**row, "id": name, "page": row["id"], "site": row["site"] or name}
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path / f"{name}{SUFFIX}", lambda out: out.write(json.dumps(kept).encode() + b"\n"))
        except OSError as error:
            raise FeedbackUnusable(
                f"feedback cannot be kept in {self._path} ({error.strerror}); name a folder with COPYDESK_FEEDBACK"
            ) from None
        return name

    def lines(self) -> Iterator[bytes]:
        """Read all corrected pages, a line of JSON each, in the order of their ids.

        Raises:
            FeedbackUnusable: The folder cannot be read.
        """
        try:
            for path in sorted(self._path.glob(f"[!.]*{SUFFIX}")):
                yield path.read_bytes()
        except OSError as error:
            raise FeedbackUnusable(f"feedback in {self._path} cannot be read ({error.strerror})") from None
