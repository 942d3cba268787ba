"""Decodes the page in a line of JSON to UTF-8, which is parsed as bytes: no string of Python is made in between."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.compiled.library import core_function

_MORE = 64
"""Bytes that the C function may write behind the last."""

_unescape_member = core_function("cd_unescape_member", "u8* i64 u8* i64 u8* i64*", "i64")


def cut_string(line: bytes, name: bytes, *, replacement: bytes) -> tuple[bytes, bytes] | None:
    """Return the UTF-8 of the first member of an object with this name, and the line with another value in its place.

    The line is JSON if the other one is. None if the member is not found, its value is no string, or the string has
    half a surrogate pair, a control character, or bytes that are not UTF-8: other decoders say what is wrong.
    """
    quoted = b'"' + name + b'"'
    out, place = np.empty(len(line) + _MORE, np.uint8), np.empty(2, np.int64)
    size = _unescape_member(line, len(line), quoted, len(quoted), out, place)
    if size < 0:
        return None
    start, end = place.tolist()
    return out[:size].tobytes(), line[:start] + replacement + line[end:]
