"""Chooses a page's title from its blocks and its head, and says where it was found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers, spans_of
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.declared_titles import Declared, DeclaredTitle, as_headline, is_cut, normalise, tidy
from copydesk.classifier.masthead import with_masthead
from copydesk.classifier.title_of_html import AGREES, Search, find_title
from copydesk.classifier.title_of_text import find_headline
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind

SURE = -4.0
"""Log-odds of headline above which the title of a plain text is one, whatever the label of its block.

The title was chosen by place and words, which the odds do not know. Of 91 titles between -4 and 0 whose blocks had no
body label, 74 % were body to the persons who labelled the pages; of 14 below, 50 %.
"""

CERTAIN = 0.9
"""Agreement of a block with the head from which it is the title whatever its place: it only lacks the site's name."""

ENOUGH = 3.0
"""Points from which a block is the title although the head declares another: chosen by trial on the corpora."""

ENOUGH_OF_SITE = 1.2
"""The same where only `title` declares one, which may name no more than the site: a choice. An `h1` above the text has
1.5, a block that was labelled headline 1.3."""

_HEADLINE, _TEXT, _SUBHEADING, _BYLINE = map(KINDS.index, (Kind.HEADLINE, Kind.TEXT, Kind.SUBHEADING, Kind.BYLINE))
_HEAD = 3  # letters at the beginning of a title that are compared before all its words
_parts_of_size = core_function("cd_parts_of_size", "i64* i64* i64 i64 i64 i64 i64*", "i64")


class Title(NamedTuple):
    """A page's title.

    Attributes:
        text: The title, empty if the page has none.
        found_in: Where it was found: "block", "h1", "json-ld", "meta", "title"; empty without one.
        blocks: The numbers of the blocks that it stands in.
        agreement: How well their text agrees with the titles in the head, in [0, 1].
    """

    text: str = ""
    found_in: str = ""
    blocks: range = range(0)
    agreement: float = 0.0


def choose_title(
    page: Blocks,
    declared: Declared,
    matches: Floats,
    kinds: Integers,
    in_body: Doubles,
    scores: Doubles,
) -> Title:
    """Return the page's title; empty only where neither the head nor an `h1` nor a block is like one.

    Args:
        page: The page's blocks.
        declared: The titles that its head declares.
        matches: For each block, the greatest share of words in common with a text of the head.
        kinds: A number in KINDS for each block.
        in_body: The probability of each block to be body.
        scores: The log-odds of each block to be the headline.
    """
    if page.markup is not None:
        declared = with_masthead(declared, page)
        best = find_title(Search(page, page.markup.to_arrays(), declared, matches, kinds, scores))
        enough = ENOUGH_OF_SITE if all(said.found_in == "title" for said in declared.titles) else ENOUGH
        if best is not None and (not declared.titles or best.points >= enough or best.agreement >= CERTAIN):
            return Title(as_headline(best.text, declared, page.head.language), *best[2:])
    said = _best_declared(declared)
    if said is not None:
        return Title(said.text, said.found_in)
    text, blocks = find_headline(page, in_body, kinds, scores)
    if text:
        return Title(text, "block", blocks)
    title = tidy(page.head.title)
    return Title(title, "title") if title else Title()


def promote_headlines(page: Blocks, kinds: Integers, title: Title, scores: Doubles) -> Integers:
    """Return the kinds, with the kind headline for the title's blocks if they agree with the head (`AGREES`).

    In plain text, which has no head, they are headlines where their score is above `SURE`.

    Blocks of the body with just the title's words are headlines too: some pages repeat it, as on a printed page. In
    plain text, such blocks right above a byline are headlines whatever their label. A subheading below the text stays
    one: of 23 that repeat the title, on the pages with labelled parts, 18 are. A page that is a single block has no
    headline but in an `h1`.
    """
    if not title.text:
        return kinds if len(kinds) > 1 else np.where(kinds == _HEADLINE, _TEXT, kinds)
    promoted = kinds.copy()
    if title.agreement >= AGREES or (page.markup is None and title.blocks and scores[title.blocks.start] > SURE):
        promoted[title.blocks.start : title.blocks.stop] = _HEADLINE
    words, size, first, head = normalise(title.text), len(title.text), title.text[0].lower(), title.text[:_HEAD]
    head = head.lower() if head.isascii() and head.isalnum() else ""
    spans, found = np.ascontiguousarray(spans_of(page.blocks), np.int64), np.empty((len(kinds), 3), np.int64)
    n = _parts_of_size(kinds, spans, len(kinds), len(PARTS), size // 2, 2 * size, found)
    for number, start, end in found[:n].tolist():
        begins = page.text[start].lower() == first and page.text[start : start + _HEAD].casefold().startswith(head)
        if begins and normalise(page.text[start:end]) == words and not _heads_section(kinds, title.blocks, number):
            promoted[number] = _HEADLINE
    above_bylines = (kinds[1:] == _BYLINE).nonzero()[0].tolist() if page.markup is None else []
    for number in above_bylines:
        start, end = page.blocks[number]
        if size // 2 <= end - start <= 2 * size and normalise(page.text[start:end]) == words:
            promoted[number] = _HEADLINE
    return promoted


def _heads_section(kinds: Integers, title: range, number: int) -> bool:
    """Return whether a block is a subheading with text between it and the title's blocks."""
    return bool(title) and kinds[number] == _SUBHEADING and bool((kinds[title.stop : number] == _TEXT).any())


def _best_declared(declared: Declared) -> DeclaredTitle | None:
    """Return the declared title that is most similar to all, a cut one last; the first of equals."""

    return max(declared.titles, key=lambda title: declared.support(title.words) - is_cut(title.text), default=None)
