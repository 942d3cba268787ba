"""Names the kind of each block: by the model, and by the elements around a block where they say it."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Integers, spans_of
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.markup_arrays import hash_tags
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

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OF_SUBHEADING = {"tr": Kind.TABLE, "th": Kind.TABLE, "td": Kind.TABLE, "pre": Kind.PREFORMATTED}
"""What a short block becomes that the model takes for a subheading: a row of a table is none, unless an element that is
nearer says so."""

_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_TEXT = _NUMBERS[Kind.TEXT]


_tags = (*KIND_OF_TAG, "td", *_HEADINGS)
_rows = np.array(
    [
        (
            tag_hash,
            _NUMBERS[KIND_OF_TAG.get(tag, Kind.TEXT)],
            _NUMBERS[Kind.TABLE if tag == "td" else KIND_OF_TAG.get(tag, Kind.TEXT)],
            _NUMBERS[_OF_SUBHEADING.get(tag, Kind.SUBHEADING)],
        )
        for tag, tag_hash in zip(_tags, hash_tags(_tags).tolist(), strict=True)
    ],
    np.int64,
)
"""For each tag its hash, and the kinds that it gives a long and a short block of text, and a short subheading."""

_kinds_by_markup = core_function(
    "cd_kinds_by_markup", "i64* i64* i64 u64* i64 i64* i64* i64 i64* i64 i64 i64 i64 i64*", "i64"
)


def name_kinds(page: Blocks, predictions: Predictions) -> Integers:
    """Return a number in KINDS for each block.

    Raises:
        ValueError: A block is in an element that is not there.
    """
    if page.markup is None:
        return predictions.kinds
    tree, kinds = page.markup.to_arrays(), predictions.kinds.copy()
    spans = np.ascontiguousarray(spans_of(page.blocks), np.int64)
    of_tree = tree.tags, tree.parents, len(tree.parents), tree.tag_hashes, len(tree.tag_hashes), tree.elements
    wanted = _rows, len(_rows), _TEXT, _NUMBERS[Kind.SUBHEADING], CELL_CHARACTERS
    if _kinds_by_markup(*of_tree, spans, len(spans), *wanted, kinds) < 0:
        raise ValueError("found blocks in elements that are not there; segment the page again")
    return kinds


def kind_by_markup(markup: Markup, number: int, n_characters: int, said: Kind = Kind.TEXT) -> Kind:
    """Return the kind that the elements around a body block say, `said` if they say none.

    Args:
        said: Text or subheading, by the model.
    """
    element = markup.elements[number]
    for _ in range(_LOOKED_AT):
        if element < 0:
            break
        tag, is_short = markup.tags[element], n_characters <= CELL_CHARACTERS
        if said is Kind.SUBHEADING:
            if tag in KIND_OF_TAG or tag == "td" or tag in _HEADINGS:
                return _OF_SUBHEADING.get(tag, said) if is_short else said
        elif tag in KIND_OF_TAG:
            return KIND_OF_TAG[tag]
        elif tag == "td" and is_short:
            return Kind.TABLE
        element = markup.parents[element]
    return said
