"""Puts what is known about scored pages in columns: their fields, type, body, comments and further articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from copydesk.classifier import BODY_PARTS, FIELDS, KINDS, Kind
from copydesk.classifier.article import PageScores
from copydesk.classifier.model import PAGE_TYPES
from copydesk.classifier.types import join_blocks
from copydesk.service.rows.own_values import FROM_ROW
from copydesk.service.score.arrow_schema import OUTPUT, InputRow, storable

CAPTURE = "capture"
"""In `found_in`: the time of publication is that of the capture, not of the page."""
_LISTS = ("authors", "tags")
_TEXTS = tuple(name for name in FIELDS if name not in (*_LISTS, "found_in"))


def page_columns(
    rows: Sequence[InputRow], pages: Sequence[PageScores], parts: tuple[Kind, ...] = BODY_PARTS
) -> dict[str, Any]:
    """Return the columns of pages, one for each row, by name.

    A row's own `published` and `source` go before what its page says, the time and host of its capture after that.
    `parts` are those of the body.
    """
    columns: dict[str, Any] = {name: [_text(getattr(page.fields, name)) for page in pages] for name in _TEXTS}
    columns |= {name: [list(map(storable, getattr(page.fields, name))) for page in pages] for name in _LISTS}
    places = [dict(page.fields.found_in) for page in pages]
    for number, row in enumerate(rows):
        if row.published is not None:
            columns["published"][number] = storable(row.published)
            places[number]["published"] = FROM_ROW
        elif columns["published"][number] is None and row.captured is not None:
            columns["published"][number] = storable(row.captured)
            places[number]["published"] = CAPTURE
    types = np.array([page.page_types for page in pages], np.float64).reshape(-1, len(PAGE_TYPES))
    return columns | {
        "url": [storable(row.url) for row in rows],
        "source": [storable(row.source or page.fields.site or row.host) for row, page in zip(rows, pages, strict=True)],
        "found_in": places,
        "is_article": [page.is_article for page in pages],
        "page_type": [PAGE_TYPES[number] for number in types.argmax(1).tolist()],
        "page_types": pa.StructArray.from_arrays(
            [pa.array(column) for column in types.T.copy()], fields=list(OUTPUT.field("page_types").type)
        ),
        "confidence": [page.confidence for page in pages],
        "body": [storable(_body(page, parts)) for page in pages],
        "comments": [
            [{name: storable(text) for name, text in comment.to_dict().items()} for comment in page.comments]
            for page in pages
        ],
        "other_articles": [
            [other.to_dict() | {"title": storable(other.title)} for other in page.other_articles] for page in pages
        ],
    }


def _body(page: PageScores, parts: tuple[Kind, ...]) -> str:
    if parts == BODY_PARTS:
        return page.body
    chosen = np.isin(page.kinds, [KINDS.index(part) for part in parts])
    spans = zip(page.starts[chosen].tolist(), page.ends[chosen].tolist(), strict=True)
    return join_blocks(page.text[start:end] for start, end in spans)


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)
