"""The model of page types against counting and a plain product."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from copydesk.classifier.features.page_features import FIELDS, PageFeatures, describe
from copydesk.classifier.model.page_type import BITS, PAGE_TYPES, PageTypes, page_counts, page_values
from copydesk.classifier.segmentation.html import segment_html
from copydesk.classifier.segmentation.plain_text import segment_text
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_page_types

PAGES = [describe(page) for page in (segment_text(TEXT_PAGE), segment_html(HTML_PAGE), segment_text(""))]
NAMES = ["text", "html", "empty"]


def counted_by_hand(page: PageFeatures) -> list[Counter[int]]:
    """How often each column occurs in each field."""
    found, first = [], 0
    for part in range(len(FIELDS)):
        last = int(page.ends[part, -1]) if len(page.columns) else 0
        found.append(Counter((page.tokens[first:last] % (1 << BITS)).tolist()))
        first = last
    return found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_counts_are_those_of_each_field(page: PageFeatures) -> None:
    columns, counts, ends = page_counts(page)
    first = 0
    for wanted, last in zip(counted_by_hand(page), ends.tolist(), strict=True):
        assert dict(zip(columns[first:last].tolist(), counts[first:last].tolist(), strict=True)) == dict(wanted)
        assert len(wanted) == last - first
        first = last


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_probabilities_are_the_softmax_of_the_plain_product(page: PageFeatures) -> None:
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


def test_each_field_has_unit_length() -> None:
    columns, counts, ends = page_counts(PAGES[1])
    values = page_values(columns, counts, ends, np.ones(1 << BITS, np.float32))
    for part in np.split(values, ends[:-1]):
        assert float((part**2).sum()) == pytest.approx(1.0)


def test_weights_of_another_shape_are_refused_by_name() -> None:
    model = small_page_types(5)
    with pytest.raises(ValueError, match=r"^weights is float32 of shape \(65535, 7\), expected float32 of shape \("):
        PageTypes(model.idf, model.weights[:-1], model.intercepts)
