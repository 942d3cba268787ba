"""Reads the fields of small pages for tests, and builds the elements that state them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from copydesk.classifier.fields import JsonLd, read_fields, read_json_ld
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, Blocks, Fields, Kind

URL = "https://www.pier.example/news/ferry"
BODY = "The ferry to the island runs again from Monday, after two years of repairs in the harbour."


def numbers(page: Blocks, kinds: Sequence[Kind]) -> list[int]:
    assert len(kinds) == len(page.blocks)
    return [KINDS.index(kind) for kind in kinds]


def of_html(html: str, *kinds: Kind, url: str = URL, body: str = BODY) -> Fields:
    """Read the fields of a page; blocks without a kind are text."""
    page = segment_html(html)
    kinds = kinds or (Kind.TEXT,) * len(page.blocks)
    return read_fields(page, numbers(page, kinds), body, url=url, stated=read_json_ld(page.head.json_ld))


def of_text(*blocks: tuple[Kind, str]) -> Fields:
    """Read the fields of a plain text from kind and text of each block."""
    page = segment_text("\n\n".join(text for _, text in blocks))
    return read_fields(page, numbers(page, [kind for kind, _ in blocks]), BODY, url="", stated=JsonLd())


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def json_ld(**values: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **values})}</script>'
