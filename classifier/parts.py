"""Names the kind of each block: by the model, and by the elements around a block where they say it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from copydesk.classifier.arrays import Integers, spans_of
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.model import Predictions
from copydesk.classifier.types import KINDS, Blocks, Kind, Markup

KIND_OF_TAG = {
    "li": Kind.LIST_ITEM,
    "blockquote": Kind.QUOTE,
    **dict.fromkeys(("tr", "th", "caption"), Kind.TABLE),
    "pre": Kind.PREFORMATTED,
}
"""The kind of a body block in an element of this tag, if the model does not find another part in it."""

CELL_CHARACTERS = 200
"""A cell of more characters counts as page layout, not as data."""

_LOOKED_AT = 4
"""Elements around a block that are searched for such a tag."""

_FEW_TAGS = 1000
"""Names of tags for which their kinds are remembered: a choice that bounds the memory."""

_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_TEXT = _NUMBERS[Kind.TEXT]


_kinds_by_markup = core_function("cd_kinds_by_markup", "i64* i64* i64 i64* i64* i64 i64* i64 i64 i64 i64*", "i64")


def name_kinds(page: Blocks, predictions: Predictions) -> Integers:
    """Return a number in KINDS for each block.

    Raises:
        ValueError: A block is in an element that is not there.
    """
    if page.markup is None:
        return predictions.kinds
    tree, kinds = page.markup.to_arrays(), predictions.kinds.copy()
    spans, by_tag = np.ascontiguousarray(spans_of(page.blocks), np.int64), _kinds_of_tags(tree.tag_names)
    of_tree = tree.tags, tree.parents, len(tree.parents), tree.elements
    if _kinds_by_markup(*of_tree, spans, len(spans), by_tag, len(tree.tag_names), _TEXT, CELL_CHARACTERS, kinds) < 0:
        raise ValueError("found blocks in elements that are not there; segment the page again")
    return kinds


def _kinds_of_tags(names: tuple[str, ...]) -> Integers:
    """Return for each tag the number of the kind that it gives a long and a short block."""
    return _kinds_of_few(names) if len(names) <= _FEW_TAGS else _find_kinds(names)


def _find_kinds(names: tuple[str, ...]) -> Integers:
    kinds = np.array([_NUMBERS[KIND_OF_TAG.get(name, Kind.TEXT)] for name in names], np.int64).repeat(2)
    cells = [2 * number + 1 for number, name in enumerate(names) if name == "td"]
    kinds[cells] = _NUMBERS[Kind.TABLE]
    return kinds


_kinds_of_few = lru_cache(maxsize=8)(_find_kinds)
"""The same, and it remembers the answer: most pages have the tags of HTML and no others."""


def kind_by_markup(markup: Markup, number: int, n_characters: int) -> Kind:
    """Return the kind that the elements around a body block say, text if they say none."""
    element = markup.elements[number]
    for _ in range(_LOOKED_AT):
        if element < 0:
            break
        tag = markup.tags[element]
        if tag in KIND_OF_TAG:
            return KIND_OF_TAG[tag]
        if tag == "td" and n_characters <= CELL_CHARACTERS:
            return Kind.TABLE
        element = markup.parents[element]
    return Kind.TEXT
