"""Tells the kinds of a page's blocks apart: the parts of its body, and byline and date among its metadata."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Integers
from copydesk.classifier.model import GROUPS, Predictions
from copydesk.classifier.types import KINDS, LABELS, Blocks, Kind, Label, Markup

_KIND_OF_TAG = {
    "h1": Kind.HEADLINE,
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6", "dt", "summary", "legend"), Kind.SUBHEADING),
    "li": Kind.LIST_ITEM,
    "blockquote": Kind.QUOTE,
    **dict.fromkeys(("td", "th", "tr", "table"), Kind.TABLE),
    "pre": Kind.PREFORMATTED,
    **dict.fromkeys(("figcaption", "caption"), Kind.CAPTION),
}
"""The kind of a body block in an element of this tag."""

_LOOKED_AT = 4
"""Elements around a block that are searched for such a tag."""

_BODY = LABELS.index(Label.BODY)


def name_kinds(page: Blocks, predictions: Predictions) -> Integers:
    """Return a number in KINDS for each block."""
    kinds = np.array([KINDS.index(Kind(group)) for group in GROUPS], np.int64)[predictions.groups]
    if page.markup is not None:
        for number in np.flatnonzero(predictions.labels == _BODY).tolist():
            kinds[number] = KINDS.index(_kind_by_markup(page.markup, number))
    return kinds


def _kind_by_markup(markup: Markup, number: int) -> Kind:
    element = markup.elements[number]
    for _ in range(_LOOKED_AT):
        if element < 0:
            break
        kind = _KIND_OF_TAG.get(markup.tags[element])
        if kind is not None:
            return kind
        element = markup.parents[element]
    return Kind.TEXT
