"""Titles are those of plain Python that weighs every candidate: on random pages, on hostile ones, on the corpora."""

from __future__ import annotations

import re
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.compiled.library import SOURCES
from copydesk.classifier.declared_titles import read_declared, words_of
from copydesk.classifier.fields import read_json_ld
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.title_of_html import Search, find_title
from copydesk.classifier.title_of_text import PLACE_WEIGHTS, WORD_WEIGHTS, begin_search, find_headline, read_words
from copydesk.classifier.types import KINDS, Blocks
from tests.oracle import title_of_html, title_of_text
from tests.support.corpus_pages import corpus_pages

SEEDS = st.integers(0, 2**32 - 1)
_WORDS = "by photo: Ferry late FERRY pump Ärger straße STRASSE it’s ﬁre İda é 4 漢字 | - : &amp; • ©".split()
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=9).map(" ".join)
_NAMES = st.sampled_from(
    (
        "",
        "nav",
        "x-nav_y",
        "Headline",
        "page-TITLE",
        "breadcrumb",
        "pfadnav",
        "related menu",
        "navx",
        "é nav",
        "asticky",
    )
)
_TAGS = st.sampled_from("h1 h2 h3 p div li nav aside footer a x-y br".split())
_PIECES = st.lists(st.tuples(_TAGS, _NAMES, _TEXTS, st.booleans()), max_size=14)
_ENDS = st.sampled_from(("\n\n", "\n", "\r\n", "\n\r", " \n"))


def html_of(pieces: list[tuple[str, str, str, bool]], head: str) -> str:
    parts = [
        f"<{tag} class='{names}' href='/{names}'>{text}{'' if is_open else f'</{tag}>'}"
        for tag, names, text, is_open in pieces
    ]
    return f"<title>{head}</title><meta property=og:site_name content=Post><body>{''.join(parts)}"


def check_html(page: Blocks, seed: int) -> None:
    assert page.markup is not None
    random, n = np.random.default_rng(seed), len(page.blocks)
    kinds, scores = random.integers(0, len(KINDS), n), random.normal(-3, 4, n)
    matches = random.random(n).astype(np.float32)
    declared = read_declared(page.head, read_json_ld(page.head.json_ld))
    points, expected = title_of_html.find_title(page, page.markup, declared, matches, kinds, scores)
    found = find_title(Search(page, page.markup.to_arrays(), declared, matches, kinds, scores))
    assert (None if found is None else found[1:]) == expected
    assert found is None or found.points == points


def check_text(page: Blocks, seed: int) -> None:
    random, n = np.random.default_rng(seed), len(page.blocks)
    kinds, odds = random.integers(0, len(KINDS), n), random.normal(-4, 4, n)
    in_body = random.random((n, 3))[:, 0] ** 2
    assert find_headline(page, in_body, kinds, odds) == title_of_text.find_headline(page, in_body, kinds, odds)
    if n < 2:
        return
    ours, theirs = begin_search(page, in_body, kinds, odds), title_of_text.begin_search(page, in_body, kinds, odds)
    assert (ours.known, ours.opening) == (theirs.known, theirs.opening)
    lines = list(ours.lines())
    assert [range(int(line.first), int(line.last)) for line, _ in lines] == list(theirs.candidates)
    for (line, place), blocks in zip(lines, theirs.candidates, strict=True):
        expected, text = title_of_text.read_place(theirs, blocks), title_of_text.line_of(theirs.lines, blocks)
        assert ours.text_of(line) == text
        assert [*place] == pytest.approx([*map(float, expected)], abs=1e-14)
        words = words_of(text)
        points = sum(map(mul, PLACE_WEIGHTS, place))
        if words:
            of_words = title_of_text.read_words(theirs, text, words)
            assert read_words(ours, text, words) == of_words
            points += sum(map(mul, WORD_WEIGHTS, of_words))
            assert line.most == pytest.approx(points) if line.how == 2 else line.most >= points - 1e-9
        else:
            assert line.how != 2


@settings(max_examples=200, deadline=None)
@given(_PIECES, _TEXTS, SEEDS)
def test_title_of_a_page_is_that_of_plain_python(
    pieces: list[tuple[str, str, str, bool]], head: str, seed: int
) -> None:
    check_html(segment_html(html_of(pieces, head)), seed)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_TEXTS, _ENDS), max_size=30), st.text(max_size=60), SEEDS)
def test_headline_of_a_text_is_that_of_plain_python(lines: list[tuple[str, str]], extra: str, seed: int) -> None:
    long = "The ferry is late again as its pump broke, " * 5
    text = "".join(f"{long * (n % 7 == 5)}{line}{end}" for n, (line, end) in enumerate(lines))
    check_text(segment_text(text + extra), seed)
    check_text(segment_text(extra + "\n\n" + text), seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copydesk.classifier.title_of_text.BEGINNING", seed % 3000)
        check_text(segment_text(extra + "\n\n" + text), seed)


def test_page_with_more_candidates_than_are_weighed_has_the_title_of_plain_python() -> None:
    blocks = "".join(f"<h1><p>Ferry {n % 9}</p></h1><p>Ferry late {n % 7}" for n in range(90))
    for seed in range(20):
        check_html(segment_html(f"<title>Ferry late 3</title>{blocks}"), seed)


def test_titles_of_the_corpora_are_those_of_plain_python() -> None:
    for seed, content in enumerate(corpus_pages(every=40)):
        page = segment_html(content)
        check_html(page, seed)
        check_text(segment_text(page.text), seed)


def test_letters_that_python_folds_into_latin_letters_are_known_in_c() -> None:
    source = (SOURCES / "headline_words.c").read_text(encoding="utf-8")
    cases = source.partition("is_folded_apart(point_t code) {")[2].partition("return true")[0]
    found = [int(number, 16) for number in re.findall(r"case (\w+):", cases)]
    assert found == [*filter(is_folded_apart, range(0x110000))]


def is_folded_apart(code: int) -> bool:
    folded = chr(code).casefold()
    return any(ord(letter) < 256 for letter in folded) and not (code < 256 and len(folded) == 1)


def test_elements_that_are_not_there_are_an_error() -> None:
    page = segment_html("<h1>Ferry</h1><p>late")
    tree = page.markup.to_arrays() if page.markup is not None else None
    assert tree is not None
    n, declared = len(page.blocks), read_declared(page.head, read_json_ld(()))
    for broken in (
        tree._replace(elements=tree.elements + 99),
        tree._replace(tags=tree.tags + 9999),
        tree._replace(lasts=tree.lasts + 9),
    ):
        with pytest.raises(ValueError, match="do not fit the page"):
            find_title(Search(page, broken, declared, np.ones(n, np.float32), np.zeros(n, np.int64), np.ones(n)))


def test_blocks_outside_of_the_text_are_an_error() -> None:
    page = Blocks("Ferry", ((0, 2), (3, 9)), markup=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="outside the text"):
        find_headline(page, np.ones(2), np.zeros(2, np.int64), np.ones(2))
