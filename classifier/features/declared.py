"""Reads what a page's head declares of its article, titles, description and text, into tables of words to look up."""

from __future__ import annotations

import json
import re
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled import code_points
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features.block_text import HEAD_CHARS, read_blocks
from copydesk.classifier.features.tables import tables
from copydesk.classifier.types import Head

DECLARED_PLACES = 4096
"""Places of the table of declared words, a power of two: of 100 words few share a place with another."""

STATED_PLACES = 1 << 16
"""Places of the table of pairs of words in a stated text, a power of two; a long article has 5,000 of them."""

N_TEXTS = 4
"""Declared texts: the head's title, the title for social media, the description, the headline of JSON-LD."""

DECLARED = np.dtype([("sizes", np.int64, N_TEXTS), ("stated_words", np.int64), ("places", np.uint8, DECLARED_PLACES)])
"""How many different words each declared text has, and how many the article's text has in JSON-LD, 0 for none.
`places` has for each hash of a word modulo DECLARED_PLACES a bit for each declared text with it, the first the lowest.
"""

_DECLARED_CHARS = 600
"""Characters of a declared title or description that are read."""

_MOST_STATED = 100_000
"""Characters and escapes of a stated text that are read."""

_ARTICLE_BODY = re.compile(r'"articleBody"\s*:\s*"(?=(?:[^"\\]|\\.){100})((?:[^"\\]++|\\.)*+)')
"""A stated text of at least 100 characters and escapes. Runs of characters take a tenth of the time of single ones."""
_FIRST_STATED = re.compile(rf'(?:[^"\\]|\\.){{0,{_MOST_STATED}}}')
_TAG = re.compile(r"<[^<>]*>")
_HEADLINE = re.compile(r'"headline"\s*:\s*"([^"]{1,600})"')

_SOCIAL_TITLES, _DESCRIPTIONS = ("og:title", "twitter:title"), ("og:description", "description", "twitter:description")
"""Names of `meta` elements, the first of which that the page has counts."""

_declared_words = core_function("cd_declared_words", "u32* i64* i64 u8* u8*", "memory")
_NOTHING = np.zeros(DECLARED.itemsize, np.uint8)


def read_declared(head: Head) -> NDArray[np.uint8]:
    """Return a record `DECLARED` as bytes, which are only read.

    If a text is stated, STATED_PLACES bytes follow: for each hash of a pair of words modulo that, whether it has one.
    """
    texts, stated = _declared_texts(head), _stated_text(head)
    if not stated and not any(texts):
        return _NOTHING
    table = np.zeros(DECLARED.itemsize + (STATED_PLACES if stated else 0), np.uint8)
    _declared_words(
        code_points("".join(texts)), np.array([*accumulate(map(len, texts))], np.int64), N_TEXTS, tables(), table
    )
    if stated:
        declared = table[: DECLARED.itemsize].view(DECLARED)
        declared["stated_words"] = _fill_stated(stated, table[DECLARED.itemsize :])
    return table


def _declared_texts(head: Head) -> list[str]:
    metas = dict(reversed(head.metas))  # of several with one name the first
    social, description = (next(filter(None, map(metas.get, names)), "") for names in (_SOCIAL_TITLES, _DESCRIPTIONS))
    headline = _stated(head, "headline", _HEADLINE)
    return [text[:_DECLARED_CHARS] for text in (head.title, social, description, headline)]


def _stated_text(head: Head) -> str:
    """Return the article's text as JSON-LD states it, or "" where it does not."""
    found = _stated(head, "articleBody", _ARTICLE_BODY)
    if len(found) > _MOST_STATED and (first := _FIRST_STATED.match(found)) is not None:
        found = first[0]
    return _TAG.sub(" ", _unescaped(found)) if found else ""


def _stated(head: Head, key: str, pattern: re.Pattern[str]) -> str:
    """Return the first string that JSON-LD has for a key; a search for the key alone takes less time than a pattern."""
    scripts = (script for script in head.json_ld if key in script)
    return next((found[1] for script in scripts if (found := pattern.search(script))), "")


def _unescaped(text: str) -> str:
    """Return what stands between the quotes of a JSON string, as it is if that is broken."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _fill_stated(text: str, places: NDArray[np.uint8]) -> int:
    """Mark the places of a text's pairs of words; return how many words it has."""
    points = code_points(text)
    starts = np.arange(0, len(points), HEAD_CHARS)
    words = read_blocks(points, starts, np.minimum(starts + HEAD_CHARS, len(points))).words
    places[(words[:-1] * np.uint64(31) + words[1:]) % np.uint64(STATED_PLACES)] = True
    return len(words)
