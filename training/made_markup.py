"""Writes the made pages as HTML, each built in a way of its own: as sites of many kinds are, not as one template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from zlib import crc32

import numpy as np

TAGS: Mapping[str, Sequence[str]] = {
    "N": ("h1", "h1", "h1", "h1", "h2", "div"),
    "S": ("p", "p", "h2", "div", "strong"),
    "E": ("p", "p", "p", "div"),
    "U": ("h2", "h2", "h3", "h4", "div", "p strong"),
    "L": ("li", "li", "li", "p"),
    "Q": ("blockquote", "blockquote p", "p"),
    "K": ("figcaption", "figcaption", "div", "p", "span"),
    "A": ("div", "span", "p", "address", "a"),
    "D": ("time", "time", "span", "div", "p"),
    "M": ("div", "span", "li", "p", "a"),
    "H": ("h2", "h3", "h3", "h4", "div", "strong", "span"),
    "T": ("h3 a", "a", "li a", "h4 a", "div a", "p a", "p", "div"),
    "C": ("p", "div", "span", "li"),
    "B": ("a", "li a", "div", "span", "p", "button"),
}
"""Tags of a block by its code, outer before inner; the more frequent ones stand more than once."""

BOXES: Mapping[str, Sequence[str]] = {
    "start": ("header", "nav", "header nav", "div", "div ul", "nav ul", "header div ul"),
    "story": ("article", "article", "main article", "main", "main div", "div", "div div", "section", "td"),
    "list": ("aside", "section", "div", "div", "ul", "div ul"),
    "talk": ("section", "div", "div", "ul", "ol"),
    "end": ("footer", "footer", "footer div", "div", "div ul"),
}
"""Tags around a run of blocks."""

NAMES: Mapping[str, Sequence[str]] = {
    "start": ("header", "site-header", "nav main-nav", "topbar", "menu"),
    "story": ("article", "post-content", "entry-content", "story", "article-body", "content"),
    "list": ("related", "teasers", "more-stories", "recommended", "sidebar", "read-more"),
    "talk": ("comments", "comment-list", "discussion"),
    "end": ("footer", "site-footer", "legal", "bottom"),
    "N": ("headline", "title", "entry-title", "article__title"),
    "S": ("lead", "standfirst", "intro", "article__summary", "kicker"),
    "U": ("subhead", "heading"),
    "K": ("caption", "image-caption", "media__text"),
    "A": ("author", "byline", "article__author"),
    "D": ("date", "published", "timestamp"),
    "M": ("meta", "tags", "info", "breadcrumb"),
    "H": ("section-title", "block-title", "widget-title"),
    "T": ("teaser", "card", "headline-link", "item"),
    "C": ("comment", "comment-text", "reply"),
    "B": ("item", "link", "promo", "box", "btn", "ad"),
}
"""Class names of boxes and of blocks, as sites use them whose names tell something."""

UTILITIES = "flex grid mt-4 mb-2 p-3 text-sm text-lg font-bold w-full gap-2 rounded border leading-6 mx-auto".split()

NAMED, DIM = 0.5, 0.3
"""Shares of pages whose class names tell something, and of those whose names are of the utility kind; the others have
none."""

UNTITLED, WITH_SITE = 0.1, 0.6
SITE_CHARS = 20
"""Share of pages without a title, share without or with one that ends like a site's name, and most characters of that.
"""

LINKED = 0.6
"""Share of the pages whose teasers are links."""


def as_html(page_id: str, language: str, texts: Sequence[str], codes: Sequence[str]) -> str:
    """Return a page of HTML with the blocks in order, each in an element of its own; the same page is always built the
    same way.
    """
    build = _Build(np.random.default_rng(crc32(b"markup" + page_id.encode())))
    title = build.title(texts, codes)
    places = _places(codes)
    body = "".join(
        build.box(place, [(texts[i], codes[i]) for i in numbers])
        for place, numbers in ((place, list(run)) for place, run in groupby(range(len(texts)), key=lambda i: places[i]))
    )
    named = f"<title>{escape(title)}</title>" if title else ""
    head = f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">{named}</head>'
    return f"{head}<body>{body}</body></html>"


def _places(codes: Sequence[str]) -> list[str]:
    """Return for each block what part of the page it stands in."""
    story = [i for i, code in enumerate(codes) if code in "NSEULQK"]
    first, last = (story[0], story[-1]) if story else (len(codes), -1)
    places = []
    for i, code in enumerate(codes):
        if code in "AMD" or first <= i <= last:
            places.append("story")
        elif code in "TH":
            places.append("list")
        elif code == "C":
            places.append("talk")
        else:
            places.append("start" if i < first else "end")
    return places


class _Build:
    """How one page is built."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        kind = rng.random()
        self._naming = "named" if kind < NAMED else "dim" if kind < NAMED + DIM else "none"
        self._tags = {code: self._choose(tags) for code, tags in TAGS.items()}
        self._boxes = {place: self._choose(tags) for place, tags in BOXES.items()}
        self._linked = rng.random() < LINKED
        self._names = {what: self._name_of(what) for what in (*BOXES, *TAGS)}

    def _choose(self, among: Sequence[str]) -> str:
        return among[int(self._rng.integers(len(among)))]

    def title(self, texts: Sequence[str], codes: Sequence[str]) -> str:
        """Return the page's title: the headline, on most pages with something of the site, on some nothing."""
        found = (text for text, code in zip(texts, codes, strict=True) if code == "N")
        site = next(
            (text for text, code in zip(texts, codes, strict=True) if code == "B" and len(text) < SITE_CHARS), ""
        )
        way = self._rng.random()
        if way < UNTITLED:
            return ""
        headline = next(found, "")
        return f"{headline}{self._choose((' | ', ' - ', ' – '))}{site}" if way < WITH_SITE and site else headline

    def _name_of(self, what: str) -> str:
        if self._naming == "named" and what in NAMES:
            return f' class="{self._choose(NAMES[what])}"'
        if self._naming == "dim":
            return f' class="{self._choose(UTILITIES)} {self._choose(UTILITIES)}"'
        return ""

    def box(self, place: str, blocks: Sequence[tuple[str, str]]) -> str:
        """Return a run of blocks inside its box."""
        inner = "".join(self._block(text, code) for text, code in blocks)
        return _wrapped(inner, self._boxes[place], self._names[place])

    def _block(self, text: str, code: str) -> str:
        tags = self._tags[code]
        if code == "T" and not self._linked:
            tags = tags.removesuffix(" a").replace("a", "div") if tags in ("a", "h3 a", "li a") else tags
        if code == "B" and len(text) > 60:
            tags = "p"
        element = _wrapped(escape(text), tags, self._names[code])
        if code == "K":
            return f"<figure><img src=x.jpg>{element}</figure>" if tags == "figcaption" else f"<img src=x.jpg>{element}"
        return element if tags.split()[0] not in ("span", "a", "strong", "time", "button") else f"<div>{element}</div>"


def _wrapped(inner: str, tags: str, attributes: str) -> str:
    opened = ""
    for number, tag in enumerate(tags.split()):
        opened += f"<{tag}{'' if number else attributes}{' href=#' if tag == 'a' else ''}>"
    return opened + inner + "".join(f"</{tag}>" for tag in reversed(tags.split()))
