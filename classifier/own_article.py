"""Tells which of the articles in a page's JSON-LD is the page's own: by its headline, or by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from copydesk.classifier.declared_titles import (
    LIKE_A_PART,
    MAX_TITLE,
    Declared,
    DeclaredTitle,
    is_cut,
    normalise,
    read_declared,
)
from copydesk.classifier.fields import JsonLd, StatedArticle, resolve
from copydesk.classifier.types import Blocks, Head, places_of

SAME_STORY = 0.6
"""Agreement with a title of the page from which a headline is that of its article.

Measured on the 484 pages of Fundus and WCXB whose JSON-LD has a headline: 455 of the headlines reach it with a title in
the head, 470 with an `h1` too. Each page was compared with the headlines of up to 40 other pages as well, in Fundus of
the same site: none of these 12,514 reaches it, the highest has 0.55.
"""

LEAST_CUT = 10
"""Characters of the normalised words of a title that ends in an ellipsis, from which a headline that begins with them
counts as the same title: a choice."""

MAX_COMPARED = 100
"""Articles of one page whose headlines are compared: a choice that bounds the time."""

MAX_HEADINGS = 4
"""Headings of the first level that they are compared with: a choice. Further ones are those of other stories."""

_TITLES, _ADDRESSES = ("og:title", "twitter:title"), ("og:url", "twitter:url")
_BEFORE_HOST = re.compile(r"https?://(?:[^/?]*@)?(?:www\.)?")


def choose_own(articles: Sequence[StatedArticle], page: Blocks, url: str) -> int:
    """Return the number of the page's own article; `url` is where the page is from.

    It is the one whose headline is most similar to a title in the page's head, else to an `h1`, if it is similar enough
    (`SAME_STORY`); else the first with the page's address; else the first one.
    """
    first, head = articles[0].headline, page.head
    if first == head.title or any((name, first) in head.metas for name in _TITLES):  # as on most pages
        return 0
    number = None
    if any(article.headline != first for article in articles):
        number = _find_by_title(articles, page)
    return _find_by_address(articles, head, url) if number is None else number


def _find_by_title(articles: Sequence[StatedArticle], page: Blocks) -> int | None:
    """Return the number of the article with a title of the page; None if none is similar enough."""
    for titles in chain([read_declared(page.head, JsonLd())], _headings(page)):
        number = _most_similar(articles, titles)
        if number is not None:
            return number
    return None


def _headings(page: Blocks) -> Iterator[Declared]:
    """Yield the first `h1`s of a page, each as if its head declared it."""
    if page.markup is None:
        return
    for element in islice(places_of("h1", page.markup.tags), MAX_HEADINGS):
        spans = page.blocks[page.markup.firsts[element] : page.markup.lasts[element]]
        text = " ".join([page.text[start:end] for start, end in spans])[:MAX_TITLE]
        words = normalise(text)
        if words:
            title = DeclaredTitle(text, words, frozenset(words.split()), "h1", 1)
            yield Declared((title,), {}, frozenset(), frozenset())


def _most_similar(articles: Sequence[StatedArticle], titles: Declared) -> int | None:
    """Return the number of the article whose headline agrees best with the titles; None if none is similar enough."""
    cut = tuple([words.rstrip() for text, words, *_ in titles.titles if is_cut(text) and len(words) >= LEAST_CUT])
    best, most = None, 0.0
    for number, article in enumerate(articles[:MAX_COMPARED]):
        headline = article.headline[:MAX_TITLE]
        agreement = titles.agreement(headline)
        if cut and normalise(headline).startswith(cut):
            agreement = max(agreement, LIKE_A_PART)
        if agreement >= SAME_STORY and agreement > most:
            best, most = number, agreement
        if agreement == 1:
            break
    return best


def _find_by_address(articles: Sequence[StatedArticle], head: Head, url: str) -> int:
    """Return the number of the first article with the page's address; 0 if none has it."""
    metas = dict(reversed(head.metas))
    base, *_ = stated = [each for each in (url, head.canonical, *map(metas.get, _ADDRESSES)) if each] or [""]
    own = {_key(address, base) for address in stated} - {""}
    found = (n for n, article in enumerate(articles) if any(_key(each, base) in own for each in article.addresses))
    return next(found, 0)


def _key(address: str, base: str) -> str:
    """Return an address without what differs between spellings; empty for the site's first page, which is no story."""
    host, _, path = _BEFORE_HOST.sub("", resolve(address, base)).partition("/")
    return f"{host}/{path.rstrip('/')}" if path else ""
