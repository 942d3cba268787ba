"""Reads times as `Article.published` and users of the library write them."""

from __future__ import annotations

import re
from calendar import monthrange, timegm

UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
"""Seconds, milliseconds, microseconds, nanoseconds: how many make a second."""
MAX_SECONDS = 32_503_680_000
"""The end of the year 2999 in seconds since 1970. A number from it on is in milliseconds, or a smaller unit.
Milliseconds below it (before January 1971) are taken for seconds."""
MIN_SECONDS = -30_610_224_000
"""The beginning of the year 1000 in seconds since 1970. A negative number is in seconds: programs write the year 1
for an unknown time, which in milliseconds would be in 1968."""
YEAR_9999 = (253_370_764_800, 253_402_300_800)
"""The year 9999 in seconds since 1970. Programs write it for an unknown time; in milliseconds it would be in 1978."""
MIN_YEAR, MAX_YEAR = 1000, 2999
"""Years outside these are mistakes, or placeholders such as 9999-12-31."""
MIN_DIGITS_YEAR, MAX_DIGITS_YEAR = 1990, 2099
"""Years in which 12 digits are a day and its minute: a choice. The same number in milliseconds is a time in 1976."""
MAX_OFFSET = 14 * 3600
"""Seconds of the largest offset from UTC that exists; a time with a larger one is read without it, as a page's is."""
_ISO = re.compile(
    r"(\d{4})(?P<dash>-?)(\d\d)(?P=dash)(\d\d)"
    r"(?:[T ](\d\d)(?P<colon>:?)(\d\d)(?:(?P=colon)(\d\d)(\.\d{1,9})?)?(?:Z|([+-]\d\d)(?::?([0-5]\d))?)?)?",
    re.ASCII,
)
"""The extended form and the basic one, as in 20240501T083000Z."""
_EXPECTED = "a time in ISO 8601 such as 2024-05-01T08:30:00Z, or a number of seconds or milliseconds since 1970"
_LEAVE_OUT = "; leave it out if unknown"


def published_seconds(published: object) -> float | None:
    """Return a time of publication in seconds since 1970, None for None; the beginning of 1970 stands for no time.

    Strings and numbers are read as in rows, but numbers below 9 digits: they are seconds, so that
    `Document.published` of any document is read as itself.

    Raises:
        TypeError: It is neither a number nor a string.
        ValueError: It is no time, or one that stands for an unknown time.
    """
    if published is None:
        return None
    if isinstance(published, (int, float)) and not isinstance(published, bool):
        seconds = _read_published_number(published)
    else:
        seconds = read_seconds("published", published, hint=_LEAVE_OUT)
    if seconds is None or not is_known_time(seconds):
        raise ValueError(f"published is {str(published)[:40]}, expected {_EXPECTED}{_LEAVE_OUT}")
    return seconds


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
    """Return a number of seconds, or of a smaller unit, in seconds; None if it is no time of the years 1000 to 2999."""
    first, end = YEAR_9999
    if not number >= MIN_SECONDS or any(first * unit <= number < end * unit for unit in UNITS):
        return None
    return next((number / unit if unit > 1 else number for unit in UNITS if number < MAX_SECONDS * unit), None)


def is_known_time(seconds: float) -> bool:
    """Return whether a time is of the years 1000 to 2999 in UTC, and not the beginning of 1970."""
    return seconds != 0 and MIN_SECONDS <= seconds < MAX_SECONDS


def iso_of_digits(digits: str) -> str | None:
    """Write a day of 8 digits, or a time of 12 or 14, in ISO 8601; None for other texts. The day may not exist."""
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    if len(digits) == len("20240501"):
        return day
    time = f"{day}T{digits[8:10]}:{digits[10:12]}"
    if len(digits) == len("20240501083000"):  # as in web archives
        return f"{time}:{'59' if digits[12:] == '60' else digits[12:]}"
    is_minute = len(digits) == len("202405010830") and MIN_DIGITS_YEAR <= int(digits[:4]) <= MAX_DIGITS_YEAR
    return time if is_minute and _read_iso(time) is not None else None


def _read_published_number(number: float) -> float | None:
    is_digits = MAX_SECONDS <= number < 10**14 and number == int(number)
    iso = iso_of_digits(str(int(number))) if is_digits else None
    return seconds_of_number(number) if iso is None else _read_iso(iso)


def _read_iso(text: str) -> float | None:
    """Read a time of the years 1000 to 2999. Second 60 is the last second of its minute, as on a page."""
    if (found := _ISO.fullmatch(text)) is None:
        return None
    year, month, day, hour, minute, second = (int(group or 0) for group in found.group(1, 3, 4, 5, 7, 8))
    fraction, east_hours, east_minutes = (group or "0" for group in found.group(9, 10, 11))
    is_day = MIN_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    if not is_day or hour > 23 or minute > 59 or second > 60 or abs(int(east_hours)) > 23:
        return None
    east = abs(int(east_hours)) * 3600 + int(east_minutes) * 60
    east = 0 if east > MAX_OFFSET else -east if east_hours.startswith("-") else east
    return timegm((year, month, day, hour, minute, min(second, 59))) + float(fraction) - east
