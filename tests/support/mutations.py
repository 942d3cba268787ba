"""Damages the bytes of files at random, for tests that no damage crashes, hangs or loses more than its own rows."""

from __future__ import annotations

import random
from collections.abc import Sequence

MAX_CHANGES = 3


def mutate(data: bytes, source: random.Random, words: Sequence[bytes]) -> bytes:
    """Change a file in one to three places: flip, insert, remove, repeat or move bytes, insert words, or cut its end.

    Args:
        words: Bytes that mean something in the file's format.
    """
    changed = bytearray(data)
    for _ in range(source.randint(1, MAX_CHANGES)):
        at = source.randrange(len(changed) + 1)
        size = min(source.choice((1, 1, 2, 8, 64, 300)), len(changed) - at)
        match source.randrange(8):
            case 0 if at < len(changed):
                changed[at] ^= 1 << source.randrange(8)
            case 1:
                changed[at:at] = source.randbytes(size)
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size] * 2
            case 4:
                moved = changed[at : at + size]
                del changed[at : at + size]
                to = source.randrange(len(changed) + 1)
                changed[to:to] = moved
            case 5:
                changed[at : at + source.choice((0, size))] = source.choice(words)
            case 6:
                changed[at : at + size] = source.choice((b"\0", b"\n", b"\xff", b'"')) * size
            case _ if source.random() < 0.3:
                del changed[at:]
    return bytes(changed)
