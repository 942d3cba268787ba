"""Reads the time at which a document was published, as `Article.published` and users of the library write it."""

from __future__ import annotations

import re
from calendar import monthrange, timegm

_ISO = re.compile(
    r"(\d{4})(?P<dash>-?)(\d\d)(?P=dash)(\d\d)"
    r"(?:[T ](\d\d)(?P<colon>:?)(\d\d)(?:(?P=colon)(\d\d)(\.\d{1,9})?)?(?:Z|([+-]\d\d)(?::?([0-5]\d))?)?)?",
    re.ASCII,
)
"""The extended form and the basic one, as in 20240501T083000Z."""
_EXPECTED = (
    "a time in ISO 8601 such as 2024-05-01T08:30:00Z, or a number of seconds since 1970; leave it out if unknown"
)


def published_seconds(published: object) -> float | None:
    """Return a time of publication in seconds since 1970; None for None.

    A string is a time in ISO 8601; without an offset it is in UTC, and a day counts from its beginning.

    Raises:
        TypeError: It is neither a number nor a string.
        ValueError: It is a string that is no time.
    """
    if published is None:
        return None
    if isinstance(published, str):
        return _read_iso(published)
    if isinstance(published, bool) or not isinstance(published, (int, float)):
        raise TypeError(f"published is of type {type(published).__name__}, expected {_EXPECTED}")
    return published


def _read_iso(text: str) -> float:
    if (found := _ISO.fullmatch(text)) is not None:
        year, month, day, hour, minute, second = (int(group or 0) for group in found.group(1, 3, 4, 5, 7, 8))
        fraction, east_hours, east_minutes = (group or "0" for group in found.group(9, 10, 11))
        is_day = year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
        if is_day and hour < 24 and minute < 60 and second < 60 and abs(int(east_hours)) < 24:
            east = abs(int(east_hours)) * 3600 + int(east_minutes) * 60
            seconds = timegm((year, month, day, hour, minute, second)) + float(fraction)
            return seconds + east if east_hours.startswith("-") else seconds - east
    raise ValueError(f"published is {text[:40]!r}, expected {_EXPECTED}")
