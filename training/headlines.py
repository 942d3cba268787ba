"""Finds the headline among the blocks of a page whose title is known, for pages without hand labels."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.classifier import Kind
from copydesk.classifier.declared_titles import normalise
from copydesk.training.corpora import CODE_OF_KIND

LEAST_SHARE = 0.8
"""Share of the longer of two texts that the shorter one has to have, to be the same headline: a choice."""

_HEADLINE = CODE_OF_KIND[Kind.HEADLINE]
_TEXT = CODE_OF_KIND[Kind.TEXT]


def find_title(texts: Sequence[str], codes: Sequence[str], title: str) -> int | None:
    """Return the number of the block that is the headline, None without one.

    Of several blocks with the title's words it is the first of the body, else the last above the body, else the first.

    Args:
        codes: As of `align.LabelledPage`.
        title: The page's title as a reference has it.
    """
    words = normalise(title)
    if not words:
        return None
    alike = [number for number, text in enumerate(texts) if len(text) < 3 * len(title) + 20 and _same(text, words)]
    if not alike:
        return None
    first_body = next((number for number, code in enumerate(codes) if code == "E"), len(codes))
    in_body = [number for number in alike if codes[number] == "E"]
    above = [number for number in alike if number < first_body]
    return (in_body[:1] or above[-1:] or alike)[0]


def mark_headline(
    codes: Sequence[str], parts: Sequence[str], headline: int, *, by_hand: bool
) -> tuple[list[str], list[str]]:
    """Return the codes and parts of a page with this block as its one headline; labels `by_hand` stay as they are."""
    new_parts = [_TEXT if part == _HEADLINE else part for part in parts]
    new_codes = list(codes)
    if new_codes[headline] == "E" or not by_hand:
        new_codes[headline], new_parts[headline] = "E", _HEADLINE
    return new_codes, new_parts


def _same(text: str, words: str) -> bool:
    own = normalise(text)
    short, long = sorted((own, words), key=len)
    return bool(short) and short in long and len(short) >= LEAST_SHARE * len(long)
