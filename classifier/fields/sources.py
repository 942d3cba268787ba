"""Keeps what the fields and the comments of a page are read from, in little memory, until somebody asks for them."""

from __future__ import annotations

from copydesk.classifier.array_views import Rows
from copydesk.classifier.arrays import Offsets
from copydesk.classifier.fields.metas import WANTED
from copydesk.classifier.types import Block, Blocks, Head, Markup


def keep_sources(page: Blocks, spans: Offsets) -> Blocks:
    """Return a page with only what fields and comments are read from; JSON-LD is read before.

    `spans` are where its blocks start and end, of shape (n, 2).
    """
    markup, head = page.markup, page.head
    if markup is not None:
        markup = Markup.from_arrays(markup.to_arrays().named_places())
        metas = tuple([meta for meta in head.metas if meta[0] in WANTED])
        head = Head(head.title, head.language, metas, head.canonical, (), head.times, head.properties)
    return Blocks(page.text, Rows(Block, spans), head, markup)
