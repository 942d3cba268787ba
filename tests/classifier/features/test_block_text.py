"""Words and counts of blocks, compared with the oracle; blocks that do not fit their text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.compiled import code_points
from copydesk.classifier.features import counts
from copydesk.classifier.features.block_text import HEAD_CHARS, TAIL_CHARS, read_blocks, read_text
from tests.oracle import block_text as oracle

MIXED = st.one_of(
    st.sampled_from('aabcdeABZ0199.,!?|>"“”«»·•…/ \n\u3000éÉßİǅ字ひกด。！，、:：।؟۔፡።،\ud800😀\U00020000'),
    st.characters(codec=None),
)
LONG = HEAD_CHARS + TAIL_CHARS


def assert_same_as_oracle(text: str, bounds: list[int]) -> None:
    """Compare the blocks between each two bounds in turn."""
    points = code_points(text)
    places = np.array(sorted(bound % (len(points) + 1) for bound in bounds), np.int64)
    places = np.unique(places)[: len(np.unique(places)) // 2 * 2]
    starts, ends = places[::2].copy(), places[1::2].copy()
    found, wanted = read_blocks(points, starts, ends), oracle.read_blocks(points, starts, ends)
    np.testing.assert_array_equal(found.tokens, wanted.tokens.astype(np.uint32))
    for name in ("token_ends", "words", "word_ends", "counts"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


@settings(max_examples=200, deadline=None)
@given(st.text(MIXED, max_size=200), st.lists(st.integers(0, 200), max_size=12))
def test_blocks_are_read_as_by_the_oracle(text: str, bounds: list[int]) -> None:
    assert_same_as_oracle(text, bounds)


@settings(max_examples=100, deadline=None)
@given(st.text(MIXED, min_size=1, max_size=40), st.integers(-2, 900))
def test_long_blocks_are_read_as_by_the_oracle(piece: str, more: int) -> None:
    size = LONG + more
    text = (piece * (size // len(piece) + 1))[:size]
    assert_same_as_oracle(text, [0, size])


def test_an_empty_text_has_no_words_and_no_counts() -> None:
    read = read_text("")
    assert (len(read.tokens), len(read.words), int(read.counts.sum())) == (0, 0, 0)


@pytest.mark.parametrize(("starts", "ends"), [([0], [5]), ([-1], [2]), ([0, 1], [2, 3]), ([3], [2]), ([5], [5])])
def test_blocks_outside_their_text_are_refused(starts: list[int], ends: list[int]) -> None:
    with pytest.raises(ValueError, match="blocks that overlap or lie outside the text of 4 characters"):
        read_blocks(code_points("text"), np.array(starts), np.array(ends))


@pytest.mark.parametrize("mark", [":", "：", " : "])
def test_the_words_before_a_colon_lead_if_they_are_few(mark: str) -> None:
    lead, pair = [counts.COUNTS.index(name) for name in ("lead", "first_pair")]
    texts = f"Read also{mark}one", f"READ ALSO{mark}two three", f"Read also our long story{mark}one", "Read also"
    few, others, many, none = (read_text(text).counts[0] for text in texts)
    assert few[lead] == others[lead] == few[pair] == none[pair] != 0
    assert many[lead] == none[lead] == 0
    assert many[pair] == few[pair]


@pytest.mark.parametrize("stop", "।።؟۔")
def test_stops_of_other_scripts_end_sentences(stop: str) -> None:
    found = read_text(f"Word word{stop} Word{stop} ").counts[0]
    assert found[counts.SENTENCES] == 2
