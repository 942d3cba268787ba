"""Looks for a mark in the bytes of a page, before its tree is searched for what the mark stands for."""

from __future__ import annotations

from copydesk.classifier.compiled.library import core_function

_has_bytes = core_function("cd_has_bytes", "u8* i64 u8* i64", "i64")


def has_bytes(page: bytes, mark: bytes) -> bool:
    """Return whether the mark is in the page; `in` takes seven times as long."""
    return bool(_has_bytes(page, len(page), mark, len(mark)))
