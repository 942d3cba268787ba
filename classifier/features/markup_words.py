"""Splits class names and link targets into words and hashes them, a whole page in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.compiled.library import core_function

MAX_NAME_WORDS = 12
"""Words of one element's names that are hashed."""

MAX_HREF_WORDS = 8
"""Words of one link's path that are hashed; the number of all its words is hashed as well."""

_markup_words = core_function("cd_markup_words", "u8* i64 i64* i64 i64 u64* i64* u64*", "i64")

HashesByText = tuple[Hashes, Integers]


def hash_names(texts: Sequence[str]) -> HashesByText:
    """Hash the words of class names and ids, split at hyphens and in camel case, of two letters or more.

    Returns:
        All hashes one after the other, and where each text's end: shape (len(texts),).
    """
    return _hashed(texts, MAX_NAME_WORDS, links=False)


def hash_hrefs(texts: Sequence[str]) -> HashesByText:
    """Hash the words of link targets' paths, and of each target its number of words and its first character.

    Returns:
        As `hash_names`; an empty target has no hashes.
    """
    return _hashed(texts, MAX_HREF_WORDS + 1, links=True)


def _hashed(texts: Sequence[str], most_words: int, *, links: bool) -> HashesByText:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    n, joined = len(encoded), np.frombuffer(b"".join(encoded), np.uint8)
    ends, out_ends = np.cumsum([len(text) for text in encoded], dtype=np.int64), np.empty(n, np.int64)
    out = np.empty(n * most_words, np.uint64)
    n_hashes = _markup_words(joined, len(joined), ends, n, links, out, out_ends, np.empty(n, np.uint64))
    return out[:n_hashes], out_ends
