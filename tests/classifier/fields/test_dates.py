"""Laws and forms of dates."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields.dates import (
    LAST_YEAR,
    MAX_CHARACTERS,
    Date,
    cut_dates,
    find_dates,
    is_before,
    read_date,
)

DAYS = st.dates(datetime.date(1971, 1, 1), datetime.date(LAST_YEAR, 12, 31))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(LAST_YEAR, 12, 31), timezones=OFFSETS)


# Laws


@given(st.text() | st.text("0123456789-/.:TZ+ ,年月日aprmyj").map(lambda text: text[:400]), st.booleans())
def test_any_text_has_dates_that_exist_or_none(text: str, month_first: bool) -> None:
    stated = read_date(text, month_first=month_first)
    for iso in [stated] if stated else []:
        datetime.datetime.fromisoformat(iso)
    for date in find_dates(text, month_first=month_first):
        datetime.datetime.fromisoformat(date.iso)
    assert isinstance(cut_dates(text), str)


@given(TIMES)
def test_iso_times_are_read_to_the_second_with_their_offset(time: datetime.datetime) -> None:
    found = read_date(time.isoformat())
    assert found is not None
    assert datetime.datetime.fromisoformat(found) == time.replace(microsecond=0)


@given(TIMES)
def test_seconds_since_1970_are_read(time: datetime.datetime) -> None:
    seconds = int(time.timestamp())
    if len(str(seconds)) == 10:
        found = read_date(str(seconds))
        assert found is not None
        assert datetime.datetime.fromisoformat(found).timestamp() == seconds
        assert read_date(f"{seconds}123") == found


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d", "%Y年%m月%d日"]))
def test_a_day_is_read_in_every_form(day: datetime.date, form: str) -> None:
    assert read_date(day.strftime(form)) == day.isoformat()


@given(st.text("0123456789./-: ", min_size=1000, max_size=3000))
def test_a_long_text_is_searched_to_a_limit(text: str) -> None:
    assert list(find_dates(text)) == list(find_dates(text[:MAX_CHARACTERS]))


# Forms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03T15:47:42.389Z", "2024-05-03T15:47:42+00:00"),
        ("2024-05-03 08:00:00 +0200", "2024-05-03T08:00:00+02:00"),
        ("2024-05-03T08:00", "2024-05-03T08:00:00"),
        ("20240503T080000Z", "2024-05-03T08:00:00+00:00"),
        ("Fri, 03 May 2024 08:00:00 +0200", "2024-05-03T08:00:00+02:00"),
        ("Fri May 03 2024 08:00:00 GMT+0200 (CEST)", "2024-05-03T08:00:00+02:00"),
        ("Fri May 03 08:00:00 2024", "2024-05-03"),
        ("Fri May 03 08:00:00 CEST 2024", "2024-05-03"),
        ("May 3rd, 2024 8:05 PM EDT", "2024-05-03T20:05:00-04:00"),
        ("12:30 a.m.", None),
        ("3 May 2024, 12:30 a.m.", "2024-05-03T00:30:00"),
        ("3. Mai 2024, 08.30 Uhr", "2024-05-03T08:30:00"),
        ("3 de mayo de 2024 a las 08:30", "2024-05-03T08:30:00"),
        ("3 december 2024 om 08:30", "2024-12-03T08:30:00"),
        ("3 dezembro 2024", "2024-12-03"),
        ("3 d'abril 2024", "2024-04-03"),
        ("৩ মে ২০২৪, ০৮: ৩০", "2024-05-03T08:30:00"),
        ("३ मई २०२४", "2024-05-03"),
        ("٣ مايو ٢٠٢٤، ٠٨:٣٠ م", "2024-05-03T20:30:00"),
        ("3 أيار 2024 08:30 ص", "2024-05-03T08:30:00"),
        ("3 كانون الثاني 2024", "2024-01-03"),
        ("3 مئی، 2024", "2024-05-03"),
        ("3 במאי 2024", "2024-05-03"),
        ("3 พฤษภาคม 2567 เวลา 08:30 น.", "2024-05-03T08:30:00"),
        ("3 พ.ค. พ.ศ. 2567 08.30 น.", "2024-05-03T08:30:00"),
        ("03/05/2567", "2024-05-03"),
        ("3 May 2567", None),
        ("۱۴ اردیبهشت ۱۴۰۳ - ۰۸:۳۰", "2024-05-03T08:30:00"),
        ("1403/02/14", "2024-05-03"),
        ("1403-02-14", None),
        ("14 May 1403", None),
        ("3 მაისი, 2024", "2024-05-03"),
        ("3 மே 2024", "2024-05-03"),
        ("2024. gada 3. maijs, 08:30", "2024-05-03T08:30:00"),
        ("3 fe\u0301vrier 2024", "2024-02-03"),
        ("2024年5月3日 下午8:30", "2024-05-03T20:30:00"),
        ("3 May 2024, 8:30 p. m.", "2024-05-03T20:30:00"),
        ("3 Μαΐου 2024 8:30 μ.μ.", "2024-05-03T20:30:00"),
        ("3 mai 2024 à 08h30", "2024-05-03T08:30:00"),
        ("5 gennaio 2025 | 15:24", "2025-01-05T15:24:00"),
        ("6 lutego 2025, 9:15", "2025-02-06T09:15:00"),
        ("3 мая 2024 года, 10:15", "2024-05-03T10:15:00"),
        ("22/10/2025, 19:25 (GMT+7)", "2025-10-22T19:25:00+07:00"),
        ("ngày 22 tháng 10 năm 2025", "2025-10-22"),
        ("2025年1月13日 21時37分", "2025-01-13T21:37:00"),
        ("2025년 1월 13일 오후 9:37", "2025-01-13T21:37:00"),
        ("30 NİSAN 2024 16:48", "2024-04-30T16:48:00"),
        ("2024. május 3.", "2024-05-03"),
        ("5.5.24", "2024-05-05"),
        ("13/05/2024", "2024-05-13"),
        ("05/13/2024", "2024-05-13"),
        ("1. Foobar 2024", None),
        ("2024-02-30", None),
        ("2023-02-29", None),
        ("2024-02-29", "2024-02-29"),
        ("2024-05-03T25:00:00", None),
        ("2024-05-03T24:00:01", None),
        ("2024-05-03T24:00:00Z", "2024-05-04T00:00:00+00:00"),
        ("2024-12-31T24:00+02:00", "2025-01-01T00:00:00+02:00"),
        ("20240229T240000", "2024-03-01T00:00:00"),
        (f"{LAST_YEAR}-12-31T24:00:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00", None),
        ("2999-12-31", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_form_is_read(text: str, expected: str | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(("month_first", "expected"), [(True, "2024-03-05"), (False, "2024-05-03")])
def test_numbers_alone_are_read_in_the_order_of_the_language(month_first: bool, expected: str) -> None:
    assert read_date("03/05/2024", month_first=month_first) == expected
    assert read_date("03.05.2024", month_first=month_first) == "2024-05-03"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Published 3 May 2024, updated 4 May 2024", [Date("2024-05-03", False), Date("2024-05-04", True)]),
        ("Aktualisiert am 28.04.2023-19:20", [Date("2023-04-28T19:20:00", True)]),
        (
            "Aktualizacja: 19.04.2026 19:45 Publikacja: 19.04.2026 19:05",
            [Date("2026-04-19T19:45:00", True), Date("2026-04-19T19:05:00", False)],
        ),
        ("公開日：2025/01/31 更新日：2025/02/01", [Date("2025-01-31", False), Date("2025-02-01", True)]),
        ("HarbourMay 3, 2024Updated: May 4, 2024", [Date("2024-05-03", False), Date("2024-05-04", True)]),
        ("2024-05-0314 min read", [Date("2024-05-03", False)]),
        ("17 people came on 3 May 2024", [Date("2024-05-03", False)]),
        ("10:30", []),
    ],
)
def test_dates_in_a_text_are_found_with_what_they_are(text: str, expected: list[Date]) -> None:
    assert list(find_dates(text)) == expected


def test_dates_and_times_are_cut() -> None:
    assert cut_dates("By Ada Quill 3 May 2024, 10:15").split("\n")[0].strip() == "By Ada Quill"
    assert cut_dates("Ada Quill 11.3.2025 6:40").split("\n")[0].strip() == "Ada Quill"
    assert cut_dates("โดย เอดา ควิลล์ 3 พ.ค. 2567 08:30 น.").split() == ["โดย", "เอดา", "ควิลล์"]
    assert cut_dates("مریم رودباری ۱۴ اردیبهشت ۱۴۰۳").split("\n")[0].strip() == "مریم رودباری"
    assert cut_dates("By Ada QuillMay 3, 2024").split("\n")[0].strip() == "By Ada Quill"


# Order


@given(TIMES, TIMES)
def test_times_are_in_the_order_of_their_minutes(one: datetime.datetime, other: datetime.datetime) -> None:
    one, other = one.replace(second=0, microsecond=0), other.replace(second=0, microsecond=0)
    assert is_before(one.isoformat(), other.isoformat()) is (one < other)
    days = (other.date() - one.date()).days
    assert is_before(one.isoformat()[:10], other.isoformat()) is (days > 0)
    assert is_before(one.isoformat(), other.isoformat(), days=1) is (days > 1)
