"""Writes the made pages as HTML, each built in a way of its own: as sites of many kinds are, not as one template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import TypeVar
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
    "X": ("p", "div"),
    "P": ("pre",),
    "C": ("p", "div", "span", "li"),
    "B": ("a", "li a", "div", "span", "p", "button"),
}
"""Tags of a block by its code, outer before inner; the more frequent ones stand more than once."""

LINE_TAGS = ("p", "p", "p", "p strong", "p em", "div", "li", "h4", "blockquote p")
"""Tags of a teaser that is a line with a link in it; in the article those of its paragraphs are as frequent."""

MESSAGE_TAGS = ("p", "p", "div", "span", "li", "label", "button", "h2")
MESSAGE_HEADS = ("h1", "h1", "h2", "div", "p", "strong")
"""Tags of the blocks of a page without an article, and of the first of them."""

BOXES: Mapping[str, Sequence[str]] = {
    "start": ("header", "nav", "header nav", "div", "div ul", "nav ul", "header div ul"),
    "story": ("article", "article", "main article", "main", "main div", "div", "div div", "section", "table tr td"),
    "message": ("main", "div", "div div", "form", "section", "main div", "div form", "article"),
    "list": ("aside", "section", "div", "div", "ul", "div ul"),
    "talk": ("section", "div", "div", "ul", "ol"),
    "end": ("footer", "footer", "footer div", "div", "div ul"),
}
"""Tags around a run of blocks."""

NAMES: Mapping[str, Sequence[str]] = {
    "start": ("header", "site-header", "nav main-nav", "topbar", "menu"),
    "story": ("article", "post-content", "entry-content", "story", "article-body", "content"),
    "message": ("content", "container", "main-wrapper", "error-page", "message", "card box", "page"),
    "line": ("text", "description", "lead", "note", "info", "title", "form-row"),
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
    "E": ("",),
    "X": ("",),
    "P": ("",),
    "L": ("",),
    "Q": ("quote", "pullquote", ""),
}
"""Class names of boxes, of blocks by code, and of a message's lines, as sites use them whose names tell something."""

UTILITIES = "flex grid mt-4 mb-2 p-3 text-sm text-lg font-bold w-full gap-2 rounded border leading-6 mx-auto".split()

NAMED, DIM = 0.5, 0.3
"""Shares of pages whose class names tell something, and of those whose names are of the utility kind; the others have
none."""

UNTITLED, WITH_SITE = 0.1, 0.6
SITE_CHARS = 20
"""Share of pages without a title, share without or with one that ends like a site's name, and most characters of that.
"""

SOCIAL, DESCRIBED = 0.5, 0.4
"""Shares of pages with `og:title`, and with a description."""

LINKED = 0.6
"""Share of the pages whose teasers are links where no link is marked."""

IMAGE = '<img src="/images/a.jpg">'
FRAMES = (
    f"{IMAGE}{{}}",
    f"<div>{IMAGE}{{}}</div>",
    f"<div><div>{IMAGE}</div>{{}}</div>",
    f'<div><a href="/images/a.jpg">{IMAGE}</a>{{}}</div>',
    f"<div><picture>{IMAGE}</picture></div><div>{{}}</div>",
)
"""What stands around a caption that is no `figcaption`."""

PICTURED_PARAGRAPHS = 0.03
"""Share of paragraphs that follow a picture without a caption."""

SHORT_CHARS, PROSE_CHARS = 24, 60
"""Most characters of an entry of a menu on a page without an article, and of furniture that is no paragraph."""

LEAST_ENTRIES = 3
"""Entries that make a menu."""

STORY_CODES = "NSEULQKXP"

_T = TypeVar("_T")
_LINK = re.compile(r"\[\[((?:(?!\]\]).)*)\]\]")
_WORD = re.compile(r"[a-z0-9]+")
_BLOCK_TAGS = frozenset("div p li h1 h2 h3 h4 blockquote figcaption address pre table".split())


def without_links(text: str) -> str:
    """Return a block's text without the marks of its links."""
    return _LINK.sub(r"\1", text)


def as_html(page_id: str, language: str, texts: Sequence[str], codes: Sequence[str]) -> str:
    """Return a page of HTML with the blocks in order, each in an element of its own.

    The same page is always built the same way.

    Args:
        page_id: Decides how the page is built.
        language: Declared by the page.
        texts: The blocks, with `[[` and `]]` around what is a link.
        codes: Of PART_CODES, one a block.
    """
    build = _Build(np.random.default_rng(crc32(b"markup" + page_id.encode())))
    head = build.head(texts, codes)
    places = _places(texts, codes)
    body = "".join(
        build.box(place, [(texts[i], codes[i]) for i in numbers])
        for place, numbers in ((place, list(run)) for place, run in groupby(range(len(texts)), key=lambda i: places[i]))
    )
    return f'<!doctype html><html lang="{escape(language)}"><head>{head}</head><body>{body}</body></html>'


