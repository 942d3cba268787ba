"""Both stages: probabilities that sum to one, and the labels with the best expected body."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.features import compute_features
from copydesk.classifier.model import label_page, run_both_stages, run_first_stage, run_second_stage
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, LABELS, Block, Blocks
from tests.oracle.two_stage import (
    LEAST_BEYOND_TEASER,
    LEAST_BODY,
    LEAST_LAST_SENTENCE,
    LEAST_OF_SUREST,
    MOST_TEASER,
    add_sentences,
    choose_labels,
    label_probabilities,
)
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
odds = st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40)), max_size=10)


def labels(*rows: tuple[float, float, float], price: float = 0.0) -> list[str]:
    chosen = choose_labels(np.array(rows).reshape(-1, 3), np.ones(len(rows)), price)
    return [LABELS[number] for number in chosen]


def expected_f1_of(body: NDArray[np.bool_], probabilities: Doubles, words: Doubles, price: float) -> float:
    """What `choose_labels` promises to make as high as it can."""
    gains = probabilities[:, 0] - price * probabilities[:, 2]
    return float(2 * (words * gains)[body].sum() / (words[body].sum() + (words * probabilities[:, 0]).sum()))


@pytest.mark.parametrize("page", [*map(segment_text, (TEXT_PAGE, "")), *map(segment_html, (HTML_PAGE, ""))])
def test_one_call_says_what_features_and_stages_say(page: Blocks) -> None:
    form = MODEL.form(markup=page.markup is not None)
    found, wanted = label_page(page, form), run_both_stages(compute_features(page), form)
    for each in fields(wanted):
        np.testing.assert_array_equal(getattr(found, each.name), getattr(wanted, each.name))


def test_one_call_refuses_blocks_outside_the_text() -> None:
    with pytest.raises(ValueError, match="do not fit the page; segment it again"):
        label_page(Blocks("red boats", (Block(0, 10),)), MODEL.text)


@pytest.mark.parametrize("page", [segment_text(TEXT_PAGE), segment_html(HTML_PAGE), segment_text("")])
def test_predictions_have_probabilities_and_kinds_under_their_labels(page: Blocks) -> None:
    form = MODEL.form(markup=page.markup is not None)
    features = compute_features(page)
    predictions = run_second_stage(features, run_first_stage(features, form), form)
    assert predictions.probabilities.shape == (len(page.blocks), len(LABELS))
    assert ((predictions.probabilities >= 0) & (predictions.probabilities <= 1)).all()
    assert predictions.probabilities.sum(axis=1) == pytest.approx(np.ones(len(page.blocks)), abs=1e-12)
    assert [KINDS[kind].label for kind in predictions.kinds] == [LABELS[i] for i in predictions.labels]


def test_the_form_follows_the_markup() -> None:
    assert MODEL.form(markup=True) is MODEL.html
    assert MODEL.form(markup=False) is MODEL.text


@settings(max_examples=80, deadline=None)
@given(odds)
def test_any_log_odds_give_probabilities_that_sum_to_one(pairs: list[tuple[float, float]]) -> None:
    body, teaser = np.array(pairs, np.float64).reshape(-1, 2).T
    found = label_probabilities(body, teaser)
    assert ((found >= 0) & (found <= 1)).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(pairs)), abs=1e-12)
    assert found[:, 0] == pytest.approx(1 / (1 + np.exp(-body)))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 80)), min_size=1, max_size=7),
    st.floats(0, 3),
)
def test_no_other_body_has_a_higher_expected_f1(blocks: list[tuple[float, float, int]], price: float) -> None:
    body, teaser, words = np.array(blocks, np.float64).T
    probabilities = np.stack([body, (1 - body) * (1 - teaser), (1 - body) * teaser], axis=1)
    chosen = choose_labels(probabilities, words, price) == 0
    reached = expected_f1_of(chosen, probabilities, words, price) if chosen.any() else 0.0
    least = LEAST_BODY if body.max() >= LEAST_OF_SUREST else 2.0
    for subset in product(*((False, True) if share >= least else (False,) for share in body)):
        if any(subset):
            assert expected_f1_of(np.array(subset), probabilities, words, price) <= reached + 1e-9


def test_on_an_easy_page_body_begins_near_one_half_and_on_a_hard_one_earlier() -> None:
    easy = [(1.0, 0.0, 0.0)] * 20
    assert labels(*easy, (0.51, 0.49, 0.0), (0.45, 0.55, 0.0))[-2:] == ["body", "boilerplate"]
    hard = [(0.5, 0.5, 0.0), *[(0.4, 0.6, 0.0)] * 20]
    assert labels(*hard, (0.1, 0.9, 0.0)) == ["body"] * 21 + ["boilerplate"]


def test_with_a_price_a_block_like_a_teaser_needs_more() -> None:
    page = [(1.0, 0.0, 0.0)] * 20
    like_teaser, like_furniture = (0.6, 0.0, 0.4), (0.6, 0.4, 0.0)
    assert labels(*page, like_teaser, like_furniture)[-2:] == ["body", "body"]
    assert labels(*page, like_teaser, like_furniture, price=1.0)[-2:] == ["teaser", "body"]


def test_what_is_not_body_gets_the_likelier_of_the_other_labels() -> None:
    page = [(1.0, 0.0, 0.0)] * 20
    others = (0.2, 0.3, 0.5), (0.2, 0.5, 0.3), (0.2, 0.4, 0.4)
    assert labels(*page, *others)[-3:] == ["teaser", "boilerplate", "boilerplate"]


def test_what_is_hardly_body_is_none_even_between_more_likely_blocks() -> None:
    page = [(0.5, 0.5, 0.0), (0.09, 0.0, 0.91), (0.11, 0.0, 0.89)]
    assert labels(*page, price=-0.5) == ["body", "teaser", "body"]


@pytest.mark.parametrize(("surest", "found"), [(0.49, "boilerplate"), (0.5, "body"), (0.51, "body")])
def test_a_page_without_a_block_that_is_likely_body_has_none(surest: float, found: str) -> None:
    assert LEAST_OF_SUREST == 0.5
    assert labels((surest, 1 - surest, 0.0), (0.4, 0.6, 0.0)) == [found, found]


@pytest.mark.parametrize("body", [LEAST_LAST_SENTENCE - 0.01, LEAST_LAST_SENTENCE, LEAST_LAST_SENTENCE + 0.01])
@pytest.mark.parametrize("teaser", [MOST_TEASER, MOST_TEASER + 0.01])
def test_a_sentence_right_below_the_body_belongs_to_it_at_lower_probabilities(body: float, teaser: float) -> None:
    rows = np.array([(0.9, 0.1, 0.0), *[(body, 1 - body - teaser, teaser)] * 3, (body, 1 - body - teaser, teaser)])
    found = np.array([0, 1, 1, 1, 1])
    add_sentences(found, rows, np.array([True, True, True, False, True]), plain=False)
    likely = body >= LEAST_LAST_SENTENCE and teaser == MOST_TEASER
    assert found.tolist() == ([0, 0, 0, 1, 1] if likely else [0, 1, 1, 1, 1])


@pytest.mark.parametrize("body", [LEAST_BEYOND_TEASER - 0.01, LEAST_BEYOND_TEASER])
@pytest.mark.parametrize("above", [[0, 2], [0, 1], [0, 2, 2], [2]])
@pytest.mark.parametrize("plain", [True, False])
def test_a_sentence_below_one_teaser_within_the_body_of_a_text_belongs_to_it(
    body: float, above: list[int], plain: bool
) -> None:
    assert LEAST_BEYOND_TEASER == 0.5
    rows = np.array([(0.1, 0.5, 0.4)] * len(above) + [(body, 0.0, 1 - body)])
    found = np.array([*above, 1])
    add_sentences(found, rows, np.full(len(found), True), plain=plain)
    likely = plain and body >= LEAST_BEYOND_TEASER
    assert found.tolist() == [*above, 0 if likely and above == [0, 2] else 1]


def test_without_blocks_and_without_a_chance_of_body_there_is_none() -> None:
    assert labels() == []
    assert labels((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)) == ["boilerplate", "teaser"]


def test_a_part_that_is_no_kind_is_refused() -> None:
    form = small_model().text
    with pytest.raises(ValueError, match="'verse' is no kind, expected some of headline"):
        replace(form, parts={**form.parts, "verse": form.body})
