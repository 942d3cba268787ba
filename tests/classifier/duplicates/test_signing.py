"""Tests of `signing`: the keys of a text, and that a batch and its texts one by one give the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.signing import read_lengths, sign_texts
from copydesk.classifier.duplicates.types import Banding, KeyScheme

TEXTS = st.lists(
    st.one_of(
        st.lists(st.sampled_from(["oil", "tax", "vote", "雨"]), max_size=60).map(" ".join), st.text(st.characters())
    ),
    max_size=5,
)


def keys(text: str) -> list[int]:
    return [int(key) for key in sign_texts([text]).keys.values]


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_batch_is_reduced_as_its_texts_one_by_one(texts: list[str]) -> None:
    together = sign_texts(texts)
    lengths = zip(read_lengths(texts).tolist(), together.digests.tolist(), strict=True)
    assert together.lengths.tolist() == [length if digest else 0 for length, digest in lengths]
    for number, text in enumerate(texts):
        alone = sign_texts([text])
        assert together.keys.row(number).tolist() == alone.keys.values.tolist()
        assert together.digests[number] == alone.digests[0]
        span = slice(int(together.shingles.bounds[number]), int(together.shingles.bounds[number + 1]))
        assert together.shingles.values[span].tolist() == alone.shingles.values.tolist()


def test_text_too_short_to_shingle_is_found_by_its_exact_copy_alone() -> None:
    assert keys("two words") == keys("Two, words.")
    assert len(keys("two words")) == 1
    assert not set(keys("two words")) & set(keys("two words more"))
    assert keys("") == keys("…!") == []


def test_article_costs_few_keys() -> None:
    text = " ".join(f"w{number}" for number in range(400))
    assert 28 <= len(keys(text)) <= 40


def test_bands_that_need_more_values_than_are_signed_are_refused() -> None:
    with pytest.raises(ValueError, match="signatures have 128 values, 65 bands of 2 rows need 130"):
        sign_texts(["one two three four"], keys=KeyScheme(banding=Banding(65, 2)))
