"""Laws and places of a page's fields."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.fields import JsonLd, metas, read_fields, read_json_ld
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import FIELDS, KINDS, Blocks, Fields, Kind

URL = "https://www.pier.example/news/ferry"
BODY = "The ferry to the island runs again from Monday, after two years of repairs in the harbour."
PLACES = {"json-ld", "meta", "microdata", "time", "block", "title", "link", "html", "url", "text"}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?|")
META_NAMES = sorted(
    {name for key, names in vars(metas).items() if key.isupper() and isinstance(names, tuple) for name in names}
)


def numbers(page: Blocks, kinds: Sequence[Kind]) -> list[int]:
    assert len(kinds) == len(page.blocks)
    return [KINDS.index(kind) for kind in kinds]


def of_html(html: str, *kinds: Kind, url: str = URL, body: str = BODY) -> Fields:
    """Read the fields of a page; blocks without a kind are text."""
    page = segment_html(html)
    kinds = kinds or (Kind.TEXT,) * len(page.blocks)
    return read_fields(page, numbers(page, kinds), body, url=url, stated=read_json_ld(page.head.json_ld))


def of_text(*blocks: tuple[Kind, str]) -> Fields:
    page = segment_text("\n\n".join(text for _, text in blocks))
    return read_fields(page, numbers(page, [kind for kind, _ in blocks]), BODY, url="", stated=JsonLd())


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def json_ld(**values: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **values})}</script>'


def check(fields: Fields) -> None:
    """Check what holds for the fields of every page."""
    for date in (fields.published, fields.modified):
        assert date is None or datetime.datetime.fromisoformat(date)
    for tag in (fields.language, fields.language_declared, fields.language_detected):
        assert LANGUAGE.fullmatch(tag)
    for address in (fields.image, fields.canonical_url):
        assert not address or address.startswith(("http://", "https://"))
    filled = {name for name in FIELDS if name not in ("title", "found_in") and getattr(fields, name)}
    assert fields.found_in.keys() == filled
    assert set(fields.found_in.values()) <= PLACES


# Laws


@settings(deadline=None)  # the first call loads the detector of languages
@given(
    st.lists(st.tuples(st.sampled_from(META_NAMES), st.text("<>&;:/.,-@#0123456789 abyvonpar年éA"))),
    st.text(),
    st.text(),
    st.text(),
)
def test_any_head_is_read(pairs: list[tuple[str, str]], title: str, url: str, canonical: str) -> None:
    head = "".join(meta(name, content.replace('"', "")) for name, content in pairs)
    html = f'<html lang="{title}"><title>{title}</title><link rel=canonical href="{canonical}">{head}<body><p>Text'
    page = segment_html(html)
    check(read_fields(page, [0] * len(page.blocks), BODY, url=url, stated=JsonLd()))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Kind)), st.text(min_size=1)), max_size=8))
def test_any_blocks_are_read(blocks: list[tuple[Kind, str]]) -> None:
    page = segment_text("\n\n".join(text for _, text in blocks))
    kinds = [KINDS.index(blocks[n % len(blocks)][0]) for n in range(len(page.blocks))]
    check(read_fields(page, kinds, page.text, url="", stated=JsonLd()))


def test_a_page_that_says_nothing_has_no_fields() -> None:
    page = segment_text("")
    assert read_fields(page, [], "", url="", stated=JsonLd()) == Fields()


def test_many_blocks_take_time_in_proportion() -> None:
    page = segment_text("\n\n".join(["By Ada Quill 3 May 2024"] * 20_000))
    fields = read_fields(page, [KINDS.index(Kind.BYLINE)] * len(page.blocks), "", url="", stated=JsonLd())
    assert (fields.authors, fields.published) == (("Ada Quill",), "2024-05-03")


# Places


def test_json_ld_is_read_first() -> None:
    fields = of_html(
        json_ld(author="Ada Quill", datePublished="2024-05-03", articleSection="Harbour", keywords="ferry, sea")
        + meta("author", "Ben Reed")
        + meta("article:published_time", "2024-05-04")
        + "<p>Text"
    )
    assert (fields.authors, fields.published) == (("Ada Quill",), "2024-05-03")
    assert (fields.section, fields.tags) == ("Harbour", ("ferry", "sea"))
    assert {fields.found_in[name] for name in ("authors", "published", "section", "tags")} == {"json-ld"}


def test_metas_are_read_where_json_ld_says_nothing() -> None:
    fields = of_html(
        json_ld(headline="Ferry", datePublished="soon")
        + meta("author", "By Ada Quill and Ben Reed")
        + meta("article:published_time", "2024-05-03T08:00:00+02:00")
        + meta("article:modified_time", "2024-05-04T08:00:00+02:00")
        + meta("og:site_name", "The Pier")
        + meta("article:tag", "ferry")
        + meta("article:tag", "sea")
        + meta("og:description", "Fish &amp;amp; ships")
        + meta("og:image", "/ferry.jpg")
        + "<p>Text"
    )
    assert fields.authors == ("Ada Quill", "Ben Reed")
    assert (fields.published, fields.modified) == ("2024-05-03T08:00:00+02:00", "2024-05-04T08:00:00+02:00")
    assert (fields.site, fields.tags, fields.description) == ("The Pier", ("ferry", "sea"), "Fish & ships")
    assert fields.image == "https://www.pier.example/ferry.jpg"
    assert fields.found_in["authors"] == fields.found_in["image"] == fields.found_in["published"] == "meta"


def test_the_byline_is_read_where_a_meta_names_the_site_and_its_place() -> None:
    html = meta("author", "pier.example, Kiel, Germany") + "<p>By Ada Quill</p><p>Text"
    fields = of_html(html, Kind.BYLINE, Kind.TEXT)
    assert (fields.authors, fields.found_in["authors"]) == (("Ada Quill",), "block")


def test_dublin_core_and_citations_are_read() -> None:
    names = meta("citation_author", "Quill, Ada") + meta("citation_author", "Reed, Ben")
    fields = of_html(names + meta("dc.date.issued", "2024-05-03") + "<p>Text")
    assert (fields.authors, fields.published) == (("Ada Quill", "Ben Reed"), "2024-05-03")


def test_microdata_is_read() -> None:
    fields = of_html(
        '<div itemprop="author" itemscope>Written by <span itemprop="name">Ada Quill</span></div>'
        '<p><span itemprop="datePublished" content="2024-05-03">3 May</span></p>'
    )
    assert (fields.authors, fields.published) == (("Ada Quill",), "2024-05-03")
    assert fields.found_in["authors"] == fields.found_in["published"] == "microdata"


def test_microdata_of_a_teaser_is_that_of_another_story() -> None:
    html = '<p>Text</p><p itemprop="author">Ben Reed</p>'
    assert of_html(html, Kind.TEXT, Kind.TEASER).authors == ()


def test_authors_linked_as_such_are_read() -> None:
    html = '<p>By <a rel="author" href="/ada">Ada Quill</a>, <a rel="author" href="/ben">Ben Reed</a></p><p>Text</p>'
    assert of_html(html, Kind.METADATA, Kind.TEXT).authors == ("Ada Quill", "Ben Reed")


def test_a_subject_linked_as_such_is_no_author() -> None:
    for html, authors in (
        ('<p><a rel="category tag" href="/harbour">Harbour Life</a></p><p>Text</p>', ()),
        ('<p class="author"><a rel="tag" href="/harbour">Harbour Life</a></p><p>Text</p>', ()),
        ('<p>By <a rel="tag" href="/ada">Ada Quill</a></p><p>Text</p>', ("Ada Quill",)),
        ('<p>Ada Quill | <a rel="tag" href="/harbour">Harbour Life</a></p><p>Text</p>', ("Ada Quill",)),
        ('<p><a rel="tagged" href="/ada">Ada Quill</a></p><p>Text</p>', ("Ada Quill",)),
    ):
        kind = Kind.METADATA if "class" in html else Kind.BYLINE
        assert of_html(html, kind, Kind.TEXT).authors == authors, html


def test_a_time_of_the_article_comes_before_that_of_a_teaser() -> None:
    html = (
        '<p><time datetime="2024-05-01">1 May</time> Other</p><p><time datetime="2024-05-03">3 May</time></p>'
        '<p>Updated <time datetime="2024-05-04">4 May 2024</time></p><p>Text</p>'
    )
    fields = of_html(html, Kind.TEASER, Kind.DATE, Kind.DATE, Kind.TEXT)
    assert (fields.published, fields.modified) == ("2024-05-03", "2024-05-04")
    assert fields.found_in["published"] == fields.found_in["modified"] == "time"


def test_labelled_blocks_are_read_in_text() -> None:
    fields = of_text(
        (Kind.HEADLINE, "Ferry runs again"),
        (Kind.BYLINE, "Von Ada Quill und Ben Reed"),
        (Kind.DATE, "3. Mai 2024, 08:30 Uhr, aktualisiert am 4. Mai 2024"),
        (Kind.TEXT, BODY),
    )
    assert fields.authors == ("Ada Quill", "Ben Reed")
    assert (fields.published, fields.modified) == ("2024-05-03T08:30:00", "2024-05-04")
    assert {fields.found_in[name] for name in ("authors", "published", "modified")} == {"block"}


def test_dates_of_a_life_are_not_those_of_the_page() -> None:
    life, posted = (Kind.DATE, "3 May 1934 – 4 June 2024"), (Kind.DATE, "Posted 6 June 2024")
    assert of_text((Kind.HEADLINE, "Ada Quill"), life, (Kind.TEXT, BODY)).published is None
    assert of_text((Kind.HEADLINE, "Ada Quill"), life, (Kind.TEXT, BODY), posted).published == "2024-06-06"
    changed = of_text((Kind.HEADLINE, "Ferry"), (Kind.DATE, "3 May 2024 – 4 May 2024"), (Kind.TEXT, BODY))
    assert changed.published == "2024-05-03"


def test_a_date_alone_in_a_headline_or_standfirst_is_read() -> None:
    html = "<h1>Ferry runs again<br>3 May 2024</h1><p>Text"
    assert of_html(html, Kind.HEADLINE, Kind.TEXT).published == "2024-05-03"
    assert of_text((Kind.STANDFIRST, "2024. május 3., péntek"), (Kind.TEXT, BODY)).published == "2024-05-03"
    assert of_text((Kind.STANDFIRST, "It sank on 3 May 2024"), (Kind.TEXT, BODY)).published is None


@pytest.mark.parametrize("place", ["in Kiel", "at the Harbour Stadium"])
def test_a_place_behind_a_name_in_a_byline_is_cut_off(place: str) -> None:
    assert of_text((Kind.BYLINE, f"Ada Quill {place}"), (Kind.TEXT, BODY)).authors == ("Ada Quill",)


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Ada Quill - The Pier", ("Ada Quill",)),
        ("By Ada Quill — Kiel", ("Ada Quill",)),
        ("Opinion – Ada Quill", ("Opinion", "Ada Quill")),
        ("Sea Desk - By Ada Quill", ("Sea Desk", "Ada Quill")),
    ],
)
def test_what_is_behind_a_name_and_a_dash_is_no_author(byline: str, expected: tuple[str, ...]) -> None:
    assert of_text((Kind.BYLINE, byline), (Kind.TEXT, BODY)).authors == expected


def test_a_date_does_not_make_a_byline_too_long() -> None:
    byline = "Ada Quill at the Harbour Stadium @adaquillsport Friday 3 May 2024 17.21 GMT"
    assert of_text((Kind.BYLINE, byline), (Kind.TEXT, BODY)).authors == ("Ada Quill",)


def test_an_editor_is_no_author_beside_one() -> None:
    fields = of_text((Kind.BYLINE, "Ada Quill"), (Kind.TEXT, BODY), (Kind.BYLINE, "Editor: Ben Reed"))
    assert fields.authors == ("Ada Quill",)


@pytest.mark.parametrize("text", ["Νέα", "राज्य", "Торік"])
def test_one_word_of_an_element_named_author_is_no_name_where_words_have_spaces(text: str) -> None:
    html = f'<span class="author">{text}</span><p>Text'
    assert of_html(html, Kind.METADATA, Kind.TEXT).authors == ()


def test_a_byline_over_two_blocks_is_read() -> None:
    fields = of_text(
        (Kind.BYLINE, "Sea desk"), (Kind.BYLINE, "By"), (Kind.BYLINE, "Ada Quill"), (Kind.TEXT, BODY), (Kind.DATE, "x")
    )
    assert fields.authors == ("Ada Quill",)


@pytest.mark.parametrize("greeting", ["AQ", "SEA", "Happy summer!", "Who writes here?"])
def test_initials_and_greetings_are_no_authors(greeting: str) -> None:
    fields = of_text((Kind.BYLINE, greeting), (Kind.BYLINE, "Ada Quill"), (Kind.TEXT, BODY))
    assert fields.authors == ("Ada Quill",)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.DATE, "Published May 3, 2024 by Ada Quill"),
        (Kind.DATE, "Ada Quill | 03.05.2024"),
        (Kind.DATE, "Ada Quill•May 3, 2024"),
        (Kind.DATE, "May 3, 2024 · Ada Quill on behalf of the pilots"),
        (Kind.METADATA, "Fr 03.05.2024 | 14:07 Uhr | Von Ada Quill"),
        (Kind.METADATA, "Fr 03.05.2024 Kiel | Von Ada Quill"),
    ],
)
def test_a_name_beside_a_date_is_read(kind: Kind, text: str) -> None:
    fields = of_text((kind, text), (Kind.TEXT, BODY))
    assert (fields.authors, str(fields.published)[:10]) == (("Ada Quill",), "2024-05-03")


@pytest.mark.parametrize("text", ["May 3, 2024 Ada Quill", "May 3, 2024 | sea and sun | Kiel", "Kiel | May 3, 2024"])
def test_what_is_no_name_beside_a_date_is_not_read(text: str) -> None:
    assert of_text((Kind.DATE, text), (Kind.TEXT, BODY)).authors == ()


def test_a_date_over_two_blocks_is_that_of_a_change() -> None:
    fields = of_text((Kind.DATE, "Last updated:"), (Kind.DATE, "3 May 2024"), (Kind.TEXT, BODY))
    assert (fields.published, fields.modified) == (None, "2024-05-03")


def test_a_shown_change_is_not_before_publication() -> None:
    html = json_ld(datePublished="2024-05-03") + "<p>Updated 1 May 2020</p><p>Updated 4 May 2024</p><p>Text"
    assert of_html(html, Kind.DATE, Kind.DATE, Kind.TEXT).modified == "2024-05-04"


@pytest.mark.parametrize(
    ("published", "modified", "expected"),
    [
        ("2024-05-03T08:30:00Z", "2024-05-03T08:29:00Z", None),
        ("2024-05-03T08:30:07Z", "2024-05-03T08:30:00Z", "2024-05-03T08:30:00+00:00"),
        ("2024-05-03T08:30:00+02:00", "2024-05-03T06:30:00Z", "2024-05-03T06:30:00+00:00"),
        ("2024-05-03T08:30:00+02:00", "2024-05-03T07:30:00+02:00", None),
        ("2024-05-03T08:30:00Z", "2024-05-03", "2024-05-03"),
        ("2024-05-03", "2024-05-02", None),
        ("2024-05-03T08:30:00Z", "2024-05-03T01:30:00", "2024-05-03T01:30:00"),
        ("", "2024-05-02", "2024-05-02"),
    ],
)
def test_a_stated_change_is_not_before_publication(published: str, modified: str, expected: str | None) -> None:
    assert of_html(json_ld(datePublished=published, dateModified=modified) + "<p>Text").modified == expected


def test_the_next_place_is_read_where_a_change_is_before_publication() -> None:
    head = json_ld(datePublished="2024-05-03", dateModified="2024-05-01") + meta("lastmod", "2024-05-04")
    assert of_html(head + "<p>Text").modified == "2024-05-04"


@pytest.mark.parametrize(
    ("modified", "shown", "expected"),
    [
        ("2024-05-03T08:30:00Z", "1 May 2024", "2024-05-01"),
        ("2024-05-03T08:30:00Z", "2 May 2024", "2024-05-03T08:30:00+00:00"),
        ("2024-05-03T08:31:00Z", "1 May 2024", "2024-05-03T08:30:00+00:00"),
    ],
)
def test_the_time_of_the_request_is_not_that_of_publication(modified: str, shown: str, expected: str) -> None:
    head = json_ld(datePublished="2024-05-03T08:30:00Z", dateModified=modified)
    assert of_html(f"{head}<p>{shown}</p><p>Text</p>", Kind.DATE, Kind.TEXT).published == expected


def test_metadata_near_the_text_is_read_without_labels() -> None:
    fields = of_text((Kind.METADATA, "By Ada Quill | 3 May 2024"), (Kind.TEXT, BODY), (Kind.TEASER, "By Ben Reed"))
    assert (fields.authors, fields.published) == (("Ada Quill",), "2024-05-03")


def test_an_element_named_author_is_read_without_labels() -> None:
    html = '<div class="article-author">Ada Quill</div><div>Harbour Life</div><p>Text</p>'
    assert of_html(html, Kind.METADATA, Kind.METADATA, Kind.TEXT).authors == ("Ada Quill",)


def test_numbers_are_read_in_the_order_of_the_language() -> None:
    for language, expected in (("en-US", "2024-03-05"), ("en-GB", "2024-05-03"), ("fr", "2024-05-03")):
        html = f'<html lang="{language}"><p>03/05/2024</p><p>Text</p>'
        assert of_html(html, Kind.DATE, Kind.TEXT, body="").published == expected


def test_numbers_are_read_in_the_order_of_the_host_if_the_language_has_no_region() -> None:
    for host, expected in (("pier.example", "2024-03-05"), ("pier.co.uk", "2024-05-03")):
        html = "<html lang=en><p>03/05/2024</p><p>Text</p>"
        assert of_html(html, Kind.DATE, Kind.TEXT, url=f"https://{host}/x").published == expected


def test_tags_entities_and_invisible_characters_are_no_part_of_a_field() -> None:
    fields = of_html(
        meta("description", "&lt;p>Fish &amp;amp; sh\u00adips&lt;/p> 3 &lt; 4")
        + meta("author", "Ada Qu\u200bill")
        + "<p>Text"
    )
    assert (fields.description, fields.authors) == ("Fish & ships 3 < 4", ("Ada Quill",))


@pytest.mark.parametrize(
    ("description", "kept"),
    [
        ("Fish and ships. | The Pier", "Fish and ships."),
        ("Fish and ships - THE PIER", "Fish and ships"),
        ("Fish and ships… | Sea | The Pier", "Fish and ships… | Sea"),
        ("Fish and ships — pier.example", "Fish and ships"),
        ("Fish and ships | Quay", "Fish and ships | Quay"),
        ("Fish and ships at The Pier", "Fish and ships at The Pier"),
        ("Fish - and ships-The Pier", "Fish - and ships-The Pier"),
        ("The Pier", "The Pier"),
        ("| The Pier", "| The Pier"),
        (" | ", "|"),
    ],
)
def test_name_of_the_site_at_the_end_of_a_description_is_cut_off(description: str, kept: str) -> None:
    html = meta("og:site_name", "The Pier") + meta("og:url", "https://pier.example/1")
    assert of_html(html + meta("description", description) + "<p>Text").description == kept


def test_name_of_the_site_in_the_title_alone_is_cut_off_a_description() -> None:
    html = "<title>Ferry late | The Pier</title><link rel=canonical href=https://www.thepier.example/1>"
    assert of_html(html + meta("description", "Fish and ships | The Pier") + "<p>Text").description == "Fish and ships"


def test_a_description_of_nothing_but_elements_is_none() -> None:
    html = meta("description", "&lt;p>&lt;/p>") + "<p>Text"
    assert "description" not in of_html(html).found_in
    fields = of_html(json_ld(description="Fish & ships") + html)
    assert (fields.description, fields.found_in["description"]) == ("Fish & ships", "json-ld")


def test_the_day_in_the_address_is_the_last_resort() -> None:
    fields = of_html("<p>Text", url="https://pier.example/2024/05/03/ferry")
    assert (fields.published, fields.found_in["published"]) == ("2024-05-03", "url")


@pytest.mark.parametrize(
    ("head", "expected", "place"),
    [
        (json_ld(publisher={"name": "The Pier"}) + "<title>Ferry | Pier</title>", "The Pier", "json-ld"),
        (meta("application-name", "Pier App"), "Pier App", "meta"),
        ("<title>Ferry runs - again | The Pier</title>", "pier.example", "url"),
        ("<title>Ferry runs - again | Pier Example</title>", "Pier Example", "title"),
        ("<link rel=canonical href=https://m.dock.example/x>", "m.dock.example", "link"),
        (meta("og:site_name", "Blog"), "pier.example", "url"),
        ("", "pier.example", "url"),
    ],
)
def test_site_is_named_or_its_host_is(head: str, expected: str, place: str) -> None:
    fields = of_html(head + "<p>Text")
    assert (fields.site, fields.found_in["site"]) == (expected, place)


@pytest.mark.parametrize(
    ("head", "expected", "place"),
    [
        ("<link rel=canonical href=/a>", "https://www.pier.example/a", "link"),
        ("<link rel=canonical href=javascript:x>" + meta("og:url", "/b"), "https://www.pier.example/b", "meta"),
        (json_ld(url="https://pier.example/c"), "https://pier.example/c", "json-ld"),
    ],
)
def test_canonical_url_is_absolute(head: str, expected: str, place: str) -> None:
    fields = of_html(head + "<p>Text")
    assert (fields.canonical_url, fields.found_in["canonical_url"]) == (expected, place)


@pytest.mark.parametrize(
    ("html", "expected", "places"),
    [
        ("<html lang=en-gb>", ("en-GB", "en-GB", "en"), ("html", "html", "text")),
        ("<html lang=de>", ("en", "de", "en"), ("text", "html", "text")),
        (meta("og:locale", "en_US"), ("en-US", "en-US", "en"), ("meta", "meta", "text")),
        ('<meta http-equiv="Content-Language" content="en">', ("en", "en", "en"), ("meta", "meta", "text")),
        (json_ld(inLanguage="en-AU"), ("en-AU", "en-AU", "en"), ("json-ld", "json-ld", "text")),
    ],
)
def test_language_is_declared_and_detected(html: str, expected: tuple[str, ...], places: tuple[str, ...]) -> None:
    fields = of_html(html + "<p>Text")
    assert (fields.language, fields.language_declared, fields.language_detected) == expected
    assert tuple(fields.found_in[name] for name in ("language", "language_declared", "language_detected")) == places


def test_slogans_are_no_sites_sections_or_tags() -> None:
    long = "harbour " * 20
    fields = of_html(
        meta("og:site_name", long) + meta("article:section", long) + meta("keywords", f"sea,{long}") + "<p>x"
    )
    assert (fields.site, fields.section, fields.tags) == ("pier.example", "", ("sea",))


@pytest.mark.parametrize("value", [1714552200, 1714552200000, "1714552200", "2024-05-01T08:30:00Z"])
def test_time_of_json_ld_may_be_a_number(value: object) -> None:
    fields = of_html(json_ld(headline="Ferry", datePublished=value))
    assert (fields.published, fields.found_in["published"]) == ("2024-05-01T08:30:00+00:00", "json-ld")


@pytest.mark.parametrize("host", ["localhost:8080", "intranet", "[2001:db8::1]"])
def test_addresses_and_site_of_a_page_on_a_local_host_are_read(host: str) -> None:
    head = meta("og:image", "/ferry.jpg") + '<link rel="canonical" href="/news/1">'
    fields = of_html(head, url=f"http://{host}/news/1?x")
    assert (fields.image, fields.canonical_url) == (f"http://{host}/ferry.jpg", f"http://{host}/news/1")
    assert fields.site == host.removesuffix(":8080")


def test_local_host_that_a_page_elsewhere_names_is_left_out() -> None:
    head = '<link rel="canonical" href="http://localhost:3000/news/1">' + meta("og:url", "http://localhost:3000/news/1")
    for url, site in (("https://pier.example/news/1", "pier.example"), ("", "")):
        fields = of_html(head, url=url)
        assert (fields.canonical_url, fields.site) == ("", site)
