"""Tests of `shingles`: runs of words, their sets, and the few that stand for passages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.normalized_words import read_words
from copydesk.classifier.duplicates.shingles import KEY_BITS, passage_keys, read_shingles, shorten
from copydesk.classifier.duplicates.types import SigningScheme

SCHEME = SigningScheme()


def numbered(first: int, end: int) -> str:
    return " ".join(f"w{number}" for number in range(first, end))


def keys(text: str, *, length: int = 5, window: int = 40) -> set[int]:
    return set(passage_keys(read_words([text]), length=length, characters=10, window=window).values.tolist())


def test_shingle_is_three_words_in_their_order() -> None:
    shingles = read_shingles(read_words(["a b c d", "b c d", "c b d"]), SCHEME)
    assert shingles.bounds.tolist() == [0, 2, 3, 4]
    assert shingles.values[1] == shingles.values[2]
    assert shingles.values[3] not in shingles.values[:3]


def test_text_shorter_than_a_shingle_has_none() -> None:
    counts = np.diff(read_shingles(read_words(["", "a b", "a b c", "a b c d"]), SCHEME).bounds)
    assert counts.tolist() == [0, 0, 1, 2]


def test_unspaced_script_takes_longer_shingles_and_says_so_in_the_lowest_bit() -> None:
    shingles = read_shingles(read_words(["東京都庁", "東京都庁前", "one two three 東京都庁前"]), SCHEME)
    assert np.diff(shingles.bounds).tolist() == [0, 1, 4]
    assert (shingles.values & 1).tolist() == [1, 0, 0, 0, 1]
    assert shingles.sizes == (3, 5)


def test_marks_of_first_words_lie_beside_the_hashes() -> None:
    words = read_words(["on March 14 of that year", "ON MARCH 14 OF THAT YEAR"])
    one, other = (read_shingles(words, SCHEME).row(number) for number in range(2))
    assert (one >> 1 & 127).tolist() == words.marks[:4].tolist()
    assert shorten(one).tolist() == shorten(other).tolist()
    assert one.tolist() != other.tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_every_shared_passage_of_length_and_window_shares_a_key(start: int, before: int, after: int) -> None:
    passage = numbered(start, start + 44)
    one = f"{numbered(1000, 1000 + before)} {passage} {numbered(2000, 2000 + after)}"
    other = f"{numbered(3000, 3000 + after)} {passage} {numbered(4000, 4000 + before)}"
    assert keys(one) & keys(other)


def test_strangers_share_no_key() -> None:
    assert not keys(numbered(0, 400)) & keys(numbered(400, 800))


def test_keys_are_few_distinct_and_short() -> None:
    found = passage_keys(read_words([numbered(0, 4000)]), length=5, characters=10, window=40).values
    assert 4000 * 2 / 41 * 0.8 < len(found) < 4000 * 2 / 41 * 1.2
    assert len(set(found.tolist())) == len(found)
    assert found.max() < 1 << KEY_BITS
    assert len(keys("again and again " * 100)) <= 3


def test_empty_shingles_and_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="shingles of 0 words and 5 characters; a scheme needs at least 1 of each"):
        read_shingles(read_words(["a"]), SigningScheme(shingle_words=0))
    with pytest.raises(ValueError, match="in windows of 0; each must be at least 1"):
        keys("a", window=0)


def test_short_text_gives_one_key_and_a_shorter_one_none() -> None:
    assert [len(keys(numbered(0, n))) for n in (0, 4, 5, 6, 44)] == [0, 0, 1, 1, 1]
