"""Scored blocks put together again: the page's body, its title, and how sure the model is of both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from classifier.types import LABELS, Blocks, Kind, Label, ScoredBlock

LONG_PARAGRAPH = 120
"""Characters from which a body block that ends in a full stop counts as a paragraph: a choice, not a measurement."""

TITLE_BLOCKS = 8
"""Body blocks at the top of a page among which its headline is looked for."""


_BODY, _TEXT = Label.BODY, Kind.TEXT  # looked up once: a member of an enum costs a call in Python 3.11


def body_text(page: Blocks, scored: Sequence[ScoredBlock]) -> str:
    """Return the body blocks joined by blank lines."""
    return "\n\n".join(page.text[b.start : b.end] for b in scored if b.label is _BODY)


def page_confidence(scored: Sequence[ScoredBlock]) -> float:
    """Return the word F1 that the probabilities promise for the body, in [0, 1].

    With c characters and probability p of body in each block, that is
    2 * sum(c p, body blocks) / (sum(c, body blocks) + sum(c p, all blocks)); 1 for a page with nothing in it.
    """
    said, hit, true = 0, 0.0, 0.0
    for block in scored:
        chars = block.end - block.start
        promised = chars * block.probabilities[0]
        true += promised
        if block.label is _BODY:
            said += chars
            hit += promised
    return 2 * hit / (said + true) if said else _surely_empty(scored)


def _surely_empty(scored: Sequence[ScoredBlock]) -> float:
    sure = 1.0
    for block in scored:
        sure = min(sure, 1.0 - block.probabilities[LABELS.index(Label.BODY)])
    return sure


def page_title(page: Blocks, scored: Sequence[ScoredBlock]) -> str:
    """Return the headline among the body's first blocks, empty where none looks like one.

    A first-level heading wins, then the block that shares most with the head's title, then the longest
    line before the first paragraph.
    """
    top = list(islice((i for i, b in enumerate(scored) if b.label is _BODY and b.kind is _TEXT), TITLE_BLOCKS))
    texts = {i: page.text[scored[i].start : scored[i].end] for i in top}
    first_paragraph = next((i for i in top if len(texts[i]) >= LONG_PARAGRAPH and texts[i][-1] in ".!?。！？"), None)
    before = [i for i in top if first_paragraph is None or i < first_paragraph]
    head = set(page.head_title.lower().split())
    best, most = "", 0.0
    for i in before:
        words = texts[i].lower().split()
        shared = sum(word in head for word in words) / len(words) if words else 0.0
        tag = page.markup.tags[page.markup.elements[i]] if page.markup else ""
        plain = texts[i][-1] not in ".,;:" and len(texts[i]) <= 2 * LONG_PARAGRAPH
        points = 4.0 * (tag == "h1") + 3.0 * shared * min(1.0, len(words) / 3) + plain * min(len(words), 12) / 12
        if points > most:
            best, most = texts[i], points
    return best
