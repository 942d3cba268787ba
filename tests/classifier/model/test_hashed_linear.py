"""HashedLinear models over hashed TF-IDF against counts and plain products."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from copydesk.classifier.features import FIELDS, PageFeatures, compute_features
from copydesk.classifier.model import HashedLinear
from copydesk.classifier.model.hashed_linear import (
    BLOCK_BITS,
    MAX_CLASSES,
    PAGE_BITS,
    PAGE_TYPES,
    count_terms,
    hashed_rows,
    page_values,
    tfidf_values,
)
from copydesk.classifier.segmentation import segment_html, segment_text
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_first_stage, small_page_types

PAGES = [compute_features(page) for page in (segment_text(TEXT_PAGE), segment_html(HTML_PAGE), segment_text(""))]
NAMES = ["text", "html", "empty"]


@pytest.fixture(scope="module")
def linear() -> HashedLinear:
    return small_first_stage(3)


def matrix(page: PageFeatures, linear: HashedLinear) -> csr_matrix:
    columns, field_ends = hashed_rows(page)
    values = tfidf_values(columns, field_ends, linear.idf)
    pointers = np.concatenate([[0], field_ends[:, -1]])
    return csr_matrix((values.astype(np.float64), columns, pointers), shape=(len(field_ends), 1 << BLOCK_BITS))


def field_vectors(page: PageFeatures, linear: HashedLinear) -> list[NDArray[np.float64]]:
    """Values of every block and field, one occurrence an entry."""
    columns, field_ends = hashed_rows(page)
    values = tfidf_values(columns, field_ends, linear.idf).astype(np.float64)
    return np.split(values, field_ends.ravel()[:-1])


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_block_scores_equal_the_sparse_product(page: PageFeatures, linear: HashedLinear) -> None:
    wanted = matrix(page, linear) @ linear.weights.astype(np.float64) + linear.intercepts
    found = linear.score_blocks(page)
    assert found.own.shape == (len(page.columns), 14)
    np.testing.assert_allclose(found.own, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_scores_by_field_and_the_intercept_sum_to_the_score(page: PageFeatures, linear: HashedLinear) -> None:
    found = linear.score_blocks(page)
    added = found.by_field.reshape(len(page.columns), len(FIELDS), 6).sum(axis=1)
    np.testing.assert_allclose(found.own[:, :6], added + linear.intercepts[:6], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("page", PAGES[:2], ids=NAMES[:2])
def test_each_field_of_a_block_has_unit_length_or_holds_nothing_known(page: PageFeatures, linear: HashedLinear) -> None:
    columns, field_ends = hashed_rows(page)
    known = np.split(linear.idf[columns] > 0, field_ends.ravel()[:-1])
    lengths = [float(np.sqrt((v**2).sum())) for v in field_vectors(page, linear)]
    assert lengths == pytest.approx([float(k.any()) for k in known], abs=1e-6)
    assert sum(lengths) > len(page.columns)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_rows_hold_every_token_once(page: PageFeatures) -> None:
    columns, field_ends = hashed_rows(page)
    assert field_ends.shape == (len(page.columns), len(FIELDS))
    assert sorted(columns.tolist()) == sorted((page.tokens & np.uint64((1 << BLOCK_BITS) - 1)).tolist())


def test_a_column_never_learned_adds_nothing(linear: HashedLinear) -> None:
    silent = HashedLinear(np.zeros_like(linear.idf), linear.weights, linear.intercepts)
    found = silent.score_blocks(PAGES[1])
    np.testing.assert_array_equal(found.own, np.tile(linear.intercepts, (len(found.own), 1)))
    assert not found.by_field.any()


@pytest.mark.parametrize("name", ["idf", "weights", "intercepts"])
def test_weights_of_another_shape_are_refused_by_name(linear: HashedLinear, name: str) -> None:
    arrays = {"idf": linear.idf, "weights": linear.weights, "intercepts": linear.intercepts}
    arrays[name] = arrays[name][:-1]
    with pytest.raises(ValueError, match=rf"^{name} is float32 of shape \(.*\), expected float32 of shape \("):
        HashedLinear(**arrays)


def test_weights_of_16_bits_score_as_the_same_in_32() -> None:
    rng = np.random.default_rng(5)
    idf = rng.uniform(0, 8, 64).astype(np.float16)
    weights = rng.normal(0, 1, (64, 14)).astype(np.float16)
    weights[:3, 0] = (
        0.0,
        6e-8,
        -6.1e-5,
    )  # nothing, the least number above it, the largest that is stored as least ones are
    intercepts = np.zeros(14, np.float32)
    wide = HashedLinear(idf.astype(np.float32), weights.astype(np.float32), intercepts)
    found, wanted = (one.score_blocks(PAGES[1]) for one in (HashedLinear(idf, weights, intercepts), wide))
    assert found.own.tobytes() == wanted.own.tobytes()
    np.testing.assert_array_equal(HashedLinear(idf, weights, intercepts)._rows(), wide._rows())


def test_more_classes_than_a_cache_line_holds_are_refused() -> None:
    arrays = np.ones(4, np.float32), np.ones((4, MAX_CLASSES + 1), np.float32), np.ones(MAX_CLASSES + 1, np.float32)
    with pytest.raises(ValueError, match="weights has 16 classes, expected at most 15"):
        HashedLinear(*arrays)


def counted_by_hand(page: PageFeatures) -> list[Counter[int]]:
    """How often each column occurs in each field."""
    found, first = [], 0
    for part in range(len(FIELDS)):
        last = int(page.ends[part, -1]) if len(page.columns) else 0
        found.append(Counter((page.tokens[first:last] % (1 << PAGE_BITS)).tolist()))
        first = last
    return found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_terms_are_counted_field_by_field(page: PageFeatures) -> None:
    columns, counts, ends = count_terms(page, 1 << PAGE_BITS)
    first = 0
    for wanted, last in zip(counted_by_hand(page), ends.tolist(), strict=True):
        assert dict(zip(columns[first:last].tolist(), counts[first:last].tolist(), strict=True)) == dict(wanted)
        assert len(wanted) == last - first
        first = last


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_page_probabilities_are_the_softmax_of_the_plain_product(page: PageFeatures) -> None:
    model = small_page_types(5)
    odds = model.intercepts.astype(np.float64)
    for counts in counted_by_hand(page):
        columns = np.array(sorted(counts), np.int64)
        values = model.idf[columns] * np.array([1 + np.log(counts[c]) for c in columns.tolist()])
        length = np.sqrt((values**2).sum())
        odds = odds + (values / (length or 1.0)) @ model.weights[columns]
    found = model.log_probabilities(page)
    assert found.shape == (len(PAGE_TYPES),)
    assert np.exp(found.astype(np.float64)).sum() == pytest.approx(1.0, rel=1e-5)
    np.testing.assert_allclose(found - found[0], odds - odds[0], rtol=1e-3, atol=1e-4)


def test_each_field_of_a_page_has_unit_length() -> None:
    terms = count_terms(PAGES[1], 1 << PAGE_BITS)
    values = page_values(terms, np.ones(1 << PAGE_BITS, np.float32))
    for part in np.split(values, terms[-1][:-1]):
        assert float((part**2).sum()) == pytest.approx(1.0)
