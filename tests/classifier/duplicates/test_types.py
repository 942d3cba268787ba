"""What a document for deduplication accepts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from copydesk.classifier.duplicates import Document

MAY_3 = datetime(2024, 5, 3, tzinfo=UTC).timestamp()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a test as on a machine in another time zone."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("published", "seconds"),
    [
        ("2024-05-03", MAY_3),
        ("2024-05-03T08:00:00", MAY_3 + 8 * 3600),
        ("2024-05-03T08:00:00Z", MAY_3 + 8 * 3600),
        ("2024-05-03T08:00:00+02:00", MAY_3 + 6 * 3600),
        ("2024-02-29 23:30:15.25-0930", datetime(2024, 3, 1, 9, 0, 15, 250_000, tzinfo=UTC).timestamp()),
        ("1969-12-31T23:59", -60),
        ("20240503", MAY_3),
        ("20240503T080000Z", MAY_3 + 8 * 3600),
        ("20240503T0800+02", MAY_3 + 6 * 3600),
        (MAY_3, MAY_3),
        ("2024-05-03T00:00:00+15:00", MAY_3),  # no place has such an offset
        ("2024-05-02T23:59:60Z", MAY_3 - 1),
        (7, 7),
        (20240503010000, MAY_3 + 3600),
        (202405030100, MAY_3 + 3600),
        (-30_610_224_000, -30_610_224_000),
        (int(MAY_3) * 1000, MAY_3),
        (MAY_3 * 1e9, MAY_3),
        (32_503_679_999, 32_503_679_999),
        (32_503_680_001, 32_503_680.001),
        (None, None),
    ],
)
def test_published_is_a_time_in_iso_8601_or_in_seconds(published: float | str | None, seconds: float | None) -> None:
    document = Document("a", "text", published)
    assert document.published == seconds
    assert replace(document, id="b") == Document("b", "text", seconds)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"text": None}, TypeError, "the text is of type NoneType, expected a string"),
        ({"text": b"words"}, TypeError, "the text is of type bytes, expected a string"),
        ({"published": "soon"}, ValueError, "published is 'soon', expected a time in ISO 8601"),
        ({"published": ""}, ValueError, "published is '', expected a time in ISO 8601"),
        ({"published": "2023-02-29"}, ValueError, "published is '2023-02-29', expected a time in ISO 8601"),
        ({"published": "2024-05-03T24:00Z"}, ValueError, "published is '2024-05-03T24:00Z', expected a time in ISO"),
        ({"published": "2024-0503"}, ValueError, "published is '2024-0503', expected a time in ISO 8601"),
        ({"published": "20240230"}, ValueError, "published is '20240230', expected a time in ISO 8601"),
        ({"published": "2024-05-03T08:3000Z"}, ValueError, "published is '2024-05-03T08:3000Z', expected a time"),
        ({"published": "0001-01-01T00:00:00Z"}, ValueError, "published is '0001-01-01T00:00:00Z', expected a time"),
        ({"published": "0999-12-31"}, ValueError, "published is '0999-12-31', expected a time"),
        ({"published": "9999-12-31T23:59:59Z"}, ValueError, "published is '9999-12-31T23:59:59Z', expected a time"),
        ({"published": "1970-01-01"}, ValueError, "published is 1970-01-01, expected a time"),
        ({"published": 0}, ValueError, "published is 0, expected a time .* leave it out if unknown"),
        ({"published": 20240230000000}, ValueError, "published is 20240230000000, expected a time"),
        ({"published": -62_135_596_800}, ValueError, "published is -62135596800, expected a time"),
        ({"published": 253_402_300_799}, ValueError, "published is 253402300799, expected a time"),
        ({"published": float("nan")}, ValueError, "published is nan, expected a time"),
        ({"published": datetime(2024, 5, 3)}, TypeError, "published is of type datetime, expected a time"),
        ({"published": 1e30}, ValueError, r"published is 1e\+30, expected a time in ISO 8601"),
        ({"published": float("-inf")}, ValueError, "published is -inf, expected a time in ISO 8601"),
        ({"published": True}, TypeError, "published is of type bool, expected a time"),
        ({"source": 3}, TypeError, "source is of type int, expected a string"),
    ],
)
def test_another_value_is_refused_by_the_name_of_its_field(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Document(**({"id": "a", "text": "text"} | values))
