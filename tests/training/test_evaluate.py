"""Laws and examples of the scores over cross-validated answers."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.model import GROUPS
from copydesk.classifier.types import KINDS, LABELS, Label
from copydesk.training.corpora import GOLD_CODES
from copydesk.training.evaluate import (
    GROUP_NUMBER,
    PageResult,
    calibration_error,
    confusion,
    evaluate,
    evaluate_by,
    flatten,
    label_scores,
    page_score,
    reliability,
)
from tests.support.page_results import noisy, perfect, result

blocks_of_a_page = st.lists(st.tuples(st.sampled_from([*GOLD_CODES, ""]), st.sampled_from(KINDS)), max_size=12)
answered_pages = st.lists(
    st.builds(
        lambda blocks, confidence: result(*blocks, confidence=confidence),
        blocks_of_a_page,
        st.floats(0.34, 1.0),
    ),
    max_size=5,
)


def test_gold_codes_stand_in_the_order_of_groups() -> None:
    named = {"E": "text", "M": "metadata", "C": "comment", "B": "furniture", "T": "teaser", "H": "teaser_heading"}
    assert {code: GROUPS[GROUP_NUMBER[code]] for code in GOLD_CODES} == named


def test_perfect_answers_score_one_with_no_calibration_error() -> None:
    found = evaluate([perfect("BEEMETHTTCB"), perfect("EET")])
    assert found.macro_f1 == found.body_f1 == found.teaser_free == 1.0
    assert found.top_error == found.class_error == found.all_top_error == 0.0
    assert np.array_equal(found.confusion, np.diag(found.confusion.diagonal()))


@given(answered_pages)
@settings(max_examples=40, deadline=None)
def test_every_score_lies_between_zero_and_one(results: list[PageResult]) -> None:
    found = evaluate(results)
    shares = [found.macro_f1, found.body_f1, found.teaser_free, found.top_error, found.all_top_error]
    shares += [*found.class_errors, *(s for score in found.scores for s in (score.precision, score.recall, score.f1))]
    assert all(0 <= share <= 1 for share in shares)


@given(answered_pages)
@settings(max_examples=40, deadline=None)
def test_confusion_rows_sum_to_the_gold_blocks(results: list[PageResult]) -> None:
    codes = [code for one in results for code in one.codes or ()]
    found = evaluate(results)
    assert found.confusion.sum(axis=1).tolist() == [
        codes.count("E"),
        codes.count("B") + codes.count("C"),
        codes.count("T") + codes.count("H"),
    ]
    assert found.groups.sum(axis=1).tolist() == [codes.count(code) for code in GOLD_CODES]
    assert found.groups_to_labels.sum(axis=1).tolist() == found.groups.sum(axis=1).tolist()


def test_scores_do_not_depend_on_the_order_of_pages() -> None:
    results = noisy(12)
    shuffled = random.Random(3).sample(results, len(results))
    one, other = evaluate(results), evaluate(shuffled)
    assert np.array_equal(one.confusion, other.confusion)
    assert np.array_equal(one.groups, other.groups)
    assert one.top_error == pytest.approx(other.top_error)
    assert one.class_errors == pytest.approx(other.class_errors)
    assert one.body_f1 == pytest.approx(other.body_f1)


def test_parts_add_up_to_the_whole() -> None:
    results = noisy(9)
    parts = evaluate_by(results, lambda page: page.origin.language)
    assert list(parts) == ["de", "en", "fr"]
    assert np.array_equal(sum(part.confusion for part in parts.values()), evaluate(results).confusion)


def test_headings_are_teaser_and_comments_boilerplate() -> None:
    found = evaluate([result(("H", Label.TEASER), ("C", Label.BOILERPLATE), ("E", Label.BODY))])
    assert found.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_metadata_and_unknown_blocks_count_in_no_headline_score() -> None:
    plain = [("E", Label.BODY), ("B", Label.TEASER)]
    with_others = [*plain, ("M", Label.BODY), ("", Label.TEASER)]
    one, other = evaluate([result(*plain)]), evaluate([result(*with_others)])
    assert one.confusion.tolist() == other.confusion.tolist()
    assert (one.top_error, one.body_f1, one.n_blocks) == (other.top_error, other.body_f1, other.n_blocks)
    assert other.groups[GROUPS.index("metadata")].sum() == 1
    assert other.all_top_error != one.all_top_error


def test_pages_without_labels_do_not_count() -> None:
    labelled, bare = result(("E", Label.BODY)), result(("E", Label.TEASER), labelled=False)
    found = evaluate([labelled, bare])
    assert (found.n_pages, found.n_blocks) == (1, 1)
    assert evaluate_by([bare], lambda page: page.form) == {}
    assert len(flatten([bare]).groups) == 0


def test_precision_and_recall_are_of_blocks() -> None:
    body, boilerplate, teaser = label_scores(np.array([[6, 2, 0], [2, 10, 0], [1, 0, 3]]))
    assert body.precision == pytest.approx(6 / 9)
    assert body.recall == pytest.approx(6 / 8)
    assert body.f1 == pytest.approx(12 / 17)
    assert (teaser.precision, teaser.recall, teaser.n_blocks) == (1.0, 0.75, 4)
    assert [score.label for score in (body, boilerplate, teaser)] == list(LABELS)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([[0, 0, 0], [0, 4, 0], [0, 0, 0]], (1.0, 1.0, 1.0)),  # nobody said body, none was
        ([[0, 3, 0], [0, 4, 0], [0, 0, 0]], (0.0, 0.0, 0.0)),  # body was missed
        ([[0, 0, 0], [3, 4, 0], [0, 0, 0]], (0.0, 0.0, 0.0)),  # body was said in vain
    ],
)
def test_a_label_without_blocks_scores_one_unless_said_in_vain(
    counts: list[list[int]], expected: tuple[float, float, float]
) -> None:
    body = label_scores(np.array(counts))[0]
    assert (body.precision, body.recall, body.f1) == expected


def test_confusion_counts_pairs() -> None:
    counts = confusion(np.array([0, 0, 2]), np.array([1, 1, 2]), size=3)
    assert counts.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    curve = reliability(np.full(10, 0.9), np.arange(10) < 7)
    assert calibration_error(curve) == pytest.approx(0.2)
    assert curve.counts.sum() == curve.counts[13] == 10


@pytest.mark.parametrize(("probability", "expected_bin"), [(0.0, 0), (0.4999, 1), (0.5, 2), (0.5001, 2), (1.0, 3)])
def test_an_edge_falls_into_the_upper_bin(probability: float, expected_bin: int) -> None:
    curve = reliability(np.array([probability]), np.array([True]), n_bins=4)
    assert curve.counts.argmax() == expected_bin


def test_no_blocks_give_no_calibration_error() -> None:
    curve = reliability(np.empty(0), np.empty(0, dtype=bool))
    assert calibration_error(curve) == 0.0
    assert np.isnan(curve.frequency).all()


def test_page_body_weighs_blocks_by_words_and_forgives_metadata() -> None:
    page = result(("E", Label.BODY), ("E", Label.TEASER), ("T", Label.BODY), ("M", Label.BODY), words=5)
    score = page_score(page)
    assert (score.body_f1, score.teaser_words, score.body_words) == (0.5, 5, 10)


def test_codes_of_another_length_name_the_page() -> None:
    page = dataclasses.replace(result(("E", Label.BODY)), codes=("E", "E"))
    with pytest.raises(ValueError, match="page one has 2 codes for 1 blocks; align the labels"):
        evaluate([page])


def test_a_strange_code_is_named() -> None:
    with pytest.raises(ValueError, match="page one has the code 'X'; expected one of E M C B T H"):
        flatten([result(("X", Label.BODY))])
