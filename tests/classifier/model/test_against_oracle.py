"""The model in C against the same in NumPy and numba: on made-up pages of any form, and on real ones."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from copydesk.classifier import Model
from copydesk.classifier.features import FIELDS, PageFeatures, columns, compute_features
from copydesk.classifier.model import (
    FormModel,
    expected_f1,
    hashed_linear,
    run_both_stages,
    run_first_stage,
    run_second_stage,
)
from copydesk.classifier.segmentation import segment_html, segment_text
from tests.oracle import hashed_linear as linear_oracle
from tests.oracle import trees as trees_oracle
from tests.oracle import two_stage as oracle
from tests.support.corpus_pages import corpus_pages
from tests.support.small_model import HTML_PAGE, small_model

SMALL = small_model()


def made_up_page(seed: int, n: int, *, has_tree: bool) -> PageFeatures:
    """Features of n blocks, at random: some without tokens or words, with equal paths, words and columns."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 6, (len(FIELDS), n)) * rng.integers(0, 4, (len(FIELDS), n))
    ends = np.cumsum(counts).reshape(counts.shape)
    word_ends = np.cumsum(rng.integers(0, 9, n))
    dense = np.round(rng.normal(0.5, 1.0, (n, columns.N_COLUMNS)), 1).astype(np.float32)
    dense[:, columns.LOG_CHARS] = np.log1p(rng.integers(1, 400, n))
    dense[:, columns.LOG_WORDS] = np.log1p(rng.integers(0, 60, n))
    firsts = rng.integers(0, max(n, 1), 9 if has_tree and n else 0)
    spans = np.stack([firsts, np.minimum(firsts + rng.integers(0, 40, len(firsts)), n)], axis=1)
    return PageFeatures(
        tokens=rng.integers(0, 1 << 32, int(counts.sum()), np.uint32) >> rng.choice(np.array([0, 26], np.uint32)),
        ends=ends.astype(np.int64),
        words=rng.integers(0, 1 << rng.choice([5, 62]), int(word_ends[-1]) if n else 0, np.uint64),
        word_ends=word_ends.astype(np.int64),
        columns=dense,
        spans=spans.astype(np.int64),
        parents=np.arange(len(spans)) - 1,
        elements=rng.integers(-1, max(len(spans), 1) if has_tree and n else 0, n),
        paths=rng.integers(0, 6, n, np.uint64) << np.uint64(60),
    )


def assert_alike(page: PageFeatures, form: FormModel) -> None:
    """Compare all that the model says; only what an exponential or a logarithm is in may differ, in the last digits."""
    scores = run_first_stage(page, form)
    own, by_field = linear_oracle.score_blocks(form.first_stage, page)
    np.testing.assert_array_equal(scores.own, own)
    np.testing.assert_array_equal(scores.by_field, by_field)
    wanted = oracle.run_second_stage(page, scores, form)
    for found in (run_both_stages(page, form), run_second_stage(page, scores, form)):
        np.testing.assert_allclose(found.columns, wanted.columns, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(found.labels, wanted.labels)
        np.testing.assert_array_equal(found.kinds, wanted.kinds)
        for name in ("body_odds", "teaser_odds", "headline_odds"):
            np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
        np.testing.assert_allclose(found.probabilities, wanted.probabilities, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.page_types, wanted.page_types, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.quality, wanted.quality, rtol=1e-5, atol=1e-6)
        if (wanted.labels == 0).any():
            odds = trees_oracle.scores(form.quality, found.quality)[0]
            assert expected_f1(found, form) == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 90), st.booleans())
def test_made_up_pages_are_labelled_as_by_the_oracle(seed: int, n: int, has_tree: bool) -> None:
    assert_alike(made_up_page(seed, n, has_tree=has_tree), SMALL.form(markup=has_tree))


@pytest.mark.parametrize("n", [0, 1, 31, 32, 33, 64, 65, 1024])
def test_pages_of_any_number_of_blocks_are_labelled_as_by_the_oracle(n: int) -> None:
    assert_alike(made_up_page(n, n, has_tree=True), SMALL.html)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_terms_are_counted_and_weighted_as_by_the_oracle(seed: int, n: int) -> None:
    page = made_up_page(seed, n, has_tree=False)
    rows, wanted = hashed_linear.hashed_rows(page), linear_oracle.hashed_rows(page)
    assert_equal(rows, wanted)
    idf = SMALL.text.first_stage.idf
    assert_equal([hashed_linear.tfidf_values(*rows, idf)], [linear_oracle.tfidf_values(*wanted, idf)])
    idf = SMALL.text.page_types.idf
    terms, counted = hashed_linear.count_terms(page, len(idf)), linear_oracle.count_terms(page, len(idf))
    assert_equal(terms, counted)
    np.testing.assert_allclose(
        hashed_linear.page_values(terms, idf), linear_oracle.page_values(counted, idf), rtol=1e-14
    )


def assert_equal(found: Any, wanted: Any) -> None:
    """Compare arrays, types included."""
    arrays: list[tuple[NDArray[Any], NDArray[Any]]] = list(zip(found, wanted, strict=True))
    for one, other in arrays:
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_a_copied_model_and_one_sent_to_another_process_say_the_same() -> None:
    page = compute_features(segment_html(HTML_PAGE))
    wanted = run_both_stages(page, SMALL.html)
    for form in (copy.deepcopy(SMALL.html), pickle.loads(pickle.dumps(SMALL.html))):
        found = run_both_stages(page, form)
        assert found.probabilities.tobytes() == wanted.probabilities.tobytes()
        assert found.kinds.tolist() == wanted.kinds.tolist()


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_real_pages_are_labelled_as_by_the_oracle(model: Model, every: int) -> None:
    for html in corpus_pages(every=every):
        blocks = segment_html(html)
        text = segment_text("\n\n".join(blocks.text[start:end] for start, end in blocks.blocks))
        for page in (blocks, text):
            assert_alike(compute_features(page), model.form(markup=page.markup is not None))