def _places(texts: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return for each block what part of the page it stands in."""
    story = [i for i, code in enumerate(codes) if code in STORY_CODES]
    first, last = (story[0], story[-1]) if story else _message(texts, codes)
    inside = "story" if story else "message"
    places = []
    for i, code in enumerate(codes):
        if code in "TH" and not story:
            places.append("list")
        elif first <= i <= last or code in "AMD":
            places.append(inside)
        elif code in "TH":
            places.append("list")
        elif code == "C":
            places.append("talk")
        else:
            places.append("start" if i < first else "end")
    return places


def _message(texts: Sequence[str], codes: Sequence[str]) -> tuple[int, int]:
    """Return the first and the last block of a page without an article that is not in a menu at its start or end."""
    entries = [code == "B" and len(text) <= SHORT_CHARS for text, code in zip(texts, codes, strict=True)]
    first = next((i for i, entry in enumerate(entries) if not entry), 0)
    last = next((i for i in range(len(entries) - 1, -1, -1) if not entries[i]), len(entries) - 1)
    return first if first >= LEAST_ENTRIES else 0, last if len(entries) - 1 - last >= LEAST_ENTRIES else len(
        entries
    ) - 1


class _Build:
    """How one page is built."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        kind = rng.random()
        self._naming = "named" if kind < NAMED else "dim" if kind < NAMED + DIM else "none"
        self._tags = {code: self._choose(tags) for code, tags in TAGS.items()}
        self._line_tags = self._tags["E"] if rng.random() < 0.5 else self._choose(LINE_TAGS)
        self._boxes = {place: self._choose(tags) for place, tags in BOXES.items()}
        self._linked = rng.random() < LINKED
        self._frame = self._choose(FRAMES)
        self._pictured = self._choose((0.0, 0.3, 1.0))
        self._names = {what: self._name_of(what) for what in NAMES}
        self._root = self._choose(("", "", "https://www.site.example", "/blog", "/news"))

    def _choose(self, among: Sequence[_T]) -> _T:
        return among[int(self._rng.integers(len(among)))]

    def head(self, texts: Sequence[str], codes: Sequence[str]) -> str:
        """Return the page's head: on most pages a title, on some more."""
        title, headline = self._title(texts, codes)
        found = '<meta charset="utf-8">'
        if title:
            found += f"<title>{escape(title)}</title>"
        if headline and self._rng.random() < SOCIAL:
            found += f'<meta property="og:title" content="{escape(headline)}">'
        first = next((text for text, code in zip(texts, codes, strict=True) if code in "SE"), "")
        if first and self._rng.random() < DESCRIBED:
            found += f'<meta name="description" content="{escape(without_links(first)[:160])}">'
        return found

    def _title(self, texts: Sequence[str], codes: Sequence[str]) -> tuple[str, str]:
        """Return the title, the headline on most pages with something of the site, and the headline."""
        pairs = list(zip(map(without_links, texts), codes, strict=True))
        headline = next((text for text, code in pairs if code == "N"), "")
        site = next((text for text, code in pairs if code == "B" and len(text) < SITE_CHARS), "")
        way = self._rng.random()
        if way < UNTITLED:
            return "", headline
        what = headline or next((text for text, code in pairs if code in "MB"), "")
        return f"{what}{self._choose((' | ', ' - ', ' – '))}{site}" if way < WITH_SITE and site else what, headline

    def _name_of(self, what: str) -> str:
        if self._naming == "named":
            chosen = self._choose(NAMES[what])
            return f' class="{chosen}"' if chosen else ""
        if self._naming == "dim":
            return f' class="{self._choose(UTILITIES)} {self._choose(UTILITIES)}"'
        return ""

    def box(self, place: str, blocks: Sequence[tuple[str, str]]) -> str:
        """Return a run of blocks inside its box."""
        if place == "message":
            inner = "".join(self._message_block(text, code, first=not i) for i, (text, code) in enumerate(blocks))
        else:
            inner = "".join(self._block(text, code) for text, code in blocks)
        return _wrapped(inner, self._boxes[place], self._names[place])

    def _message_block(self, text: str, code: str, *, first: bool) -> str:
        tags = self._choose(MESSAGE_HEADS) if first else self._choose(MESSAGE_TAGS)
        return self._element(
            text, "p" if len(text) > PROSE_CHARS else tags, self._names["line" if code == "B" else code]
        )

    def _block(self, text: str, code: str) -> str:
        tags = self._tags[code]
        if code == "T" and _LINK.search(text) and not _LINK.fullmatch(text):
            tags = self._line_tags
        elif code == "T" and not self._linked:
            tags = tags.removesuffix(" a").replace("a", "div") if tags in ("a", "h3 a", "li a") else tags
        if code == "B" and len(text) > PROSE_CHARS:
            tags = "p"
        element = self._element(text, tags, self._names[code])
        if code == "K":
            return f"<figure>{IMAGE}{element}</figure>" if tags == "figcaption" else self._frame.format(element)
        pictured = self._pictured if code == "T" else PICTURED_PARAGRAPHS if code == "E" else 0.0
        return IMAGE + element if self._rng.random() < pictured else element

    def _element(self, text: str, tags: str, attributes: str) -> str:
        """Return one block; where its tags are a link, no other link stands in it."""
        if "a" in tags.split():
            inner, target = escape(without_links(text)), self._target(text)
        else:
            target = ""
            pieces = _LINK.split(text)  # every second one is a link
            inner = "".join(
                f'<a href="{self._target(piece)}">{escape(piece, quote=False)}</a>'
                if number % 2
                else escape(piece, quote=False)
                for number, piece in enumerate(pieces)
            )
        element = _wrapped(inner, tags, attributes, target)
        return element if tags.split()[0] in _BLOCK_TAGS else f"<div>{element}</div>"

    def _target(self, text: str) -> str:
        """Return an address made of the words of a link's text."""
        words = _WORD.findall(text.lower())[:8]
        slug = "-".join(words) or f"p{crc32(text.encode()) % 10**6}"
        return (
            f"{self._root}/{slug}"
            if len(words) < 3 or self._rng.random() < 0.8
            else f"https://{words[0]}.example/{slug}"
        )


def _wrapped(inner: str, tags: str, attributes: str, target: str = "") -> str:
    opened = ""
    for number, tag in enumerate(tags.split()):
        opened += f"<{tag}{'' if number else attributes}{f' href={chr(34)}{target}{chr(34)}' if tag == 'a' else ''}>"
    return opened + inner + "".join(f"</{tag}>" for tag in reversed(tags.split()))
