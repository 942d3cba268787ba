"""UTF-8, which the HTML parser reads: encodes a page, and counts the characters of one that is encoded."""

from __future__ import annotations

from copydesk.classifier.compiled.library import core_function

_count_utf8 = core_function("cd_count_utf8", "u8* i64", "i64")


def to_utf8(html: str) -> bytes:
    """Encode a page in UTF-8, which has no lone surrogates: they become U+FFFD."""
    try:
        return html.encode()
    except UnicodeEncodeError:
        return html.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def count_utf8(data: bytes) -> int | None:
    """Count the characters of bytes in UTF-8, in less time than it takes to decode them; None if they are not UTF-8."""
    count: int = _count_utf8(data, len(data))
    return None if count < 0 else count
