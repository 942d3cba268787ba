"""Laws of HTML segmentation, and the block structure of small pages."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier.segment_html import MAX_HREF, MAX_INLINE, MAX_NAMES, MAX_ROW_CELLS, segment_html
from classifier.types import Blocks, Markup

NOT_SHOWN = ("script", "style", "select", "textarea", "svg")
TAGS = ["div", "p", "b", "a href=x", "ul", "li", "table", "tr", "td", "pre", "h2", "span hidden", "br", "main", "x-y"]


def texts(html: str) -> list[str]:
    page = segment_html(html)
    return [page.text[block.start : block.end] for block in page.blocks]


def markup(html: str) -> Markup:
    found = segment_html(html).markup
    assert found is not None
    return found


def ancestors(tree: Markup, element: int) -> list[str]:
    """Tags from an element up to `body`."""
    found = []
    while element >= 0:
        found.append(tree.tags[element])
        element = tree.parents[element]
    return found


def check_laws(page: Blocks) -> None:
    tree = page.markup
    assert tree is not None
    parts = [page.text[block.start : block.end] for block in page.blocks]
    assert page.text == "\n\n".join(parts)
    assert all(part.strip() for part in parts)
    columns = (tree.elements, tree.link_chars, tree.links, tree.images, tree.inline, tree.hrefs)
    assert {len(column) for column in columns} == {len(parts)}
    assert len({len(column) for column in (tree.tags, tree.names, tree.parents, tree.firsts, tree.lasts)}) == 1
    assert (tree.tags[0], tree.parents[0], tree.firsts[0], tree.lasts[0]) == ("body", -1, 0, len(parts))
    for number, parent in enumerate(tree.parents[1:], start=1):
        assert parent < number
        assert tree.firsts[parent] <= tree.firsts[number] <= tree.lasts[number] <= tree.lasts[parent]
    for block, element in enumerate(tree.elements):
        assert tree.firsts[element] <= block < tree.lasts[element]
        assert 0 <= tree.link_chars[block] <= len(parts[block])


@st.composite
def nested_pages(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A page of random tags, closed in any order or never, and its words in page order."""
    pieces, words = [], []
    for number, tag in enumerate(draw(st.lists(st.sampled_from(TAGS), max_size=25))):
        pieces.append(f"<{tag}>" if draw(st.booleans()) else f"</{tag.split()[0]}>")
        if draw(st.booleans()):
            words.append(f"word{number}")
            pieces.append(f" word{number} ")
    return "".join(pieces), words


@settings(max_examples=150, deadline=None)
@given(nested_pages())
def test_no_nesting_raises_and_every_word_is_kept_once(page: tuple[str, list[str]]) -> None:
    html, words = page
    blocks = segment_html(html)
    check_laws(blocks)
    assert sorted(blocks.text.split()) == sorted(words)  # a table may send a stray word before itself
    assert segment_html(html) == blocks


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("<>/!-&;\"'= apbr\n\0\ud800") | st.characters(codec=None), max_size=80))
@example("<p>half a ta<")
@example("<p>a\ud800b</p>")
@example("<!--")
@example("<template shadowrootmode=open><p>")
def test_no_text_at_all_raises(html: str) -> None:
    check_laws(segment_html(html))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NOT_SHOWN), st.lists(st.sampled_from(["<p>", "<div>", "<b>", "<td>"]), max_size=4))
def test_what_no_browser_sets_as_text_never_appears(tag: str, around: list[str]) -> None:
    page = segment_html("".join(around) + f"seen <{tag}>unseen</{tag}> too")
    assert page.text.split() == ["seen", "too"]


@pytest.mark.parametrize("html", ["", " \n\t", "<p> </p>", "<br><br>", "<!-- a note -->", "<script>let a", "<!-- open"])
def test_a_page_without_words_has_no_blocks(html: str) -> None:
    page = segment_html(html)
    check_laws(page)
    assert (page.text, page.blocks) == ("", ())


def test_block_elements_part_text_and_inline_elements_do_not() -> None:
    assert texts("<div>One <b>bold</b> wo<i>rd</i><p>two</p>three</div>") == ["One bold word", "two", "three"]


def test_white_space_folds_and_text_after_the_page_stays() -> None:
    assert texts("<p> a \n\t b </p></body></html> after") == ["a b", "after"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<br>b", ["a\nb"]),
        ("a<br><br>b", ["a", "b"]),
        ("a <br> \n <br/> <br>b<br>c", ["a", "b\nc"]),
        ("<br>a<br>", ["a"]),
    ],
)
def test_one_break_ends_a_line_and_two_end_the_block(html: str, expected: list[str]) -> None:
    assert texts(f"<p>{html}</p>") == expected


def test_a_row_of_data_is_one_block_with_tabs() -> None:
    html = "<table><tr><th>Harbour<th>Depth</tr><tr><td>North<td><b>9</b> m</tr></table>"
    assert texts(html) == ["Harbour\tDepth", "North\t9 m"]


