"""Reads times of publication in the forms that feeds, databases and crawlers write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

from copydesk.classifier.duplicates import (
    MAX_OFFSET,
    MAX_YEAR,
    MIN_YEAR,
    is_known_time,
    iso_of_digits,
    seconds_of_number,
)

EXPECTED = "a time in ISO 8601 or RFC 822 (as in RSS), or in seconds or milliseconds since 1970"
"""What messages say was expected."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO_TIME = (
    "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?)?$"
)
"""The form in which times are written, as a regular expression for descriptions of the service."""
MAX_CHARACTERS = 100
"""Longer texts are not times."""

_NUMBER = re.compile(r"[+-]?\d{9,20}(?:\.\d{1,9})?")
"""Seconds or smaller units since 1970. Eight digits are a day, and fewer are no time: seconds since 1970 have nine
digits or more from March 1973 on, and shorter numbers are years, or 0 for an unknown time."""
_HALF_DAY = re.compile(r"(?<![\d:])(\d\d?)((?::\d\d)*)\s*([ap])\.?m\b\.?", re.IGNORECASE)
"""A time on a clock of 12 hours, such as "8:30 PM"."""
_END_OF_DAY = re.compile(r"(?<=[T ])24:00(?::00(?:\.0{1,9})?)?(?![\d:.])")
_LEAP_SECOND = re.compile(r"(?:(?<=:\d\d:)|(?<=T\d{4}))60(?!\d)")
"""Second 60, which is read as 59, as on a page."""
_ZONE = re.compile(r"(?<=:\d\d)(?<![+-]\d\d:\d\d)\s*\(?([a-z]{1,5})\)?(?=\s+\d{4}$|$)", re.IGNORECASE)
"""The name of a zone behind a time; a year may follow, as `date` writes it."""
_NAMED_OFFSET = re.compile(
    r"(?<=\d)\s*(?:GMT|UTC?)([+-])(\d\d?)(?::?([0-5]\d))?(?:\s*\([^()]*\))?(?=\s+\d{4}$|$)", re.IGNORECASE
)
"""An offset behind the name of the zone that it counts from, as JavaScript writes it: "GMT-0500 (Eastern Time)"."""
_UNREAD_ZONE = re.compile(r":\d\d\s*\(?[a-z]", re.IGNORECASE)
"""A name behind a time where no offset was read; `email.utils` ignores it, and the time would be hours wrong."""
_SPACE_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$)")
_COLON_IN_OFFSET = re.compile(r"(?<=[+-]\d\d):(?=\d\d(?:\s|$))")


def read_time(value: object) -> date | None:
    """Read a time, or a day where there is no time of day; without an offset a time has no zone. None for no value.

    A number is read as its digits are in a text, so 20240501 is a day.

    Raises:
        ValueError: It is not a time.
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        if isinstance(value, str):
            found = _read_text(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found = _read_text(str(int(value)) if value == int(value) else f"{value:.9f}")
        elif isinstance(value, date):
            found = value
        else:
            raise ValueError(f"{type(value).__name__} is not a time")
        found = _with_known_offset(found)
    except (OverflowError, TypeError, IndexError) as error:
        raise ValueError(str(error)) from error
    if not MIN_YEAR <= found.year <= MAX_YEAR:
        raise ValueError(f"the year is {found.year}, expected {MIN_YEAR} to {MAX_YEAR}")
    if not is_known_time(seconds_since_1970(found)):
        raise ValueError("in UTC it is of another year, or the beginning of 1970, which programs write for no time")
    return found


def iso_text(time: date) -> str:
    """Write a time in ISO 8601, with Z for UTC."""
    return time.isoformat().removesuffix("+00:00") + ("Z" if _is_utc(time) else "")


def is_iso_time(text: str) -> bool:
    """Return whether a text is in the form in which times are written."""
    return re.fullmatch(ISO_TIME, text) is not None


def seconds_since_1970(time: date) -> float:
    """Return a time in seconds; without a zone it is in UTC."""
    if not isinstance(time, datetime):
        time = datetime(time.year, time.month, time.day)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _with_known_offset(time: date) -> date:
    """Leave out an offset that no place has; of one with seconds, which the form of times does not have, use UTC."""
    offset = time.utcoffset() if isinstance(time, datetime) else None
    if not isinstance(time, datetime) or offset is None:
        return time
    if abs(offset) > timedelta(seconds=MAX_OFFSET):
        return time.replace(tzinfo=None)
    return time.astimezone(UTC) if offset % timedelta(minutes=1) else time


def _is_utc(time: date) -> bool:
    return isinstance(time, datetime) and time.tzinfo is not None and time.utcoffset() == timedelta(0)


def _read_text(text: str) -> date:
    if len(text) > MAX_CHARACTERS:
        raise ValueError("too long for a time")
    if text.isascii() and text.isdigit() and (iso := iso_of_digits(text)) is not None:
        return date.fromisoformat(iso) if len(iso) == len("2024-05-01") else datetime.fromisoformat(iso)
    if _NUMBER.fullmatch(text):
        return _from_number(float(text))
    text = _LEAP_SECOND.sub("59", text)
    if len(text) == len("2024-05-01") and text[4] == text[7] == "-":
        return date.fromisoformat(text)
    if (end := _END_OF_DAY.search(text)) is not None:
        return _read_text(f"{text[: end.start()]}00:00{text[end.end() :]}") + timedelta(days=1)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        text = _NAMED_OFFSET.sub(_plain_offset, _HALF_DAY.sub(_on_24_hours, text))
        text = _ZONE.sub(_offset, text)
    try:
        return datetime.fromisoformat(_SPACE_BEFORE_OFFSET.sub("", text))
    except ValueError:
        return _read_words(_COLON_IN_OFFSET.sub("", text))


def _on_24_hours(time: re.Match[str]) -> str:
    hour = int(time[1])
    if hour <= 12:
        hour = hour % 12 + 12 * (time[3] in "pP")
    return f"{hour:02}{time[2] or ':00'}"


def _plain_offset(offset: re.Match[str]) -> str:
    return f" {offset[1]}{offset[2]:0>2}{offset[3] or '00'}"


def _offset(zone: re.Match[str]) -> str:
    """Return the offset of a named zone; of an unknown one, its name."""
    from copydesk.classifier.fields import ZONES  # rare, and slow to load

    minutes = ZONES.get(zone[1].lower())
    if minutes is None:
        return zone[0]
    return f" {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _read_words(text: str) -> date:
    """Read a time with the name of a month, as in RFC 822, or a day."""
    from email.utils import parsedate_to_datetime  # rare, and slow to load

    if ":" in text:
        found = parsedate_to_datetime(text)
        if found.tzinfo is None and _UNREAD_ZONE.search(text):
            raise ValueError("its zone is not known")
        return found
    return parsedate_to_datetime(f"{text} 00:00").date()


def _from_number(value: float) -> datetime:
    """Read a number of seconds since 1970, or of a smaller unit if the number is too large for seconds."""
    seconds = seconds_of_number(value)
    if seconds is None:
        raise ValueError("the number is no time of the years 1000 to 2999")
    return EPOCH + timedelta(seconds=seconds)
