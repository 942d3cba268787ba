"""Pages and texts of any length that were made to be slow, each by another means."""

from __future__ import annotations

import json
from collections.abc import Callable

Make = Callable[[int], str]
"""Makes an input of about so many characters."""


def repeated(unit: str, before: str = "", after: str = "") -> Make:
    """Return a maker that repeats a unit; `{n}` in it is its number."""
    if "{n}" not in unit:
        return lambda size: before + unit * (size // len(unit)) + after
    return lambda size: before + "".join(unit.replace("{n}", str(n)) for n in range(size // (len(unit) + 2))) + after


def _json_ld(size: int) -> str:
    people = [{"@type": "Person", "name": f"Ann {n}"} for n in range(size // 40)]
    data = json.dumps({"@type": "NewsArticle", "headline": "Ferry", "author": people, "keywords": "a," * 1000})
    return f'<script type="application/ld+json">{data}</script><p>The ferry left.'


def _graphs(size: int) -> str:
    graph = [{"@id": f"#{n}", "@type": "NewsArticle", "author": {"@id": f"#{n + 1}"}} for n in range(size // 70)]
    return f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script><p>The ferry left.'


SENTENCE = "The ferry number {n} left the island at nine and came back at noon. "
HTML: dict[str, Make] = {
    "attributes of body": repeated("<body a{n}=1>"),
    "attributes of html": repeated("<html a{n}=1>"),
    "attributes of one tag": repeated("a{n}=1 ", "<p ", ">word"),
    "same attribute": repeated("a=1 ", "<p ", ">word"),
    "long attribute": repeated("x ", '<p class="', '">word'),
    "long style": repeated("display:none;", '<p style="', '">word'),
    "open elements": repeated("<div>"),
    "open elements with words": repeated("<div>a"),
    "elements in turn": repeated("<b><i><p></b>"),
    "open formatting": repeated("<b>a<p>"),
    "open links": repeated("<a href={n}>a"),
    "open tables": repeated("<table><tr><td>a"),
    "text in tables": repeated("<table>a"),
    "options": repeated("<select><option>a", "<div>"),
    "lists in lists": repeated("<ul><li>a"),
    "wide list": repeated("<li>a {n}", "<ul>"),
    "definitions": repeated("<dt>a<dd>b", "<dl>"),
    "rows of a table": repeated("<tr><td>a<td>{n}", "<table>"),
    "cells of a row": repeated("<td>{n}", "<table><tr>"),
    "cells over columns": repeated("<td colspan=1000>a", "<table><tr>"),
    "templates": repeated("<template>"),
    "foreign elements": repeated("<svg><desc>a"),
    "formulas": repeated("<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"),
    "deep formula": repeated("<msup><mi>a</mi>", "<math>"),
    "ruby": repeated("<ruby>a<rt>b</ruby>"),
    "comments": repeated("<!-- c -->a"),
    "open comment": repeated("--", "<!--"),
    "entities": repeated("&amp;"),
    "references": repeated("&#x110000;"),
    "tags without names": repeated("<"),
    "ends without starts": repeated("</p>a"),
    "NUL": repeated("<p>\0"),
    "hidden": repeated("<p hidden>a<p>b"),
    "tooltips": repeated("<span class=tooltip>a<span class=tooltip-text>b</span></span> "),
    "empty paragraphs": repeated("<p>"),
    "paragraphs": repeated(f"<p>{SENTENCE}"),
    "same paragraphs": repeated("<p>The ferry left the island at nine and came back at noon."),
    "same words": repeated("word ", "<p>"),
    "one word": repeated("x", "<p>"),
    "one Chinese sentence": repeated("船", "<p>"),
    "sentences": repeated(SENTENCE, "<p>"),
    "line breaks": repeated("a {n}<br>"),
    "inline elements": repeated("<em>a</em> <a href=/{n}>b</a> ", "<p>"),
    "headings": repeated("<h1>The ferry {n}</h1>", "<title>The ferry</title>"),
    "headings of title": repeated("<h1>The ferry of Sandholm left</h1>", "<title>The ferry of Sandholm left</title>"),
    "long title": repeated("ferry {n} ", "<title>", "</title><h1>The ferry 1</h1><p>ferry 2 ferry 3"),
    "titles": repeated("<title>a {n}</title><p>a {n}"),
    "metas": repeated('<meta property="og:title" content="The ferry {n}">', "", "<h1>The ferry 1</h1>"),
    "keywords": repeated("word {n},", '<meta name=keywords content="', '"><p>word'),
    "people": _json_ld,
    "people that lead on": _graphs,
    "deep JSON": repeated("[", '<script type="application/ld+json">', "</script><p>a"),
    "scripts": repeated('<script type="application/ld+json">{"@type":"NewsArticle"}</script>'),
    "articles": repeated("<article><h1>Chess {n}</h1><p>By Ann Lee, 3 May 2024<p>The players met at noon.</article>"),
    "dates": repeated("<time datetime=2026-01-02>2 January 2026</time> "),
    "dates in text": repeated("<p>Published 2 January 2026, updated 3 January 2026"),
    "bylines": repeated("<p class=byline>By Ann Lee and Bob Ray"),
    "readers' comments": repeated("<div class=comment><b>ann{n}</b> 2 hours ago<p>I was there, {n} times.</div>"),
    "cards": repeated("<div class=card><a href=/{n}><h3>Bakers count {n}</h3></a><p>Their loaves...</div>"),
    "pictures": repeated("<figure><img src=/{n}.jpg alt='a'><figcaption>The pier {n}</figcaption></figure>"),
    "class names": repeated("<div class='c{n} d{n}' id=e{n}>a</div>"),
    "surrogates": repeated("<p>\ud800 a"),
    "accents": repeated("\u0301", "<p>a"),
    "directions": repeated("\u202e", "<p>a"),
}
"""Pages, by their means."""

TEXT: dict[str, Make] = {
    "line ends": repeated("\n"),
    "returns": repeated("\r"),
    "lines": repeated("a\n"),
    "blank lines": repeated("a\n\n"),
    "spaces": repeated(" "),
    "lines of spaces": repeated(" " * 99 + "\n"),
    "one line": repeated("word "),
    "one word": repeated("x"),
    "paragraphs": repeated(f"{SENTENCE}\n\n"),
    "one paragraph": repeated(f"{SENTENCE}\n"),
    "same paragraphs": repeated("The ferry left the island at nine and came back at noon.\n\n"),
    "bars": repeated("Home | "),
    "dots": repeated("."),
    "ellipses": repeated("Bakers count...\n\n"),
    "list": repeated("- a {n}\n"),
    "quotes": repeated("“a” "),
    "dates": repeated("2 January 2026, 10:35\n\n"),
    "bylines": repeated("By Ann Lee\n\n"),
    "articles": repeated("Chess {n}\n\nBy Ann Lee\n\n3 May 2024\n\nThe players met at noon in the hall.\n\n"),
    "readers' comments": repeated("ann{n}\n2 hours ago\nI was there, and I saw it {n} times.\nReply\n\n"),
    "addresses": repeated("https://a.example/{n} "),
    "digits": repeated("7"),
    "NUL": repeated("\0"),
    "surrogates": repeated("\ud800"),
    "accents": repeated("\u0301", "a"),
    "Chinese sentences": repeated("渡轮九点离开。"),
    "tables": repeated("a\t{n}\tb\n"),
}
"""Texts, by their means."""
