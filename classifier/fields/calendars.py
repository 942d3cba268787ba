"""Turns years and days of the Thai and the Iranian calendar into those of the Gregorian one, and digits into ASCII."""

from __future__ import annotations

import re

BEFORE_BUDDHA = 543
"""Years that the Thai calendar is ahead of the Gregorian one; months and days are the same."""

FIRST_THAI, LAST_THAI = 2443, 2592
"""Years of the Thai calendar that are believed: 1900 to 2049."""

FIRST_IRANIAN, LAST_IRANIAN = 1342, 1427
"""Years of the Iranian calendar that are believed: 1963 to 2049. In these its leap years follow a cycle of 33 years."""

_ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐၀០０"
_TO_ASCII = {ord(zero) + value: str(value) for zero in _ZEROS for value in range(10)}
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_THAI_LETTER = re.compile("[\u0e01-\u0e2e\u0e40-\u0e44]")
_IRANIAN_YEAR_0 = 19802 - 1403 * 365 - (1403 * 8 + 21) // 33
"""Days from 1970 to the year 0 of the cycle: the year 1403 began on 20 March 2024, 19802 days after 1 January 1970."""


def with_ascii_digits(text: str) -> str:
    """Return a text, as long as before, with the digits of all scripts written as 0 to 9."""
    if text.isascii() or _OTHER_DIGIT.search(text) is None:
        return text
    return text.translate(_TO_ASCII)


def is_thai(month: str) -> bool:
    """Return whether a month is written in Thai letters."""
    return _THAI_LETTER.match(month) is not None


def from_thai_year(year: int) -> int:
    """Return the Gregorian year of one of the Thai calendar; other years stay as they are."""
    return year - BEFORE_BUDDHA if FIRST_THAI <= year <= LAST_THAI else year


def from_iranian(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    """Return year, month and day in the Gregorian calendar; None if there is no such day.

    Source of the cycle: a year is leap if (8 * year + 29) % 33 < 8, which agrees with the calendar's tables for the
    years that are believed.
    """
    is_leap = (8 * year + 29) % 33 < 8
    days = 31 if month <= 6 else 30 if month < 12 or is_leap else 29
    if not (FIRST_IRANIAN <= year <= LAST_IRANIAN and 1 <= month <= 12 and 1 <= day <= days):
        return None
    before = 31 * (month - 1) if month <= 6 else 186 + 30 * (month - 7)
    return civil(_IRANIAN_YEAR_0 + 365 * year + (8 * year + 21) // 33 + before + day - 1)


def civil(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a number of days since 1970.

    Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, `civil_from_days`.
    """
    era, day_of_era = divmod(days + 719468, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1
