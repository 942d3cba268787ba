"""Days of the Iranian calendar and years of the Thai one."""

from __future__ import annotations

import datetime

import pytest

from copydesk.classifier.fields.calendars import (
    FIRST_IRANIAN,
    LAST_IRANIAN,
    from_iranian,
    from_thai_year,
    with_ascii_digits,
)


def test_each_iranian_day_follows_the_one_before() -> None:
    every = [
        found
        for year in range(FIRST_IRANIAN, LAST_IRANIAN + 1)
        for month in range(1, 13)
        for day in range(1, 32)
        if (found := from_iranian(year, month, day)) is not None
    ]
    first = datetime.date(1963, 3, 21).toordinal()
    assert [datetime.date(*found).toordinal() for found in every] == list(range(first, first + len(every)))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((1400, 1, 1), (2021, 3, 21)),
        ((1403, 12, 30), (2025, 3, 20)),
        ((1404, 12, 30), None),
        ((1404, 7, 31), None),
        ((1357, 11, 22), (1979, 2, 11)),
        ((FIRST_IRANIAN - 1, 1, 1), None),
        ((LAST_IRANIAN + 1, 1, 1), None),
        ((1404, 13, 1), None),
    ],
)
def test_iranian_day_is_turned_into_a_gregorian_one(
    day: tuple[int, int, int], expected: tuple[int, int, int] | None
) -> None:
    assert from_iranian(*day) == expected


@pytest.mark.parametrize(("year", "expected"), [(2567, 2024), (2443, 1900), (2442, 2442), (2592, 2049), (2593, 2593)])
def test_thai_year_is_turned_into_a_gregorian_one(year: int, expected: int) -> None:
    assert from_thai_year(year) == expected


def test_digits_of_all_scripts_are_written_in_ascii() -> None:
    assert with_ascii_digits("৩ মে ২০২৪ ٣ ۳ ३ ๓ 3") == "3 মে 2024 3 3 3 3 3"
