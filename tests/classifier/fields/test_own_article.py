"""Which of the articles in JSON-LD is the page's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields import read_json_ld
from copydesk.classifier.fields.own_article import StatedArticle, choose_own
from copydesk.classifier.types import Head

URL = "https://pier.example/ferry"
OTHER = StatedArticle("Old crane sold", ("https://pier.example/crane",))
HEAD = Head(title="Ferry runs again after two years | The Pier", canonical=URL)


def own(*articles: StatedArticle, head: Head = HEAD, url: str = "") -> int:
    return choose_own(articles, head, url)


# Laws

ARTICLES = st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=2)), min_size=1, max_size=4)


@given(ARTICLES, st.text(), st.text(), st.text())
def test_any_text_gives_one_of_the_articles(
    articles: list[tuple[str, list[str]]], title: str, canonical: str, url: str
) -> None:
    found = own(*(StatedArticle(*each) for each in articles), head=Head(title=title, canonical=canonical), url=url)
    assert 0 <= found < len(articles)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_without_a_title_or_an_address_of_the_page_the_first_article_counts(headlines: list[str]) -> None:
    assert own(*(StatedArticle(headline, [URL]) for headline in headlines), head=Head()) == 0


# Choices


@pytest.mark.parametrize(
    "address",
    [URL, "http://www.pier.example/ferry/", "HTTPS://PIER.EXAMPLE/ferry#article", "//pier.example/ferry", "/ferry"],
)
def test_article_with_the_address_of_the_page_is_its_own(address: str) -> None:
    assert own(OTHER, StatedArticle("Crossing resumes", [address])) == 1


@pytest.mark.parametrize(
    "head",
    [
        Head(canonical=URL),
        Head(metas=(("og:url", URL),)),
        Head(title="Ferry runs again | The Pier"),
        Head(title="Ferry runs again"),
        Head(title="News", metas=(("og:title", "Ferry runs again"),)),
        Head(title="News", metas=(("twitter:title", "Ferry runs again: The Pier"),)),
    ],
)
def test_article_with_the_title_or_the_address_in_the_head_is_the_pages_own(head: Head) -> None:
    assert own(OTHER, StatedArticle("Ferry runs again", [URL]), head=head) == 1


def test_article_with_the_address_from_which_the_page_is_is_its_own() -> None:
    assert own(OTHER, StatedArticle("Ferry", [URL]), head=Head(), url=URL) == 1


def test_entities_in_a_title_are_decoded() -> None:
    assert own(OTHER, StatedArticle("Ferry & crane", []), head=Head(title="Ferry &amp; crane | The Pier")) == 1


# In JSON-LD


def node(headline: str, address: str, author: str, **values: Any) -> str:
    known = {"@type": "NewsArticle", "headline": headline, "url": address, "author": author, **values}
    return str(known).replace("'", '"')


def test_fields_are_those_of_the_pages_own_article() -> None:
    crane = node("Old crane sold", "https://pier.example/crane", "Other", datePublished="2020-01-01")
    ferry = node("Ferry runs again after two years", URL, "Ada Quill")
    found = read_json_ld([f"[{crane}, {ferry}]"], head=HEAD)
    assert (found.headline, found.authors, found.published) == ("Ferry runs again after two years", ("Ada Quill",), "")
    assert read_json_ld([f"[{crane}, {ferry}]"]).authors == ("Other",)


@pytest.mark.parametrize(
    "address",
    [
        *("https://p.example/1?utm_source=rss", "https://p.example/1?page=1#c", "https://m.p.example/1"),
        *("https://p.example/1.amp", "https://p.example:443/1", "https://p.example/%31", "https://other.example/"),
    ],
)
def test_only_article_counts_whatever_the_address_of_the_page(address: str) -> None:
    crane = node("Old crane sold", "https://p.example/1", "Ada Quill", datePublished="2020-01-01")
    found = read_json_ld([crane], head=Head(title="Ferry runs again"), url=address)
    assert (found.headline, found.authors, found.published) == ("Old crane sold", ("Ada Quill",), "2020-01-01")
    head = Head(title="Ferry runs again", metas=(("og:url", "/news/1"),))
    assert read_json_ld([crane], head=head, url=address) == found


def test_first_article_counts_where_none_has_the_title_or_the_address() -> None:
    crane, wall = node("Old crane sold", "/crane", "Ada Quill"), node("Wall repaired", "/wall", "Other")
    assert read_json_ld([crane, wall], head=HEAD).authors == ("Ada Quill",)


def test_article_is_found_by_the_page_that_it_is_of() -> None:
    ferry = '{"@type": "Article", "headline": "Crossing", "mainEntityOfPage": {"@id": "https://pier.example/ferry#p"}}'
    assert read_json_ld([node("Old crane sold", "/crane", "Other"), ferry], head=HEAD).headline == "Crossing"
