"""Hidden text: remarks inside a sentence, copies of what is shown, and text that is nowhere else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.segmentation.hidden import MAX_ASIDE_NODES, MIN_PARAGRAPHS
from copydesk.classifier.segmentation.html import HIDDEN
from copydesk.classifier.types import Blocks

FERRY = "The ferry to the island will run again from the first of June, the county said on Tuesday."
BOATS = "Two boats with batteries make fourteen crossings a day in summer and six in winter."
PIER = "Work on the pier begins next month and is to be finished before the summer."
ARTICLE = f"<p>{FERRY}</p><h2>The boats</h2><p>{BOATS}</p><p>{PIER}</p>"


def texts(html: str) -> list[str]:
    page = segment_html(html)
    return [page.text[block.start : block.end] for block in page.blocks]


def names_around(page: Blocks, number: int) -> str:
    assert page.markup is not None
    return page.markup.names[page.markup.elements[number]]


# Remarks inside a sentence


@pytest.mark.parametrize(
    "remark",
    [
        "<span hidden>half are below</span>",
        "<span style='display:none'>half are <b>below</b></span>",
        "<i class=tip style='visibility: hidden'>half are below</i>",
        "<span role=tooltip>half are below</span>",
        "<span class='tooltip-text'>half are below</span>",
        "<span class='footnote__note'>half are below</span>",
        "<small class=sidenote>half are below</small>",
        "<span class=tooltip>half of all are below</span>",
        "<span class='x d-none'>half of all are below</span>",
        "<span style='position:absolute;left:-9999px'>half are below</span>",
    ],
)
def test_remark_in_a_sentence_becomes_a_block_after_it(remark: str) -> None:
    blocks = texts(f"<p>The median{remark} rent is higher.</p><p>Next</p>")
    assert blocks[::2] == ["The median rent is higher.", "Next"]
    assert blocks[1].split()[-2:] == ["are", "below"]


@pytest.mark.parametrize(
    "term", ["<b class=tooltip title=x>median rent</b>", "<b class='hidden md:inline'>median and the mean rent</b>"]
)
def test_term_with_an_explanation_is_part_of_its_sentence(term: str) -> None:
    assert len(texts(f"<p>The {term} is higher.")) == 1


@pytest.mark.parametrize("tag", ["div", "aside", "tool-tip"])
def test_hidden_block_in_a_line_does_not_cut_it(tag: str) -> None:
    page = segment_html(f"<div>The median<{tag} hidden>half are below</{tag}> rent</div>")
    assert page.text == "The median rent\n\nhalf are below"
    assert names_around(page, 1) == f" {HIDDEN}"


def test_noscript_with_an_image_does_not_cut_a_sentence() -> None:
    assert texts("<p>The boat <noscript><img src=boat.jpg></noscript>leaves at nine.") == ["The boat leaves at nine."]


def test_words_around_a_remark_stay_apart_and_signs_together() -> None:
    assert texts("<p>four<span role=tooltip>x</span>stars") == ["four stars", "x"]
    assert texts("<p><b>4.6</b><span hidden>of 5</span><b>3308 reviews") == ["4.6 3308 reviews", "of 5"]
    assert texts("<p>wages<span hidden>x</span>, figures") == ["wages, figures", "x"]


@pytest.mark.parametrize("hidden", ["span hidden", "i style='display:none'", "div hidden", "a href=/x hidden"])
def test_word_around_hidden_text_is_one_word(hidden: str) -> None:
    html = f"<p>On 3 Ap<{hidden}>x y</{hidden.split()[0]}>ril"
    assert texts(html.replace("<p>", "<div>")) == ["On 3 April", "x y"]


def test_hidden_part_with_blocks_or_much_in_it_is_no_remark() -> None:
    assert texts("<div>one <span hidden><p>two</p></span> three</div>") == ["one", "two", "three"]
    many = "<b>x</b>" * MAX_ASIDE_NODES
    assert texts(f"<p>one <span hidden>{many}</span> three</p>") == ["one", "x" * MAX_ASIDE_NODES, "three"]


@pytest.mark.parametrize(
    "name", ["sr-only", "visually-hidden", "screen-reader-text", "visuallyhidden", "sr_only", "ssrc-1 VisuallyHidden-2"]
)
def test_text_for_screen_readers_is_left_out_of_a_sentence(name: str) -> None:
    html = f"<p>Read the report<span class='{name}'> (opens in a new window)</span> of the county.</p>"
    assert texts(html) == ["Read the report of the county."]


@pytest.mark.parametrize("name", ["not-sr-only", "focus:not-sr-only", "my-sr-only-thing", "visually-hidden-focusable"])
def test_other_names_are_read(name: str) -> None:
    assert texts(f"<p>Long enough a line <b class='{name}'>here</b></p>") == ["Long enough a line here"]


def test_text_for_screen_readers_is_kept_where_nothing_as_long_is_shown() -> None:
    assert texts("<a href=/x><span class=sr-only>Facebook</span></a>") == ["Facebook"]
    assert texts("<a href=/x>12<span class=sr-only> comments on this</span></a>") == ["12 comments on this"]
    assert texts("<a class=sr-only href=#main>Skip to content</a>") == ["Skip to content"]


def test_sign_for_screen_readers_between_kicker_and_headline_is_kept() -> None:
    assert texts("<h2><b>Island</b><b class=sr-only>: </b><b>Ferry runs</b></h2>") == ["Island: Ferry runs"]


def test_drop_cap_is_read_once() -> None:
    html = "<p><span class=sr-only>The</span><span aria-hidden=true>T</span>he ferry runs.</p>"
    assert texts(html) == ["The ferry runs."]


# Copies


@pytest.mark.parametrize(
    "copy",
    [
        "<div hidden>{}</div>",
        "<div class=mobile style='display: none'>{}</div>",
        "<div style='visibility:hidden'><div>{}</div></div>",
        "<div aria-hidden=true>{}</div>",
        "<noscript>{}</noscript>",
        "<template>{}</template>",
        "<dialog>{}</dialog>",
        "<div hidden><h1>Print version</h1>{}</div>",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_hidden_copy_of_an_article_is_left_out(copy: str, first: bool) -> None:
    copies = copy.format(ARTICLE), ARTICLE
    html = "".join(copies if first else copies[::-1])
    assert texts(f"<main>{html}</main>") == [FERRY, "The boats", BOATS, PIER]


def test_copy_with_other_paragraphs_is_left_out() -> None:
    lines = f"{FERRY}<br>{BOATS} {PIER}"
    assert texts(f"{ARTICLE}<div hidden>{lines}</div>") == [FERRY, "The boats", BOATS, PIER]


def test_of_two_hidden_copies_one_is_kept() -> None:
    html = f"<div hidden>{ARTICLE}</div><div style='display:none'>{ARTICLE}</div>"
    assert texts(html) == [FERRY, "The boats", BOATS, PIER]


def test_hidden_rest_of_an_article_is_kept_without_what_is_shown_of_it() -> None:
    assert texts(f"<p>{FERRY}</p><div hidden>{ARTICLE}</div>") == [FERRY, "The boats", BOATS, PIER]


def test_hidden_text_without_a_twin_is_kept() -> None:
    html = f"<p>Loading …</p><div style='display:none'>{ARTICLE}</div>"
    assert texts(html) == ["Loading …", FERRY, "The boats", BOATS, PIER]


@pytest.mark.parametrize(("shown", "is_main"), [("", True), (FERRY, True), (ARTICLE, False)])
def test_hidden_text_that_the_page_is_for_is_not_called_hidden(shown: str, is_main: bool) -> None:
    other = ARTICLE.replace("ferry", "train").replace("boats", "trams").replace("pier", "line")
    page = segment_html(f"<p>Loading</p><p>{shown}</p><div class=body hidden>{other}</div>")
    assert page.markup is not None
    assert page.markup.names[page.markup.tags.index("div")] == ("body" if is_main else f"body {HIDDEN}")


def test_hidden_menus_are_kept() -> None:
    menu = "<a href=/news>News</a><br><br><a href=/sport>Sport</a>"
    assert texts(f"{menu}<div hidden>{menu}</div>") == ["News", "Sport", "News", "Sport"]


def test_template_with_an_article_is_read_and_one_with_places_to_fill_in_is_not() -> None:
    article = "".join(f"<p>{FERRY} {number}</p>" for number in range(MIN_PARAGRAPHS))
    assert len(texts(f"<p>Loading</p><template>{article}</template>")) == 1 + MIN_PARAGRAPHS
    form = article.replace("county", "{{name}}")
    assert texts(f"<p>Loading</p><template>{form}</template>") == ["Loading"]


def test_numbers_of_blocks_follow_what_is_left_out() -> None:
    copy = f"<div hidden><img src=a>{ARTICLE}<img src=b><p>{FERRY}</p></div>"
    html = f"{copy}<p><time datetime=2024-05-03>Friday</time> <a href=/x>more</a></p>{ARTICLE}<img src=c><ol start=3>"
    page, without = segment_html(html, inline=True), segment_html(html.replace(copy, ""), inline=True)
    assert page.text == without.text
    assert page.head == without.head
    assert page.recording is not None
    assert without.recording is not None
    assert page.recording.spans[:, :4].tolist() == without.recording.spans[:, :4].tolist()
    assert page.recording.images[-1, 0] == len(page.blocks)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([FERRY, BOATS, PIER, "Short", "Next one"]), min_size=1, max_size=8),
    st.sampled_from(["<div hidden>{}</div>", "<noscript>{}</noscript>", "<div style='display:none'>{}</div>"]),
    st.integers(0, 8),
)
def test_hidden_copy_of_paragraphs_changes_nothing(lines: list[str], copy: str, at: int) -> None:
    paragraphs = [f"<p>{line}</p>" for line in lines]
    copied = [paragraph for paragraph, line in zip(paragraphs, lines, strict=True) if len(line) > 50]
    html = "".join([*paragraphs[:at], copy.format("".join(copied)), *paragraphs[at:]])
    assert texts(f"<main>{html}") == texts("<main>" + "".join(paragraphs))


# Hostile pages


@pytest.mark.attack
@pytest.mark.parametrize(
    "html",
    [
        f"<span hidden>{FERRY}</span>" * 30_000,
        f"<p>{FERRY}<span hidden>x" * 30_000,
        "<div hidden>" * 50_000 + FERRY,
        "<p>x<span hidden>" * 50_000,
        f"<template><p>{FERRY}" * 20_000,
        "<p>word<b class=sr-only>spoken</b>" * 30_000,
        f"<div hidden>{FERRY}</div><p>{FERRY}</p>" * 20_000,
        "<div hidden>" * 380 + "<p>short" * 100_000,
        "<p><math><mi>x</mi></math>text" + "<b aria-hidden=true>a</b>" * 100_000,
        "<p><math><mi>x</mi></math>" + "<b aria-hidden=true>a</b> " * 100_000,
        "<p>" + "<math><mi>x</mi></math>" * 50_000,
        "<h1>" + "<b class=kicker>a</b>" * 50_000,
        "<p>&amp;nbsp;&amp;nbsp;" + "<b>&amp;nbsp;</b>" * 50_000,
    ],
    ids="many remarks deep deep_remarks templates spoken copies nested marks drawings formulas kickers escapes".split(),
)
def test_hidden_elements_take_linear_time(html: str) -> None:
    started = time.process_time()
    segment_html(html)
    assert time.process_time() - started < 10
