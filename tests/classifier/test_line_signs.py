"""The lines that rules may match are those that plain Python finds, and every line that a rule matches is one."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.captions import CREDIT_FROM_END, MARKS, MIN_CAPTION, says_what_is_shown
from copydesk.classifier.edge_words import COMMENTS, MAX_COMMENTS, MAX_REPLIES, REPLIES
from copydesk.classifier.line_signs import line_signs
from copydesk.classifier.types import Block, Blocks
from tests.oracle.line_signs import signs_of

WORDS = (
    "Video: ",
    "watch video – ",
    "symbolbild",
    "ſymbolfoto",
    "archivbild",
    "ARKİVfoto",
    "file photo",
    "vıdeo : ideo",
)
HEADS = ("Comments", "3 commentaires", "KOMMENTARE (3)", "1 commento", "Reacties", "2 yorum", "komentarze", "댓글 4")
REPLY = ("3 thoughts on “Rain”", "2 replies to Rain", "0 comments on")
PARTS = (
    "photo",
    " by ",
    "by",
    "©",
    "/",
    ":",
    "：",
    "|",
    "(",
    ")",
    " ",
    "\n",
    "é",
    "\ud800",
    "\U0010ffff",
    "a" * 15,
    "x" * 38,
)
PIECES = st.sampled_from([*WORDS, *HEADS, *REPLY, *PARTS, *MARKS])
LINES = st.one_of(st.lists(PIECES, min_size=1, max_size=9).map("".join), st.text(min_size=1, max_size=9))


def page_of(lines: list[str], gap: str = "\n\n") -> Blocks:
    ends = accumulate(len(line) + len(gap) for line in lines)
    spans = zip(ends, map(len, lines), strict=True)
    return Blocks(gap + gap.join(lines), [Block(end - size, end) for end, size in spans])


@settings(deadline=None)
@given(st.lists(LINES, max_size=9), st.sampled_from(["", "\n\n", "ideo: "]))
def test_lines_are_those_of_plain_python(lines: list[str], gap: str) -> None:
    assert line_signs(page_of(lines, gap)) == signs_of(lines)


@settings(deadline=None)
@given(LINES)
def test_every_line_that_a_rule_matches_is_found(line: str) -> None:
    page = page_of([line])
    signs = line_signs(page)
    if says_what_is_shown(page, 0):
        assert signs.shown == [0]
    is_heading = len(line) <= MAX_COMMENTS and COMMENTS.fullmatch(line)
    if is_heading or (len(line) <= MAX_REPLIES and REPLIES.fullmatch(line)):
        assert signs.comments == [0]


@pytest.mark.parametrize("line", [*HEADS, *REPLY[:2]])
def test_headings_of_comments_are_found(line: str) -> None:
    for each in (line, line.upper(), line.lower()):
        assert line_signs(page_of([each])).comments == [0]


@pytest.mark.parametrize("before", range(199, 204))
def test_brackets_are_looked_at_as_far_as_the_expression_goes(before: int) -> None:
    page = page_of([f"{'a' * before}(Symbolbild)"])
    assert (line_signs(page).shown == [0]) is says_what_is_shown(page, 0) is (before <= 200)


@pytest.mark.parametrize("sign", ["©", "/", ":", "|", " by "])
def test_credits_are_looked_for_at_the_end_of_long_lines(sign: str) -> None:
    sizes = range(CREDIT_FROM_END - 6, CREDIT_FROM_END + 3)
    lines = [f"{'a' * before}{sign}{'a' * after}" for before in (15, MIN_CAPTION) for after in sizes]
    assert line_signs(page_of(lines)) == signs_of(lines)
    assert line_signs(page_of(lines)).credits


def test_page_without_blocks_has_no_such_lines_and_blocks_outside_are_refused() -> None:
    assert line_signs(Blocks("", [])) == line_signs(Blocks("a", [Block(0, 0)])) == ([], [], [], [])
    for block in (Block(0, 6), Block(-1, 3), Block(3, 2), Block(9, 9)):
        with pytest.raises(ValueError, match="found a block outside the text; segment the page again"):
            line_signs(Blocks("video", [block]))
