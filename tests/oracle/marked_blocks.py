"""Finds the blocks that have one of the marks of captions in them, by Python alone."""

from __future__ import annotations

from copydesk.classifier.captions import MARKS
from copydesk.classifier.types import Blocks


def marked_blocks(page: Blocks) -> list[int]:
    """Return the numbers of these blocks."""
    texts = [page.text[start:end] for start, end in page.blocks]
    return [number for number, text in enumerate(texts) if any(mark in text for mark in MARKS)]
