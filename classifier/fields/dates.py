"""Reads dates and times as pages write them, and writes them in ISO 8601."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from copydesk.classifier.fields.calendars import civil, from_iranian, from_thai_year, is_thai, with_ascii_digits
from copydesk.classifier.fields.date_words import AFTERNOON, CHANGED, IRANIAN_MONTHS, MONTHS, ZONES

FIRST_YEAR, LAST_YEAR = 1800, 2049
"""Years of a date that is believed: archives go back so far, and no page is from after the other. Both are choices."""

MAX_CHARACTERS = 300
"""Characters of a text that are searched for dates."""

MAX_DATES = 6
"""Dates that are read in one text."""

_DIGIT = re.compile(r"\d")
_IN_DATE = re.compile(r"\d(?:(?<=1)[3489]\d\d|(?<=2)[05]\d\d|\s?[./-]\s?\d)")
"""What every date has, a year or two numbers with a mark between them: most texts have none, which is quick to see."""

_UNSET = {(1970, 1, 1), (1969, 12, 31)}
"""What programs write when they know no date."""

_WORD = r"[^\W\d_][^\s\d.,،|/:;()–—•·-]{1,14}+"  # possessive: what follows a word is never in it
_MONTH = rf"(?:[\u0e01-\u0e4e]{{1,2}}\.\s?[คพย]\.|(?:كانون|تشرين)\s{_WORD}|{_WORD})"
"""A word, an abbreviation of Thai such as "ม.ค.", or one of the Arabic months of two words."""
_DATE = re.compile(
    r"(?=\d)(?:"  # most places are letters, where only one form has to be tried
    r"(?P<y1>(?<!\d)(?:1[3489]|20)\d\d)\s*(?P<s1>[-/.]|年|년)\s*(?P<m1>\d\d?)\s*(?:(?P=s1)|月|월)\s*(?P<d1>\d\d|\d(?!\d))(?:\s*[日일])?"
    r"|(?<!\d)(?P<a2>\d\d?)\s?(?P<s2>[./-])\s?(?P<b2>\d\d?)\s?(?P=s2)\s?(?P<y2>(?:1[89]|2[05])\d\d|\d\d(?![\d:]))"
    rf"|(?<!\d)(?P<d3>\d\d?)(?:st|nd|rd|th|er|º|ª|\.)?[\s-]+(?:(?:de|of)\s+|d['’]\s*|ב)?(?P<n3>{_MONTH})[.,،]?[\s-]+"
    r"(?:(?:de|del|of)\s+|พ\.ศ\.\s*)?(?P<y3>(?:1[3489]|2[05])\d\d)"
    rf"|(?<!\d)(?P<y5>(?:1[89]|20)\d\d)\.?\s+(?:m\.\s+|gada\s+)?"
    rf"(?:(?P<n5>{_WORD})\.?\s+(?P<d5>\d\d?)(?!\d)|(?P<d7>\d\d?)\.\s+(?P<n7>{_WORD}))"
    r"|(?<!\d)(?P<d6>\d\d?)\s+tháng\s+(?P<m6>\d\d?)[\s,]+(?:năm\s+)?(?P<y6>20\d\d)"
    rf")|(?P<n4>{_WORD})\.?\s+(?P<d4>\d\d?)(?:st|nd|rd|th)?\.?,?\s+(?:(?P<h4>\d\d?:\d\d:\d\d)\s+(?:[A-Z]+\s+)?)?"
    r"(?P<y4>(?:1[89]|20)\d\d)"
)
_TIME = re.compile(
    r"(?:[\sT,،|·•–—@(:/-]|\b(?:at|um|a|à|às|las|los|alle|ore|om|kl|klo|o|ob|saat|lúc|pukul|в|о|г|год|года|р|on|page)\b\.?|เวลา|ساعت|الساعة|"
    r"(?P<half>午前|午後|上午|下午|오전|오후)){0,8}"
    r"(?P<hour>\d\d?)(?:(?:[:hH時시]|[시:]\s)(?P<minute>\d\d)(?!\d)|\.(?P<dotted>\d\d)(?=\s*(?:Uhr|[A-Z]{3}|h\b|น|$)))"
    r"(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"\s?(?P<noon>[AaPp]\.?\s?[Mm]\b\.?|[πμ]\.?μ\.?|(?:[صم]|صباح\w*|مساء\w*)(?!\w))?"
    r"(?:\s?\(?(?P<zone>[A-Za-z]{3,4}|Z)\b)?(?:(?P<sign>[+-])(?P<off>\d\d?):?(?P<min>\d\d)?|\s(?P<sign2>[+-])(?P<off2>\d\d):?(?P<min2>\d\d))?"
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z?))?")
_CLOCK = re.compile(r"\d(?<!\w\d)\d?(?:[:.]|:\s)\d\d(?::\d\d)?(?:\s*(?:(?:Uhr|[AaPp]\.?[Mm]\.?|h|[صم])\b|น\.))?")
_JOINED = re.compile(r"[A-Z](?<=[a-zà-ÿ].)")
"""Both begin with a digit or a letter and only then look before it, since so a search is several times as fast."""

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s?(?:(Z)|([+-]\d\d):?(\d\d))?)?"
)
_JOINED_MONTH = re.compile(r"(?<=[a-zà-ÿ])(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?\s\d)")


class Date(NamedTuple):
    """A date in ISO 8601, and whether the text calls it that of a change."""

    iso: str
    changed: bool


def read_date(text: str, *, month_first: bool = False) -> str | None:
    """Return the first date of a value, such as of `datePublished`; None without one that is believed."""
    text = text[:MAX_CHARACTERS].strip()
    if not text:
        return None
    exact = _ISO.fullmatch(text)
    if exact is not None:
        year, month, day, hour, minute, second, zulu, hours, minutes = exact.groups()
        offset = 0 if zulu else int(f"{hours[0]}{int(hours[1:]) * 60 + int(minutes)}") if hours else None
        clock = (int(hour), int(minute), int(second or 0)) if hour else None
        return _write((int(year), int(month), int(day)), clock, offset)
    if text.isdecimal() and text.isascii():
        return _read_digits(text)
    if (compact := _COMPACT.fullmatch(text)) is not None:
        return _read_compact(compact)
    return next((date.iso for date in find_dates(text, month_first=month_first)), None)


def find_dates(text: str, *, month_first: bool = False) -> Iterator[Date]:
    """Return the dates of a text such as "Published 3 May 2024, updated 4 May 2024", at most `MAX_DATES`.

    `month_first` says how 3/5/2024 is read: as the 5th of March, instead of the 3rd of May.
    """
    if not may_have_date(text[:MAX_CHARACTERS]):
        return
    text = _JOINED.sub(r" \g<0>", with_ascii_digits(text[:MAX_CHARACTERS]))
    at = 0
    for _ in range(MAX_DATES):
        found = _DATE.search(text, at)
        if found is None:
            return
        before, at = text[at : found.start()], found.end()
        day = _read_day(found, month_first)
        if day is None:
            at = found.start() + 1
            continue
        time = _TIME.match(text, at)
        iso = None
        if time is not None:
            iso = _write(day, _read_clock(time), _read_offset(time))
            at = time.end() if iso else at
        if (iso := iso or _write(day, None, None)) is not None:
            yield Date(iso, any(map(before.lower().__contains__, CHANGED)))


def may_have_date(text: str) -> bool:
    """Return whether a text has a year, or two numbers with a mark between them."""
    return _IN_DATE.search(with_ascii_digits(text)) is not None


def is_before(one: str, other: str, *, days: int = 0) -> bool:
    """Return whether a date in ISO 8601 is more than some days before another.

    Minutes are compared, or days where one of the dates has no time, or only one has an offset.
    """
    if days or min(len(one), len(other)) == 10 or bool(one[19:]) != bool(other[19:]):
        return _days(other) - _days(one) > days
    return _minutes(one) < _minutes(other)


def cut_dates(text: str) -> str:
    """Return a text with a line end in place of each date and time."""
    return _cut_dates(text[:MAX_CHARACTERS])


@lru_cache(maxsize=64)  # the lines below a headline are cut for their kind, for authors and for dates
def _cut_dates(text: str) -> str:
    if _DIGIT.search(text) is None:
        return text
    text = _JOINED_MONTH.sub(" ", with_ascii_digits(text))
    return _CLOCK.sub("\n", _DATE.sub("\n", text) if _IN_DATE.search(text) is not None else text)


def _read_day(found: re.Match[str], month_first: bool) -> tuple[int, int, int] | None:
    """Return year, month and day of a match of `_DATE`; None if its word is no month."""
    get = found.group
    if get("y1"):
        year, month, day = int(get("y1")), int(get("m1")), int(get("d1"))
        return from_iranian(year, month, day) if year < FIRST_YEAR and get("s1") == "/" else (year, month, day)
    if get("y2"):
        first, second, year = int(get("a2")), int(get("b2")), from_thai_year(int(get("y2")))
        swapped = second > 12 or (month_first and get("s2") != "." and first <= 12)
        day, month = (second, first) if swapped else (first, second)
        return year if year > 99 else 2000 + year, month, day
    if get("y6"):
        return int(get("y6")), int(get("m6")), int(get("d6"))
    year = int(get("y3") or get("y4") or get("y5"))
    word = get("n3") or get("n4") or get("n5") or get("n7")
    return _read_named(year, word, int(get("d3") or get("d4") or get("d5") or get("d7")))


def _read_named(year: int, word: str, day: int) -> tuple[int, int, int] | None:
    """Return year, month and day of a date whose month is a word; None if the word is no month."""
    name = word.lower().replace("i\u0307", "i")
    if not name.isascii():
        name = unicodedata.normalize("NFC", " ".join(name.split()))
        if name in IRANIAN_MONTHS:
            return from_iranian(year, IRANIAN_MONTHS[name], day)
        if is_thai(name):
            year, name = from_thai_year(year), name.replace(" ", "")
    month = MONTHS.get(name)
    return (year, month, day) if month is not None else None


def _read_clock(time: re.Match[str]) -> tuple[int, int, int]:
    get = time.group
    hour, minute = int(get("hour")), int(get("minute") or get("dotted"))
    half = get("half") or "".join(filter(str.isalpha, (get("noon") or "").lower()))
    if half and hour <= 12:
        hour = hour % 12 + 12 * half.startswith(AFTERNOON)
    return hour, minute, int(get("second") or 0)


def _read_offset(time: re.Match[str]) -> int | None:
    """Return minutes east of Greenwich; None if the text has no time zone that means one."""
    get = time.group
    zone = ZONES.get((get("zone") or "").lower())
    hours, minutes = get("off") or get("off2"), get("min") or get("min2") or "0"
    if hours is None or (zone is None and get("min") is None and get("min2") is None):
        return zone
    east = int(hours) * 60 + int(minutes)
    return -east if (get("sign") or get("sign2")) == "-" else east


def _read_digits(text: str) -> str | None:
    """Read seconds or milliseconds since 1970, or a date without marks between."""
    if len(text) in (10, 13):
        seconds = int(text[:10])
        days, rest = divmod(seconds, 86400)
        return _write(civil(days), (rest // 3600, rest // 60 % 60, rest % 60), 0)
    compact = _COMPACT.fullmatch(text)
    return _read_compact(compact) if compact is not None else None


def _read_compact(found: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second, zulu = found.groups()
    clock = (int(hour), int(minute), int(second or 0)) if hour else None
    return _write((int(year), int(month), int(day)), clock, 0 if zulu else None)


def _write(day: tuple[int, int, int], clock: tuple[int, int, int] | None, offset: int | None) -> str | None:
    """Write a date in ISO 8601; None if there is no such day or time, or its year is not believed."""
    year, month, number = day
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= number <= _month_days(year, month)):
        return None
    if day in _UNSET:
        return None
    date = f"{year:04}-{month:02}-{number:02}"
    if clock is None:
        return date
    if clock == (24, 0, 0):  # the end of the day
        return _write(civil(_days(date) + 1), (0, 0, 0), offset)
    hour, minute, second = clock
    if hour > 23 or minute > 59 or second > 60:
        return None
    text = f"{date}T{hour:02}:{minute:02}:{min(second, 59):02}"
    if offset is None or abs(offset) > 14 * 60:
        return text
    return f"{text}{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def _month_days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _minutes(iso: str) -> int:
    """Return the minutes since 1970 of a date in ISO 8601 with a time, in its own zone if it has no offset."""
    east = int(iso[20:22]) * 60 + int(iso[23:25]) if iso[19:] else 0
    return _days(iso) * 1440 + int(iso[11:13]) * 60 + int(iso[14:16]) - (-east if iso[19:20] == "-" else east)


def _days(iso: str) -> int:
    """Return the days since 1970 of a date in ISO 8601; source: `days_from_civil`, see `civil`."""
    year, month, day = int(iso[:4]), int(iso[5:7]), int(iso[8:10])
    year -= month <= 2
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + day_of_year - 719468
