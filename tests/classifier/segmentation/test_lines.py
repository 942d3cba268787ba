"""Visible lines against an equivalent regular expression."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.compiled import code_points
from copydesk.classifier.segmentation.lines import (
    INVISIBLE,
    LINE_ENDS,
    ONE_END,
    OTHER_GAP,
    TWO_ENDS,
    visibility,
    visible_lines,
)
from tests.oracle import lines as oracle

LINE = re.compile(rf"[^{INVISIBLE}](?:[^{LINE_ENDS}]*[^{INVISIBLE}])?")
MIXED = st.one_of(st.sampled_from("\n\n\n\r\t\v\x1c\x85\u2028\u2029\u200b\xa0 aé字😀"), st.characters(codec=None))


def spans(text: str) -> list[tuple[int, int]]:
    starts, ends, _ = visible_lines(code_points(text))
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=MIXED, max_size=60))
def test_lines_are_those_that_the_expression_finds(text: str) -> None:
    assert spans(text) == [match.span() for match in LINE.finditer(text)]


@pytest.mark.parametrize("block", range(0, 0x11000, 0x1000))
def test_every_character_is_visible_or_not_as_in_the_expression(block: int) -> None:
    text = "x\n".join(map(chr, range(block, block + 0x1000)))
    assert spans(text) == [match.span() for match in LINE.finditer(text)]


@pytest.mark.parametrize(
    ("gap", "meant"),
    [("\n", ONE_END), ("\n\n", TWO_ENDS), *((gap, OTHER_GAP) for gap in ("\r", "\r\n", "\n ", "\n\n\n", "\u2029"))],
)
def test_gap_is_what_separates_a_line_from_the_one_before(gap: str, meant: int) -> None:
    assert visible_lines(code_points(f"one{gap}two"))[2].tolist()[1:] == [meant]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=MIXED, max_size=200))
def test_lines_and_gaps_are_those_of_the_oracle(text: str) -> None:
    points = code_points(text)
    for found, wanted in zip(visible_lines(points), oracle.visible_lines(points, visibility()), strict=True):
        np.testing.assert_array_equal(found, wanted)
