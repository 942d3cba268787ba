"""Counts the characters of bytes in UTF-8, by Python's decoder."""

from __future__ import annotations


def count_characters(data: bytes) -> int | None:
    try:
        return len(data.decode())
    except UnicodeDecodeError:
        return None
