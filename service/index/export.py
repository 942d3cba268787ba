"""An index as lines of JSON: all that it holds, so that another index, on either database, gives the same answers."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from copydesk.classifier.duplicates.shingle_codec import unpack_set
from copydesk.classifier.errors import DamagedSet
from copydesk.service.index.cluster_ids import names_of, put_names
from copydesk.service.index.pairs import Pair
from copydesk.service.index.reads import Stored, ids_of, last_number, pairs_of
from copydesk.service.index.records import Document, IndexMismatch
from copydesk.service.index.store import Index
from copydesk.service.index.tables import DOCUMENTS, STATE, stored_settings
from copydesk.service.index.writes import Edge, put, settle, unpacked_keys

FORMAT = 3
"""Raised by any change of what the lines hold."""

_AT_ONCE = 1000
_DOCUMENT = Stored.__slots__

_Read = tuple[Stored, list[int], list[Edge], list[tuple[str, int]]]
"""A document, its keys, its pairs with older ones, the names that lead to it."""


def export_lines(index: Index) -> Iterator[bytes]:
    """Write an index: a line of settings, then a line for each document, the oldest first, as of one moment."""
    with index.database.reading() as connection:
        held = stored_settings(connection) or {}
        settings = {name: json.loads(value) for name, value in sorted(held.items()) if name not in STATE}
        yield _line({"copydesk_index": FORMAT, "settings": settings})
        columns = [DOCUMENTS.c[name] for name in (*_DOCUMENT, "keys")]
        last = 0
        query = select(*columns).order_by(DOCUMENTS.c.number).limit(_AT_ONCE)
        while rows := connection.execute(query.where(DOCUMENTS.c.number > last)).all():
            yield from _document_lines(connection, rows)
            last = rows[-1].number


def import_lines(index: Index, lines: Iterable[bytes]) -> int:
    """Read what `export_lines` wrote into an empty index, whole or not at all; returns the number of documents.

    Raises:
        ValueError: The index is not empty, or a line is not what an export holds.
        IndexMismatch: The export was made under other settings.
    """
    read = _numbered(lines)
    with index.database.writing() as connection:
        if last_number(connection):
            raise ValueError(
                f"index {index.database.name} holds documents already, expected an empty one; import into a new index"
            )
        _check_settings(next(read, (1, {})), stored_settings(connection) or {}, index.database.name)
        numbers: dict[str, int] = {}
        while part := list(islice(read, _AT_ONCE)):
            rows: list[tuple[Stored, list[int]]] = []
            edges: list[Edge] = []
            names: dict[str, tuple[int, int]] = {}
            for line, fields in part:
                stored, keys, pairs, led = _document(line, fields, numbers)
                rows.append((stored, keys))
                edges += pairs
                names |= {name: (number, stored.number) for name, number in led}
            put(connection, rows, edges)
            put_names(connection, names)
            settle(connection, len(rows))
    return len(numbers)


def _document_lines(connection: Connection, rows: Iterable[Row[Any]]) -> Iterator[bytes]:
    every = list(rows)
    pairs = pairs_of(connection, (row.number for row in every))
    names = ids_of(connection, {row.cluster for row in every} | {b for others in pairs.values() for b in others})
    led = names_of(connection, (row.number for row in every))
    for row in every:
        yield _line(
            {
                "id": row.id,
                "cluster": names[row.cluster],
                "digest": f"{row.digest & 0xFFFFFFFFFFFFFFFF:016x}",
                "length": row.length,
                "published": row.published,
                "added": row.added,
                "source": row.source,
                "shingles": b64encode(row.shingles).decode(),
                "keys": unpacked_keys(row._mapping["keys"]),
                "crowded": row.crowded,
                "pairs": [  # the younger document's line names the older
                    [names[other], *pair] for other, pair in sorted(pairs[row.number].items()) if other < row.number
                ],
                "names": led.get(row.number, []),
            }
        )


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise ValueError(f"line {number} of the export is no JSON object; export the index again")
        yield number, fields


def _check_settings(first: tuple[int, dict[str, Any]], held: dict[str, str], place: str) -> None:
    line, fields = first
    found, settings = fields.get("copydesk_index"), fields.get("settings")
    if found != FORMAT or not isinstance(settings, dict):
        raise ValueError(
            f"line {line} names format {found!r} of an export, expected {FORMAT}; "
            "give what `copydesk index export` wrote"
        )
    own = {name: json.loads(value) for name, value in held.items() if name not in STATE}
    differ = [
        f"{name} is {settings.get(name, 'not set')} in it and {own.get(name, 'not set')} here"
        for name in sorted(own.keys() | settings.keys())
        if own.get(name) != settings.get(name)
    ]
    if differ:
        raise IndexMismatch(
            f"the export was made under other settings than index {place}: {'; '.join(differ)}. "
            "Import it with the settings or the version of copydesk that made it"
        )


def _document(line: int, fields: dict[str, Any], numbers: dict[str, int]) -> _Read:
    """Read a document; `numbers` are those of the documents before it, by id, and get its own."""
    try:
        document = Document(fields["id"], "", fields["published"], fields["source"])
        if document.id in numbers:
            raise ValueError(f"id {document.id!r} stands twice")
        numbers[document.id] = len(numbers) + 1
        digest = int(fields["digest"], 16)
        stored = Stored(
            numbers[document.id],
            document.id,
            numbers[fields["cluster"]],
            digest - (1 << 64) if digest >> 63 else digest,
            int(fields["length"]),
            document.published,
            float(fields["added"]),
            document.source,
            bool(fields["crowded"]),
            b64decode(fields["shingles"], validate=True),
        )
        unpack_set(stored.shingles)
        keys = [int(key) for key in fields["keys"]]
        pairs = [
            (stored.number, numbers[other], Pair(float(similarity), float(coverage), int(kind), bool(same_story)))
            for other, similarity, coverage, kind, same_story in fields["pairs"]
        ]
        led = [(Document(name, "").id, int(number)) for name, number in fields["names"]]
        return stored, keys, pairs, led
    except (KeyError, TypeError, ValueError, DamagedSet) as error:
        raise ValueError(
            f"line {line} of the export is no document of an index ({type(error).__name__}: {error}); "
            "export the index again"
        ) from error
