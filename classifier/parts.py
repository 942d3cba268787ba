"""Names the kind of each block: by the model, and by the elements around a block where they say it."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Integers
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
    for number in np.flatnonzero(kinds == _TEXT).tolist():
        start, end = page.blocks[number]
        kinds[number] = _NUMBERS[kind_by_markup(page.markup, number, end - start)]
    return kinds


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
