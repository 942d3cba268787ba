"""Reads the titles that a page declares in its head, and compares blocks with them.

Used to choose the title, and to keep a headline in the body when the block alone looks like furniture.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple

import numpy as np

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.fields import JsonLd
from copydesk.classifier.types import Blocks, Head, clean

MAX_TITLE = 600
"""Characters of the longest text that is read as a title: a choice; the longest headline of the corpora has 260."""

COMPARED_BLOCKS = 400
"""Blocks at the top of a page that are compared with its declared titles: a choice that bounds the time."""

MAX_DECLARED = 12
"""Different titles of one page that blocks are compared with."""

_META_NAMES = (
    *("og:title", "headline", "parsely-title", "sailthru.title", "cxenseparse:title", "citation_title", "dc.title"),
    *("dc:title", "dcterms.title", "twitter:title", "title"),
)
"""Names of `meta` that give a headline, the most exact first."""

_SITE_NAMES = frozenset(("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name"))
_HOST = re.compile(r"(?:https?:)?//(?:www\.|m\.|amp\.)?([^/:?#\s]{1,200})", re.IGNORECASE)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A word, or one character of a script without spaces between words."""

_LONG_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{1,4}|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A word, or four characters of a script without spaces between words."""

_SEPARATOR = re.compile(r"(\s+[-–—:•·/~]+\s+|(?<=\S):\s+|\s*(?:[|｜ㅣ»«›]|::)\s*|(?<=\S)[：_](?=\S))")
"""What stands between a headline and the name of its site."""

_ELLIPSIS = ("…", "...")
_SHORT_PART = 4
"""Words up to which the last part of a title counts as the site's name or a section, whatever it says: a choice."""

_ANCHOR = 3
"""Longest words of each declared title of which a block has to contain one before it is compared with all."""


class DeclaredTitle(NamedTuple):
    """A title from the head: its text without the site's name, its normalised words, and where it was found."""

    text: str
    words: str
    found_in: str


@dataclass(frozen=True, slots=True)
class Declared:
    """The titles that a page declares, the most exact first, and its site's names as letters without spaces."""

    titles: tuple[DeclaredTitle, ...]
    sites: frozenset[str]

    def agreement(self, text: str) -> float:
        """Return the greatest similarity of a text with one of the titles, in [0, 1]."""
        words = normalise(clean(text))
        return max((similarity(words, title.words) for title in self.titles), default=0.0)


def normalise(text: str) -> str:
    """Return the words of a text in lower case with a space around each; empty if it has none."""
    words = _WORD.findall(text.casefold())
    return f" {' '.join(words)} " if words else ""


def similarity(one: str, other: str) -> float:
    """Compare two normalised texts: 1 if equal, high if one contains most of the other, else their share of words."""
    if one == other:
        return 1.0 if one else 0.0
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if not short:
        return 0.0
    ratio = len(short) / len(long)
    if short in long:
        return 0.5 + 0.5 * ratio if short.count(" ") > 3 else ratio
    a, b = short.split(), long.split()
    shared = sum((Counter(a) & Counter(b)).values())
    return 1.8 * shared / (len(a) + len(b))


def read_declared(head: Head, json_ld: JsonLd) -> Declared:
    """Read the titles in the head, the most exact first, without those that only name the site."""
    sites = _site_names(head, json_ld)
    found: list[DeclaredTitle] = []
    for found_in, text in _sources(head, json_ld):
        title = without_site(tidy(text), sites)
        words = normalise(title)
        if words and len(found) < MAX_DECLARED and not _is_site(title, sites):
            found.append(DeclaredTitle(title, words, found_in))
    return Declared(tuple(found), sites)


def _sources(head: Head, json_ld: JsonLd) -> Iterator[tuple[str, str]]:
    yield "json-ld", json_ld.headline
    metas = dict(reversed(head.metas))
    yield from (("meta", metas[name]) for name in _META_NAMES if name in metas)
    yield "title", head.title


