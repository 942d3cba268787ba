"""Limits on nesting: ordinary pages are not changed, hostile ones are parsed in little time and lose no text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from copydesk.classifier.segmentation import html
from copydesk.classifier.segmentation.html import segment_html
from copydesk.classifier.segmentation.parser_limits import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ROOT_TAGS, cap_nesting

MANY = 100_000
SECONDS = 10.0
"""Seconds that no page here may take; each takes one at most, and without limits lexbor takes up to a minute."""


def capped(html: str) -> str:
    return cap_nesting(html.encode()).decode()


def depth(html: str) -> int:
    """The deepest element under the body, as lexbor sees the page."""
    node = LexborHTMLParser(html).body
    assert node is not None
    deepest = level = 0
    while True:
        if node.first_child is not None:
            node = node.first_child
            level += 1
            deepest = max(deepest, level)
            continue
        while level > 0 and node.next is None:
            parent = node.parent
            assert parent is not None
            node = parent
            level -= 1
        if level == 0:
            return deepest
        following = node.next
        assert following is not None
        node = following


# XHTML

XML = '<?xml version="1.0" encoding="utf-8"?>\n'
DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
)
NAMESPACE = '<html lang="en" xmlns="http://www.w3.org/1999/xhtml">'
XHTML = [
    XML,
    f" {XML}",
    f"\ufeff{XML}",
    NAMESPACE,
    f"{DOCTYPE}\n<!-- saved -->{NAMESPACE}",
    f"{XML}{DOCTYPE}{NAMESPACE}",
]


@pytest.mark.parametrize("start", XHTML)
def test_element_without_content_ends_in_xhtml(start: str) -> None:
    page = f"{start}<head><title/><script src='/a.js'/><style media=\"a>b\" /></head><body><p>One.</p>"
    assert capped(page) == page.replace("/>", "></title>", 1).replace("/>", "></script>", 1).replace(
        "/>", "></style>", 1
    )
    assert segment_html(page).text == "One."


@pytest.mark.parametrize(
    "tag", ["script", "style", "title", "iframe", "textarea", "video", "object", "select", "noframes"]
)
def test_no_element_without_content_swallows_the_text_after_it(tag: str) -> None:
    assert (
        segment_html(f"{XML}<html><body><p>One.</p><{tag} class='x'/><p>Two.</p></body></html>").text == "One.\n\nTwo."
    )


@pytest.mark.parametrize(
    "inner",
    [
        "<!-- <script/> -->",
        '<p title="a <script/> b">',
        "<script>document.write('<script/>')</script>",
        "<style>a:after { content: '<style/>' }</style>",
        "<svg><title/><style/></svg>",
        "<iframe src=http://pier.example/></iframe>",
        "<br/><img src='a'/><p/><a id='b'/>",
        "</script/>",
    ],
)
def test_other_parts_of_xhtml_stay(inner: str) -> None:
    page = f"{XML}<html><body>{inner}<p>One.</p>"
    assert capped(page) == page


@pytest.mark.parametrize(
    "start", ["", "<!DOCTYPE html><html>", "<html><p>x", "<div xmlns='http://www.w3.org/1999/xhtml'>"]
)
def test_pages_of_html_stay(start: str) -> None:
    page = f"{start}<p>One.</p><script/><p>Two.</p>"
    assert capped(page) == page


def test_many_elements_without_content_are_ended_in_little_time() -> None:
    page = XML + "<!-- <script" * MANY + "-->" + "<script/>" * MANY + "<p>One.</p>"
    before = time.process_time()
    assert segment_html(page).text == "One."
    assert capped("<!--" * MANY) == "<!--" * MANY
    assert time.process_time() - before < SECONDS


def test_element_of_too_many_attributes_ends_too() -> None:
    attributes = " ".join(f"a{number}" for number in range(MAX_ATTRIBUTES))
    assert capped(f"{XML}<script {attributes} more/><p>One.") == f"{XML}<script {attributes} ></script><p>One."


# Ordinary pages


@pytest.mark.parametrize(
    "unit",
    [
        "<p>unclosed",
        "<p>a<ul><li>b<li>c</ul>",
        "<ul><li>b<ul><li>c</ul></ul>",
        "<dl><dt>a<dd>b</dl>",
        "<table><tr><td>a<td>b<tr><th>c<tbody><tr><td>d</table>",
        "<table><tr><td>a<table><tr><td>b</table></table>",
        "<div><span>a</div>",
        "<h2>a<h3>b</h3>",
        "<br><img><input><hr><meta><link>",
        "<a name=x>a<a href=y>b</a>",
        "<svg><g><path/><path></g><title>a</title></svg><p>b",
        "<svg><path><p>breaks out</p>",
        "<script>document.write('<div><div>' + x)</script>",
        "<style>a > b {}</style><textarea><div></textarea>",
        "<!-- <div> --><div title='<div><div>'>a</div>",
        '<p data-x="</p><div><div>">a</p>',
        "<select><option>a<option>b</select>",
        "<form><div>a</div></form>",
        "<DIV><SPAN CLASS=x>a</SPAN></DIV>",
        "<b><i>a</b></i>",
        "<noscript><div>a</div></noscript>",
        "<template><div>a</div></template>",
    ],
)
def test_page_without_deep_nesting_is_returned_as_the_same_object(unit: str) -> None:
    page = (f"<!DOCTYPE html><html><head><title>a</title></head><body>{unit * 1000}</body></html>").encode()
    assert cap_nesting(page) is page


@pytest.mark.parametrize(("levels", "same"), [(MAX_DEPTH - 1, True), (MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_depth_is_capped_at_the_limit(levels: int, same: bool) -> None:
    html = "<div>" * levels + "core" + "</div>" * levels + "<p>after</p>"
    assert (capped(html) == html) is same
    assert depth(capped(html)) == min(levels, MAX_DEPTH) + 1  # the text counts


def test_end_tags_are_removed_with_their_start_tags() -> None:
    levels = MAX_DEPTH + 50
    html = "<div>" * levels + "core" + "</div>" * levels + "<p>after</p>"
    assert capped(html) == "<div>" * MAX_DEPTH + "<br><br>core<br><br>" + "</div>" * MAX_DEPTH + "<p>after</p>"


def test_words_and_blocks_beyond_the_limit_stay_separate() -> None:
    html = "<div>" * MAX_DEPTH + "<div>one</div><div>two <b>bold</b>er</div><p>three<p>four"
    page = segment_html(html)
    assert page.text == "one\n\ntwo bolder\n\nthree\n\nfour"


@pytest.mark.parametrize("tag", ["select", "svg", "object", "template", "video"])
def test_element_that_hides_its_content_hides_it_beyond_the_limit(tag: str) -> None:
    html = "<div>" * 2 * MAX_DEPTH + f"<p>shown</p><{tag}><{tag}><g>unseen</g></{tag}></{tag}><p>shown too"
    assert segment_html(html).text.split() == ["shown", "shown", "too"]


@pytest.mark.parametrize("tag", ["svg", "canvas", "video", "map"])
def test_element_that_hides_its_content_beyond_the_limit_ends_with_the_element_around_it(tag: str) -> None:
    html = "<div>" * 2 * MAX_DEPTH + f"<div><{tag}><g>unseen</div>shown"
    assert segment_html(html).text == "shown"


# Attributes


@pytest.mark.parametrize(("count", "kept"), [(MAX_ATTRIBUTES, True), (MAX_ATTRIBUTES + 1, False)])
def test_attributes_beyond_the_limit_are_removed(count: int, kept: bool) -> None:
    html = "<p " + " ".join(f'a{k}="<i> > {k}"' for k in range(count)) + ">text <b>bold</b>"
    node = LexborHTMLParser(capped(html)).css_first("p")
    assert node is not None
    assert list(node.attributes) == [f"a{k}" for k in range(MAX_ATTRIBUTES)]
    assert (capped(html) == html) is kept
    assert segment_html(html).text == "text bold"


def test_tag_with_too_many_attributes_beyond_the_limit_is_removed_whole() -> None:
    crowd = " ".join(f"a{k}" for k in range(2 * MAX_ATTRIBUTES))
    assert segment_html("<div>" * 2 * MAX_DEPTH + f"<p {crowd}>one</p><p {crowd}>two</p>").text == "one\n\ntwo"


@pytest.mark.parametrize("tag", ["html", "body", "BODY"])
def test_root_tags_beyond_the_limit_are_removed(tag: str) -> None:
    pieces = [f"<{tag} a{k}=1>word{k} " for k in range(MAX_ROOT_TAGS + 1)]
    most = "".join(pieces[:MAX_ROOT_TAGS])
    assert capped(most) == most
    assert capped("".join(pieces)) == f"{most}word{MAX_ROOT_TAGS} "
    assert segment_html("".join(pieces)).text.split() == [f"word{k}" for k in range(MAX_ROOT_TAGS + 1)]


# Formatting that a parser opens again in every paragraph


def test_formatting_is_removed_if_reopening_it_takes_too_many_elements() -> None:
    opened = "".join(f"<p><b id={k}><a href=/{k}>w{k}</a>" for k in range(3000))
    page = capped(f"<p><i>x</i></p>{opened}")
    assert "<b" not in page
    assert "<i" not in page
    assert page.count("<a ") == 3000
    assert segment_html(opened).text == "\n\n".join(f"w{k}" for k in range(3000))


def test_formatting_left_open_in_cells_is_kept() -> None:
    html = "<table>" + "".join(f"<tr><td><b id={k}>x" for k in range(3000)) + "</table>"
    assert capped(html) == html


# Hostile pages

NESTS = (
    "div span b font a p li ul dd table tr td select option svg math template frameset x-y button object form h1 "
    "section noscript label caption center br ruby textarea title script dialog body image foreignObject"
).split()
MIXES = [
    "<div><span>", "<table><tr><td>", "<ul><li>", "<span><div></span>", "<p><div></p>", "<b><p></b>", "<a><div>",
    "<svg><g>", "<svg><td>", "<svg><foreignObject><div>", "<math><mi><div>", "<div><table></div>", "<form><div></form>",
    "<p><button>", "<td><table>", "<select><div>", "<template><td><div>", "<svg><title><div>", "<svg><style><div>",
    "<svg><source>", "<svg><g a=b/>", "<dl><dt><div>", "<div><object></div></object>", "<select><xmp></select><div>",
]  # fmt: skip


@pytest.mark.attack
@pytest.mark.parametrize("tag", NESTS)
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.slow
def test_many_nested_tags_of_one_name_are_read_in_little_time(tag: str, closed: bool) -> None:
    html = f"<p>first</p>{f'<{tag}>' * MANY}zebra{f'</{tag}>' * closed * MANY}"
    began = time.process_time()
    page = segment_html(html)
    assert time.process_time() - began < SECONDS
    hides = {"select", "option", "svg", "template", "object", "textarea", "script"}
    shows = tag not in hides - {"option"}
    assert page.text.split()[0] == "first"
    assert ("zebra" in page.text) is shows or tag in ("foreignObject", "title")


@pytest.mark.parametrize("unit", MIXES)
@pytest.mark.slow
def test_mixed_nesting_stays_under_the_limit(unit: str) -> None:
    assert depth(capped(unit * 20_000)) <= 4 * MAX_DEPTH


def test_open_elements_behind_a_barrier_are_counted() -> None:
    unit = "<div>" * 300 + "<object>" + "</div>" * 300 + "</object>"
    assert depth(capped(unit * 20)) <= MAX_DEPTH + 1


@pytest.mark.attack
@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a ",
        "<!--",
        "&amp;",
        "<table>",
        "<script>",
        "</",
        "<a b='",
        "</div>",
        "<b>",
        "<span></x>",
        "<td>",
        "<svg>",
    ],
)
@pytest.mark.slow
def test_megabytes_of_one_tag_are_read_in_little_time(unit: str) -> None:
    html = unit * (4_000_000 // len(unit))
    began = time.process_time()
    segment_html(html)
    assert time.process_time() - began < SECONDS


@pytest.mark.attack
@pytest.mark.slow
def test_one_tag_with_many_attributes_or_a_long_one_is_read_in_little_time() -> None:
    crowd = " ".join(f"a{k}=1" for k in range(MANY))
    began = time.process_time()
    assert segment_html(f"<p {crowd}>one</p><p title='{'x' * 1_000_000}'>two").text == "one\n\ntwo"
    assert time.process_time() - began < SECONDS


@pytest.mark.attack
@pytest.mark.slow
@pytest.mark.parametrize("tag", ["html", "body"])
def test_many_root_tags_with_attributes_are_read_in_little_time(tag: str) -> None:
    began = time.process_time()
    assert segment_html("".join(f"<{tag} a{k}=1>" for k in range(MANY)) + "one").text == "one"
    assert time.process_time() - began < SECONDS


# Laws

_PIECES = st.one_of(
    st.sampled_from(
        "<div> </div> <p> </p> <span> </span> <b> </b> <table> </table> <tr> <td> <a href=x> </a> <svg> </svg> <br> "
        "<script> </script> <!-- --> <title> <li> <ul> </ul> <g/> < </ <! > ' \" = <x/ <object> </object>".split()
    ),
    st.text(max_size=4),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_page_of_few_tags_is_not_changed(html: str) -> None:
    page = html.encode("utf-8", "replace")
    assert cap_nesting(page) is page


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["div", "span", "b", "ul", "x-y", "section", "em"]), min_size=1, max_size=4),
    st.integers(MAX_DEPTH - 20, 2 * MAX_DEPTH),
)
def test_no_word_is_lost_and_no_two_are_joined_beyond_the_limit(tags: list[str], levels: int) -> None:
    names = [tags[k % len(tags)] for k in range(levels)]
    opened = "".join(f"<{name}> w{k} " for k, name in enumerate(names))
    closed = "".join(f" v{k} </{name}>" for k, name in reversed(list(enumerate(names))))
    words = re.findall(r"[vw]\d+", opened + closed)
    assert segment_html(opened + closed).text.split() == words
    assert depth(capped(opened + closed)) <= MAX_DEPTH + 1


@pytest.mark.parametrize(
    "hiding",
    [
        "<script><!--<script></script><!--</script>",
        "<SCRIPT><!-- <Script >a</script> <!-- </SCRIPT>",
        "<script><!--<script></script></script><!-- -->",
        "<script><!--></script>",
        "<script><!--<script>--></script>",
        "<svg><![CDATA[><!-- ]]></svg>",
        "<svg><g><![CDATA[<!-- ]]></g></svg>",
        "<![CDATA[><p>a</p>",
        "<svg><foreignObject><![CDATA[><!-- ]]></foreignObject></svg>",
        "<svg><foreignObject><p><![CDATA[></p></foreignObject></svg>",
    ],
)
def test_nesting_after_a_false_comment_is_counted(hiding: str) -> None:
    html = hiding + "<div>" * (MAX_DEPTH + 500) + "deep"
    depth = 0
    node = LexborHTMLParser(capped(html)).body
    while node is not None:
        depth += 1
        node = next((child for child in node.iter(include_text=False) if child.tag == "div"), None)
    assert MAX_DEPTH - 5 <= depth <= MAX_DEPTH + 5
    assert segment_html(html).text.endswith("deep")


def test_parser_without_memory_raises_memory_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(page: bytes, options: int) -> None:
        raise SelectolaxError("Can't parse HTML.")

    monkeypatch.setattr(html, "LexborHTMLParser", fail)
    with pytest.raises(MemoryError):
        segment_html("<p>red boats")
