"""Markdown of hand-made articles: kinds, signs, lists, links, images, front matter."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import Kind
from tests.support.articles import article_of, article_of_html

T, H, L, R, Q, P, C = (
    *(Kind.TEXT, Kind.SUBHEADING, Kind.LIST_ITEM, Kind.TABLE),
    *(Kind.QUOTE, Kind.PREFORMATTED, Kind.CAPTION),
)


def of_text(*blocks: tuple[Kind, str], parts: tuple[Kind, ...] | None = None) -> str:
    article = article_of(*blocks)
    return (article if parts is None else article.with_parts(parts)).to_markdown(front_matter=False)


def of_html(html: str, kinds: list[Kind] | Kind = T, *, url: str = "", links: bool = True) -> str:
    return article_of_html(html, kinds, url).to_markdown(links=links, front_matter=False)


# From kinds alone


def test_blocks_are_set_by_their_kinds() -> None:
    assert of_text(
        (T, "One."), (H, "Tides"), (Q, "Two."), (Q, "Three."), (L, "ebb"), (L, "flood"), (P, "a  b\n  c")
    ) == ("One.\n\n## Tides\n\n> Two.\n>\n> Three.\n\n- ebb\n- flood\n\n```\na  b\n  c\n```\n")


def test_rows_with_tabs_are_one_table_with_the_first_row_as_its_head() -> None:
    assert of_text((R, "Port\tDepth"), (R, "North\t9 m"), (R, "South | old\t7 m")) == (
        "| Port | Depth |\n| --- | --- |\n| North | 9 m |\n| South \\| old | 7 m |\n"
    )


def test_rows_of_one_cell_are_paragraphs() -> None:
    assert of_text((R, "North quay"), (R, "South quay")) == "North quay\n\nSouth quay\n"


def test_headline_and_caption_are_set_only_if_chosen() -> None:
    blocks = (Kind.HEADLINE, "Ferry late"), (T, "One."), (C, "The pier_"), (Kind.BYLINE, "By A. B.")
    assert of_text(*blocks) == "One.\n"
    chosen = of_text(*blocks, parts=(Kind.HEADLINE, T, C))
    assert chosen == "# Ferry late\n\nOne.\n\n_The pier\\__\n"


@pytest.mark.parametrize("item", ["- ebb", "• ebb", "1. ebb", "b) ebb"])
def test_item_that_brings_its_bullet_gets_no_second_one(item: str) -> None:
    assert of_text((L, item)).replace("\\", "") == f"{item}\n"


def test_lines_of_a_text_stay_lines() -> None:
    assert of_text((T, "one\n   two\n\u200b\n- three")) == "one\ntwo\n\\- three\n"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("1. A date", "1\\. A date"),
        ("1986) A date", "1986\\) A date"),
        ("1.5 metres", "1.5 metres"),
        ("# of ferries", "\\# of ferries"),
        ("#ferries", "#ferries"),
        ("> quoted", "\\> quoted"),
        ("- 5 degrees", "\\- 5 degrees"),
        ("-5 degrees", "-5 degrees"),
        ("+ more", "\\+ more"),
        ("---", "\\---"),
        ("===", "\\==="),
        ("a_b and _c_", "a_b and \\_c\\_"),
        ("2 * 3 * 4", "2 \\* 3 \\* 4"),
        ("a < b <c> &amp; &#7; B&B & C", "a < b \\<c> \\&amp; \\&#7; B&B & C"),
        ("`code`", "\\`code\\`"),
        ("[1]: a", "\\[1\\]: a"),
        ("~5 ~~ 6", "~5 \\~\\~ 6"),
        ("C:\\dir\\", "C:\\\\dir\\\\"),
        ("nul\0", "nul\ufffd"),
    ],
)
def test_signs_are_escaped_where_they_mean_something(text: str, markdown: str) -> None:
    assert of_text((T, text)) == f"{markdown}\n"


def test_hashes_at_the_end_of_a_heading_stay() -> None:
    assert of_text((H, "###")) == "## \\###\n"
    assert of_text((H, "In C ##")) == "## In C \\##\n"


def test_fence_is_longer_than_any_in_the_code() -> None:
    assert of_text((P, "````\nx")) == "`````\n````\nx\n`````\n"


# From HTML


def test_headings_have_their_levels() -> None:
    html = "<h2>One</h2><h4><b>Two</b></h4><p><b>Three</b></p><p>Four"
    assert of_html(html, [H, H, H, T]) == "## One\n\n#### Two\n\n## Three\n\nFour\n"


def test_lists_are_nested_and_numbered() -> None:
    html = "<ol start=4><li>four<ul><li>a<li>b<ol><li>c</ol></ul><li>five</ol><ul><li>x</ul><ul><li>y</ul>"
    assert of_html(html, L) == "4. four\n   - a\n   - b\n     1. c\n5. five\n\n- x\n\n* y\n"


def test_lists_count_up_from_their_start_whatever_numbers_the_page_shows() -> None:
    html = "<ol reversed><li>a<li>b</ol><p>c<ol><li value=7>d<li value=-99999999999>e</ol>"
    assert of_html(html, [L, L, T, L, L]) == "1. a\n2. b\n\nc\n\n1. d\n2. e\n"


def test_list_with_a_start_below_an_item_is_set_apart() -> None:
    assert of_html("<ul><li>a<ol start=3><li>b</ol></ul>", L) == "- a\n\n  3. b\n"


def test_list_directly_in_a_list_belongs_to_the_item_before() -> None:
    assert of_html("<ul><li>a</li><ul><li>b<li>c</ul><li>d</ul>", L) == "- a\n  - b\n  - c\n- d\n"


def test_paragraphs_of_an_item_stay_in_it() -> None:
    assert of_html("<ul><li><p>a</p><p>b</p><li>c</ul>", [L, T, L]) == "- a\n\n  b\n\n- c\n"


def test_item_with_a_heading_is_a_section() -> None:
    assert of_html("<ol><li><h3>One</h3><p>a</p><li><h3>Two</h3><p>b</ol>", [H, L, H, L]) == (
        "### One\n\na\n\n### Two\n\nb\n"
    )


def test_article_that_the_page_sets_in_a_list_is_none() -> None:
    assert of_html("<ul><li><div><p>a</p><p>b</p></div></ul>") == "a\n\nb\n"


def test_other_blocks_between_items_do_not_end_the_list() -> None:
    html = "<ul><li>a</li><li>Read this</li><li>b</li></ul>"
    assert of_html(html, [L, Kind.TEASER, L]) == "- a\n- b\n"


def test_single_break_is_a_line_end() -> None:
    assert of_html("<p>one<br>two *<br>- three") == "one\\\ntwo \\*\\\n\\- three\n"


def test_code_has_its_language() -> None:
    assert of_html('<pre><code class="hljs language-python">if x:\n    y</code></pre>', P) == (
        "```python\nif x:\n    y\n```\n"
    )


# Links, emphasis and images


def test_inline_elements_are_kept_if_wanted() -> None:
    html = "<p>See <a href=/map>the <b>map</b></a>, <em>now</em>, <code>a_`b</code>."
    assert of_html(html, url="https://pier.example/a") == (
        "See [the **map**](https://pier.example/map), _now_, ``a_`b``.\n"
    )
    assert of_html(html, links=False) == "See the map, now, a\\_\\`b.\n"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("un<b>do</b>ing", "un**do**ing"),
        ("un<i>do</i>ing", "undoing"),
        ("so<b>„a“</b>b", "so„a“b"),
        ("<b>a</b><b>b</b>", "**ab**"),
        ("<b><b>a</b> b</b>", "**a b**"),
        ("<b><i>a</i></b> b", "**_a_** b"),
        ("<b> a </b>b", "**a** b"),
        ("&am<i>p;</i>", "\\&amp;"),
        ("Look!<a href=/x>a</a>", "Look\\![a](/x)"),
        ("<a href=/x>a] b</a>", "[a\\] b](/x)"),
        ("<a href=/x><img src=/i.png alt='A pier'></a> b", "![A pier](/i.png) b"),
        ("<a href='/a (b)|c`d'>a</a>", "[a](/a%20%28b%29%7Cc%60d)"),
        ("<i class=icon></i>a", "a"),
        ("a<b><img src=/i.png>b</b>", "a![](/i.png)b"),
        ("a <img src=/i.png> b", "a ![](/i.png) b"),
        ("a<img src=/i.png>b", "a![](/i.png)b"),
    ],
)
def test_markup_inside_a_line(html: str, markdown: str) -> None:
    assert of_html(f"<p>{html}") == f"{markdown}\n"


@pytest.mark.parametrize(
    "target", ["javascript:x", " java\nscript:x", "DATA:text/html,x", "vbscript:x", "#note", "file:///etc", "about:x"]
)
def test_targets_that_run_or_lead_nowhere_are_dropped(target: str) -> None:
    assert of_html(f'<p><a href="{target}">a</a> <img src="{target}">b', url="https://pier.example/") == "a b\n"


@pytest.mark.parametrize(
    "host", ["http://localhost:8080", "http://intranet", "http://[2001:db8::1]", "https://[2001:db8::1]:8080"]
)
def test_addresses_are_resolved_on_local_hosts_too(host: str) -> None:
    assert of_html("<p><a href=c?d#e>a</a>", url=f"{host}/a/b") == f"[a]({host}/a/c?d#e)\n"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://[::1]/x[y]", "https://[::1]/x%5By%5D"),
        ("https://[::1](x)", "https://%5B::1%5D%28x%29"),
        ("https://[a](b)/", "https://%5Ba%5D%28b%29/"),
        ("/[::1]", "https://pier.example/%5B::1%5D"),
    ],
)
def test_brackets_of_an_ipv6_host_stay(target: str, expected: str) -> None:
    assert of_html(f"<p><a href='{target}'>a</a>", url="https://pier.example/") == f"[a]({expected})\n"


def test_addresses_are_resolved_against_base_then_page_then_canonical() -> None:
    link = "<p><a href=b#c>a</a>"
    assert of_html(link, url="https://pier.example/news/a") == "[a](https://pier.example/news/b#c)\n"
    assert of_html(f"<base href=/x/>{link}", url="https://pier.example/news/a") == "[a](https://pier.example/x/b#c)\n"
    assert of_html(f"<link rel=canonical href=https://quay.example/1>{link}") == "[a](https://quay.example/b#c)\n"
    assert of_html(link) == "[a](b#c)\n"
    assert of_html("<p><a href=mailto:desk@pier.example>a</a>") == "[a](mailto:desk@pier.example)\n"


def test_images_between_blocks_stay_in_their_places() -> None:
    html = (
        "<article><p>one</p><figure><img data-src=/b.jpg src='data:image/gif;base64,R0' alt='A [pier]'>"
        "<noscript><img src=/b-2.jpg></noscript><figcaption>c</figcaption></figure><p>two</p></article>"
        "<aside><img src=/t.jpg><p>three</p></aside><img src=/pixel.gif width=1 height=1>"
    )
    assert of_html(html, [T, C, T, Kind.TEASER]) == "one\n\n![A \\[pier\\]](/b.jpg)\n\ntwo\n"


def test_largest_candidate_of_a_srcset_is_taken() -> None:
    html = "<p>a</p><picture><source srcset='/s,1.jpg 100w, /l,2.jpg 900w,/m.jpg 2x'><img alt=A></picture>"
    assert of_html(html) == "a\n\n![A](/l,2.jpg)\n"


@pytest.mark.parametrize(
    ("srcset", "taken"),
    [
        ("/a.jpg", "/a.jpg"),
        ("/a.jpg, /b.jpg", "/a.jpg"),
        ("/a.jpg 1x, /b.jpg 2.5x", "/b.jpg"),
        ("/a.jpg 640w,/b.jpg 320w", "/a.jpg"),
        ("/w_1,h_2/a.jpg 1x,/w_3,h_4/b.jpg 2x", "/w_3,h_4/b.jpg"),
    ],
)
def test_candidates_of_a_srcset_may_have_commas(srcset: str, taken: str) -> None:
    assert of_html(f'<p>a</p><img srcset="{srcset}">') == f"a\n\n![]({taken})\n"


def test_links_of_paragraphs_that_only_breaks_separate_stay_in_theirs() -> None:
    html = "<div><a href=/1>one</a><br><br>two <a href=/3>three<br><br>four</a> <img src=/5>"
    assert of_html(html) == "[one](/1)\n\ntwo [three](/3)\n\n[four](/3) ![](/5)\n"


# Front matter


def test_front_matter_has_the_fields_that_are_known() -> None:
    article = article_of((T, "One."), title='Ferry: "late"', authors=("A. B.", "C: D"))
    article = replace(article, published="2025-02-03", url="https://pier.example/1", language="no")
    assert article.to_markdown() == (
        '---\nurl: "https://pier.example/1"\ntitle: "Ferry: \\"late\\""\nauthors: ["A. B.", "C: D"]\n'
        'published: "2025-02-03"\nlanguage: "no"\n---\n\nOne.\n'
    )
    assert article_of((T, "One.")).to_markdown() == "One.\n"
    assert article_of().to_markdown() == ""


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=[])), st.lists(st.text(min_size=1), max_size=3))
def test_front_matter_is_yaml_of_the_same_values(title: str, authors: list[str]) -> None:
    article = article_of((T, "---\nOne."), title=title, authors=tuple(authors))
    _, _, rest = article.to_markdown().partition("---\n")
    front, _, _ = rest.partition("\n---\n")
    expected = {name: value for name, value in (("title", title), ("authors", authors)) if value}
    if expected:
        assert yaml.safe_load(front) == expected


def test_spans_of_code_that_touch_do_not_become_one() -> None:
    assert of_html("<p>Run <code>a</code><em><code>b</code></em>now.") == "Run `a`bnow.\n"
