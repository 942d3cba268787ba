"""Laws and layouts of HTML segmentation."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.segmentation import block_builder
from copydesk.classifier.segmentation.html import HIDDEN, MAX_NAMES, MAX_ROW_CELLS, segment_html
from copydesk.classifier.types import Blocks, Markup

UNSHOWN = ("script", "style", "svg", "select", "textarea", "iframe", "object", "canvas", "template", "noframes")
WORD = re.compile(r"w\d+")


def texts(source: str) -> list[str]:
    page = segment_html(source)
    return [page.text[block.start : block.end] for block in page.blocks]


def markup(page: Blocks) -> Markup:
    assert page.markup is not None
    return page.markup


def path(html: str, block: int = 0) -> list[tuple[str, str]]:
    """Tags and names around a block, innermost first, without the body."""
    tree = markup(segment_html(html))
    element = tree.elements[block]
    found = []
    while element > 0:
        found.append((tree.tags[element], tree.names[element]))
        element = tree.parents[element]
    return found


# Structure


def test_every_block_element_begins_and_ends_a_block() -> None:
    html = "<h1>One</h1><p>Two<div>Three<section>Four</section>Five</div>Six<blockquote>Seven</blockquote>"
    assert texts(html) == ["One", "Two", "Three", "Four", "Five", "Six", "Seven"]


def test_inline_elements_and_white_space_stay_inside_a_line() -> None:
    html = "<p>A <b>bold</b> step,\n   <em>an\u00a0<i>odd</i></em><span>ity</span>\t<!-- unseen -->ends.</p>"
    assert texts(html) == ["A bold step, an oddity ends."]


def test_unknown_elements_are_set_as_blocks() -> None:
    assert texts("<news-card>One<x-tag>Two</x-tag></news-card>") == ["One", "Two"]


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        ("", ["upperlower"]),
        ("<br>", ["upper\nlower"]),
        ("<br><br>", ["upper", "lower"]),
        ("<br>\n <br/>", ["upper", "lower"]),
        ("<br><br><br>", ["upper", "lower"]),
        ("<br><b><br></b>", ["upper", "lower"]),
        ("<span class=br></span>", ["upper\nlower"]),
        ("<span class='id-part\nbr' data-pos=2></span><i class='br end'></i>", ["upper", "lower"]),
        ("<br><span class='br'></span>", ["upper", "lower"]),
        ("<span class='brand br-2 x-br BR'></span>", ["upperlower"]),
        ("<span class=br><b></b></span>", ["upperlower"]),
    ],
)
def test_one_break_ends_a_line_and_two_end_a_block(breaks: str, expected: list[str]) -> None:
    assert texts(f"<p>upper{breaks}lower</p>") == expected


def test_breaks_at_the_edge_of_a_block_add_nothing() -> None:
    assert texts("<p><br>only<br></p><br><br><p><br></p>") == ["only"]


def test_list_items_are_blocks_under_their_list() -> None:
    html = "<ul class=menu><li>Tea<li>Milk<ol><li>Oat</ol></ul>"
    assert texts(html) == ["Tea", "Milk", "Oat"]
    assert path(html, 2) == [("li", ""), ("ol", ""), ("li", ""), ("ul", "menu")]


def test_names_come_in_a_fixed_order_whatever_the_page_writes() -> None:
    html = '<div aria-label=five itemprop=four role=three id="two" data-x=no title=no class="one uno">text</div>'
    assert path(html) == [("div", "one uno two three four five")]
    assert path("<p title=no>text") == path("<p class>text") == [("p", "")]


def test_terms_and_meanings_of_definition_lists_are_separate_blocks() -> None:
    assert texts("<dl><dt>Ebb<dd>Falling tide<dt>Flood<dd>Rising tide</dl>") == [
        "Ebb", "Falling tide", "Flood", "Rising tide",
    ]  # fmt: skip


def test_pre_keeps_its_lines_and_its_indentation() -> None:
    html = "<p>a  b<pre>\nfirst\n  second   line\n\nlast<br>more\n</pre>c  d"
    assert texts(html) == ["a b", "first\n  second   line\n\nlast\nmore", "c d"]


def test_placeholder_characters_in_the_page_are_white_space() -> None:
    assert texts("<p>a\x0bb<br>c\x0cd&#11;e") == ["a b\nc d e"]


# Tables


def test_row_of_data_is_one_block_with_tabs() -> None:
    html = "<table><tr><th>Port<th>Depth<tr><td>North <b>quay</b><td>9 m<tr><td>South quay<td></table>"
    assert texts(html) == ["Port\tDepth", "North quay\t9 m", "South quay"]
    assert path(html)[0] == ("tr", "")


@pytest.mark.parametrize("breaker", ["<p>right</p>", "<ul><li>right</ul>", "<h2>right</h2>", "right<br><br>"])
def test_cells_of_a_row_for_page_layout_are_separate_blocks(breaker: str) -> None:
    html = f"<table><tr><td>left<td>{breaker}</table>"
    assert texts(html) == ["left", "right"]
    assert path(html)[0][0] == "td"


def test_row_of_one_cell_is_not_data() -> None:
    assert path("<table><tr><td>alone</table>")[0][0] == "td"


@pytest.mark.parametrize(("cells", "blocks"), [(MAX_ROW_CELLS, 1), (MAX_ROW_CELLS + 1, MAX_ROW_CELLS + 1)])
def test_cells_of_a_row_beyond_the_limit_are_separate_blocks(cells: int, blocks: int) -> None:
    assert len(texts(f"<table><tr>{'<td>x' * cells}</table>")) == blocks


def test_table_inside_a_layout_table_is_data() -> None:
    html = "<table><tr><td>menu<td><table><tr><td>a<td>b</table></table>"
    assert texts(html) == ["menu", "a\tb"]


# Hidden and unshown parts


@pytest.mark.parametrize(
    "hiding", ["hidden", 'style="color:red; DISPLAY : none"', 'hidden="until-found"', "style=visibility:hidden"]
)
@pytest.mark.parametrize(("tag", "expected"), [("div", "div"), ("span", "span"), ("a", "span")])
def test_hidden_element_is_a_block_named_hidden(hiding: str, tag: str, expected: str) -> None:
    html = f"<section><{tag} class=lead {hiding}>inside</{tag}> after"
    assert texts(html) == ["inside", "after"]
    assert path(html, 0)[0] == (expected, f"lead {HIDDEN}")
    assert all(HIDDEN not in names for _, names in path(html, 1))


def test_hidden_name_follows_all_other_names() -> None:
    (_, names), *_ = path(f'<div hidden class="{"c" * 2 * MAX_NAMES}">text</div>')
    assert len(names) == MAX_NAMES
    assert names.endswith(f"c {HIDDEN}")


def test_noscript_is_an_element_of_its_own() -> None:
    html = "<p>plain</p><noscript><p>without scripts</p></noscript>"
    assert texts(html) == ["plain", "without scripts"]
    assert [tag for tag, _ in path(html, 1)] == ["p", "noscript"]


def test_declarative_shadow_root_is_read_in_place_like_any_element() -> None:
    html = (
        "<p>before</p><my-card><template shadowrootmode=open><style>p {color: red}</style><h2>Shown</h2><p>"
        "in <b>shadow</b><my-tag><template shadowrootmode=closed>deeper</template></my-tag></template></my-card>after"
    )
    assert texts(html) == ["before", "Shown", "in shadow", "deeper", "after"]
    assert [tag for tag, _ in path(html, 3)] == ["template", "my-tag", "p", "template", "my-card"]


def test_plain_template_is_not_shown() -> None:
    assert texts("<p>a</p><template><p>b</p></template><p>c</p>") == ["a", "c"]


@pytest.mark.parametrize("tag", UNSHOWN)
def test_text_that_no_browser_shows_never_appears(tag: str) -> None:
    inner = "<option>unseen" if tag == "select" else "<text>unseen</text>" if tag == "svg" else "unseen"
    assert texts(f"<p>a <{tag}>{inner}</{tag}> b</p><{tag}>{inner}</{tag}>") == ["a b"]
    shadow = f"<x-y><template shadowrootmode=open><{tag}>{inner}</{tag}>c</template></x-y>"
    assert texts(shadow) == ["c"]


# Odd pages


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("no markup at all", ["no markup at all"]),
        ("a & b &amp; c &lt;d&gt;", ["a & b & c <d>"]),
        ("<p>a</p></body></html>tail<p>more", ["a", "tail", "more"]),
        ("<p>kept<di", ["kept"]),
        ("<p>kept</p><script>lost", ["kept"]),
        ("<p>kept</p><!-- lost", ["kept"]),
        ("<p>kept<plaintext><b>as it stands", ["kept", "<b>as it stands"]),
        ("<frameset><frame src=x></frameset>", []),
        ("a\x00b", ["ab"]),
        ("a\ud800b", ["a\ufffdb"]),
        ("\ud83d\ude00", ["\U0001f600"]),
        ('<p title="a>b">c', ["c"]),
        ("<table>stray<tr><td>cell</table>", ["stray", "cell"]),
        ("<p>1 < 2 <3", ["1 < 2 <3"]),
    ],
)
def test_odd_page_keeps_what_a_browser_shows(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


@pytest.mark.parametrize("html", ["", "<frameset></frameset>", "<p>", "<script>x</script>"])
def test_page_without_text_has_a_body_and_no_blocks(html: str) -> None:
    page = segment_html(html)
    columns = markup(page)
    assert page.text == ""
    assert (len(page.blocks), len(columns.elements), len(columns.inline)) == (0, 0, 0)
    assert (columns.tags[0], columns.parents[0], columns.firsts[0], columns.lasts[0]) == ("body", -1, 0, 0)


def test_elements_beyond_the_limit_count_as_white_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_builder, "MAX_ELEMENTS", 3)
    assert texts("<p>one<p>two<p>three<ul><li>four") == ["one", "two", "three four"]
    assert texts("one<br><br>two<br><br>three<br><br>four<br><br>five") == ["one", "two", "three", "four\nfive"]


# Laws

_TAGS = st.sampled_from("div p b a i span ul li table tr td th pre h1 section template noscript x-y form dd em".split())
_VOID = st.sampled_from(["<br>", "<img>", "<hr>", "<!-- c -->", "<wbr>", " ", "\n"])
_WORDS = st.integers(0, 999).map(lambda k: f" w{k} ")
_ATTRIBUTES = (
    "", " class=k", " hidden", " href=u", " class=sr-only", " class=tooltip-text", " class=kicker", " aria-hidden=true",
)  # fmt: skip
_NESTED = st.recursive(
    st.one_of(_WORDS, _VOID),
    lambda inner: st.tuples(_TAGS, st.sampled_from(_ATTRIBUTES), st.lists(inner, max_size=4)).map(
        lambda parts: f"<{parts[0]}{parts[1]}>{''.join(parts[2])}</{parts[0]}>"
    ),
    max_leaves=25,
)
_SOUP = st.lists(
    st.one_of(
        _WORDS,
        _VOID,
        _TAGS.map("<{}>".format),
        _TAGS.map("</{}>".format),
        st.sampled_from(
            ["<a href='x", "<", "</", "<svg>", "</svg>", "<select>", "&#0;", "\ud800", "<!--", "<title>", "'>"]
        ),
        st.text(max_size=5),
    ),
    max_size=40,
).map("".join)
_PAGES = st.one_of(_NESTED, _SOUP)


@settings(max_examples=150, deadline=None)
@given(_PAGES)
def test_blocks_are_the_text_joined_by_blank_lines(html: str) -> None:
    page = segment_html(html)
    found = [page.text[block.start : block.end] for block in page.blocks]
    assert "\n\n".join(found) == page.text
    assert all(text and not text[-1].isspace() and text.strip("\r\n") == text for text in found)
    assert segment_html(html) == page


@settings(max_examples=150, deadline=None)
@given(_PAGES)
def test_elements_nest_and_their_blocks_lie_inside_them(html: str) -> None:
    page = segment_html(html)
    tree = markup(page)
    n = len(page.blocks)
    assert {len(column) for column in (tree.tags, tree.names, tree.parents, tree.firsts)} == {len(tree.lasts)}
    assert {len(column) for column in (tree.elements, tree.link_chars, tree.links, tree.images, tree.hrefs)} == {n}
    assert (tree.parents[0], tree.firsts[0], tree.lasts[0]) == (-1, 0, n)
    for number in range(1, len(tree.tags)):
        parent = tree.parents[number]
        assert 0 <= parent < number
        assert tree.firsts[parent] <= tree.firsts[number] <= tree.lasts[number] <= tree.lasts[parent]
    for number, element in enumerate(tree.elements):
        assert tree.firsts[element] <= number < tree.lasts[element]
        assert tree.link_chars[number] <= page.blocks[number].end - page.blocks[number].start


@settings(max_examples=150, deadline=None)
@given(_NESTED.filter(lambda html: "<template" not in html and "sr-only" not in html))
def test_every_word_of_a_page_is_kept(html: str) -> None:
    assert sorted(WORD.findall(segment_html(html).text)) == sorted(WORD.findall(html))


@settings(max_examples=60, deadline=None)
@given(st.lists(_WORDS, max_size=30), st.sampled_from(["p", "div", "li", "h2", "section"]))
def test_words_keep_their_order(words: list[str], tag: str) -> None:
    html = "".join(f"<{tag}>{word}</{tag}>" for word in words)
    assert texts(html) == [word.strip() for word in words]


# Headings


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<b class=kicker>Ferries</b><b>Boat to island returns</b>", "Ferries\nBoat to island returns"),
        ("<b class=kicker>Ferries</b> Boat to island returns", "Ferries\nBoat to island returns"),
        ("<b class=x-overline>Ferries</b>: Boat to island returns", "Ferries: Boat to island returns"),
        ("<b class=eyebrow>Ferries:</b> Boat to island returns", "Ferries: Boat to island returns"),
        ("<b>Ferries</b><b>Boat to island returns</b>", "Ferries\nBoat to island returns"),
        ("<b>FERRIES</b>Boat to island returns", "FERRIES\nBoat to island returns"),
        ("<b>Ferries:</b><i>Boat to island returns</i>", "Ferries:\nBoat to island returns"),
        ("<b>T</b>he <i>F</i>ERRY <b>re</b>turns with i<b>Pad</b>s", "The FERRY returns with iPads"),
        ("use <a>std::</a><a>Target</a>", "use std::Target"),
        ("<b>Ferries</b>Boat<br>to island", "FerriesBoat\nto island"),
    ],
)
def test_kicker_is_a_line_of_its_heading(heading: str, expected: str) -> None:
    assert texts(f"<h1>{heading}</h1>") == [expected]
    assert "\n" not in segment_html(f"<p>{heading.replace('<br>', '')}</p>").text


@pytest.mark.parametrize("unseen", ["\u200b", "&shy;", "\ufeff\u200b", "&nbsp;"])
def test_element_with_invisible_characters_alone_is_no_block(unseen: str) -> None:
    assert texts(f"<p>one</p><p>{unseen}</p><p>two</p>") == ["one", "two"]


def test_readings_of_characters_do_not_cut_a_sentence() -> None:
    found = segment_html("<p>検事らへの<ruby><rb>弾劾</rb><rp>（</rp><rt>だんがい</rt><rp>）</rp></ruby>訴追案</p>")
    assert len(found.blocks) == 1
