"""The blocks with a mark of captions are those that plain Python finds."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.captions import MARKS, marked_blocks
from copydesk.classifier.types import Block, Blocks
from tests.oracle import marked_blocks as oracle

LETTERS, LONG = "ideoIDyrcl \n\ud800\U0010ffff", (" a" * 33, "é" * 64)
PIECES = st.sampled_from([*MARKS, *(mark[:-1] for mark in MARKS), *LETTERS, *LONG])
TEXTS = st.lists(PIECES, min_size=1, max_size=9).map("".join)


def page_of(texts: list[str], gap: str) -> Blocks:
    ends = accumulate(len(text) + len(gap) for text in texts)
    spans = zip(ends, map(len, texts), strict=True)
    return Blocks(gap + gap.join(texts), [Block(end - size, end) for end, size in spans])


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=9), st.sampled_from(["", "\n\n", "ideo"]))
def test_blocks_with_a_mark_are_those_of_plain_python(texts: list[str], gap: str) -> None:
    page = page_of(texts, gap)
    assert marked_blocks(page) == oracle.marked_blocks(page)


def test_marks_at_the_edges_of_blocks_and_of_what_is_looked_at_at_once_are_found() -> None:
    for before in range(130):
        for after in (0, 1, 63, 64, 65):
            text = f"{'.' * before}{MARKS[0]}{'.' * after}"
            assert marked_blocks(page_of([text], "")) == [0]
            assert marked_blocks(Blocks(text, [Block(0, before + 3), Block(before + 3, len(text))])) == []


def test_page_without_blocks_or_text_has_no_marks() -> None:
    assert marked_blocks(Blocks("", [])) == marked_blocks(Blocks("video", [])) == []
    assert marked_blocks(Blocks("a video", [Block(0, 1), Block(2, 7)])) == [1]
