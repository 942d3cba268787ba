"""Which of the articles in JSON-LD is the page's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields import read_json_ld
from copydesk.classifier.fields.own_article import OTHER_STORY, StatedArticle, choose_own
from copydesk.classifier.types import Head

URL = "https://pier.example/ferry"
OTHER = StatedArticle("Old crane sold", ("https://pier.example/crane",))
HEAD = Head(title="Ferry runs again after two years | The Pier", canonical=URL)


def own(*articles: StatedArticle, head: Head = HEAD, url: str = "") -> int | None:
    return choose_own(articles, head, url)


# Laws


@given(st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=2)), max_size=4), st.text(), st.text(), st.text())
def test_any_text_gives_one_of_the_articles_or_none(
    articles: list[tuple[str, list[str]]], title: str, canonical: str, url: str
) -> None:
    found = own(*(StatedArticle(*each) for each in articles), head=Head(title=title, canonical=canonical), url=url)
    assert found is None or 0 <= found < len(articles)


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


def test_title_that_only_begins_with_the_words_of_a_headline_is_another() -> None:
    assert own(OTHER, StatedArticle("Ferry runs", [])) is None
    assert own(StatedArticle("Ferry runs", []), OTHER) == 0


def test_first_article_is_no_other_story_while_its_address_or_its_words_fit() -> None:
    words = "Ferry sinks near Kiel"  # one of four: the limit
    assert OTHER_STORY == 1 / 4
    assert own(StatedArticle(words, OTHER.addresses)) == 0
    assert own(StatedArticle(f"{words} harbour", OTHER.addresses)) is None
    assert own(StatedArticle("Old crane sold", [URL])) == 0
    assert own(StatedArticle("Old crane sold", [])) == 0
    assert own(StatedArticle("Old crane sold", ["https://pier.example/"])) == 0  # a template's address, no story's


def test_headline_of_a_script_without_spaces_is_compared_by_its_characters() -> None:
    head = Head(title="女子医大の元理事長を逮捕：東京新聞", canonical="https://pier.example/1")
    assert own(StatedArticle("女子医大元理事長 警視庁が逮捕", ["https://pier.example/2"]), head=head) == 0


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


def test_another_story_says_nothing_of_the_page() -> None:
    crane = node("Old crane sold", "https://pier.example/crane", "Other", datePublished="2020-01-01")
    page = '{"@type": "WebPage", "datePublished": "2024-05-01"}'
    found = read_json_ld([crane, page], head=HEAD)
    assert (found.headline, found.authors, found.published) == ("", (), "2024-05-01")


def test_article_is_found_by_the_page_that_it_is_of() -> None:
    ferry = '{"@type": "Article", "headline": "Crossing", "mainEntityOfPage": {"@id": "https://pier.example/ferry#p"}}'
    assert read_json_ld([node("Old crane sold", "/crane", "Other"), ferry], head=HEAD).headline == "Crossing"
