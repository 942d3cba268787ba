"""Reads times as `Article.published` and users of the library write them."""

from __future__ import annotations

import re
from calendar import monthrange, timegm

UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
"""Seconds, milliseconds, microseconds, nanoseconds: how many make a second."""
MAX_SECONDS = 32_503_680_000
"""The end of the year 2999 in seconds since 1970. A number above it is in milliseconds, or a smaller unit. Milliseconds
below it (before January 1971) are taken for seconds."""
_ISO = re.compile(
    r"(\d{4})(?P<dash>-?)(\d\d)(?P=dash)(\d\d)"
    r"(?:[T ](\d\d)(?P<colon>:?)(\d\d)(?:(?P=colon)(\d\d)(\.\d{1,9})?)?(?:Z|([+-]\d\d)(?::?([0-5]\d))?)?)?",
    re.ASCII,
)
"""The extended form and the basic one, as in 20240501T083000Z."""
_EXPECTED = "a time in ISO 8601 such as 2024-05-01T08:30:00Z, or a number of seconds or milliseconds since 1970"


def published_seconds(published: object) -> float | None:
    """Return a time of publication in seconds since 1970, as `read_seconds` does; None for None."""
    return None if published is None else read_seconds("published", published, hint="; leave it out if unknown")


def read_seconds(name: str, time: object, *, hint: str = "") -> float:
    """Return a time in seconds since 1970; `name` and `hint` are for messages.

    A string is a time in ISO 8601; without an offset it is in UTC, and a day counts from its beginning. A number that
    is too large for seconds is in milliseconds or a smaller unit.

    Raises:
        TypeError: It is neither a number nor a string.
        ValueError: It is no time.
    """
    if isinstance(time, str):
        seconds, found = _read_iso(time), repr(time[:40])
    elif isinstance(time, (int, float)) and not isinstance(time, bool):
        seconds, found = seconds_of_number(time), str(time)[:40]
    else:
        raise TypeError(f"{name} is of type {type(time).__name__}, expected {_EXPECTED}{hint}")
    if seconds is None:
        raise ValueError(f"{name} is {found}, expected {_EXPECTED}{hint}")
    return seconds


def seconds_of_number(number: float) -> float | None:
    """Return a number of seconds, or of a smaller unit, in seconds; None if it is too large for a time, or NaN."""
    return next((number / unit if unit > 1 else number for unit in UNITS if abs(number) < MAX_SECONDS * unit), None)


def _read_iso(text: str) -> float | None:
    if (found := _ISO.fullmatch(text)) is not None:
        year, month, day, hour, minute, second = (int(group or 0) for group in found.group(1, 3, 4, 5, 7, 8))
        fraction, east_hours, east_minutes = (group or "0" for group in found.group(9, 10, 11))
        is_day = year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
        if is_day and hour < 24 and minute < 60 and second < 60 and abs(int(east_hours)) < 24:
            east = abs(int(east_hours)) * 3600 + int(east_minutes) * 60
            seconds = timegm((year, month, day, hour, minute, second)) + float(fraction)
            return seconds + east if east_hours.startswith("-") else seconds - east
    return None