def tidy(text: str) -> str:
    """Fold white space, and remove entities that were escaped twice and invisible characters."""
    text = text[:MAX_TITLE]
    return clean(" ".join((unescape(text) if "&" in text else text).split()))


def _site_names(head: Head, json_ld: JsonLd) -> frozenset[str]:
    """Return the names of the page's site as letters without spaces, in lower case."""
    names = [_letters(json_ld.publisher)]
    names += [_letters(content) for name, content in head.metas if name in _SITE_NAMES]
    for address in (head.canonical, *(content for name, content in head.metas if name == "og:url")):
        host = _HOST.match(address)
        if host:
            labels = host[1].lower().split(".")
            names += [_letters(host[1].lower()), *(_letters(label) for label in labels[:-1] if len(label) > 3)]
    return frozenset(name for name in names if len(name) > 1)


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text[:MAX_TITLE].casefold()))


def _is_site(text: str, sites: frozenset[str]) -> bool:
    """Return whether a text is the name of the site, with at most as many letters more."""
    letters = _letters(text)
    if letters in sites:
        return True
    return len(letters) > 3 and any(
        (letters in site or (len(site) > 3 and site in letters and len(letters) <= 2 * len(site))) for site in sites
    )


def without_site(title: str, sites: frozenset[str]) -> str:
    """Cut the name of the site and its sections from a title's end or beginning."""
    parts = _SEPARATOR.split(title)
    texts, separators = parts[::2], parts[1::2]
    if len(texts) < 2 or len(texts) > 12:
        return title
    first, last = 0, len(texts)
    site_at = next((n for n in range(last - 1, 0, -1) if _is_site(texts[n], sites)), 0)
    if site_at and sum(map(len, texts[site_at:])) < len(title) / 2 + len(texts[site_at]):
        last = site_at
        mark = separators[site_at - 1].strip()
        while last > 1 and separators[last - 1].strip() == mark and _is_short(texts[last - 1], texts[: last - 1]):
            last -= 1
    elif _is_site(texts[0], sites):
        first = 1
    elif separators[-1].strip() not in (":", "：", "/") and _is_short(texts[-1], texts[:-1]):
        last -= 1
    kept = "".join(parts[2 * first : 2 * last - 1]).strip()
    return kept or title


def _is_short(part: str, rest: Sequence[str]) -> bool:
    return len(_LONG_WORD.findall(part)) <= _SHORT_PART and 2 * len(part) < sum(map(len, rest))


def is_cut(title: str) -> bool:
    """Return whether a title ends in an ellipsis."""
    return title.endswith(_ELLIPSIS)


def compare_blocks(page: Blocks, declared: Declared) -> Doubles:
    """Return for each block how well it agrees with the declared titles, in [0, 1].

    That is the greatest similarity with one of them. Only the first `COMPARED_BLOCKS` blocks of fitting length that
    contain one of a title's longest words are compared; all others have 0.
    """
    agreement = np.zeros(len(page.blocks))
    words = {title.words for title in declared.titles}
    if not words:
        return agreement
    anchors = {word for text in words for word in sorted(text.split(), key=len)[-_ANCHOR:]}
    longest, shortest = 2.5 * max(map(len, words)) + 20, min(map(len, words)) / 4
    for number, (start, end) in enumerate(page.blocks[:COMPARED_BLOCKS]):
        if end - start <= longest or "\n" in page.text[start:end]:
            for each in lines_of(page.text[start:end]):
                if shortest <= len(each) <= longest:
                    text = each.casefold()
                    if any(anchor in text for anchor in anchors):
                        agreement[number] = max(agreement[number], declared.agreement(text))
    return agreement


def lines_of(text: str) -> tuple[str, ...]:
    """Return a block's text, and its first line if it has several: a headline may be in one block with its byline."""
    return (text, text[: text.index("\n")]) if "\n" in text else (text,)
