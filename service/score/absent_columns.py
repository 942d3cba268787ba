"""Finds the columns that the user named and that no row of a JSON file has, so that a misspelled name is noticed.

Tables without a named column are refused before their rows are read. In JSON each row may have other fields, so this is
known only after the last row of the file, which may be in another shard than the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from copydesk.classifier.plurals import counted
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import ColumnNames
from copydesk.service.score.tables.columns import describe_columns, named_columns, suggest_options


@dataclass(slots=True)
class AbsentColumns:
    """What all rows of a shard lack that could be read; None before the first of JSON.

    `fields` are the names of the fields of the first row that lacks a column, as JSON.
    """

    absent: set[str] | None = None
    fields: str | None = None

    def watch(self, rows: Iterable[InputRow]) -> Iterator[InputRow]:
        """Pass rows on, and keep what all of them lack."""
        for row in rows:
            if row.absent is not None and self.absent != set():
                lacks = set(filter(None, row.absent.split(",")))
                self.absent = lacks if self.absent is None else self.absent & lacks
                self.fields = self.fields or row.fields
            yield row

    def record(self, file: str) -> dict[str, Any] | None:
        """Return this for the record of a shard of a file, None if no row of JSON was read."""
        if self.absent is None:
            return None
        return {"file": file, "absent": sorted(self.absent), "fields": json.loads(self.fields or "[]")}


def find_absent(records: Iterable[Mapping[str, Any]], columns: ColumnNames) -> dict[str, Any] | None:
    """Find the files none of whose scored rows has a column that the user named.

    Args:
        records: The records of all shards, in order. One is in memory at a time.

    Returns:
        The number of `files` and a message about the `first`; None without such a file.
    """
    named = named_columns(columns)
    if not named:
        return None
    n_files, first = 0, ""
    known = (record["absent"] for record in records if record.get("absent"))
    for file, shards in groupby(known, lambda found: str(found["file"])):
        absent = set(named)
        fields: list[str] = []
        for shard in shards:
            absent.intersection_update(shard["absent"])
            fields = fields or shard["fields"]
        if absent:
            n_files += 1
            missing = {field: name for field, name in named.items() if field in absent}
            first = first or _message(file, fields, missing)
    return {"files": n_files, "first": first} if n_files else None


def _message(file: str, fields: list[str], missing: Mapping[str, str]) -> str:
    names = " or ".join(map(repr, missing.values()))
    found = describe_columns(fields, "fields") + suggest_options(fields, missing)
    return f"{file}: no scored row has a field {names}; {found}"


def describe_absent(absent: Mapping[str, Any] | None) -> list[str]:
    """Return the line of a summary about what `find_absent` found."""
    if not absent:
        return []
    more = absent["files"] - 1
    return [absent["first"] + (f"; so it is in {counted(more, 'more file', 'more files')}" if more else "")]
