"""Titles of pages whose `title` element holds the site's name and the headline, in either order."""

from __future__ import annotations

import pytest

from copydesk.classifier.declared_titles import read_declared
from copydesk.classifier.fields import read_json_ld
from copydesk.classifier.masthead import with_masthead
from copydesk.classifier.segmentation import segment_html
from tests.classifier.test_title import ARTICLE, of_html

HEADLINE = "Ferry to the island sails an hour late"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (f"The Old Pier : {HEADLINE}", HEADLINE),
        (f"{HEADLINE} - The Old Pier", HEADLINE),
        (f"The Old Pier | {HEADLINE}", HEADLINE),
        (f"The Old Pier — {HEADLINE}", HEADLINE),
        ("The Old Pier : Ferry", "The Old Pier"),
        ("The Old Pier : A headline that is not on the page", "The Old Pier"),
    ],
)
def test_the_part_of_a_title_below_a_masthead_is_the_title(title: str, expected: str) -> None:
    page = f"<p>The Old Pier</p><table><tr><td>{HEADLINE}<br>By Ada Quill</td></tr></table>{ARTICLE}"
    assert of_html(page, f"<title>{title}</title>")[0] == expected


def test_a_slogan_below_a_headline_is_not_the_title() -> None:
    page = f"<p>{HEADLINE}</p>{ARTICLE}<p>News of the old harbour</p>"
    assert of_html(page, f"<title>{HEADLINE} - News of the old harbour</title>")[0] == HEADLINE


def test_a_page_that_declares_a_title_in_another_place_is_left_alone() -> None:
    title = f"<title>The Old Pier : {HEADLINE}</title>"
    for head, is_read in ((title, True), (f'{title}<meta property="og:title" content="Ferry of the pier">', False)):
        page = segment_html(f"<html><head>{head}</head><body><p>The Old Pier</p><p>{HEADLINE}</p></body></html>")
        declared = read_declared(page.head, read_json_ld(page.head.json_ld))
        assert (with_masthead(declared, page) is not declared) is is_read
