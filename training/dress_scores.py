"""Scores held-out pages in other dresses, to see whether labels hold on pages unlike those that were learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zlib import crc32

import numpy as np

from copydesk.training.align import LabelledPage
from copydesk.training.corpora import LANGUAGES_APART
from copydesk.training.dresses import OTHER_UTILITIES, keep_blocks, make_bare, rename
from copydesk.training.evaluate import PageResult, page_score
from copydesk.training.foreign_letters import foreign

Dresses = dict[str, Callable[[LabelledPage], LabelledPage]]


def score_dresses(
    pages: Sequence[LabelledPage], form: str, answer: Callable[[LabelledPage], PageResult]
) -> dict[str, dict[str, float]]:
    """Return the mean body word F1 of the hand-labelled pages as they came, and in each dress.

    Pages in LANGUAGES_APART have a row of their own, as no model that answers them has seen a page in their language.

    Args:
        answer: Answers a page with a model that never saw its site.
    """
    labelled = [page for page in pages if page.gold and page.origin.scored != "nothing"]
    table: dict[str, dict[str, float]] = {}
    for name, dress in _dresses(form).items():
        scores = [page_score(answer(dress(page))).body_f1 for page in labelled]
        apart = [score for score, page in zip(scores, labelled, strict=True) if page.origin.language in LANGUAGES_APART]
        table[name] = {"pages": len(scores), "body F1": float(np.mean(scores)) if scores else 1.0}
        if name == "as they came" and apart:
            table["languages never learnt from"] = {"pages": len(apart), "body F1": float(np.mean(apart))}
    return table


def _dresses(form: str) -> Dresses:
    common: Dresses = {"as they came": lambda page: page, "article alone": _alone, "foreign letters": _foreign}
    if form == "text":
        return common
    return {
        **common,
        "utility classes": lambda page: rename(page, _rng(page), OTHER_UTILITIES, way=2),
        "no class names": lambda page: rename(page, _rng(page), OTHER_UTILITIES, way=0),
        "no `h1` and `p`": lambda page: make_bare(page, boxes=False),
        "nothing but `div`": lambda page: make_bare(page, boxes=True),
    }


def _alone(page: LabelledPage) -> LabelledPage:
    return keep_blocks(page, np.array([code == "E" for code in page.codes], np.bool_), page.blocks.head)


def _foreign(page: LabelledPage) -> LabelledPage:
    return foreign(page, _rng(page))


def _rng(page: LabelledPage) -> np.random.Generator:
    return np.random.default_rng(crc32(b"scored" + page.origin.id.encode()))
