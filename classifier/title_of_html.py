"""Finds the blocks of an HTML page that are most like its title: by the head, the model, and the elements around."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers, spans_of
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.declared_titles import MAX_TITLE, Declared, lines_of, tidy, words_of
from copydesk.classifier.markup_arrays import MarkupArrays, hash_tags
from copydesk.classifier.title_of_text import MAX_HEADLINE
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind

AGREES = 0.6
"""Agreement from which a block is a candidate without being in an `h1`: a choice."""

LEAST_MATCH = 0.35
"""Words in common with a declared title (Dice) from which a block is compared with the titles more closely."""

MAX_CANDIDATES = 40
"""Headings of the first level that are weighed, and as many blocks that are likely for another reason."""

COMPARED_BLOCKS = 400
"""Blocks at the top of a page that are compared with its declared titles: a choice that bounds the time."""

_MOST_ROWS = 2 * MAX_CANDIDATES + COMPARED_BLOCKS
_IS_HEADING, _IS_COMPARED, _IS_LABELLED = 1, 2, 4
_NO_SIZE = 2**60
_ROOT = re.compile(r"/|(?:https?:)?//[^/?#]{1,200}/?", re.IGNORECASE)
"""The address of a site's front page: a heading that leads there is a logo."""

_constants = np.array(
    [
        *(KINDS.index(Kind.HEADLINE), KINDS.index(Kind.TEXT), len(PARTS)),
        *(KINDS.index(Kind.TEASER), KINDS.index(Kind.TEASER_HEADING)),
        *hash_tags(("h1", "h2", "h3", "nav", "aside", "footer", "li")).tolist(),
    ],
    np.int64,
)
_title_candidates = core_function(
    "cd_title_candidates",
    "i64* i64* i64* i64* i64 u64* i64 u32* i64 i64* i64* i64* i64* f64* f32* f64 i64* i64 i64 i64 i64* f64*",
    "i64",
)


class Search(NamedTuple):
    """A page whose blocks are weighed.

    Attributes:
        page: The page's blocks.
        tree: The elements around them.
        declared: The titles that its head declares.
        matches: For each block, the greatest share of words in common with a text of the head.
        kinds: A number in KINDS for each block.
        scores: The log-odds of each block to be the headline.
    """

    page: Blocks
    tree: MarkupArrays
    declared: Declared
    matches: Floats
    kinds: Integers
    scores: Doubles


class Found(NamedTuple):
    """A block, or a heading's blocks, and how likely it is the title; the rest is as in `Title`."""

    points: float
    text: str
    found_in: str
    blocks: range
    agreement: float


class _Candidate(NamedTuple):
    """A block, or a heading's blocks, before its text is read: `Candidate` of title_of_html.c."""

    most: float
    rank: float
    first: float
    last: float
    start: float
    end: float
    says: float
    link_chars: float
    of_markup: float
    of_label: float
    of_score: float


_SIZE = len(_Candidate._fields)


def find_title(search: Search) -> Found | None:
    """Return the candidate with the most points, the first of equals.

    Texts are read in the order of the points that they have at most, so that most of them need not be.

    Raises:
        ValueError: A block or a name is in an element that is not there.
    """
    best, rank = None, 0.0
    for row in sorted(_candidates(search), reverse=True):
        candidate = _Candidate._make(row)
        if best is not None and candidate.most < best.points:
            break
        found = _weigh(search, candidate)
        if found is not None and (best is None or (found.points, candidate.rank) > (best.points, rank)):
            best, rank = found, candidate.rank
    if best is None:
        return None
    found_in = "h1" if _in_h1(search.tree, best.blocks.start) else best.found_in
    return best._replace(text=search.declared.with_spaces(best.text), found_in=found_in)


