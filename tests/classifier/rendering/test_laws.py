"""The law of Markdown and HTML: read again, they have the text of the body, whatever it is and however it is set."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk.classifier import PARTS, Article, Kind
from copydesk.classifier.segmentation import segment_html
from tests.support.articles import article_of, article_of_html, folded, text_of_html, text_of_markdown

_SIGNS = """
    * ** _ __ _x_ ` `` ``` ~ ~~ ~~~ # ## > - + 1. 2) = == === --- *** ___ | || | --- :-- --: :- |- \\ \\\\ ! ![ [a](b)
    [a]: b ![a](b) < <b> </b> <!-- <?x <http://a.example> & &amp; &#35; a@b.example http://a.example [ ] ( ) word 日本
    „q“ é. \u200b \u00ad \u00a0 \x0b \x0c \x1c \0 \t \n \r \x85 \u2028
""".split(" ")
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from([*_SIGNS, " ", "\n", "    ", "\t", "a", "1"]), min_size=1, max_size=12).map("".join),
)
_KINDS = st.sampled_from(PARTS)
_WORDS = st.lists(st.sampled_from(["w1", "w2 ", " * ", "_x_", "`", "![", "&lt;b>", "1. ", "- ", "|", "\u200b", "é."]))
_LEAVES = st.one_of(
    _WORDS.map("".join), st.sampled_from(["<br>", "<img src='a (b)>' alt='c] d'>", " ", "<p>", "</p>", "</b>", "<li>"])
)
_TAGS = st.sampled_from(
    """p div b em code strong span a|href='/u?a&amp;copy;(b)' a|href=javascript:x ul ol ol|start=3 li table tr td th
    thead pre h1 h3 section noscript figure figcaption blockquote td|hidden td|colspan=2 td|rowspan=3
    td|rowspan=0""".split()
)
_HTML = st.recursive(
    _LEAVES,
    lambda inner: st.tuples(_TAGS, st.lists(inner, max_size=4)).map(
        lambda parts: f"<{parts[0].replace('|', ' ')}>{''.join(parts[1])}</{parts[0].split('|')[0]}>"
    ),
    max_leaves=30,
)

_EMPHASIS = st.recursive(
    st.sampled_from(["a", "b c", " ", "é", "“", ".", ">", "\\", "#", "*", "_", "!", "`", "~", "<br>"]),
    lambda inner: st.tuples(
        st.sampled_from(["i", "b", "i", "b", "code", "a"]), st.lists(inner, min_size=1, max_size=4)
    ).map(lambda parts: f"<{parts[0]} href=/u>{''.join(parts[1])}</{parts[0]}>"),
    max_leaves=12,
)


def assert_both_forms_have_the_body(article: Article) -> None:
    for links in (False, True):
        markdown = article.to_markdown(links=links, front_matter=False)
        assert folded(text_of_markdown(markdown)) == folded(article.body), markdown
        html = article.to_html(links=links, fragment=True)
        assert folded(text_of_html(html)) == folded(article.body.replace("\0", "")), html


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_KINDS, _TEXTS), max_size=6))
def test_plain_text_keeps_its_body(blocks: list[tuple[Kind, str]]) -> None:
    assert_both_forms_have_the_body(article_of(*blocks).with_parts(PARTS))


@settings(max_examples=300, deadline=None)
@given(_HTML, st.data())
def test_html_keeps_its_body_under_any_kinds(html: str, data: st.DataObject) -> None:
    n_blocks = len(segment_html(html).blocks)
    kinds = data.draw(st.lists(_KINDS, min_size=n_blocks, max_size=n_blocks))
    assert_both_forms_have_the_body(article_of_html(html, kinds, "https://pier.example/news/"))


@settings(max_examples=500, deadline=None)
@given(st.lists(_EMPHASIS, min_size=2, max_size=6))
@example(["said ", "<i><b>said that</b></i>", "<b>on Monday</b>", " the ferry"])
@example(["<i>></i>", "<b><em>\\</em>#</b>", "é"])
def test_emphasis_that_touches_other_emphasis_keeps_its_text(pieces: list[str]) -> None:
    html = f"<p>{''.join(pieces)}</p>"
    assert_both_forms_have_the_body(article_of_html(html, Kind.TEXT, "https://pier.example/news/"))


@settings(max_examples=100, deadline=None)
@given(_HTML)
def test_recording_changes_no_block(html: str) -> None:
    plain, recorded = segment_html(html), segment_html(html, inline=True)
    assert (recorded.text, recorded.blocks, recorded.markup) == (plain.text, plain.blocks, plain.markup)
    assert plain.recording is None


@pytest.mark.parametrize("depth", [10, 400])
def test_deep_lists_and_quotes_keep_their_text(depth: int) -> None:
    html = "<ul><li>one" * depth + "<blockquote>two" * depth
    n_blocks = len(segment_html(html).blocks)
    assert_both_forms_have_the_body(article_of_html(html, [Kind.LIST_ITEM] * (n_blocks - 1) + [Kind.QUOTE]))


def test_table_of_very_uneven_rows_is_no_table() -> None:
    html = f"<table><tr>{'<td>x<p>' * 900}<tr>{'<tr><td>y<td>z' * 300}</table>"
    article = article_of_html(html, Kind.TABLE)
    assert "|" not in article.to_markdown()
    assert_both_forms_have_the_body(article)


@pytest.mark.attack
@pytest.mark.slow
@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<div>" + "<a href=/x>word</a> text<br><br>" * 20_000, Kind.TEXT),
        ("<ul><li>x" * 20_000, Kind.LIST_ITEM),
        ("<table>" + "<tr><td>a<td><td><b>b</b>" * 20_000, Kind.TABLE),
        ("<table><tr><td>x" * 20_000, Kind.TABLE),
        ("<table>" + "<tr><td>a<td><p>b<td rowspan=0 colspan=1000>c" * 20_000, Kind.TABLE),
        ("<p>" + "!<a href=x>*</a>" * 20_000, Kind.TEXT),
        (f"<h2>{'#' * 200_000}a</h2>", Kind.SUBHEADING),
        (f"<p>x<img srcset='{',a ' * 100_000}'>" + "<img src=a>" * 20_000, Kind.TEXT),
    ],
    ids=["links", "lists", "rows", "tables", "spans", "bangs", "hashes", "images"],
)
def test_time_is_linear_in_the_length_of_the_page(html: str, kind: Kind) -> None:
    article = article_of_html(html, kind)
    before = time.process_time()
    article.to_markdown(links=True)
    article.to_html(links=True)
    assert time.process_time() - before < 10