@pytest.mark.parametrize("inside", ["<p>left</p>", "<div>left</div>", "<ul><li>left</ul>", "left<br><br>"])
def test_a_row_that_lays_out_blocks_is_no_row_of_data(inside: str) -> None:
    html = f"<table><tr><td>{inside}<td>right</table>"
    assert texts(html) == ["left", "right"]


@pytest.mark.parametrize(("cells", "n_blocks"), [(1, 1), (2, 1), (MAX_ROW_CELLS, 1), (MAX_ROW_CELLS + 1,) * 2])
def test_a_row_of_more_cells_than_the_limit_is_a_grid(cells: int, n_blocks: int) -> None:
    assert len(texts("<table><tr>" + "<td>x" * cells + "</table>")) == n_blocks


def test_list_items_and_definitions_stand_alone() -> None:
    assert texts("<ul><li>one<li>two<ul><li>inner</ul></ul><dl><dt>term<dd>sense</dl>") == [
        "one", "two", "inner", "term", "sense",
    ]  # fmt: skip


def test_pre_keeps_its_lines_and_indents() -> None:
    assert texts("<pre>\n  first\n    second<br>third\n\n</pre>") == ["  first\n    second\nthird"]


@pytest.mark.parametrize(
    "attribute", ["hidden", "hidden=until-found", "style='display:none'", "style='color:red; DISPLAY : None'"]
)
@pytest.mark.parametrize("tag", ["div", "span", "p"])
def test_hidden_parts_are_kept_under_a_name_that_says_so(tag: str, attribute: str) -> None:
    tree = markup(f"<p>shown</p><{tag} class=more {attribute}>covered</{tag}>")
    assert [tree.names[element] for element in tree.elements] == ["", "more hidden-part"]


def test_a_part_with_very_long_names_is_still_marked_as_hidden() -> None:
    tree = markup(f"<div hidden class={'n' * 2 * MAX_NAMES}>covered</div>")
    assert tree.names[1].endswith(" hidden-part")
    assert len(tree.names[1]) == MAX_NAMES


def test_noscript_is_an_element_of_its_own() -> None:
    tree = markup("<p>one</p><noscript><p>two</p></noscript>")
    assert ancestors(tree, tree.elements[1]) == ["p", "noscript", "body"]


def test_a_declarative_shadow_root_is_read_in_its_place_without_its_styles() -> None:
    html = "<p>a</p><x-y><template shadowrootmode=open><style>p{}</style><h2>b</h2><p>c</p></template></x-y><p>d</p>"
    assert texts(html) == ["a", "b", "c", "d"]
    tree = markup(html)
    assert ancestors(tree, tree.elements[1]) == ["h2", "template", "x-y", "body"]


def test_a_plain_template_is_not_shown() -> None:
    assert texts("<p>a</p><template><p>b</p></template>") == ["a"]


def test_characters_and_targets_of_links_are_counted() -> None:
    tree = markup("<p>See <a href=/one>the map</a> or <a href=/two>go</a></p><p><a>no target</a></p>")
    assert (tree.link_chars, tree.links, tree.hrefs) == ((9, 0), (2, 0), ("/one", ""))


def test_long_targets_names_and_inline_lists_are_cut() -> None:
    tree = markup(f"<p class={'n' * 999}><a href={'h' * 999}>x</a>" + "<i class=q itemprop=r>y</i>" * 9)
    assert (len(tree.hrefs[0]), len(tree.names[1])) == (MAX_HREF, MAX_NAMES)
    assert tree.inline[0] == "a   " + "i q r " * (MAX_INLINE - 2) + "i q r"


def test_names_come_in_a_fixed_order() -> None:
    assert markup("<p role=note id=i aria-label=l class='c d' title=t>x").names[1] == "c d i note l"


def test_images_count_for_the_block_after_them() -> None:
    assert markup("<p>a</p><img src=x><picture><img src=y></picture><p>b</p><p>c</p>").images == (0, 2, 0)


def test_container_ranges_nest() -> None:
    page = segment_html("<main><h1>a</h1><section><p>b</p><p>c</p></section></main><footer>d</footer>")
    check_laws(page)
    tree = page.markup
    assert tree is not None
    ranges = dict(zip(tree.tags, zip(tree.firsts, tree.lasts, strict=True), strict=True))
    assert (ranges["main"], ranges["section"], ranges["footer"]) == ((0, 3), (1, 3), (3, 4))


def test_the_title_of_the_head_is_read_and_no_other() -> None:
    page = segment_html("<head><title> Low\n tide </title></head><svg><title>icon</title></svg><p>x")
    assert (page.head_title, page.text) == ("Low tide", "x")


@pytest.mark.parametrize("tag", ["div", "span", "b", "x-y"])
def test_deep_nesting_costs_no_recursion(tag: str) -> None:
    assert texts(f"<{tag}>" * 2000 + "deep" + f"</{tag}>" * 2000 + "<p>after</p>") == ["deep", "after"]
