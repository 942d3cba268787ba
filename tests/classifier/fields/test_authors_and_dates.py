"""Authors and dates of a page: the places that they are read from, and what is neither."""

from __future__ import annotations

import pytest

from copydesk.classifier.types import Kind
from tests.support.page_fields import BODY, json_ld, meta, of_html, of_text


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


@pytest.mark.parametrize(
    ("above", "changed"),
    [
        ("Reviewed by Ada Quill", False),
        ("Editor: Ada Quill", False),
        ("Reviewed", True),
        ("Last reviewed:", True),
        ("By Ada Quill, updated", True),
        ("Reviewed by Ada Quill on", True),
    ],
)
def test_the_name_of_a_reviewer_above_a_date_does_not_make_it_that_of_a_change(above: str, changed: bool) -> None:
    fields = of_text((Kind.BYLINE, above), (Kind.DATE, "May 3, 2024"), (Kind.TEXT, BODY))
    assert (fields.modified if changed else fields.published) == "2024-05-03"


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


def test_the_day_in_the_address_is_the_last_resort() -> None:
    fields = of_html("<p>Text", url="https://pier.example/2024/05/03/ferry")
    assert (fields.published, fields.found_in["published"]) == ("2024-05-03", "url")


@pytest.mark.parametrize("value", [1714552200, 1714552200000, "1714552200", "2024-05-01T08:30:00Z"])
def test_time_of_json_ld_may_be_a_number(value: object) -> None:
    fields = of_html(json_ld(headline="Ferry", datePublished=value))
    assert (fields.published, fields.found_in["published"]) == ("2024-05-01T08:30:00+00:00", "json-ld")
