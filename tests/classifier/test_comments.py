"""Comments of readers on hand-made pages: as weblogs, comment services and forums set them, and in plain text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.comments import read_comments
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, Blocks, Comment, Kind, clean

PUMP = "My father sailed on that ferry, and it waited for a pump in his days too."
TOWN = "The town should buy two pumps, as one is never enough for a harbour."
ROPE = "A rope would have done as well."


def read(page: Blocks) -> list[tuple[str, str, str]]:
    """The comments of a page that is all comments."""
    kinds = np.full(len(page.blocks), KINDS.index(Kind.COMMENT))
    return [(each.author, each.time, each.text) for each in read_comments(page, kinds)]


def of_html(html: str) -> list[tuple[str, str, str]]:
    return read(segment_html(html))


def of_text(*blocks: str) -> list[tuple[str, str, str]]:
    return read(segment_text("\n\n".join(blocks)))


def test_comments_of_a_weblog() -> None:
    item = (
        '<li class="comment depth-{depth}" id="comment-{n}"><article class="comment-body"><footer class="comment-meta">'
        '<div class="comment-author vcard"><b class="fn">{author}</b> <span class="says">says:</span></div>'
        '<div class="comment-metadata"><a href="#"><time>May {n}, 2024 at 2:41 pm</time></a></div></footer>'
        '<div class="comment-content"><p>{text}</p></div><div class="reply"><a href="#">Reply</a></div></article>'
        "{answers}</li>"
    )
    answer = item.format(depth=2, n=5, author="Bo Reed", text=f"{TOWN}</p><p>Or three.", answers="")
    first = item.format(depth=1, n=4, author="Ada Quill", text=PUMP, answers=f'<ol class="children">{answer}</ol>')
    last = item.format(depth=1, n=6, author="Cy", text="Good", answers="")
    assert of_html(f'<ol class="comment-list">{first}{last}</ol>') == [
        ("Ada Quill", "May 4, 2024 at 2:41 pm", PUMP),
        ("Bo Reed", "May 5, 2024 at 2:41 pm", f"{TOWN}\n\nOr three."),
        ("Cy", "May 6, 2024 at 2:41 pm", "Good"),
    ]


def test_comments_of_a_service_with_votes_and_controls() -> None:
    post = (
        '<div class="post"><div class="post-avatar">{initials}</div><div class="post-header"><span>'
        '<a href="#">{author}</a></span></div><div class="post-time">{time}</div><div class="post-message">{text}</div>'
        "<ul><li>12</li><li>Share"
        "</li><li>Reply to {author}</li></ul></div>"
    )
    html = post.format(initials="AQ", author="Ada Quill", time="2 hours ago", text=PUMP)
    html += post.format(initials="BR", author="Bo Reed", time="vor 3 Stunden", text=TOWN)
    assert of_html(html) == [("Ada Quill", "2 hours ago", PUMP), ("Bo Reed", "vor 3 Stunden", TOWN)]


def test_comments_of_a_forum() -> None:
    post = (
        '<table class="post"><tr><td class="username"><div>{author}</div></td></tr><tr><td><div>11.03.2025, 06:40 Uhr'
        "</div><div>{text}</div></td></tr></table>"
    )
    html = post.format(author="pumpwart", text=PUMP) + post.format(author="kai_87", text=f"{TOWN}<br><br>{ROPE}")
    assert of_html(html) == [
        ("pumpwart", "11.03.2025, 06:40 Uhr", PUMP),
        ("kai_87", "11.03.2025, 06:40 Uhr", f"{TOWN}\n\n{ROPE}"),
    ]


def test_comments_without_author_and_time_are_those_of_their_elements() -> None:
    html = "".join(f'<div class="remark"><p>{text}</p><p>{ROPE}</p></div>' for text in (PUMP, TOWN))
    assert of_html(html) == [("", "", f"{PUMP}\n\n{ROPE}"), ("", "", f"{TOWN}\n\n{ROPE}")]


def test_comment_with_its_author_below() -> None:
    item = "<div class='remark'><p>{}</p><div>Posted by: {} at May 4, 2024 05:48 PM</div></div>"
    wanted = [("Ada", "at May 4, 2024 05:48 PM", PUMP), ("Bo", "at May 4, 2024 05:48 PM", TOWN)]
    assert of_html(item.format(PUMP, "Ada") + item.format(TOWN, "Bo")) == wanted
    lines = (PUMP, "Posted by: Ada at May 4, 2024 05:48 PM", TOWN, "Posted by: Bo at May 4, 2024 05:48 PM")
    assert of_text(*lines) == wanted


@pytest.mark.parametrize(
    ("author", "time"),
    [
        ("Ada Quill", "May 4, 2024 at 2:41 pm"),
        ("Ada Quill", "3 days ago"),
        ("Ada Quill", "le 22/11/2024 à 09:47"),
        ("ada_87", "11.03.2025, 06:40 Uhr"),
        ("Ада", "2 часа назад"),
        ("佐藤", "2025年3月11日 06:40"),
        ("Ada Quill", "Oct 7"),
    ],
)
def test_comments_in_plain_text_begin_with_author_and_time(author: str, time: str) -> None:
    assert of_text(author, time, PUMP, ROPE, "Reply", "Bo", time, "Good") == [
        (author, time, f"{PUMP}\n\n{ROPE}"),
        ("Bo", time, "Good"),
    ]


def test_author_and_time_in_one_line() -> None:
    assert of_text("Ada Quill, May 4, 2024", PUMP, "Bo says:", TOWN, "BoMay 5, 2024", ROPE) == [
        ("Ada Quill", "May 4, 2024", PUMP),
        ("Bo", "", TOWN),
        ("Bo", "May 5, 2024", ROPE),
    ]


def test_sentence_with_a_date_is_text() -> None:
    sentence = "On May 4, 2024 the ferry was late, and nobody minded."
    assert of_text("Ada", "3 days ago", sentence) == [("Ada", "3 days ago", sentence)]


def test_only_blocks_of_that_kind_are_read() -> None:
    page = segment_text(f"Ada\n\n3 days ago\n\n{PUMP}\n\n{TOWN}")
    kinds = np.array([KINDS.index(kind) for kind in (Kind.COMMENT,) * 3 + (Kind.TEXT,)])
    assert read_comments(page, kinds) == (Comment("Ada", "3 days ago", PUMP),)
    assert read_comments(page, np.full(4, KINDS.index(Kind.TEXT))) == ()


def test_controls_alone_are_no_comment() -> None:
    assert of_text("Reply", "12", "Share", "3 likes") == []


_LINES = st.sampled_from(
    ["Ada", "Bo says:", "3 days ago", "Ada May 4, 2024", "Reply", "12", "Good", "\u00ad", PUMP, TOWN, f"{PUMP}\n{ROPE}"]
)
_TREES = st.lists(
    st.tuples(st.sampled_from(["<li class=c>", "<div>", "</div>", "</li>", "<p>", "<b>"]), _LINES), max_size=20
)


@settings(max_examples=200, deadline=None)
@given(_TREES, st.booleans())
def test_every_line_is_used_at_most_once_and_in_page_order(pieces: list[tuple[str, str]], as_text: bool) -> None:
    marked = [(tag, line.replace(".", f" {n}.")) for n, (tag, line) in enumerate(pieces)]
    if as_text:
        page = segment_text("\n\n".join(line for _, line in marked))
    else:
        page = segment_html("".join(tag + line for tag, line in marked))
    text = "\n".join(text for _, _, text in read(page))
    whole, at = clean(page.text), 0
    for line in filter(None, text.split("\n")):
        found = whole.find(line, at)
        assert found >= at
        at = found + len(line)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_raises(html: str, text: str) -> None:
    read(segment_html(html))
    read(segment_text(text))
