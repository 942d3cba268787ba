"""UTF-8, which the HTML parser reads: encodes a page, and counts the characters of one that is encoded."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

import numpy as np

from copydesk.classifier.compiled.library import core_function

_FEW = 1000
"""Characters from which C is quicker than `str.encode`. Of strings so long, only those with two bytes a character have
the size that `_address_of_pairs` looks for."""

_MOST_BYTES = 3
"""Bytes of a character below 0x10000 in UTF-8."""

_count_utf8 = core_function("cd_count_utf8", "u8* i64", "i64")
_write_utf8 = core_function("cd_write_utf8", "u64 i64 u8*", "i64")


def to_utf8(html: str) -> bytes:
    """Encode a page in UTF-8, which has no lone surrogates: they become U+FFFD."""
    if (address := _address_of_pairs(html)) is not None:
        room = np.empty(_MOST_BYTES * len(html), np.uint8)
        size = _write_utf8(address, len(html), room)
        if size >= 0:
            return room[:size].tobytes()
    try:
        return html.encode()
    except UnicodeEncodeError:
        return html.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def count_utf8(data: bytes) -> int | None:
    """Count the characters of bytes in UTF-8, in less time than it takes to decode them; None if they are not UTF-8."""
    count: int = _count_utf8(data, len(data))
    return None if count < 0 else count


def _address_of_pairs(text: str) -> int | None:
    """Return where Python keeps a text's characters if it has two bytes for each, as it has for most pages.

    From there C encodes them in a sixth of the time of `str.encode`. The size of the string's object shows how it is
    stored: it differs if there is its UTF-8 as well, or if the characters are elsewhere.
    """
    begin = _bytes_before_pairs()
    if begin < 0 or len(text) < _FEW or type(text) is not str or text.isascii():
        return None
    return id(text) + begin if sys.getsizeof(text) == begin + 2 * (len(text) + 1) else None


@cache
def _bytes_before_pairs() -> int:
    """Return how many bytes of a string's object are before its characters of two bytes; -1 if they are not in it."""
    if sys.implementation.name != "cpython":
        return -1
    text = "Łódź \ufffd".join(map(chr, range(0x3000, 0x3100)))
    begin = sys.getsizeof(text) - 2 * (len(text) + 1)
    same = ctypes.string_at(id(text) + begin, 2 * len(text)) == text.encode(f"utf-16-{sys.byteorder[:1]}e")
    return begin if same else -1
