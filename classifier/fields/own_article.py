"""Tells which of the articles in a page's JSON-LD is the page's own: by its headline, or by its address."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

from copydesk.classifier.fields.addresses import resolve
from copydesk.classifier.types import Head

OTHER_STORY = 0.25
"""Share of a headline's words that the page's title has, below which an article with another address is another story.
Of 474 pages of Fundus and WCXB whose JSON-LD has an article, 21 give it another address than the page's; their titles
have a third of the headline's words or more."""

_TITLES, _ADDRESSES = ("og:title", "twitter:title"), ("og:url", "twitter:url")
_TITLE_END = re.compile(r"\s*(?:$|[|–—·•:»：-])")
"""What follows the headline in a title: nothing, or a mark before the site's name."""
_WORD = re.compile(r"[^\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""A word, or a character of a script without spaces."""
_BEFORE_HOST = re.compile(r"https?://(?:www\.)?")


class StatedArticle(NamedTuple):
    """What an article in JSON-LD is called, and its addresses as written."""

    headline: str
    addresses: Sequence[str]


def choose_own(articles: Sequence[StatedArticle], head: Head, url: str) -> int | None:
    """Return the number of the page's own article: the first that has its title or address, else the first one.

    None if there is no article, or if the first one has another address and hardly a word of the page's title.
    """
    metas = dict(reversed(head.metas))
    titles = [html.unescape(title) for title in (head.title, *map(metas.get, _TITLES)) if title]
    if articles and _has_title(articles[0], titles):  # as on most pages
        return 0
    base, *_ = stated = [each for each in (url, head.canonical, *map(metas.get, _ADDRESSES)) if each] or [""]
    own = {_key(address, base) for address in stated} - {""}
    addresses = [{_key(address, base) for address in article.addresses} - {""} for article in articles]
    for number, article in enumerate(articles):
        if not own.isdisjoint(addresses[number]) or _has_title(article, titles):
            return number
    is_other = bool(own and titles and addresses) and addresses[0] != set() and _is_other(articles[0], titles)
    return 0 if articles and not is_other else None


def _has_title(article: StatedArticle, titles: Sequence[str]) -> bool:
    headline = article.headline
    return any(title.startswith(headline) and _TITLE_END.match(title, len(headline)) for title in titles)


def _is_other(article: StatedArticle, titles: Sequence[str]) -> bool:
    words = set(_WORD.findall(article.headline.casefold()))
    shared = max(len(words.intersection(_WORD.findall(title.casefold()))) for title in titles)
    return shared < OTHER_STORY * len(words)


def _key(address: str, base: str) -> str:
    """Return an address without what differs between spellings; empty for the site's first page, which is no story."""
    host, _, path = _BEFORE_HOST.sub("", resolve(address, base)).partition("/")
    return f"{host}/{path.rstrip('/')}" if path else ""
