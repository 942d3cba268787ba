"""Tells text from bytes that were decoded as if they were text, such as those of a picture."""

from __future__ import annotations

SAMPLE = 4096
"""Characters of a body that are looked at."""
CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])
"""Control characters that no text contains."""
MAX_CONTROLS = 0.05
"""Share of them above which a body is no text, as in `charset.binary_formats`; random bytes have 0.1 and more."""
REPLACED = "\ufffd".encode()
"""What decoders write in place of bytes that do not fit; it is counted like a control character."""
CHARACTERS_PER_SPACE = 50
"""A body in ASCII with fewer spaces is no text in words: Base64, numbers. English has one in 6 characters."""


def is_text(body: str) -> bool:
    """Return whether a body may be text. Text in other scripts than Latin may have no spaces."""
    sample = body[:SAMPLE]
    data = sample.encode("utf-8", "replace")
    n_controls = len(data) - len(data.translate(None, CONTROLS)) + data.count(REPLACED)
    if n_controls > MAX_CONTROLS * len(sample):
        return False
    return (
        not data.isascii() or len(data) < CHARACTERS_PER_SPACE or data.count(b" ") * CHARACTERS_PER_SPACE >= len(data)
    )
