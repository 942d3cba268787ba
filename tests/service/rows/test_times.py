"""Times of publication: every form is read as the same moment, and nonsense is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.service.rows.origins import read_published
from copydesk.service.rows.times import is_iso_time, iso_text, read_time, seconds_since_1970

MOMENT = 1714552200
"""2024-05-01T08:30:00Z."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "2024-05-01T08:30:00Z",
            "2024-05-01T10:30:00+02:00",
            "20240501T083000Z",
            "20240501083000",
            "2024-05-01 08:30:00",
        ),
        *("2024-05-01 08:30:00 UTC", "2024-05-01 08:30:00 gmt", "2024-05-01 10:30:00 +0200", " 2024-05-01T08:30 "),
        *("2024-05-01T08:30:00.000000000Z", "Wed, 01 May 2024 08:30:00 GMT", "Wed, 01 May 2024 10:30:00 +0200"),
        *("01 May 2024 08:30 AM", "May 1, 2024 8:30 a.m.", "Wednesday, May 1, 2024 8:30am", "2024-05-01 8:30 AM"),
        *("01 May 2024 10:30 CEST", "Wed May 01 10:30:00 CEST 2024", "2024-05-01 10:30:00 CEST", "2024-05-01T08:30Z"),
        *("Wed, 01 May 2024 10:30:00 +02:00", "Wed, 01 May 2024 10:30:00 +02:00 (CEST)", "Wed May 01 08:30:00 2024"),
        *("01 May 2024 10:30 AM CEST", "01 May 2024 09:30 (BST)", "01 May 2024 08:30 am UTC", "May 1, 2024 8:30"),
        *("01 May 2024 08:30:00 -0000", "Wed, 1 May 24 04:30:00 EDT"),
        *("Wed May 01 2024 03:30:00 GMT-0500 (Eastern Standard Time)", "Wed, 01 May 2024 10:30:00 GMT+0200"),
        *("Wed, 01 May 2024 10:30:00 UTC+02:00", "Wed May 1 03:30:00 UTC-0500 2024", "May 1, 2024 2:00 pm GMT+5:30"),
        *("2024-05-01 10:30:00 UTC+02:00", "2024-05-01 10:30 GMT+2", "2024-05-01T08:30:00 UTC+0000 (UTC)"),
        *("Wed, 01 May 2024 08:30:00 -0000 (UTC)", "Wed, 01 May 2024 10:30:00 +0200 XYZ"),
        *(MOMENT, float(MOMENT), str(MOMENT), MOMENT * 1000, f"{MOMENT}000", f"{MOMENT}.0", MOMENT * 10**6),
        *(MOMENT * 10**9, 20240501083000, 20240501083000.0),
        *("202405010830", 202405010830, 202405010830.0),
        *(datetime(2024, 5, 1, 8, 30), datetime(2024, 5, 1, 8, 30, tzinfo=UTC)),
        datetime(2024, 5, 1, 1, 30, tzinfo=timezone(timedelta(hours=-7))),
    ],
)
def test_every_form_is_the_same_moment(value: object) -> None:
    found = read_time(value)
    assert found is not None
    assert seconds_since_1970(found) == MOMENT


@pytest.mark.parametrize("value", ["2024-05-01", "20240501", 20240501, 20240501.0, date(2024, 5, 1), "2024-W18-3"])
def test_day_is_its_beginning_in_utc(value: object) -> None:
    found = read_time(value)
    assert found is not None
    assert seconds_since_1970(found) == 1714521600


@pytest.mark.parametrize(
    ("clock", "hour"), [("12:30 AM", 0), ("1:30 am", 1), ("12:30 p.m.", 12), ("8:30:00 PM", 20), ("20:30 PM", 20)]
)
@pytest.mark.parametrize("day", ["01 May 2024", "Wed, May 1, 2024", "2024-05-01"])
def test_time_of_a_clock_of_12_hours_keeps_its_half_of_the_day(day: str, clock: str, hour: int) -> None:
    assert read_time(f"{day} {clock}") == datetime(2024, 5, 1, hour, 30)


@pytest.mark.parametrize("text", ["2024-04-30T24:00:00Z", "2024-04-30 24:00", "Tue, 30 Apr 2024 24:00:00 GMT"])
def test_end_of_a_day_is_the_beginning_of_the_next(text: str) -> None:
    found = read_time(text)
    assert found is not None
    assert seconds_since_1970(found) == 1714521600


def test_hour_alone_is_a_time_with_its_half_of_the_day() -> None:
    assert read_time("1 May 2024 8 PM") == datetime(2024, 5, 1, 20)


def test_day_with_the_name_of_its_month_is_no_time() -> None:
    assert [read_time(day) for day in ("May 1, 2024", "Wed, 1 May 2024")] == [date(2024, 5, 1)] * 2


@pytest.mark.parametrize("value", [None, "", "  ", float("nan")])
def test_missing_time_is_none(value: object) -> None:
    assert read_time(value) is None


