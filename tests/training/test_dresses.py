"""Pages in other dresses: the same blocks and labels, other names, tags, letters and company."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.types import Head
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import TrainingPage
from copydesk.training.dresses import UTILITIES, dress, keep_blocks, make_bare, rename, undress

HTML = """<title>Bridge opens</title><nav class="main-menu"><a href=/>Home</a></nav>
<article class=story><h1 class=headline>Bridge opens</h1><p class=lead>The bridge is open.
<p>Nobody came to see the <span class=remark>first</span> car.</article>
<aside class=related><h3><a class=card-link href=/a>Tunnel closes</a></h3><p>The tunnel closes on...</aside>"""
CODES = tuple("BEEETT")


def made_page(html: str = HTML, codes: tuple[str, ...] = CODES, number: int = 0) -> LabelledPage:
    blocks = segment_html(html)
    assert len(blocks.blocks) == len(codes)
    source = TrainingPage(f"p{number}", "own", "a.example", "news", "en", "", (), codes, None)
    return LabelledPage(source, "html", blocks, codes, codes, gold=True)


@pytest.mark.parametrize("number", range(6))
def test_a_dress_is_always_the_same_and_keeps_labels_with_their_blocks(number: int) -> None:
    page = made_page(number=number)
    dresses = dress(page)
    assert dresses == dress(page)
    assert len(dresses) == 3
    for other in dresses:
        assert other.synthetic
        assert len(other.codes) == len(other.parts) == len(other.blocks.blocks)
        assert other.codes.count("E") == page.codes.count("E")


def test_new_names_leave_tags_and_lose_every_old_name() -> None:
    page = made_page()
    for seed in range(9):
        markup = rename(page, np.random.default_rng(seed), UTILITIES).blocks.markup
        assert markup is not None
        assert page.blocks.markup is not None
        assert markup.tags == page.blocks.markup.tags
        said = {word for names in (*markup.names, *markup.inline) for word in names.replace("-", " ").split()}
        assert said.isdisjoint(("menu", "story", "headline", "lead", "related", "card", "remark"))
        assert markup.inline[0].startswith("a")


def test_equal_names_stay_equal() -> None:
    page = made_page("<p class=x>One<p class=y>Two<p class=x>Three", ("E",) * 3)
    for seed in range(9):
        markup = rename(page, np.random.default_rng(seed), UTILITIES).blocks.markup
        assert markup is not None
        first, _, third = (markup.names[element] for element in markup.elements)
        assert first == third


@pytest.mark.parametrize(
    ("boxes", "left"), [(False, {"body", "nav", "article", "aside", "div"}), (True, {"body", "div"})]
)
def test_a_bare_page_has_no_headings_and_no_paragraphs(boxes: bool, left: set[str]) -> None:
    markup = make_bare(made_page(), boxes=boxes).blocks.markup
    assert markup is not None
    assert set(markup.tags) == left


def test_an_undressed_page_keeps_its_article() -> None:
    for seed in range(12):
        page = undress(made_page(), np.random.default_rng(seed))
        assert page is not None
        assert [
            page.blocks.text[b.start : b.end]
            for b, code in zip(page.blocks.blocks, page.codes, strict=True)
            if code == "E"
        ] == [
            "Bridge opens",
            "The bridge is open.",
            "Nobody came to see the first car.",
        ]


def test_a_page_with_too_little_left_is_left_out() -> None:
    page = made_page("<p>Only furniture<p>Nothing else", ("B", "B"))
    assert undress(page, np.random.default_rng(1)) is None or page.codes


def test_kept_blocks_keep_their_elements() -> None:
    kept = np.array([False, True, True, False, False, True])
    page = keep_blocks(made_page(), kept, Head())
    markup = page.blocks.markup
    assert markup is not None
    assert page.codes == ("E", "E", "T")
    assert [markup.tags[element] for element in markup.elements] == ["h1", "p", "p"]
    for number, element in enumerate(markup.elements):
        assert markup.firsts[element] <= number < markup.lasts[element]
