"""When a document was published and by whom: of its row if the row says so, else of its page.

A time or a source that cannot be used costs no document: it counts as unknown, and is counted.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from copydesk.classifier.plurals import counted
from copydesk.service.rows import jsonl, times
from copydesk.service.rows.contract import MAX_NAME_CHARACTERS
from copydesk.service.rows.own_values import EXPECTED, FROM_ROW, Unused
from copydesk.service.terminal import shortened

T = TypeVar("T")

UNKNOWN_TIME = float("nan")
"""The time of a document without a time of publication."""
NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
"""Null characters and lone surrogates, which the name of a source cannot have."""
PLACE = re.compile("[a-z0-9-]{1,20}")
"""The form of the names in `found_in`."""
SHOWN = 60
"""Characters of a value in a message."""


@dataclass(frozen=True, slots=True)
class Origin:
    """When a document was published, in seconds since 1970, NaN where unknown, and by whom.

    `unused` are the values of the row that could not be used.
    """

    published: float = UNKNOWN_TIME
    source: str | None = None
    unused: tuple[Unused, ...] = ()

    def filled_by(self, published: object, site: object) -> Origin:
        """Take from the page what is unknown. A time or a name that cannot be used stays unknown: the page is kept."""
        found = _found_time(published) if math.isnan(self.published) else self.published
        return Origin(found, self.source or _found_source(site), self.unused)


def read_origin(fields: Mapping[str, Any]) -> Origin:
    """Read a row's own `published` and `source`; in a row of `copydesk classify`, what it found on the page."""
    of_page, unused = "found_in" in fields, list[Unused]()
    published = None if of_page else _read_or_note(fields, "published", read_seconds, unused)
    source = _read_or_note(fields, "source", read_source, unused)
    origin = Origin(UNKNOWN_TIME if published is None else published, source, tuple(unused))
    return origin.filled_by(fields.get("published"), fields.get("site")) if of_page else origin


def read_own_texts(fields: Mapping[str, Any]) -> tuple[str | None, str | None, tuple[Unused, ...], str]:
    """Read a row's own `published`, in ISO 8601, and `source`, which of them cannot be used, and `_found_place`."""
    unused = list[Unused]()
    published = _read_or_note(fields, "published", read_published, unused)
    return published, _read_or_note(fields, "source", read_source, unused), tuple(unused), _found_place(fields)


def _found_place(fields: Mapping[str, Any]) -> str:
    """Return where a row's `published` was found: in a row of `copydesk classify` what that says, else the row."""
    places = fields.get("found_in")
    place = places.get("published") if isinstance(places, dict) else None
    return place if isinstance(place, str) and PLACE.fullmatch(place) else FROM_ROW


def _read_or_note(fields: Mapping[str, Any], name: str, read: Callable[[object], T], unused: list[Unused]) -> T | None:
    try:
        return read(fields.get(name))
    except ValueError:
        unused.append(_unused(name, fields))
        return None


def _unused(field: str, fields: Mapping[str, Any]) -> Unused:
    """Return a value for messages; lists and objects are only named, as they are not decoded."""
    if isinstance(fields[field], (list, dict)):
        return Unused(field, jsonl.json_type(fields[field]))
    return Unused(field, shortened(json.dumps(fields[field], ensure_ascii=False, default=str), SHOWN))


def read_seconds(published: object) -> float:
    """Return a time in seconds since 1970, NaN without one; raise `ValueError` if it is not a time."""
    found = times.read_time(published)
    return UNKNOWN_TIME if found is None else times.seconds_since_1970(found)


def read_published(published: object) -> str | None:
    """Return a time in ISO 8601, unchanged if it is that already; raise `ValueError` if it is not a time."""
    found = times.read_time(published)
    if found is None:
        return None
    return published if isinstance(published, str) and times.is_iso_time(published) else times.iso_text(found)


def read_source(value: object) -> str | None:
    """Return the name of a source as text that a database can store; raise `ValueError` if it is no text or number."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    elif isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, Decimal):
        value = format(value, "f")
    elif isinstance(value, (int, float, date)):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} is no name of a source")
    return _found_source(value)


@dataclass(slots=True)
class UnusedValues:
    """How often the value of each field could not be used, and the first such value of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, id: object, values: Sequence[Unused]) -> None:
        """Count the values of a row."""
        self.counts.update(value.field for value in values)
        self.first = first_unused([(id, values)]) | self.first

    def describe(self) -> list[str]:
        """Say in a line for each field in how many rows its value could not be used, and what the first value is."""
        return describe_unused(self.counts, self.first)


def first_unused(rows: Iterable[tuple[object, Iterable[Unused]]]) -> dict[str, str]:
    """Return the first value of each field that could not be used, with its row, from ids and unused values."""
    found: dict[str, str] = {}
    for id, values in rows:
        for name, value in values:
            found.setdefault(name, f"{value} in the row {shortened(str(id), SHOWN)}")
    return found


def describe_unused(counts: Mapping[str, int], first: Mapping[str, str] | None = None) -> list[str]:
    """Say in a line for each field in how many rows its value could not be used, and what the first value is."""
    first = first or {}
    return [
        f"{name} could not be used in {counted(n, 'row')}{f' (first: {first[name]})' if name in first else ''} "
        f"and counts as unknown; expected {EXPECTED[name]}"
        for name, n in sorted(counts.items())
    ]


def _found_time(published: object) -> float:
    try:
        return read_seconds(published)
    except ValueError:
        return UNKNOWN_TIME


def _found_source(site: object) -> str | None:
    """Return a site's name in characters that a database can store, None without one."""
    if not isinstance(site, str):
        return None
    return NOT_STORABLE.sub("", site)[:MAX_NAME_CHARACTERS] or None
