"""Both stages: probabilities that sum to one, and labels with a boundary at one half."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.features import compute_features
from copydesk.classifier.model import run_first_stage, run_second_stage
from copydesk.classifier.model.two_stage import choose_labels, label_probabilities
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, LABELS, Blocks
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
odds = st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40)), max_size=10)


def labels(
    *rows: tuple[float, float, float], article: float = 1.0, has_tree: bool = False, words: int = 100
) -> list[str]:
    chosen = choose_labels(np.array(rows), np.full(len(rows), float(words)), article=article, has_tree=has_tree)
    return [LABELS[number] for number in chosen]


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


@pytest.mark.parametrize(
    ("body", "wanted"), [(np.nextafter(0.5, 0), "boilerplate"), (0.5, "body"), (np.nextafter(0.5, 1), "body")]
)
def test_body_begins_at_one_half(body: float, wanted: str) -> None:
    assert labels((body, 1 - body, 0.0)) == [wanted]


def test_a_block_that_is_probably_not_body_is_left_out_even_where_body_is_the_likeliest() -> None:
    assert labels((0.45, 0.25, 0.30), (0.45, 0.30, 0.25), (0.45, 0.275, 0.275)) == [
        "teaser",
        "boilerplate",
        "boilerplate",
    ]


@pytest.mark.parametrize(("has_tree", "least"), [(False, 0.75), (True, 0.85)])
def test_in_an_article_a_block_like_a_teaser_needs_more_and_most_where_markup_could_tell(
    has_tree: bool, least: float
) -> None:
    tried = [np.nextafter(least, 0), least, np.nextafter(least, 1)]
    assert labels(*((body, 0.0, 1 - body) for body in tried), has_tree=has_tree) == ["teaser", "body", "body"]


@pytest.mark.parametrize(("words", "wanted"), [(5, "body"), (6, "boilerplate"), (60, "boilerplate"), (61, "body")])
def test_with_markup_a_block_as_long_as_a_note_needs_more(words: int, wanted: str) -> None:
    doubtful = (np.nextafter(0.6, 0), 1 - np.nextafter(0.6, 0), 0.0)
    assert labels(doubtful, has_tree=True, words=words) == [wanted]
    assert labels((0.6, 0.4, 0.0), has_tree=True, words=words) == ["body"]
    assert labels(doubtful, words=words) == ["body"]
    assert labels(doubtful, has_tree=True, words=words, article=0.1) == ["body"]


@pytest.mark.parametrize(
    ("body", "wanted"), [(np.nextafter(0.3, 0), "teaser"), (0.3, "body"), (np.nextafter(0.3, 1), "body")]
)
def test_on_other_pages_a_block_like_a_teaser_needs_less(body: float, wanted: str) -> None:
    assert labels((body, 0.0, 1 - body), article=0.1) == [wanted]


@pytest.mark.parametrize(
    ("body", "wanted"), [(np.nextafter(0.4, 0), "boilerplate"), (0.4, "body"), (np.nextafter(0.4, 1), "body")]
)
def test_on_other_pages_body_begins_at_four_tenths(body: float, wanted: str) -> None:
    assert labels((body, 1 - body, 0.0), article=0.1) == [wanted]


@pytest.mark.parametrize(
    ("article", "wanted"), [(np.nextafter(0.2, 0), "body"), (0.2, "teaser"), (np.nextafter(0.2, 1), "teaser")]
)
def test_a_page_is_an_article_from_two_tenths(article: float, wanted: str) -> None:
    assert labels((0.6, 0.1, 0.3), article=article) == [wanted]
