"""Laws and layouts of reading JSON-LD."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields import JsonLd, read_json_ld

STORY = {
    "@type": "NewsArticle",
    "headline": "Ferry runs again",
    "author": [{"@type": "Person", "name": "Ada Quill"}, {"@type": "Organization", "name": "Harbour Press"}],
    "datePublished": "2024-05-03T08:00:00+02:00",
    "dateModified": "2024-05-04",
    "publisher": {"@type": "Organization", "name": "The Pier"},
    "articleSection": ["News", "Harbour"],
    "keywords": ["ferry", "harbour"],
    "articleBody": "It runs.",
    "description": "After two years.",
    "image": {"@type": "ImageObject", "url": "https://pier.example/ferry.jpg"},
    "inLanguage": "en-GB",
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*STORY, "@graph", "@id", "name", "url"]), inner)
    ),
    max_leaves=12,
)


def read(*values: Any) -> JsonLd:
    return read_json_ld([json.dumps(value) for value in values])


# Laws


@given(st.lists(st.text() | ANY_JSON.map(json.dumps), max_size=3))
def test_any_script_is_read(scripts: list[str]) -> None:
    found = read_json_ld(scripts)
    assert isinstance(found.headline, str)
    assert all(name == " ".join(name.split()) != "" for name in found.authors)


@given(st.dictionaries(st.sampled_from(list(STORY)), ANY_JSON))
def test_any_value_of_any_property_is_read(values: dict[str, Any]) -> None:
    found = read(STORY | values)
    assert set(found.organisations) <= set(found.authors)


@pytest.mark.parametrize("around", ["[{}]", '{{"@graph": {}}}', '{{"author": {}}}'])
def test_deep_nesting_is_read_to_a_limit(around: str) -> None:
    before, after = around.format("\0").split("\0")
    assert read_json_ld([before * 100_000 + after * 100_000, json.dumps(STORY)]).headline == "Ferry runs again"


def test_a_long_list_is_read_to_a_limit() -> None:
    found = read(STORY | {"author": [f"Name {number}" for number in range(100_000)]})
    assert found.authors[:2] == ("Name 0", "Name 1")
    assert len(found.authors) < 1000


# Layouts


def test_references_in_a_circle_end() -> None:
    for many in (2, 200):
        graph = [STORY | {"image": {"@id": "a"}}, {"@id": "a", "url": [{"@id": "a"}] * many}]
        assert read_json_ld((json.dumps({"@graph": graph}),)).image == ""


def test_many_references_to_a_node_with_many_names_cost_little_memory() -> None:
    author = [[{"@id": "a"}] * 200] * 10
    graph = [STORY | {"author": author}, {"@id": "a", "name": [["Ada Quill"] * 200] * 200}]
    assert set(read_json_ld((json.dumps({"@graph": graph}),)).authors) == {"Ada Quill"}
    assert len(read_json_ld((json.dumps({"@graph": graph}),)).authors) <= 200


def test_every_property_of_an_article_is_read() -> None:
    assert read(STORY) == JsonLd(
        kind="NewsArticle",
        headline="Ferry runs again",
        body_length=8,
        authors=("Ada Quill", "Harbour Press"),
        organisations=("Harbour Press",),
        published="2024-05-03T08:00:00+02:00",
        modified="2024-05-04",
        publisher="The Pier",
        section="News",
        tags=("ferry", "harbour"),
        description="After two years.",
        image="https://pier.example/ferry.jpg",
        language="en-GB",
    )


@pytest.mark.parametrize(
    "value",
    [
        [STORY],
        {"@context": "https://schema.org", "@graph": [{"@type": "BreadcrumbList"}, STORY]},
        {"@type": "WebPage", "name": "The Pier", "mainEntity": STORY},
        [[{"@type": "WebSite", "name": "The Pier"}], STORY],
        STORY | {"@type": ["https://schema.org/NewsArticle", "Article"]},
    ],
)
def test_the_article_is_found_wherever_it_is(value: Any) -> None:
    found = read(value)
    assert (found.kind, found.headline, found.authors[0]) == ("NewsArticle", "Ferry runs again", "Ada Quill")


def test_the_article_is_found_among_several_scripts() -> None:
    assert read({"@type": "Organization", "name": "The Pier Ltd"}, STORY).publisher == "The Pier"


def test_other_stories_in_a_list_are_not_the_page() -> None:
    found = read({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": STORY}]})
    assert found == JsonLd()


def test_names_behind_an_id_are_found() -> None:
    graph = [
        {"@type": "Article", "headline": "Ferry", "author": {"@id": "#ada"}, "publisher": {"@id": "#pier"}},
        {"@type": "Person", "@id": "#ada", "name": "Ada Quill"},
        {"@type": "Organization", "@id": "#pier", "name": "The Pier"},
    ]
    found = read({"@graph": graph})
    assert (found.authors, found.publisher) == (("Ada Quill",), "The Pier")


def test_a_person_without_a_name_has_a_given_and_a_family_name() -> None:
    author = [{"givenName": "Ada", "familyName": "Quill"}, {"name": "Ben Reed", "givenName": "Benjamin"}, {"url": "x"}]
    assert read(STORY | {"author": author}).authors == ("Ada Quill", "Ben Reed")


def test_a_page_says_what_its_article_does_not() -> None:
    page = {"@type": "WebPage", "datePublished": "2024-05-03", "inLanguage": "de"}
    found = read({"@graph": [page, {"@type": "Article", "headline": "Ferry"}]})
    assert (found.headline, found.published, found.language) == ("Ferry", "2024-05-03", "de")


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type": "Article", "headline": "Ferry"} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "Ferry"}\n//]]>',
        '/* <![CDATA[ */ {"@type": "Article", "headline": "Ferry"}; /* ]]> */',
        '{"@type": "Article", "headline": "Ferry", "keywords": ["a", ],}',
        '{"@type": "Article", "description": "one\nline\tmore", "headline": "Ferry"}',
        "{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;Ferry&quot;}",
        '{"@type": "Article", "headline": "Ferry", "articleBody": "cut off he',
        '{"@type": "Article", "headline": "Ferry"}{"@type": "Person"}',
    ],
)
def test_broken_json_is_read(script: str) -> None:
    assert read_json_ld([script]).headline == "Ferry"


def test_the_author_of_broken_json_is_read() -> None:
    script = '{"author": [{"@type": "Person", "name": "Ada \\u0051uill"}], "headline": "Fer"ry"}'
    assert read_json_ld([script]).authors == ("Ada Quill",)


def test_entities_are_decoded_and_white_space_is_folded() -> None:
    assert read(STORY | {"headline": " Fish &amp;amp; \n ships "}).headline == "Fish & ships"


def test_lone_surrogates_are_replaced() -> None:
    assert read_json_ld(['{"@type": "Article", "headline": "\\ud83d ferry"}']).headline == "\ufffd ferry"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1714552200, "1714552200"),
        (1714552200000, "1714552200000"),
        (1714552200.5, "1714552200"),
        (20240501, "20240501"),
        *((value, "") for value in (0, -1, True, None, 1e300, 10**400)),
    ],
)
def test_time_may_be_a_number(value: object, expected: str) -> None:
    found = read(STORY | {"datePublished": value, "dateModified": value})
    assert (found.published, found.modified) == (expected, expected)
