"""The columns of a page as a whole, from which the word F1 of its body is estimated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.features import PageFeatures, compute_features
from copydesk.classifier.model import ALL_COLUMNS, Predictions, expected_f1, run_first_stage, run_second_stage
from copydesk.classifier.model.quality import QUALITY_COLUMNS
from copydesk.classifier.model.two_stage import BODY, BOILERPLATE
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Blocks
from tests.oracle.quality import quality_columns
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
TYPES = np.log(np.full(7, 1 / 7, np.float32))


def answer(page: Blocks) -> tuple[PageFeatures, Predictions, float]:
    form = MODEL.form(markup=page.markup is not None)
    features = compute_features(page)
    predictions = run_second_stage(features, run_first_stage(features, form), form)
    return features, predictions, expected_f1(predictions, form)


def columns_of(characters: list[int], probabilities: list[float], labels: list[int]) -> dict[str, float]:
    """The columns of a page of plain lines, with these probabilities of body and no teasers."""
    page = compute_features(segment_text("\n\n".join("a" * count for count in characters)))
    table = np.array([[p, 1 - p, 0.0] for p in probabilities]).reshape(-1, 3)
    context = np.zeros((len(characters), len(ALL_COLUMNS)), np.float32)
    row = quality_columns(page, context, np.array(labels, np.int64), table, np.zeros(len(characters)), TYPES)
    return dict(zip(QUALITY_COLUMNS, row[0].tolist(), strict=True))


@pytest.mark.parametrize("page", [segment_text(TEXT_PAGE), segment_html(HTML_PAGE)])
def test_the_estimate_is_a_share_and_zero_without_a_body(page: Blocks) -> None:
    _, predictions, estimate = answer(page)
    assert 0.0 < estimate < 1.0
    no_body = replace(predictions, labels=np.full_like(predictions.labels, BOILERPLATE))
    assert expected_f1(no_body, MODEL.form(markup=page.markup is not None)) == 0.0


def test_an_empty_page_is_expected_to_have_nothing() -> None:
    assert answer(segment_text(""))[2] == 0.0
    assert answer(segment_html("<script>run()</script>"))[2] == 0.0


def test_precision_and_recall_are_those_that_the_probabilities_predict() -> None:
    found = columns_of([100, 300], [0.5, 0.25], [BODY, BOILERPLATE])
    assert found["expected precision"] == pytest.approx(0.5)
    assert found["expected recall"] == pytest.approx(50 / 125)
    assert found["expected F1"] == pytest.approx(2 * 50 / (100 + 125))
    assert found["share of body"] == pytest.approx(0.25)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0, 1), st.sampled_from([BODY, BOILERPLATE])), max_size=9))
def test_shares_lie_between_zero_and_one(blocks: list[tuple[int, float, int]]) -> None:
    found = columns_of([c for c, _, _ in blocks], [p for _, p, _ in blocks], [label for _, _, label in blocks])
    for name in ("expected F1", "expected precision", "expected recall", "share of body", "links of body"):
        assert 0.0 <= found[name] <= 1.0 + 1e-6
