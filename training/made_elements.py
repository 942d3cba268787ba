"""Writes the blocks of one made page as elements, by tags and class names that are chosen once for the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
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

STORY_CODES = "NSEULQKXP"
"""Codes of the blocks from the first to the last of which the story goes."""

Written = tuple[str, str]
"""A block's text, with the marks of its links, and its code."""

_T = TypeVar("_T")
_LINK = re.compile(r"\[\[((?:(?!\]\]).)*)\]\]")
_WORD = re.compile(r"[a-z0-9]+")
_BLOCK_TAGS = frozenset("div p li h1 h2 h3 h4 blockquote figcaption address pre table".split())


def without_links(text: str) -> str:
    """Return a block's text without the marks of its links."""
    return _LINK.sub(r"\1", text)


class Dice:
    """The random choices of one page, always the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._rng = np.random.default_rng(crc32(seed.encode()))

    def choose(self, among: Sequence[_T]) -> _T:
        """Return one of several."""
        return among[int(self._rng.integers(len(among)))]

    def share(self) -> float:
        """Return a number from 0 to 1."""
        return float(self._rng.random())

    def chance(self, share: float) -> bool:
        """Return true in this share of the cases."""
        return self.share() < share


class Elements:
    """The tags and class names of one page, and its blocks as elements."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        kind = dice.share()
        self._naming = "named" if kind < NAMED else "dim" if kind < NAMED + DIM else "none"
        self.tags = {code: dice.choose(tags) for code, tags in TAGS.items()}
        self._line_tags = self.tags["E"] if dice.chance(0.5) else dice.choose(LINE_TAGS)
        self.boxes = {place: dice.choose(tags) for place, tags in BOXES.items()}
        self._linked = dice.chance(LINKED)
        self._frame = dice.choose(FRAMES)
        self._pictured = dice.choose((0.0, 0.3, 1.0))
        self.names = {what: self.attributes(among, dice) for what, among in NAMES.items()}
        self._root = dice.choose(("", "", "https://www.site.example", "/blog", "/news"))

    @property
    def is_named(self) -> bool:
        """Return whether the page's class names tell something."""
        return self._naming == "named"

    def attributes(self, among: Sequence[str], dice: Dice) -> str:
        """Return an attribute with a class name, one of several where the page's names tell something."""
        if self._naming == "named":
            chosen = dice.choose(among)
            return f' class="{chosen}"' if chosen else ""
        if self._naming == "dim":
            return f' class="{dice.choose(UTILITIES)} {dice.choose(UTILITIES)}"'
        return ""

    def message_block(self, text: str, code: str, *, first: bool) -> str:
        """Return a block of a page without an article."""
        tags = self._dice.choose(MESSAGE_HEADS) if first else self._dice.choose(MESSAGE_TAGS)
        return self.element(text, "p" if len(text) > PROSE_CHARS else tags, self.names["line" if code == "B" else code])

    def block(self, text: str, code: str) -> str:
        """Return a block of a page with an article, with a picture before it on some pages."""
        tags = self.tags[code]
        if code == "T" and _LINK.search(text) and not _LINK.fullmatch(text):
            tags = self._line_tags
        elif code == "T" and not self._linked:
            tags = tags.removesuffix(" a").replace("a", "div") if tags in ("a", "h3 a", "li a") else tags
        if code == "B" and len(text) > PROSE_CHARS:
            tags = "p"
        element = self.element(text, tags, self.names[code])
        if code == "K":
            return f"<figure>{IMAGE}{element}</figure>" if tags == "figcaption" else self._frame.format(element)
        pictured = self._pictured if code == "T" else PICTURED_PARAGRAPHS if code == "E" else 0.0
        return IMAGE + element if self._dice.chance(pictured) else element

    def element(self, text: str, tags: str, attributes: str = "") -> str:
        """Return a text in elements of which the outermost begins a block; a `div` does where `tags` have none."""
        element = self.inline(text, tags, attributes)
        return element if tags.split()[0] in _BLOCK_TAGS else f"<div>{element}</div>"

    def inline(self, text: str, tags: str = "", attributes: str = "") -> str:
        """Return a text in elements, or bare without tags; where its tags are a link, no other link stands in it."""
        if "a" in tags.split():
            return wrap(escape(without_links(text)), tags, attributes, self._target(text))
        pieces = _LINK.split(text)  # every second one is a link
        inner = "".join(
            f'<a href="{self._target(piece)}">{escape(piece, quote=False)}</a>'
            if number % 2
            else escape(piece, quote=False)
            for number, piece in enumerate(pieces)
        )
        return wrap(inner, tags, attributes)

    def _target(self, text: str) -> str:
        """Return an address made of the words of a link's text."""
        words = _WORD.findall(text.lower())[:8]
        slug = "-".join(words) or f"p{crc32(text.encode()) % 10**6}"
        return (
            f"{self._root}/{slug}" if len(words) < 3 or self._dice.chance(0.8) else f"https://{words[0]}.example/{slug}"
        )


def wrap(inner: str, tags: str, attributes: str = "", target: str = "") -> str:
    """Return HTML inside elements, outer before inner; the outermost has the attributes, a link the target."""
    opened = ""
    for number, tag in enumerate(tags.split()):
        opened += f"<{tag}{'' if number else attributes}{f' href={chr(34)}{target}{chr(34)}' if tag == 'a' else ''}>"
    return opened + inner + "".join(f"</{tag}>" for tag in reversed(tags.split()))
