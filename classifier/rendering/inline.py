"""Nests the inline elements of a block's text: what links, emphasis, code and images have around or inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from copydesk.classifier.structure import Span
from copydesk.classifier.types import clean

CELLS = ("td", "th")
"""Tags of spans that are cells of a row."""


@dataclass(frozen=True, slots=True)
class Inline:
    """An inline element: its tag, what is in it, and the `target` and `alt` of its `Span`."""

    tag: str
    content: tuple[Piece, ...]
    target: str = ""
    alt: str = ""


Piece = str | Inline


def plain(pieces: Iterable[Piece]) -> str:
    """Return the text of pieces."""
    return "".join(piece if isinstance(piece, str) else plain(piece.content) for piece in pieces)


def nest(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """Return `text[start:end]` without invisible characters as pieces; a span in one of its own tag is left out."""
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))  # stable: of equal spans the outer one is first
    return _nest(text, start, end, ordered, frozenset())


def _nest(text: str, start: int, end: int, spans: Sequence[Span], around: frozenset[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at, number = start, 0
    while number < len(spans):
        span = spans[number]
        number += 1
        if span.tag in around or span.tag in CELLS or span.start < at or span.end > end:
            continue
        inner = number
        while inner < len(spans) and spans[inner].start < span.end:
            inner += 1
        pieces.append(clean(text[at : span.start]))
        content = _nest(text, span.start, span.end, spans[number:inner], around | {span.tag})
        is_image = span.tag == "img"  # white space around it is kept on one side alone, and not at the block's edges
        if is_image and (span.start == len(text) or text[span.start].isspace()):
            pieces.append(" ")
        if content or is_image:
            pieces.append(Inline(span.tag, content, span.target, span.alt))
        if is_image and span.start < end and (span.start == 0 or text[span.start - 1].isspace()):
            pieces.append(" ")
        at, number = span.end, inner
    pieces.append(clean(text[at:end]))
    return tuple(_merge(pieces))


def _merge(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Leave out empty strings, and make one of neighbours that only the page's markup separates."""
    some = [piece for piece in pieces if piece != ""]
    for key, group in groupby(some, key=lambda piece: "" if isinstance(piece, str) else (piece.tag, piece.target)):
        members = list(group)
        if key == "":
            yield "".join(piece for piece in members if isinstance(piece, str))
        elif len(members) == 1 or key[0] == "img":
            yield from members
        else:
            content = [inner for piece in members if isinstance(piece, Inline) for inner in piece.content]
            yield Inline(key[0], tuple(_merge(content)), key[1])


def with_breaks(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Make an element "br" of each line end."""
    out: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Inline):
            content = piece.content if piece.tag == "code" else with_breaks(piece.content)
            out.append(Inline(piece.tag, content, piece.target, piece.alt))
            continue
        first, *others = piece.split("\n")
        out.append(first)
        for line in others:
            out += [Inline("br", ("\n",)), line]
    return tuple(piece for piece in out if piece != "")