@pytest.mark.parametrize(
    "value",
    [
        *(
            "yesterday",
            "May",
            "May 2024",
            "8:30 PM",
            "2024-02-30",
            "2024-05-01T24:01",
            "2024-05-01T23:59:61",
            "2024-05-01T23:60:00",
            "2999-12-31T24:00",
            "9999-12-31T24:00Z",
            "0000-00-00",
            "Wed, 32 May 2024 08:30:00 GMT",
        ),
        *("0001-01-01T00:00:00+14:00", "9999-12-31", "999-01-01", "1" * 101, "12:30", "\ud800"),
        *(0, "0", 0.0, -1, 1.5, 2024, "2024", 202405, 20240230, 99999999, 20240501246060, "000000000"),
        *("1970-01-01", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00", EPOCH, EPOCH.date()),
        *("1000-01-01T00:00:00+01:00", "2999-12-31T23:30:00-01:00"),  # years 999 and 3000 in UTC
        *(-62135596800, "-62135596800", -62135596800000, -(10**18), -30610224001),  # the year 1 in .NET and Go
        *(253402300799, 253402300799000, 253402300799999, 253402300799 * 10**6, 253370764800),  # the year 9999
        *(10**25, -(10**25), 1e300, float("inf"), True, [2024], {"day": 1}, b"2024-05-01", timedelta(1)),
    ],
)
def test_nonsense_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_time(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("20240501", "2024-05-01"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60.5+01:00", "2016-12-31T23:59:59.500000+01:00"),
        ("20161231T235960Z", "2016-12-31T23:59:59Z"),
        ("20161231235960", "2016-12-31T23:59:59"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59Z"),
        (20240501, "2024-05-01"),
        (date(2024, 5, 1), "2024-05-01"),
        (MOMENT, "2024-05-01T08:30:00Z"),
        ("Wed, 01 May 2024 10:30:00 +0200", "2024-05-01T10:30:00+02:00"),
        (100_000_000, "1973-03-03T09:46:40Z"),
        ("199001010000", "1990-01-01T00:00:00"),
        (209912312359, "2099-12-31T23:59:00"),
        (198912312359, "1976-04-21T05:25:12.359000Z"),  # milliseconds: no news is of such a year
        (210001010000, "1976-08-27T13:36:50Z"),
        (202413010830, "1976-05-31T17:50:10.830000Z"),  # there is no month 13
        (202405012460, "1976-05-31T15:36:52.460000Z"),
        (-100_000_000, "1966-10-31T14:13:20Z"),
        (-30610224000, "1000-01-01T00:00:00Z"),
        (253370764799, "1978-01-11T12:46:04.799000Z"),
        (253402300800, "1978-01-11T21:31:40.800000Z"),
    ],
)
def test_time_is_written_in_iso(value: object, text: str) -> None:
    found = read_time(value)
    assert found is not None
    assert iso_text(found) == text
    assert is_iso_time(text)


@pytest.mark.parametrize(
    "zone", ["XYZ", "ET", "(Central European Time)", "America/New_York", "UTC+x", "GMT+99", "UTC+02:99"]
)
@pytest.mark.parametrize("time", ["Wed, 01 May 2024 08:30:00", "2024-05-01 08:30", "May 1, 2024 8:30 PM"])
def test_time_in_an_unknown_zone_is_refused(time: str, zone: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_time(f"{time} {zone}")


@given(
    st.datetimes(
        datetime(1977, 1, 1),  # in 1976 milliseconds may look like the digits of a time
        datetime(2286, 1, 1),  # until then milliseconds have at most 13 digits
        timezones=st.timedeltas(timedelta(hours=-12), timedelta(hours=14)).map(
            lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
        ),
    ).map(lambda time: time.replace(microsecond=0))
)
def test_what_is_written_is_read_as_the_same_moment(time: datetime) -> None:
    for form in (time, time.isoformat(), format_datetime(time), time.timestamp(), int(time.timestamp() * 1000)):
        found = read_time(form)
        assert found is not None
        assert seconds_since_1970(found) == time.timestamp()


TEXTS = st.text(max_size=40) | st.from_regex(r"[-+0-9:T.Z, ]{1,30}", fullmatch=True)


@given(st.one_of(TEXTS, st.integers(), st.floats()))
def test_any_value_is_a_time_or_a_value_error(value: object) -> None:
    try:
        found = read_time(value)
    except ValueError:
        return
    assert found is None or (1000 <= found.year <= 2999 and isinstance(iso_text(found), str))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2024-05-01T10:00:00+14:00", "2024-05-01T10:00:00+14:00"),
        ("2024-05-01T10:00:00+14:01", "2024-05-01T10:00:00"),
        ("2024-05-01T10:00:00+14:59", "2024-05-01T10:00:00"),
        ("2024-05-01T10:00:00+15:00", "2024-05-01T10:00:00"),
        ("2024-05-01T10:00:00-23:59", "2024-05-01T10:00:00"),
        ("Wed, 01 May 2024 10:00:00 +1800", "2024-05-01T10:00:00"),
        ("2024-05-01T10:00:00+01:00:30", "2024-05-01T08:59:30Z"),
    ],
)
def test_offset_that_no_place_has_is_left_out(value: str, written: str) -> None:
    assert read_published(value) == written
    assert is_iso_time(written)


@given(
    time=st.datetimes(datetime(1970, 1, 3), datetime(2999, 12, 29)),
    offset=st.timedeltas(timedelta(hours=-23, minutes=-59), timedelta(hours=23, minutes=59)),
)
def test_what_is_written_of_any_offset_has_the_described_form(time: datetime, offset: timedelta) -> None:
    written = read_published(time.replace(tzinfo=timezone(offset)).isoformat())
    assert written is not None
    assert is_iso_time(written)
