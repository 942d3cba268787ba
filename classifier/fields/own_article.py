"""Tells which of the articles in a page's JSON-LD is the page's own: by its headline, or by its address."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

from copydesk.classifier.fields.addresses import resolve
from copydesk.classifier.types import Head

_TITLES, _ADDRESSES = ("og:title", "twitter:title"), ("og:url", "twitter:url")
_TITLE_END = re.compile(r"\s*(?:$|[|–—·•:»：-])")
"""What follows the headline in a title: nothing, or a mark before the site's name."""
_BEFORE_HOST = re.compile(r"https?://(?:www\.)?")


class StatedArticle(NamedTuple):
    """What an article in JSON-LD is called, and its addresses as written."""

    headline: str
    addresses: Sequence[str]


def choose_own(articles: Sequence[StatedArticle], head: Head, url: str) -> int:
    """Return the number of the page's own article: the first that has its title or address, else the first one.

    An only article always counts: its address may be that of another edition, or lack what the page's was called with.
    """
    if len(articles) < 2:
        return 0
    metas = dict(reversed(head.metas))
    titles = [html.unescape(title) for title in (head.title, *map(metas.get, _TITLES)) if title]
    if _has_title(articles[0], titles):  # as on most pages
        return 0
    base, *_ = stated = [each for each in (url, head.canonical, *map(metas.get, _ADDRESSES)) if each] or [""]
    own = {_key(address, base) for address in stated} - {""}
    for number, article in enumerate(articles):
        if _has_title(article, titles) or any(_key(address, base) in own for address in article.addresses):
            return number
    return 0


def _has_title(article: StatedArticle, titles: Sequence[str]) -> bool:
    headline = article.headline
    return any(title.startswith(headline) and _TITLE_END.match(title, len(headline)) for title in titles)


def _key(address: str, base: str) -> str:
    """Return an address without what differs between spellings; empty for the site's first page, which is no story."""
    host, _, path = _BEFORE_HOST.sub("", resolve(address, base)).partition("/")
    return f"{host}/{path.rstrip('/')}" if path else ""
