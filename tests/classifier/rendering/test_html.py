"""HTML of hand-made articles."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from copydesk.classifier import Kind
from tests.support.articles import article_of, article_of_html

ALLOWED = set(
    "html head meta title link body header article h1 h2 h3 h4 h5 h6 p ul ol li blockquote pre code table thead tbody "
    "tr th td figure figcaption a em strong br img time".split()
)
ATTRIBUTES = set("charset name property content rel lang datetime href src alt class start".split())


def tags_of(html: str) -> set[str]:
    root = LexborHTMLParser(html).root
    assert root is not None
    return {node.tag or "" for node in root.traverse()}


def test_article_is_set_by_its_kinds() -> None:
    article = article_of(
        (Kind.TEXT, "1 < 2 & 3"), (Kind.SUBHEADING, "Tides"), (Kind.LIST_ITEM, "ebb"), (Kind.TABLE, "a\tb")
    )
    assert article.to_html(fragment=True) == (
        "<article>\n<p>1 &lt; 2 &amp; 3</p>\n<h2>Tides</h2>\n<ul>\n<li>ebb</li>\n</ul>\n"
        "<table>\n<tbody>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n</article>\n"
    )


def test_structure_of_the_page_is_kept() -> None:
    html = (
        "<h3>H</h3><ol start=2><li>a<ul><li>b</ul></ol><table><thead><tr><th>c<th><tbody><tr><td>d<td>e</table>"
        "<figure><img src=/i.png alt='x\"y'><figcaption>f</figcaption></figure><p>g<br>h <a href=/k>k</a>"
        "<pre><code class=lang-c>l</code></pre>"
    )
    kinds = [Kind.SUBHEADING, Kind.LIST_ITEM, Kind.LIST_ITEM, Kind.TABLE, Kind.TABLE, Kind.CAPTION, Kind.TEXT]
    article = article_of_html(html, [*kinds, Kind.PREFORMATTED], "https://pier.example/").with_parts(list(Kind)[:9])
    assert re.sub(r"\n", "", article.to_html(links=True, fragment=True)) == (
        '<article><h3>H</h3><ol start="2"><li><p>a</p><ul><li>b</li></ul></li></ol><table><thead><tr><th>c</th>'
        "<th></th></tr></thead><tbody><tr><td>d</td><td>e</td></tr></tbody></table>"
        '<figure><img src="https://pier.example/i.png" alt="x&quot;y"><figcaption>f</figcaption></figure>'
        '<p>g<br>h <a href="https://pier.example/k">k</a></p><pre><code class="language-c">l</code></pre></article>'
    )


def test_document_has_the_fields_outside_the_article() -> None:
    article = article_of((Kind.HEADLINE, "A <b>"), (Kind.TEXT, "One."), title="A <b>", authors=("C & D", "E"))
    article = replace(article, published="2025-02-03", language="en", tags=("x", "y"), image="https://a.example/i")
    document = article.to_html()
    assert "<title>A &lt;b&gt;</title>" in document
    assert '<html lang="en">' in document
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in document
    assert '<meta name="author" content="C &amp; D">' in document
    assert '<meta name="keywords" content="x, y">' in document
    assert (
        "<header>\n<h1>A &lt;b&gt;</h1>\n"
        '<p>C &amp; D, E, <time datetime="2025-02-03">2025-02-03</time></p>\n</header>\n<article>\n<p>One.</p>'
    ) in document
    assert document.count("<h1>") == article.with_parts([Kind.HEADLINE]).to_html().count("<h1>") == 1
    assert tags_of(document) <= ALLOWED | {"-text", "!doctype", "-doctype", "-undef"}


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2025-02-03", "2025-02-03"),
        ("2025-02-03T22:04:59", "2025-02-03 22:04"),
        ("2025-02-03T22:04:00+01:00", "2025-02-03 22:04 +01:00"),
        ("2025-02-03T22:04:00-09:30", "2025-02-03 22:04 -09:30"),
        ("2025-02-03T22:04:00+00:00", "2025-02-03 22:04 UTC"),
        ("a<b", "a&lt;b"),
    ],
)
def test_time_is_written_for_readers_of_any_language(published: str, shown: str) -> None:
    document = replace(article_of((Kind.TEXT, "One.")), published=published).to_html()
    datetime = published.replace("<", "&lt;")
    assert f'<time datetime="{datetime}">{shown}</time>' in document
    assert f'<meta property="article:published_time" content="{datetime}">' in document


_HOSTILE = st.sampled_from(
    """
    <script>alert(1)</script>|<img src=x onerror=alert(1)>|<a href='javascript:alert(1)'>a</a>|&lt;script>|<li>|<td>
    <a href='java\tscript:x' onclick=x>b</a>|<a href='https://a.example/"onclick="x'>c</a>|<svg onload=x>|'"|<b>e</b>
    <p style=x onclick=x>d|<iframe src=x>|<img src='x" onerror="y'>|<pre class='lang-x" onload="y'>
    """.replace("\n", "|").split("|")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_HOSTILE, max_size=8).map("".join), st.text())
def test_nothing_in_the_html_runs(html: str, title: str) -> None:
    article = replace(article_of_html(html), title=title, authors=(title,), description=title, canonical_url=title)
    root = LexborHTMLParser(article.to_html(links=True)).root
    assert root is not None
    for node in root.traverse():
        assert (node.tag or "-") in ALLOWED or (node.tag or "-").startswith(("-", "!")), node.tag
        allowed = {
            "charset",
            "name",
            "property",
            "content",
            "rel",
            "lang",
            "datetime",
            "href",
            "src",
            "alt",
            "class",
            "start",
        }
        assert set(node.attributes) <= allowed
        assert "script:" not in (node.attributes.get("href") or "") or node.tag == "link"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://nell:tide@pier.example/a@b?c=d@e#f@g", "https://pier.example/a@b?c=d@e#f@g"),
        ("HTTP://nell:ti@de@pier.example:8080", "HTTP://pier.example:8080"),
        (" https://nell:ti de@pier.example/", " https://pier.example/"),
        ("https://nell@[::1]/", "https://[::1]/"),
        *((each, each) for each in ("https://pier.example/@nell", "nell@pier.example", "mailto:nell@pier.example")),
    ],
)
def test_login_in_the_url_is_in_no_rendered_field(url: str, shown: str) -> None:
    article = article_of_html("<p>The crane is back.", url=url)
    assert f'url: "{shown}"' in article.to_markdown(front_matter=True)
    assert url not in article.to_html()
    assert article.to_dict()["url"] == url
