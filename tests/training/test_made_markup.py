"""HTML of made pages: built in many ways, and always with the blocks that were written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.segmentation import segment_html
from copydesk.training.corpora.pages import PART_CODES
from copydesk.training.made_comments import cut_comments, join_comments
from copydesk.training.made_elements import Dice, without_links
from copydesk.training.made_markup import as_html
from copydesk.training.made_story import cut_story
from copydesk.training.made_ways import Ways, choose_ways

N_BUILDS = 400
"""Pages built of the same blocks, among which each way occurs."""

STORY = (
    ("Menu", "B"), ("Sport", "B"), ("Weather", "B"), ("Log in", "B"),
    ("Flood closes the bridge", "N"), ("By the county desk", "A"), ("12 May", "D"),
    ("The river rose by two metres on Monday night.", "E"),
    ("Get our letter every morning, free of charge", "B"), ("Sign up", "B"),
    ("Nobody was hurt, the mayor said at noon.", "E"),
    ("More on this", "H"), ("The last flood", "T"),
    ("Schools stay closed until the end of the week.", "E"),
    ("Roads that are closed", "U"), ("Mill Road", "L"), ("Harbour Street", "L"),
    ("Editor's choice", "H"), ("Ten walks along the river", "T"), ("It takes an hour and needs no boots. " * 4, "T"),
    ("2 comments", "B"), ("pond_life", "C"), ("My cellar is a lake.", "C"), ("Reply", "B"),
    ("heron", "C"), ("Mine too.", "C"), ("Reply", "B"), ("Imprint", "B"),
)  # fmt: skip

TICKER = (("Storm live", "N"), *(("17.52", "D"), ("Warning ends", "U"), ("It blew all day.", "E"), ("Share", "B")) * 4)

WORDS = st.sampled_from("Flood water 12 & <b> said. (no) Köln 東京 [[link]] [[and]]".split())
TEXTS = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
BLOCKS = st.lists(st.tuples(TEXTS, st.sampled_from(PART_CODES)), min_size=1, max_size=30)


def build_all(written: Sequence[tuple[str, str]]) -> list[str]:
    texts, codes = zip(*written, strict=True)
    return [as_html(f"en-{number}", "en", texts, codes) for number in range(N_BUILDS)]


def blocks_of(html: str) -> list[str]:
    blocks = segment_html(html)
    return [blocks.text[block.start : block.end] for block in blocks.blocks]


@settings(max_examples=300, deadline=None)
@given(st.text("abc123", max_size=6), BLOCKS, st.sampled_from(((), TICKER, STORY)))
def test_built_page_has_the_written_blocks(
    page: str, random: list[tuple[str, str]], fixed: Sequence[tuple[str, str]]
) -> None:
    texts, codes = zip(*random, *fixed, strict=True)
    assert blocks_of(as_html(page, "en", texts, codes)) == [" ".join(without_links(text).split()) for text in texts]


@pytest.mark.parametrize("written", [STORY, TICKER])
def test_blocks_are_the_written_ones_in_every_build(written: Sequence[tuple[str, str]]) -> None:
    for html in build_all(written):
        assert blocks_of(html) == [text.strip() for text, _ in written]


def text_beside(selector: str, text: str) -> Callable[[LexborHTMLParser], bool]:
    """Return whether a text is directly inside an element that a selector finds."""

    def is_beside(tree: LexborHTMLParser) -> bool:
        return any(text in own_text(node) for node in tree.css(selector))

    return is_beside


def own_text(node: LexborNode) -> str:
    return node.text(deep=False) or ""


def finds(selector: str, text: str) -> Callable[[LexborHTMLParser], bool]:
    """Return whether a text is in an element that a selector finds."""
    return lambda tree: any(text in node.text() for node in tree.css(selector))


@pytest.mark.parametrize(
    ("is_built", "least", "most"),
    [
        pytest.param(finds("br", ""), 0.05, 0.2, id="lines"),
        pytest.param(finds("b + br", ""), 0.01, 0.2, id="headings as lines"),
        pytest.param(finds("a + br, b:has(a) + br", ""), 0.01, 0.1, id="teasers as lines"),
        pytest.param(finds("td + td + td", "Ten walks"), 0.02, 0.12, id="layout table"),
        pytest.param(finds("blockquote", "cellar"), 0.05, 0.3, id="comments as quotes"),
        pytest.param(finds("b + blockquote", "cellar"), 0.01, 0.2, id="comments as quotes below names"),
        pytest.param(finds("dl > dd", "cellar"), 0.01, 0.2, id="comments in a list of terms"),
        pytest.param(finds("article", "pond_lifeMy cellar is a lake.Reply"), 0.01, 0.2, id="comments as articles"),
        pytest.param(finds("ol > li", "cellar"), 0.01, 0.2, id="comments as items"),
        pytest.param(text_beside("article, main, div, section, td", "Nobody was"), 0.1, 0.5, id="bare text"),
        pytest.param(text_beside("ul", "Mill Road"), 0.005, 0.1, id="bare text in a list"),
        pytest.param(finds("form > input + button", "Sign up"), 0.1, 0.6, id="form in the story"),
        pytest.param(finds("aside > h3 + *", "The last flood"), 0.01, 0.3, id="teasers in the story"),
        pytest.param(finds("dl > dt", "Mill Road"), 0.02, 0.3, id="facts in a list of terms"),
        pytest.param(finds(".infobox, .factbox", "Mill Road"), 0.02, 0.4, id="facts in a box"),
        pytest.param(finds(".has-sidebar, .footer-fixed, .is-premium", "river"), 0.005, 0.1, id="misleading names"),
        pytest.param(finds('.paywall[aria-hidden="true"]', ""), 0.005, 0.1, id="paragraphs marked as hidden"),
    ],
)
def test_way_is_that_of_a_share_of_pages(
    is_built: Callable[[LexborHTMLParser], bool], least: float, most: float
) -> None:
    share = sum(is_built(LexborHTMLParser(html)) for html in build_all(STORY)) / N_BUILDS
    assert least <= share <= most


@pytest.mark.parametrize("tag", ["article", "li", "section", "div"])
def test_entries_of_a_ticker_are_elements(tag: str) -> None:
    built = [LexborHTMLParser(html) for html in build_all(TICKER)]
    entry = "17.52Warning endsIt blew all day.Share"
    # the fourth entry ends before "Share", which stands after the story
    found = [[node.text() for node in tree.css(f"div > {tag}, ul > {tag}")].count(entry) == 3 for tree in built]
    assert sum(found) > 0.05 * N_BUILDS


def test_page_without_a_story_has_no_lines_and_no_misleading_names() -> None:
    codes = ("B", "B", "M")
    for number in range(N_BUILDS):
        html = as_html(f"en-{number}", "en", ("Your session has ended.", "Log in", "12 May"), codes)
        assert "<br" not in html
        assert "<body>" in html


def test_three_entries_are_no_ticker() -> None:
    ways = Ways(*[name == "entries" for name in Ways.__slots__])
    entry = [("17.52", "D"), ("It blew.", "E")]
    assert set(cut_story(entry * 3, ways)) == {"loose"}
    assert set(cut_story(entry * 4, ways)) == {"entries"}


def test_furniture_at_the_end_of_a_story_is_in_no_box() -> None:
    ways = Ways(*[name == "boxed" for name in Ways.__slots__])
    story = [("It blew.", "E"), ("Advertisement", "B"), ("It rained.", "E"), ("By us", "A"), ("Share", "B")]
    assert cut_story(story, ways) == ["loose", "furniture", "loose", "loose", "loose"]


def test_buttons_between_comments_are_among_them() -> None:
    places = ["story", "end", "talk", "talk", "end", "talk", "end", "end"]
    joined = join_comments(places, ["E", "B", "C", "C", "B", "C", "B", "B"])
    assert joined == ["story", "end", "talk", "talk", "talk", "talk", "talk", "end"]


def test_comment_begins_at_a_name_after_a_text() -> None:
    comments = [("heron", "C"), ("12 May", "C"), ("Mine too.", "C"), ("3", "C"), ("Reply", "B"), ("pond_life", "C")]
    assert cut_comments(comments) == [comments[:5], comments[5:]]


def test_ways_of_a_page_are_always_the_same() -> None:
    chosen = [choose_ways(Dice(f"ways{number}")) for number in range(N_BUILDS)]
    assert chosen == [choose_ways(Dice(f"ways{number}")) for number in range(N_BUILDS)]
    assert 0.03 < sum(ways.lines for ways in chosen) / N_BUILDS < 0.13
