"""Puts labelled blocks together again: the page's body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Integers
from copydesk.classifier.types import Blocks, Comment, Fields, OtherArticle, join_blocks


@dataclass(frozen=True, slots=True, repr=False)
class PageScores:
    """The same as an `Article`, with its n blocks in columns, for batch scoring.

    Labels and kinds are numbers in `LABELS` and `KINDS`; probabilities have the shape (n, 3), in `LABELS` order.
    """

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    labels: Integers
    kinds: Integers
    probabilities: Doubles
    body: str
    fields: Fields
    comments: tuple[Comment, ...]
    other_articles: tuple[OtherArticle, ...]
    is_article: bool
    page_types: Doubles
    confidence: float


def body_text(page: Blocks, body: Sequence[int]) -> str:
    """Join the blocks with these numbers by blank lines, without invisible characters."""
    return join_blocks([page.text[start:end] for start, end in map(page.blocks.__getitem__, body)])
