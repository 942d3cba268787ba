"""The estimate of a body's quality: its target, its fit, its calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.types import Kind
from copydesk.training.article_scores import score_confidence, score_parts
from copydesk.training.evaluate import PageResult, part_scores
from copydesk.training.quality import body_f1, fit_quality, quality_error, reference_body, word_f1
from tests.support.page_results import result


def with_reference(page: PageResult, reference: str | None, *, corpus: str = "own") -> PageResult:
    return replace(page, origin=replace(page.origin, reference=reference, corpus=corpus))


def sure_of(page: PageResult, confidence: float) -> PageResult:
    return replace(page, article=replace(page.article, confidence=confidence))


def test_word_f1_counts_words_with_repetition() -> None:
    assert word_f1("The ferry, the ferry", "the FERRY!") == pytest.approx(2 * 2 / 6)
    assert word_f1("", "") == 1.0
    assert word_f1("ferry", "") == word_f1("", "ferry") == 0.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_word_f1_is_symmetric_and_one_for_the_same_words(one: str, other: str) -> None:
    assert word_f1(one, other) == word_f1(other, one)
    assert word_f1(one, one) == 1.0
    assert 0.0 <= word_f1(one, other) <= 1.0


def test_a_body_is_compared_with_its_reference_else_with_hand_labels() -> None:
    page = result(("E", Kind.TEXT), ("B", Kind.TEXT))
    assert body_f1(with_reference(page, "word " * 6)) == 1.0
    assert body_f1(with_reference(page, None)) == pytest.approx(2 / 3)
    assert body_f1(with_reference(result(("E", Kind.TEXT), labelled=False), None)) is None


def test_references_of_fundus_begin_with_the_title() -> None:
    page = with_reference(result(("E", Kind.TEXT)), "Late ferry\nIt left late.", corpus="fundus")
    assert reference_body(page.origin) == "It left late."
    assert reference_body(with_reference(page, None).origin) == ""


def test_trees_learn_the_mean_quality_of_like_pages() -> None:
    rows = np.repeat(np.array([[0.0], [1.0]], np.float32), 200, axis=0)
    trees = fit_quality(rows, np.repeat([0.2, 0.9], 200), np.ones(400))
    low, high = 1 / (1 + np.exp(-trees.scores(np.array([[0.0], [1.0]], np.float32))))
    assert low == pytest.approx(0.2, abs=0.02)
    assert high == pytest.approx(0.9, abs=0.02)
    assert len(fit_quality(rows[:0], np.zeros(0), np.ones(0)).roots) == 0


def test_calibration_error_is_the_gap_between_confidence_and_quality() -> None:
    right = with_reference(result(("E", Kind.TEXT)), "word word word")
    assert quality_error([sure_of(right, 1.0)] * 3) == 0.0
    assert quality_error([sure_of(right, 0.7)] * 3) == pytest.approx(0.3)
    assert quality_error([]) == 0.0


def test_confidence_is_compared_form_by_form() -> None:
    page = sure_of(with_reference(result(("E", Kind.TEXT)), "word word word"), 0.9)
    table = score_confidence([page], {"text": [0.1, 0.5]})
    assert list(table) == ["text"]
    assert table["text"]["calibration error"] == pytest.approx(0.1)
    assert table["text"]["of these below 0.3"] == 0.5


def test_kinds_are_scored_where_a_person_told_them_apart() -> None:
    page = result(("E", Kind.HEADLINE), ("E", Kind.TEXT), ("E", Kind.LIST_ITEM), ("B", Kind.FURNITURE))
    labelled = replace(page, parts=("N", "N", "E", ""))
    scores = part_scores([labelled, page])
    assert scores["headline"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "n": 2}
    assert scores["text"]["recall"] == 1.0  # a list item counts as text: the hand labels do not tell them apart
    assert "furniture" not in scores
    assert score_parts([page]) == {}
