"""The first stage's fast loop against a plain sparse product."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from copydesk.classifier.features.page_features import FIELDS, PageFeatures, describe
from copydesk.classifier.model.hashed_linear import BITS, Linear, hashed_rows, tfidf_values
from copydesk.classifier.segmentation.html import segment_html
from copydesk.classifier.segmentation.plain_text import segment_text
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_linear

PAGES = [describe(page) for page in (segment_text(TEXT_PAGE), segment_html(HTML_PAGE), segment_text(""))]
NAMES = ["text", "html", "empty"]


@pytest.fixture(scope="module")
def linear() -> Linear:
    return small_linear(3)


def matrix(page: PageFeatures, linear: Linear) -> csr_matrix:
    columns, field_ends = hashed_rows(page)
    values = tfidf_values(columns, field_ends, linear.idf)
    pointers = np.concatenate([[0], field_ends[:, -1]])
    return csr_matrix((values.astype(np.float64), columns, pointers), shape=(len(field_ends), 1 << BITS))


def field_vectors(page: PageFeatures, linear: Linear) -> list[NDArray[np.float64]]:
    """Values of every block and field, one occurrence an entry."""
    columns, field_ends = hashed_rows(page)
    values = tfidf_values(columns, field_ends, linear.idf).astype(np.float64)
    return np.split(values, field_ends.ravel()[:-1])


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_own_answers_equal_the_sparse_product(page: PageFeatures, linear: Linear) -> None:
    wanted = matrix(page, linear) @ linear.weights.astype(np.float64) + linear.intercepts
    found = linear.answers(page)
    assert found.own.shape == (len(page.columns), 6)
    np.testing.assert_allclose(found.own, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_the_fields_add_and_the_intercept_make_the_own_answer(page: PageFeatures, linear: Linear) -> None:
    found = linear.answers(page)
    added = found.by_field.reshape(len(page.columns), len(FIELDS), 6).sum(axis=1)
    np.testing.assert_allclose(found.own, added + linear.intercepts, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("page", PAGES[:2], ids=NAMES[:2])
def test_each_field_of_a_block_has_unit_length_or_holds_nothing_known(page: PageFeatures, linear: Linear) -> None:
    columns, field_ends = hashed_rows(page)
    known = np.split(linear.idf[columns] > 0, field_ends.ravel()[:-1])
    lengths = [float(np.sqrt((v**2).sum())) for v in field_vectors(page, linear)]
    assert lengths == pytest.approx([float(k.any()) for k in known], abs=1e-6)
    assert sum(lengths) > len(page.columns)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_rows_hold_every_token_once(page: PageFeatures) -> None:
    columns, field_ends = hashed_rows(page)
    assert field_ends.shape == (len(page.columns), len(FIELDS))
    assert sorted(columns.tolist()) == sorted((page.tokens & np.uint64((1 << BITS) - 1)).tolist())


def test_a_column_never_learned_adds_nothing(linear: Linear) -> None:
    silent = Linear(np.zeros_like(linear.idf), linear.weights, linear.intercepts)
    found = silent.answers(PAGES[1])
    np.testing.assert_array_equal(found.own, np.tile(linear.intercepts, (len(found.own), 1)))
    assert not found.by_field.any()


@pytest.mark.parametrize("name", ["idf", "weights", "intercepts"])
def test_weights_of_another_shape_are_refused_by_name(linear: Linear, name: str) -> None:
    arrays = {"idf": linear.idf, "weights": linear.weights, "intercepts": linear.intercepts}
    arrays[name] = arrays[name][:-1]
    with pytest.raises(ValueError, match=rf"^{name} is float32 of shape \(.*\), expected float32 of shape \("):
        Linear(**arrays)
