"""Which of the articles in JSON-LD is the page's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields import JsonLd, StatedArticle, read_json_ld
from copydesk.classifier.own_article import MAX_COMPARED, MAX_HEADINGS, choose_own
from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.types import Blocks, Head

URL = "https://pier.example/ferry"
OTHER = StatedArticle("Old crane sold", ("https://pier.example/crane",))
HEAD = Head(title="Ferry runs again after two years | The Pier", canonical=URL)


def own(*articles: StatedArticle, head: Head = HEAD, url: str = "") -> int:
    return choose_own(articles, Blocks("", (), head=head), url)


def own_of_html(html: str, *headlines: str) -> int:
    return choose_own([StatedArticle(headline, ()) for headline in headlines], segment_html(html), "")


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


def test_login_in_the_address_of_the_page_does_not_matter() -> None:
    article = StatedArticle("Ferry", [URL])
    assert own(OTHER, article, head=Head(), url=URL.replace("//", "//ada:SeCret@")) == 1


def test_entities_in_a_title_are_decoded() -> None:
    assert own(OTHER, StatedArticle("Ferry & crane", []), head=Head(title="Ferry &amp; crane | The Pier")) == 1


HEADLINE = "Ferry runs again after the storm’s end"


@pytest.mark.parametrize(
    "title",
    [
        *(f"Pier News | {HEADLINE}", f"Pier News: {HEADLINE}", f"{HEADLINE} / Pier", f"{HEADLINE} « Pier"),
        *(f"{HEADLINE}, Pier News", "Ferry runs again… | Pier", f"{HEADLINE.upper()} | PIER"),
        *("Ferry runs again after the storm's end | Pier", "Pier: the ferry runs again after the storm"),
    ],
)
def test_headline_is_known_in_a_title_by_its_words(title: str) -> None:
    assert own(OTHER, StatedArticle(HEADLINE, ()), head=Head(title=title)) == 1


@pytest.mark.parametrize(
    ("title", "number"), [("Ferry ru… | Pier", 1), ("Ferry runs... | Pier", 1), ("Ferr… | Pier", 0)]
)
def test_headline_is_known_by_a_title_that_is_cut_early_or_in_a_word(title: str, number: int) -> None:
    long = StatedArticle(f"{HEADLINE} and the mayor of the island is on board", ())
    assert own(OTHER, long, head=Head(title=title)) == number


def test_headline_that_is_most_similar_counts() -> None:
    like, same = StatedArticle("Ferry runs again after three years", ()), StatedArticle(HEADLINE, ())
    assert own(like, same, head=Head(title=HEADLINE)) == 1
    assert own(like, head=Head(title=HEADLINE)) == 0


def test_title_counts_more_than_an_address() -> None:
    assert own(OTHER._replace(addresses=(URL,)), StatedArticle("Ferry runs again after two years", ())) == 1


def test_articles_with_one_headline_are_told_apart_by_their_addresses() -> None:
    crossing = StatedArticle("Ferry runs again after two years", ())
    assert own(crossing, crossing._replace(addresses=(URL,))) == 1
    assert own(crossing, crossing) == 0


def test_headline_that_shares_some_words_with_the_title_is_another() -> None:
    trends = StatedArticle("Eleven trends of 2026 for ferries", ())
    assert own(OTHER, trends, head=Head(title="Nine trends of 2026 that sailors need to know")) == 0
    assert own(OTHER, StatedArticle("Ferry runs", ())) == 0


@pytest.mark.parametrize("head", ["", "<title>Pier News</title>"])
def test_headline_of_an_h1_counts_where_no_title_has_it(head: str) -> None:
    assert (
        own_of_html(f"{head}<h1>Pier</h1><h1></h1><h1><b>Ferry</b> runs again</h1>", "Crane", "Ferry runs again") == 1
    )


def test_title_counts_more_than_the_h1_of_a_teaser() -> None:
    assert own_of_html("<title>Ferry runs again | Pier</title><h1>Crane</h1>", "Crane", "Ferry runs again") == 1


def test_only_the_first_h1s_are_compared() -> None:
    for n_before, number in ((MAX_HEADINGS - 1, 1), (MAX_HEADINGS, 0)):
        html = "<h1>Pier</h1>" * n_before + "<h1>Ferry runs again</h1>"
        assert own_of_html(html, "Crane", "Ferry runs again") == number


def test_only_the_first_headlines_are_compared() -> None:
    ferry = StatedArticle("Ferry runs again after two years", ())
    for n_before, number in ((MAX_COMPARED - 1, MAX_COMPARED - 1), (MAX_COMPARED, 0)):
        assert own(*[OTHER] * n_before, ferry) == number


def test_headline_without_words_is_like_no_title() -> None:
    assert own_of_html("<h1>…</h1><h1>Ferry</h1>", "…", "Ferry") == 1


# In JSON-LD


def node(headline: str, address: str, author: str, **values: Any) -> str:
    known = {"@type": "NewsArticle", "headline": headline, "url": address, "author": author, **values}
    return str(known).replace("'", '"')


def read(scripts: list[str], head: Head = HEAD, url: str = "") -> JsonLd:
    page = Blocks("", (), head=head)
    return read_json_ld(scripts, choose=lambda articles: choose_own(articles, page, url))


def test_fields_are_those_of_the_pages_own_article() -> None:
    crane = node("Old crane sold", "https://pier.example/crane", "Other", datePublished="2020-01-01")
    ferry = node("Ferry runs again after two years", URL, "Ada Quill")
    found = read([f"[{crane}, {ferry}]"])
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
    found = read([crane], Head(title="Ferry runs again"), address)
    assert (found.headline, found.authors, found.published) == ("Old crane sold", ("Ada Quill",), "2020-01-01")
    head = Head(title="Ferry runs again", metas=(("og:url", "/news/1"),))
    assert read([crane], head, address) == found


def test_first_article_counts_where_none_has_the_title_or_the_address() -> None:
    crane, wall = node("Old crane sold", "/crane", "Ada Quill"), node("Wall repaired", "/wall", "Other")
    assert read([crane, wall]).authors == ("Ada Quill",)


def test_article_is_found_by_the_page_that_it_is_of() -> None:
    ferry = '{"@type": "Article", "headline": "Crossing", "mainEntityOfPage": {"@id": "https://pier.example/ferry#p"}}'
    assert read([node("Old crane sold", "/crane", "Other"), ferry]).headline == "Crossing"
