"""Undoes HTML that a site escaped twice, so that a reader would see `&nbsp;` or `<p>` in the text."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice

from copydesk.classifier.segmentation.block_builder import BlockBuilder

MIN_SIGNS = 2
"""References to quotes, dashes and spaces from which a page's text was escaped twice."""

_SIGNS = re.compile(r"&(?:nbsp|[lrbs][sd]quo|[nm]dash|hellip|quot|#(?:8[0-9]{3}|160|34|39));")
_ESCAPED = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{2,6}|#x[0-9a-fA-F]{2,5});|<(?:p|div)(?: [^<>]{0,200})?>")
_WRAPPED = re.compile(r"<(?:p|div)[ >].*</(?:p|div)>", re.DOTALL)
_TAG = re.compile(r"</?(?:p|div|span|br|b|i|em|strong|u|a)(?: [^<>]{0,200})?/?>")
_SPACES = re.compile("[ \u00a0]+")
_CODE = frozenset(("code", "kbd", "samp", "tt", "var"))


def undo_double_escapes(builder: BlockBuilder, text: str) -> bool:
    """Read the references and tags in the text of blocks, but for code; return whether there were any.

    One reference alone may be what an author wrote about. `text` is that of all blocks.
    """
    if not has_double_escapes(text):
        return False
    changed = {}
    for number, block in enumerate(builder.texts):
        element, _, _, _, inline, _ = builder.rows[number]
        if _ESCAPED.search(block) and builder.tags[element] != "pre" and _CODE.isdisjoint(inline.split()):
            plain = _plain(block)
            if plain and plain != block:
                changed[number] = plain
    builder.replace_texts(changed)
    return bool(changed)


def has_double_escapes(text: str) -> bool:
    """Return whether the text of a page was escaped twice."""
    return "&" in text and len(list(islice(_SIGNS.finditer(text), MIN_SIGNS))) == MIN_SIGNS


def _plain(text: str) -> str:
    text = unescape(text)
    if _WRAPPED.fullmatch(text):
        text = _TAG.sub(" ", text)
    return _SPACES.sub(" ", text).strip()
