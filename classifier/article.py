"""Puts labelled blocks together again: the page's body and the expected quality of the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Integers
from copydesk.classifier.types import Blocks, Comment, Fields, join_blocks


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
    is_article: bool
    page_types: Doubles
    confidence: float


def body_text(page: Blocks, body: Sequence[int]) -> str:
    """Join the blocks with these numbers by blank lines, without invisible characters."""
    return join_blocks(page.text[slice(*page.blocks[number])] for number in body)


def page_confidence(characters: NDArray[np.integer[Any]], probabilities: Doubles, is_body: NDArray[np.bool_]) -> float:
    """Return the F1 that the probabilities predict for the body, measured in characters, in [0, 1].

    With c characters and probability p of body in each block, that is
    2 * sum(c p, body blocks) / (sum(c, body blocks) + sum(c p, all blocks)). Without a body block it is 1 - p of the
    block that is most likely body; 1 for a page without blocks.
    """
    in_body = int(characters[is_body].sum())
    expected = characters * probabilities
    if in_body:
        return 2 * _sum(expected[is_body]) / (in_body + _sum(expected))
    return float((1.0 - probabilities).min(initial=1.0))


def _sum(values: Doubles) -> float:
    """Add in order: a vectorised sum would differ in the last digits from one processor to another."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0