def _candidates(search: Search) -> list[list[float]]:
    """Return the headings of the first level, and the blocks that may agree with the head or were labelled headline."""
    page, tree, declared, matches, kinds, scores = search
    spans, names = np.ascontiguousarray(spans_of(page.blocks), np.int64), np.asarray(tree.names.points, np.uint32)
    sizes = [len(title.text) for title in declared.titles] or [_NO_SIZE]
    found = np.empty((_MOST_ROWS, _SIZE))
    n = _title_candidates(
        *(tree.tags, tree.parents, tree.firsts, tree.lasts, len(tree.tags), tree.tag_hashes, len(tree.tag_hashes)),
        *(names, len(names), tree.names.ends, tree.elements, tree.link_chars, kinds, scores, matches, LEAST_MATCH),
        *(spans, len(spans), min(sizes) // 4, max(2 * MAX_TITLE, _longest(sizes)), _constants, found),
    )
    if n < 0:
        raise ValueError("found blocks or elements that do not fit the page; segment it again")
    rows: list[list[float]] = found[:n].tolist()
    return rows if n <= MAX_CANDIDATES else list(_first_likely(search, rows))


def _first_likely(search: Search, rows: Iterable[list[float]]) -> Iterator[list[float]]:
    """Yield the headings, and the first of the other blocks that were labelled headline or agree with the head."""
    n_others = 0
    for row in rows:
        candidate = _Candidate._make(row)
        if candidate.says != _IS_HEADING:
            if n_others == MAX_CANDIDATES:
                return
            if candidate.says == _IS_COMPARED and _agreement(search, candidate) < AGREES:
                continue
            n_others += 1
        yield row


def _longest(sizes: Iterable[int]) -> int:
    """Return the most characters of a block, or of its first line, for titles of these sizes."""
    return 2 * max(sizes) + 20


def _agreement(search: Search, candidate: _Candidate) -> float:
    """Return how well a candidate agrees with the head; of a long block only if its first line is short enough."""
    declared = search.declared
    if not declared.titles or candidate.says == _IS_LABELLED:
        return 0.0
    text = _text_of(search, candidate)
    if candidate.says != _IS_HEADING:
        longest = _longest(len(title.text) for title in declared.titles)
        if len(text) > longest and "\n" not in text[:longest]:
            return 0.0
    return max(map(declared.agreement, lines_of(text)))


def _text_of(search: Search, candidate: _Candidate) -> str:
    start = int(candidate.start)
    return search.page.text[start : min(int(candidate.end), start + 2 * MAX_TITLE)]


def _weigh(search: Search, candidate: _Candidate) -> Found | None:
    """Read a candidate's text; None if it does not agree enough, is too long for a title, or says who owns the page."""
    declared, agrees, is_heading = search.declared, _agreement(search, candidate), candidate.says == _IS_HEADING
    if candidate.says == _IS_COMPARED and agrees < AGREES:
        return None
    text, blocks = _text_of(search, candidate), range(int(candidate.first), int(candidate.last))
    if "\n" in text and len(blocks) == 1:
        text = max(lines_of(text), key=declared.agreement)
    text = tidy(text)
    if not 0 < len(text) <= MAX_HEADLINE or text.startswith("©"):
        return None
    points = candidate.of_markup
    if candidate.link_chars > len(text) / 2:
        points -= 1.5 if _ROOT.fullmatch(search.tree.hrefs.string(blocks.start).strip()) else 0.5
    points += (3 if agrees > 0.9 or is_heading else 2) * agrees
    points += candidate.of_label
    if declared.sites and "".join(words_of(text)) in declared.sites:
        points -= 2.0
    points += candidate.of_score
    return Found(points, text, "h1" if is_heading else "block", blocks, agrees)


def _in_h1(tree: MarkupArrays, block: int) -> bool:
    element = tree.elements.item(block)
    for _ in range(4):
        if element < 0:
            return False
        if tree.tag_names[tree.tags.item(element)] == "h1":
            return True
        element = tree.parents.item(element)
    return False
