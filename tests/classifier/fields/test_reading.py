"""Laws of a page's fields, and the places that site, description, language and addresses are read from."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.fields import JsonLd, metas, read_fields
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import FIELDS, KINDS, Fields, Kind
from tests.support.page_fields import BODY, json_ld, meta, of_html

PLACES = {"json-ld", "meta", "microdata", "time", "block", "title", "link", "html", "url", "text"}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?|")
META_NAMES = sorted(
    {name for key, names in vars(metas).items() if key.isupper() and isinstance(names, tuple) for name in names}
)


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


@pytest.mark.parametrize("name", ["script:ld+json", "application/ld+json"])
def test_json_ld_in_a_meta_is_read(name: str) -> None:
    stated = '{"@type": "Article", "datePublished": "2024-05-03", "headline": "Ferry"}'.replace('"', "&quot;")
    fields = of_html(meta(name, stated) + "<p>Text")
    assert (fields.published, fields.found_in["published"]) == ("2024-05-03", "json-ld")


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
    ],
)
def test_name_of_the_site_at_the_end_of_a_description_is_cut_off(description: str, kept: str) -> None:
    html = meta("og:site_name", "The Pier") + meta("og:url", "https://pier.example/1")
    assert of_html(html + meta("description", description) + "<p>Text").description == kept


def test_html_is_no_part_of_a_site_a_section_or_a_tag() -> None:
    stated = json_ld(
        publisher={"name": "The <b>Pier</b> Post"},
        articleSection="<i>Harbour</i>",
        keywords="<li>ferries</li><li>the <b>night</b> boat</li>",
    )
    fields = of_html(f"<head>{stated}</head>")
    assert (fields.site, fields.section) == ("The Pier Post", "Harbour")
    assert fields.tags == ("ferries", "the night boat")


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("| The Pier", ""),
        ("｜The Pier", ""),
        ("|", ""),
        ("The ferry runs again. |", "The ferry runs again."),
        ("The ferry runs again. || ｜ ", "The ferry runs again."),
        ("The ferry | runs again", "The ferry | runs again"),
    ],
)
def test_a_template_without_description_or_site_leaves_no_separator(stated: str, kept: str) -> None:
    fields = of_html(meta("description", stated) + "<p>Text")
    assert (fields.description, "description" in fields.found_in) == (kept, kept != "")
    stated_too = of_html(meta("description", stated) + json_ld(description="Of the sea.") + "<p>Text")
    assert stated_too.description == (kept or "Of the sea.")


def test_name_of_the_site_in_the_title_alone_is_cut_off_a_description() -> None:
    html = "<title>Ferry late | The Pier</title><link rel=canonical href=https://www.thepier.example/1>"
    assert of_html(html + meta("description", "Fish and ships | The Pier") + "<p>Text").description == "Fish and ships"


def test_a_description_of_nothing_but_elements_is_none() -> None:
    html = meta("description", "&lt;p>&lt;/p>") + "<p>Text"
    assert "description" not in of_html(html).found_in
    fields = of_html(json_ld(description="Fish & ships") + html)
    assert (fields.description, fields.found_in["description"]) == ("Fish & ships", "json-ld")


@pytest.mark.parametrize(
    ("head", "expected", "place"),
    [
        (json_ld(publisher={"name": "The Pier"}) + "<title>Ferry | Pier</title>", "The Pier", "json-ld"),
        (meta("application-name", "Pier App"), "Pier App", "meta"),
        ("<title>Ferry runs - again | The Pier</title>", "pier.example", "url"),
        ("<title>Ferry runs - again | Pier Example</title>", "Pier Example", "title"),
        ("<link rel=canonical href=https://m.dock.example/x>", "m.dock.example", "link"),
        (meta("og:site_name", "Blog"), "pier.example", "url"),
        (meta("og:site_name", "https://www.pier.example/"), "pier.example", "url"),
        (meta("og:site_name", "//pier.example") + json_ld(publisher={"name": "The Pier"}), "The Pier", "json-ld"),
        (meta("og:site_name", "/"), "pier.example", "url"),
        (meta("og:site_name", "pier.example"), "pier.example", "meta"),
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


@pytest.mark.parametrize("address", ["https://pier.example/ferry/", "//pier.example/ferry", "www.pier.example", "-"])
def test_an_address_is_no_section(address: str) -> None:
    assert of_html(json_ld(articleSection=address) + meta("article:section", "Harbour") + "<p>x").section == "Harbour"
    fields = of_html(json_ld(articleSection=address) + "<p>x")
    assert (fields.section, fields.found_in.get("section")) == ("", None)


def test_slogans_are_no_sites_sections_or_tags() -> None:
    long = "harbour " * 20
    fields = of_html(
        meta("og:site_name", long) + meta("article:section", long) + meta("keywords", f"sea,{long}") + "<p>x"
    )
    assert (fields.site, fields.section, fields.tags) == ("pier.example", "", ("sea",))


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
