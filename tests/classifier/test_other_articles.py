"""Further articles on a page, as endless scrolling loads them."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import KINDS, PARTS, Kind
from copydesk.classifier.other_articles import MAX_HEADS, find_other_articles
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Blocks

FERRY = (
    "Ferry to the island returns",
    "The ferry will run again from the first of June, the county said on Tuesday, after twelve years.",
)
CHESS = (
    "Chess club moves into bank",
    "The chess club has moved into the former bank on Market Street after 34 years in the back room.",
)
SWIFT = (
    "Record count of swifts",
    "Volunteers have counted 412 swifts over the valley, more than in any year since the count began.",
)
STORIES = FERRY, CHESS, SWIFT
BYLINE = "<p>By Ruth Calloway, 11 March 2025</p>"


def kinds_of(page: Blocks) -> np.ndarray:
    """Name the kinds as a good model does: long blocks are text, those that begin as a byline are bylines."""
    texts = [page.text[start:end] for start, end in page.blocks]
    return np.array(
        [
            KINDS.index(Kind.TEXT if len(text) > 80 else Kind.BYLINE if text[:2] == "By" else Kind.FURNITURE)
            for text in texts
        ],
        np.int64,
    )


def found(page: Blocks, title: int = 0) -> list[tuple[str, str]]:
    """Return headline and last words of each other article, where the title is a block's number."""
    others = find_other_articles(page, kinds_of(page), range(title, title + 1))
    for other, blocks in others:
        assert (other.start, other.end) == (page.blocks[blocks[0]].start, page.blocks[blocks[-1]].end)
    return [(other.title, page.text[: other.end][-9:]) for other, _ in others]


def page_of(form: str, about: str = BYLINE) -> Blocks:
    """Set each story in a form with the places h, b (byline), t, n (its number) and who (a byline of the first)."""
    return segment_html(
        "".join(
            form.format(h=headline, b=about, t=text, n=5512 + number, who="Ruth" if number else "By Ruth")
            for number, (headline, text) in enumerate(STORIES)
        )
    )


@pytest.mark.parametrize(
    "form",
    [
        "<article><h1>{h}</h1><p>{t}</p></article>",
        "<article class='post post-1'><header><h2>{h}</h2>{b}</header><p>{t}</p></article>",
        "<div class='next-article'><h1>{h}</h1><p>{t}</p></div>",
        "<div class=mb-4><div><h1>{h}</h1>{b}</div><p>{t}</p></div>",
        "<section><h1>{h}</h1>{b}<p>{t}</p></section>",
        "<h1>{h}</h1>{b}<p>{t}</p>",
        "<header><h1>{h}</h1>{b}</header><p>{t}</p><hr>",
        "<div class=x><div class=hl>{h}</div>{b}<p>{t}</p></div>",
        "<div class=x><div class=y><article class=z><h1>{h}</h1></article></div>{b}<p>{t}</p></div>",
        "<article id=a-{n}><h2>{h}</h2>{b}<p>{t}</p></article>",
        "<div class=x><h1>{h}</h1><p class=who>{who}</p><p>{t}</p></div>",
    ],
)
def test_articles_that_are_set_alike_are_other_articles(form: str) -> None:
    assert found(page_of(form)) == [(CHESS[0], "ack room."), (SWIFT[0], "nt began.")]


def test_articles_before_this_one_are_other_articles_too() -> None:
    page = page_of("<article><h1>{h}</h1><p>{t}</p></article>")
    assert found(page, 2) == [(FERRY[0], "ve years."), (SWIFT[0], "nt began.")]


@pytest.mark.parametrize(
    "html",
    [
        f"<article><h1>{FERRY[0]}</h1><p>{FERRY[1]}</p><h1>How it was</h1><p>{CHESS[1]}</p></article>",
        f"<article><h1>{FERRY[0]}</h1>{BYLINE}<section><h1>How it was</h1><p>{CHESS[1]}</p></section></article>",
        f"<article><h1>{FERRY[0]}</h1><p>{FERRY[1]}</p><article class=post><h2>10:42</h2><p>{CHESS[1]}</p></article>",
        f"<article><h1>{FERRY[0]}</h1><p>{FERRY[1]}</p><article><h1>Card</h1></article><p>{CHESS[1]}</p></article>",
        f"<article><h1>{FERRY[0]}</h1>{BYLINE}<p>{FERRY[1]}</p><aside><h1>Card</h1>{BYLINE}</aside><p>{CHESS[1]}",
        f"<article><h1>{FERRY[0]}</h1></article><article><h1>{CHESS[0]}</h1><p>{CHESS[1]}</p></article>",
        f"<h1>{FERRY[0]}</h1><p>{FERRY[1]}</p><article><h1>{FERRY[0]}</h1><p>{CHESS[1]}</p></article>",
        f"<h1>{FERRY[0]}</h1><p>{FERRY[1]}</p><article class=card><h3>{CHESS[0]}</h3><p>{CHESS[1]}</p></article>",
    ],
    ids=["subheading", "section", "live blog", "card", "aside", "nothing left", "same headline", "teaser"],
)
def test_parts_of_this_article_are_no_other_articles(html: str) -> None:
    assert found(segment_html(html)) == []


