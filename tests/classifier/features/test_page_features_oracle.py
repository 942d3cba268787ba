"""Features of whole pages, compared bit for bit with the oracle; numbers that do not fit a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.features import PageFeatures, compute_features
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Block, Blocks, Head, Markup
from tests.oracle import page_features as oracle
from tests.support.corpus_pages import corpus_pages
from tests.support.small_model import HTML_PAGE, TEXT_PAGE

CHARACTERS = st.one_of(
    st.sampled_from('aab  ABZ01.,!?|"“»•…/\n\u3000éÉßİ字ด。\ud800😀\U00020000'), st.characters(codec=None)
)
TEXTS = st.one_of(st.sampled_from(["", "Red boats", "Red boats sail.", "More 12..."]), st.text(CHARACTERS, max_size=30))
TAGS = st.sampled_from("h1 h2 h6 li p figure figcaption ul ol blockquote div section nav header article é".split())
NAMES = st.one_of(
    st.sampled_from(["", "story-box author", "articleByline", "caption", "é \ud800 x9"]),
    st.text(CHARACTERS, max_size=20),
)
LINKS = st.one_of(
    st.sampled_from(["", "#top", "/a", "/a#b", "/a#c", "https://x.example/news/2024?p=1", "//\ud800/é"]),
    st.text(CHARACTERS, max_size=20),
)
HEADS = st.builds(
    Head,
    title=TEXTS,
    metas=st.lists(st.tuples(st.sampled_from(["og:title", "description"]), TEXTS), max_size=2).map(tuple),
    json_ld=st.lists(
        st.sampled_from(['{"headline": "Red boats"}', '{"articleBody": "%s"}' % ("Red boats sail. " * 9)]), max_size=2
    ).map(tuple),
)


@st.composite
def pages(draw: st.DrawFn) -> Blocks:
    """Blocks of any texts, with any tree around them in which parents come before their children."""
    texts = draw(st.lists(TEXTS.filter(bool), max_size=12))
    starts = [sum(map(len, texts[:number])) + number for number in range(len(texts))]
    blocks = tuple(Block(start, start + len(text)) for start, text in zip(starts, texts, strict=True))
    page = Blocks("\n".join(texts), blocks, head=draw(HEADS))
    return replace(page, markup=draw(markups(len(texts)))) if draw(st.booleans()) else page


@st.composite
def markups(draw: st.DrawFn, n: int) -> Markup:
    """A tree around n blocks."""
    size = draw(st.integers(1, 20))
    spans = [sorted(draw(st.tuples(st.integers(0, n), st.integers(0, n)))) for _ in range(size)]

    def each(values: st.SearchStrategy[int]) -> tuple[int, ...]:
        return tuple(draw(values) for _ in range(n))

    return Markup(
        tags=tuple(draw(TAGS) for _ in range(size)),
        names=tuple(draw(NAMES) for _ in range(size)),
        parents=(-1, *(draw(st.sampled_from((element - 1, element // 2))) for element in range(1, size))),
        firsts=tuple(first for first, _ in spans),
        lasts=tuple(last for _, last in spans),
        elements=each(st.integers(0, size - 1)),
        link_chars=each(st.integers(0, 30)),
        links=each(st.integers(0, 15)),
        images=each(st.integers(0, 60)),
        inline=tuple(draw(NAMES) for _ in range(n)),
        hrefs=tuple(draw(LINKS) for _ in range(n)),
    )


def assert_same_as_oracle(page: Blocks) -> None:
    found, wanted = compute_features(page), oracle.compute_features(page)
    for name in PageFeatures._fields:
        one, other = getattr(found, name), getattr(wanted, name)
        assert (one.dtype, one.shape) == (other.dtype, other.shape), name
        np.testing.assert_array_equal(one, other, err_msg=name)


@settings(max_examples=300, deadline=None)
@given(pages())
def test_any_page_has_the_features_of_the_oracle(page: Blocks) -> None:
    assert_same_as_oracle(page)


@pytest.mark.parametrize("page", [segment_html(HTML_PAGE), segment_text(TEXT_PAGE), segment_html(""), segment_text("")])
def test_whole_pages_have_the_features_of_the_oracle(page: Blocks) -> None:
    assert_same_as_oracle(page)


@pytest.mark.parametrize("every", [60, pytest.param(1, marks=pytest.mark.slow)])
def test_pages_of_the_corpora_have_the_features_of_the_oracle(every: int) -> None:
    for data in corpus_pages(every=every):
        page = segment_html(data.decode("utf-8", "replace"))
        assert_same_as_oracle(page)
        assert_same_as_oracle(segment_text(page.text))


PAGE = segment_html("<div><p>One <a href=/x>two</a></p><p>Three</p></div>")


@pytest.mark.parametrize(
    "wrong",
    [
        {"elements": (0, 9)},
        {"elements": (-2, 0)},
        {"lasts": (2, 2, 1, 3)},
        {"firsts": (0, 0, -1, 1)},
        {"parents": (0, 0, 1, 1)},
    ],
)
def test_numbers_that_do_not_fit_the_page_are_refused(wrong: dict[str, Any]) -> None:
    assert PAGE.markup is not None
    assert len(PAGE.markup.parents) == 4
    with pytest.raises(ValueError, match="found blocks or elements that do not fit the page; segment it again"):
        compute_features(replace(PAGE, markup=replace(PAGE.markup, **wrong)))


@pytest.mark.parametrize("blocks", [(Block(0, 99),), (Block(-1, 2),), (Block(3, 2),), (Block(0, 3), Block(2, 4))])
def test_blocks_that_do_not_fit_the_text_are_refused(blocks: tuple[Block, ...]) -> None:
    with pytest.raises(ValueError, match="found blocks or elements that do not fit the page"):
        compute_features(Blocks("Six red boats", blocks))
