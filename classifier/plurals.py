"""Words a number for messages: "1 shard", "1,200 pages"."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun, in the singular for 1; `many` is the plural where it is not `one` and an s."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