def text_of(lines: list[list[str]]) -> Blocks:
    return segment_text("\n\n".join(line for story in lines for line in story))


def test_articles_in_plain_text_are_set_as_the_first_one_is() -> None:
    authors = ("Ruth Calloway", "Ben Reed", "Ada Quill")
    stories = [
        [headline, f"By {author}", f"{day} March 2025", "Share", text, "Up next"]
        for day, ((headline, text), author) in enumerate(zip(STORIES, authors, strict=True), 11)
    ]
    assert found(text_of(stories)) == [(CHESS[0], "ack room."), (SWIFT[0], "nt began.")]


@pytest.mark.parametrize(
    "follows",
    [
        ["10:42", CHESS[0], "Share", CHESS[1]],
        [CHESS[0], "By Ben Reed", "10:42", CHESS[1]],
        [CHESS[0], "12 March 2025", CHESS[1]],
        [f"{CHESS[0]}.", "By Ben Reed", "12 March 2025", CHESS[1]],
        [CHESS[0], "By Ben Reed", "12 March 2025"],
    ],
    ids=["live blog", "times", "time line", "sentence", "no text"],
)
def test_other_lines_of_plain_text_are_of_this_article(follows: list[str]) -> None:
    first = [FERRY[0], "By Ruth Calloway", "11 March 2025", FERRY[1]]
    assert found(text_of([first, follows, ["More"]])) == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["<h1>", "<article>", "</article>", "<p>", "<div class=post>", "</div>", BYLINE, FERRY[1], CHESS[0], "</h1>", "<h2>"]), max_size=40).map("".join), st.integers(0, 5))  # fmt: skip  # noqa: E501
def test_other_articles_are_apart_and_leave_a_paragraph(html: str, title: int) -> None:
    page = segment_html(html)
    if title >= len(page.blocks):
        return
    kinds = kinds_of(page)
    others = find_other_articles(page, kinds, range(title, title + 1))
    numbers = [number for _, blocks in others for number in blocks]
    assert numbers == sorted(set(numbers))
    assert title not in numbers
    assert not others or any(kinds[n] < len(PARTS) for n in set(range(len(kinds))).difference(numbers))


@pytest.mark.parametrize(
    "html",
    [
        f"<h1>{FERRY[0]}</h1><p>{FERRY[1]}</p>" * 20_000,
        f"<article class=a><h1>x</h1>{BYLINE}<p>{FERRY[1]}</p></article>" * 20_000,
        f"<h1>{FERRY[0]}</h1><p>{FERRY[1]}</p>" + "<div><article>" * 20_000 + "<h1>x",
    ],
    ids=["headings", "articles", "deep"],
)
def test_many_headlines_take_little_time(html: str) -> None:
    page = segment_html(html)
    kinds = kinds_of(page)
    started = time.process_time()
    assert len(find_other_articles(page, kinds, range(1))) <= 2 * MAX_HEADS
    assert time.process_time() - started < 2


def test_many_dates_in_plain_text_take_little_time() -> None:
    page = segment_text(f"{FERRY[0]}\n\nBy Ada\n\n1 May 2024\n\n{FERRY[1]}\n\n" * 10_000 + "2024 " * 100_000)
    kinds = kinds_of(page)
    started = time.process_time()
    find_other_articles(page, kinds, range(1))
    assert time.process_time() - started < 2


def test_headings_that_would_take_most_of_the_article_are_its_own() -> None:
    long = " ".join([CHESS[1]] * 4)
    page = segment_html(
        f"<article><h1>{FERRY[0]}</h1><p>{FERRY[1]}</article><article><h1>{CHESS[0]}</h1><p>{long}</article>"
    )
    assert found(page) == []


def test_headings_below_a_title_that_stands_outside_the_article_are_sections() -> None:
    page = segment_html(
        f"<header><h1>{FERRY[0]}</h1>{BYLINE}</header><article><p>{FERRY[1]}<p>{SWIFT[1]}"
        f"<div><h1>{CHESS[0]}</h1>{BYLINE}<p>{CHESS[1]}</div></article>"
    )
    assert found(page) == []
