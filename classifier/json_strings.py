"""Decodes a string of JSON to UTF-8, for pages that are parsed as bytes: no string of Python is made in between."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.compiled.library import core_function

_MORE = 8
"""Bytes that the C function may write behind the last."""

_unescape_json = core_function("cd_unescape_json", "u8* i64 u8*", "i64")


def unescape_json(raw: bytes | memoryview) -> bytes | None:
    """Return the UTF-8 of a valid string of JSON, quotes left out.

    None if it has half a surrogate pair, a control character, or bytes that are not UTF-8: other decoders say what is
    wrong.
    """
    given = np.frombuffer(raw, np.uint8)
    out = bytearray(len(given) + _MORE)
    size = _unescape_json(given, len(given), np.frombuffer(out, np.uint8))
    return bytes(memoryview(out)[:size]) if size >= 0 else None
