"""Tests of the walk in the C core: the same blocks as the walk in Python gives."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from copydesk.classifier.image_address import read_image
from copydesk.classifier.segmentation import html as segmentation
from copydesk.classifier.segmentation import lexbor, segment_html
from copydesk.classifier.segmentation.compiled_walk import walk_tree
from copydesk.classifier.segmentation.page_form import open_page_form
from copydesk.classifier.segmentation.parser_limits import cap_nesting
from copydesk.classifier.segmentation.recorder import RecordingBuilder, read_base
from copydesk.classifier.segmentation.streamed import place_streamed_parts
from copydesk.classifier.segmentation.utf8 import to_utf8
from copydesk.classifier.structure import TAGS
from copydesk.classifier.types import Blocks
from tests.support.corpus_pages import corpus_pages
from tests.support.hostile_html import HTML, NESTED_HTML

pytestmark = pytest.mark.skipif(lexbor.find_lexbor() is None, reason="selectolax exports no functions of lexbor here")


def in_python(html: str | bytes) -> Blocks:
    page = cap_nesting(html if isinstance(html, bytes) else to_utf8(html))
    parser = LexborHTMLParser(page)
    place_streamed_parts(parser, page)
    open_page_form(parser, page)
    return segmentation._segment_in_python(parser, RecordingBuilder(), read_base(parser, page))


def recorded(page: Blocks) -> dict[str, Any]:
    """Return what was recorded of a page as values that can be compared."""
    recording = page.recording
    assert recording is not None
    spans, strings = recording.spans.tolist(), recording.strings
    return {
        "spans": [row[:4] for row in spans],
        "targets": [strings[row[4]] for row in spans if TAGS[row[3]] == "a"],
        "sizes": [row[4] for row in spans if TAGS[row[3]] in ("td", "th")],
        "images": [(TAGS.index("img"), *row) for row in recording.images.tolist()],
        "addresses": [
            read_image(strings, row[-1])
            for row in [*spans, *recording.images.tolist()]
            if len(row) == 3 or TAGS[row[3]] == "img"
        ],
        "numbers": dict(recording.numbers),
        "strings": len(strings),
        "base": recording.base,
    }


def check(html: str | bytes) -> None:
    found, expected = segment_html(html), in_python(html)
    assert found.text == expected.text
    assert found == replace(expected, recording=None)
    both = segment_html(html, inline=True)
    assert found == replace(both, recording=None)
    assert recorded(both) == recorded(expected)


@settings(max_examples=400, deadline=None)
@given(HTML)
def test_blocks_are_those_of_the_walk_in_python(html: str) -> None:
    check(html)


@settings(max_examples=30, deadline=None)
@given(NESTED_HTML)
def test_blocks_of_deep_nesting_are_those_of_the_walk_in_python(html: str) -> None:
    check(html)


_SENTENCES = (
    *(
        "Long words that make a sentence of more than fifty characters, with an end. ",
        "A second sentence? And a third! ",
    ),
    *(
        "Short. ",
        "また、長い文章があります。",
        "one<br>two.<br>",
        "one<span class='a br'></span>two<i class=br> </i><a class='br\u00a0' href>",
        "..?! ",
        "<a href=/x>link</a> ",
        "<img src=a>",
        "<time datetime=2026-01-02>",
        "&#9;x",
    ),
)
_PARAGRAPHS = st.lists(
    st.lists(st.sampled_from(_SENTENCES), max_size=4).map("".join).map("<p>{}</p>".format), max_size=4
).map("".join)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["{}", "{}", "<div hidden>{}</div>", "<noscript>{}</noscript>", "<pre>{}</pre>"]),
            _PARAGRAPHS,
        ),
        max_size=6,
    )
)
def test_hidden_copies_are_left_out_as_by_the_walk_in_python(parts: list[tuple[str, str]]) -> None:
    check("".join(around.format(inside) for around, inside in parts))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_blocks_of_any_bytes_are_those_of_the_walk_in_python(data: bytes) -> None:
    check(b"<p class=a>some text</p>" + data)


def test_blocks_of_corpus_pages_are_those_of_the_walk_in_python() -> None:
    for page in corpus_pages(every=40):
        check(page)


@pytest.mark.slow
def test_blocks_of_all_corpus_pages_are_those_of_the_walk_in_python() -> None:
    for page in corpus_pages():
        check(page)


def test_ordinary_page_is_walked_in_compiled_code() -> None:
    page = LexborHTMLParser(
        "<title>a</title><h1>É<b>Zwei</b></h1><p hidden>x<a href=/y>y</a><table><tr><td>1<td>2</table>"
    )
    assert walk_tree(page, 1) is not None


@pytest.mark.parametrize(
    "html",
    ["<math><mi>x</mi></math>", "<p>a <img alt='x_1'>", "<p>a<script type=math/tex>x</script>", "<p class='\udcff'>a"],
)
def test_page_with_a_formula_is_walked_in_python(html: str) -> None:
    page = html.encode("utf-8", "surrogateescape")
    assert walk_tree(LexborHTMLParser(page), len(page)) is None
    check(page)


_PROSE = "".join(
    f"<p>The ferry to the island sails again from Monday on, twice a day and in any weather, {n}." for n in range(3)
)
_TEMPLATES = (
    "<x-y><template shadowrootmode=open><p>in <b>shadow<x-y><template shadowrootmode=closed>deeper",
    "<p>a<template class=c><h2>b</h2>" + _PROSE + "</template><template><p>c</template><p>d",
    "<template>" + _PROSE + "</template><table><tr><td>1<td><template shadowrootmode=open><img alt=x>2</table>",
    "<svg><template>" + _PROSE + "</template></svg><template open>" + _PROSE,
)


@pytest.mark.parametrize("html", [*_TEMPLATES, "<p>a<template>b<template>c</template></template>d"])
def test_template_is_read_in_compiled_code(html: str) -> None:
    page = html.encode()
    assert walk_tree(LexborHTMLParser(page), len(page)) is not None
    check(page)


@pytest.mark.parametrize(
    ("kind", "is_read"),
    [
        ("application/ld+json", True),
        (" Application/LD+JSON\n", True),
        ("application/ld+json; charset=utf-8", True),
        ("application/ld+json;profile='http://www.w3.org/ns/json-ld#flattened'", True),
        ("application/ld+json \t; charset=utf-8", True),
        ("application/ld+json-seq", False),
        ("application/ld+json charset=utf-8", False),
        (";application/ld+json", False),
        ("application/json", False),
    ],
)
@pytest.mark.parametrize("page", ["<head>{}</head><p>Words", "<body><p>Words {}</p>"])
def test_json_ld_is_known_by_its_media_type_with_or_without_parameters(page: str, kind: str, is_read: bool) -> None:
    html = page.format(f'<script type="{kind}">{{"@type": "Article"}}</script>')
    for walked in (segment_html(html), in_python(html)):
        assert walked.head.json_ld == (('{"@type": "Article"}',) if is_read else ())


def test_template_within_one_is_read_in_python() -> None:
    page = f"<x-y><template shadowrootmode=open>a<template>{_PROSE}</template>b</template>".encode()
    assert walk_tree(LexborHTMLParser(page), len(page)) is None
    check(page)


_IN_TEMPLATES = st.lists(
    st.one_of(
        st.sampled_from(["<template>", "<template shadowrootmode=open class=c>", "</template>", "<p>", "<li>", "a"]),
        st.sampled_from([_PROSE, "<div hidden>", "</div>", "<template open>", "<tr><td>b<td>c", "<table>", "</table>"]),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(_IN_TEMPLATES)
def test_nested_templates_are_read_as_by_the_walk_in_python(html: str) -> None:
    check(html)


def test_content_at_another_place_in_a_template_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexbor, "_CONTENT_AT", 168)
    assert lexbor.find_lexbor.__wrapped__() is None


def test_page_without_a_function_of_lexbor_is_walked_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexbor, "FUNCTIONS", (*lexbor.FUNCTIONS, "lxb_gone"))
    assert lexbor.find_lexbor.__wrapped__() is None


def test_text_at_another_place_in_a_node_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexbor, "_TEXT_AT", 88)
    assert lexbor.find_lexbor.__wrapped__() is None


def test_tree_survives_pickling() -> None:
    page = segment_html("<div class=a><p>one<p>two<x-y>three")
    assert pickle.loads(pickle.dumps(page)) == page


@pytest.mark.parametrize(
    "unit", ["<div>a", "<p a b c>", "<table><tr><td>", "<b class=x>a<p>", "<pre> \n", "<br>a<br><br>"]
)
def test_megabyte_of_one_tag_takes_little_time(unit: str) -> None:
    page = unit * (1_000_000 // len(unit))
    began = time.process_time()
    segment_html(page)
    assert time.process_time() - began < 10.0
