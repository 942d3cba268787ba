"""Names the kind of each block: by the model, and by the elements around a block where they say it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Integers, spans_of
from copydesk.classifier.markup_arrays import MarkupArrays
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

_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_TEXT = _NUMBERS[Kind.TEXT]


def name_kinds(page: Blocks, predictions: Predictions) -> Integers:
    """Return a number in KINDS for each block."""
    if page.markup is None:
        return predictions.kinds
    kinds = predictions.kinds.copy()
    texts = np.flatnonzero(kinds == _TEXT)
    starts, ends = spans_of(page.blocks)[texts].T
    kinds[texts] = _by_markup(page.markup.to_arrays(), texts, ends - starts <= CELL_CHARACTERS)
    return kinds


def _by_markup(tree: MarkupArrays, blocks: Integers, is_short: NDArray[np.bool_]) -> Integers:
    """Do the same as `kind_by_markup` for many blocks at once."""
    table = _kinds_of_tags(tree)
    kinds = np.full(len(blocks), _TEXT)
    left, elements, column = np.arange(len(blocks)), tree.elements[blocks], is_short.astype(np.int64)
    for _ in range(_LOOKED_AT):
        inside = elements >= 0
        if not inside.all():
            left, elements, column = left[inside], elements[inside], column[inside]
        found = table[tree.tags[elements], column]
        kinds[left] = found
        unnamed = found == _TEXT
        left, elements, column = left[unnamed], tree.parents[elements[unnamed]], column[unnamed]
    return kinds


def _kinds_of_tags(tree: MarkupArrays) -> Integers:
    """Return for each tag the number of the kind that it gives a long and a short block."""
    table = np.full((len(tree.tag_names), 2), _TEXT)
    for number in np.flatnonzero(np.bincount(tree.tags)).tolist():
        tag = tree.tag_names[number]
        if tag in KIND_OF_TAG:
            table[number] = _NUMBERS[KIND_OF_TAG[tag]]
        elif tag == "td":
            table[number, 1] = _NUMBERS[Kind.TABLE]
    return table


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
