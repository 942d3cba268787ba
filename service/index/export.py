"""Writes an index as lines of JSON, and reads them into an empty index on either database, with the same answers."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from copydesk.classifier.duplicates import Document
from copydesk.classifier.duplicates.rules import PairFlag
from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.classifier.duplicates.stored_texts import unpack_shingles
from copydesk.classifier.errors import DamagedShingles
from copydesk.classifier.plurals import counted
from copydesk.service.index.cluster_ids import read_redirects_to, write_redirects
from copydesk.service.index.database import Database
from copydesk.service.index.pairs import Pair
from copydesk.service.index.reads import StoredDocument, given_id, read_ids, read_last_number, read_pairs
from copydesk.service.index.tables import DOCUMENTS, STATE, differing_settings, stored_settings
from copydesk.service.index.titles import read_titles, title_of, write_titles
from copydesk.service.index.writes import NumberedPair, merge_key_log, unpack_keys, write_documents
from copydesk.service.index_errors import IndexMismatch

EXPORT_FORMAT = 8
"""The number of the lines' format. Any change of their fields or of the names of settings raises it."""

_STEP = 1000
"""Documents that are read or written at once."""

MAX_NUMBER = 1 << 63
"""Numbers of documents and lengths are below this, the largest integer of both databases."""
MAX_KIND = 1 << len(PairFlag)
LAST_LINE = "documents_written"
"""The only field of an export's last line: how many documents it has. A truncated export has no such line."""

_Parsed = tuple[StoredDocument, str | None, list[int], list[NumberedPair], list[tuple[str, int]]]
"""A document, its title, keys, pairs with older ones, and the old cluster ids that lead to it, each with a number."""


def export_lines(database: Database) -> Iterator[bytes]:
    """Write an index in one transaction: its settings, a line for each document, the oldest first, and their number."""
    with database.reading() as connection:
        stored = stored_settings(connection)
        settings = {name: json.loads(value) for name, value in sorted(stored.items()) if name not in STATE}
        yield _line({"copydesk_index": EXPORT_FORMAT, "settings": settings})
        columns = [DOCUMENTS.c[name] for name in (*StoredDocument.__slots__, "keys")]
        n, last = 0, 0
        query = select(*columns).order_by(DOCUMENTS.c.number).limit(_STEP)
        while rows := connection.execute(query.where(DOCUMENTS.c.number > last)).all():
            yield from _document_lines(connection, rows)
            n, last = n + len(rows), rows[-1].number
        yield _line({LAST_LINE: n})


def import_lines(database: Database, lines: Iterable[bytes]) -> int:
    """Read what `export_lines` wrote into an empty index, in one transaction; return the number of documents."""
    parsed = _parse_lines(lines)
    with database.writing() as connection:
        if read_last_number(connection):
            raise ValueError(
                f"index {database.name} has documents already, expected an empty one; import into a new index"
            )
        _check_settings(next(parsed, None), stored_settings(connection), database.name)
        numbers: dict[str, int] = {}
        documents = _until_last_line(parsed)
        while part := list(islice(documents, _STEP)):
            rows: list[tuple[StoredDocument, list[int]]] = []
            pairs: list[NumberedPair] = []
            titles: dict[int, str] = {}
            redirects: dict[str, tuple[int, int]] = {}
            for line, fields in part:
                stored, title, keys, own_pairs, old_ids = _parse_document(line, fields, numbers)
                if title:
                    titles[stored.number] = title
                rows.append((stored, keys))
                pairs += own_pairs
                redirects |= {id: (number, stored.number) for id, number in old_ids}
            write_documents(connection, rows, pairs)
            write_titles(connection, titles)
            write_redirects(connection, redirects)
            merge_key_log(connection, len(rows))
    return len(numbers)


def _document_lines(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[bytes]:
    pairs = read_pairs(connection, (row.number for row in rows))
    ids = read_ids(connection, {row.cluster for row in rows} | {b for others in pairs.values() for b in others})
    redirects = read_redirects_to(connection, (row.number for row in rows))
    titles = read_titles(connection, (row.number for row in rows))
    for row in rows:
        yield _line(
            {
                "id": given_id(row.id, numeric=row.numeric_id),
                "cluster": ids[row.cluster],
                "digest": f"{row.digest & 0xFFFFFFFFFFFFFFFF:016x}",
                "length": row.length,
                "published": row.published,
                "added": row.added,
                "source": row.source,
                "title": titles.get(row.number),
                "shingles": b64encode(row.shingles).decode(),
                "keys": unpack_keys(row._mapping["keys"]),
                "crowded": row.pairs_incomplete,  # the name of the field in exports
                "pairs": [  # each pair is in the line of the younger document
                    [ids[other], *pair] for other, pair in sorted(pairs[row.number].items()) if other < row.number
                ],
                "names": redirects.get(row.number, []),
            }
        )


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parse_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Parse all lines that are not blank, with their numbers."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise ValueError(f"line {number} of the export is not a JSON object; export the index again")
        yield number, fields


def _until_last_line(parsed: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines of documents; raise `ValueError` if the last line is not the last, or is not there."""
    n = 0
    for line, fields in parsed:
        if LAST_LINE not in fields:
            n += 1
            yield line, fields
            continue
        if fields[LAST_LINE] != n:
            raise ValueError(
                f"line {line} of the export says that it has {str(fields[LAST_LINE])[:40]} documents, {n} are there: "
                "lines are missing; export the index again"
            )
        if (after := next(parsed, None)) is not None:
            raise ValueError(f"line {after[0]} comes after the last line of the export; import one export alone")
        return
    raise ValueError(
        f"the export ends after {counted(n, 'document')} without its last line, which has their number: it is "
        "truncated; export the index again"
    )


def _check_settings(first: tuple[int, dict[str, Any]] | None, stored: dict[str, str], place: str) -> None:
    if first is None:
        raise ValueError("the export is empty, expected a line with the settings of an index; export the index again")
    line, fields = first
    found, settings = fields.get("copydesk_index"), fields.get("settings")
    if found != EXPORT_FORMAT or not isinstance(settings, dict):
        raise ValueError(
            f"line {line} names format {found!r} of an export, expected {EXPORT_FORMAT}: it is not an export, or "
            "another version of copydesk wrote it; add the documents to a new index"
        )
    differing = differing_settings({name: json.dumps(value) for name, value in settings.items()}, stored)
    if differing:
        raise IndexMismatch(
            f"the export was made under other settings than index {place}: {differing}. "
            "Import it with the settings or the version of copydesk that made it"
        )


def _parse_document(line: int, fields: dict[str, Any], numbers: dict[str, int]) -> _Parsed:
    """Parse a document; `numbers` has those of the documents before it, by id, and gets its own."""
    try:
        document = Document(fields["id"], "", fields["published"], fields["source"], fields["title"])
        if document.key in numbers:
            raise ValueError(f"id {document.id!r} is there twice")
        numbers[document.key] = len(numbers) + 1
        digest = _below(int(fields["digest"], 16), 1 << 64)
        stored = StoredDocument(
            number=numbers[document.key],
            id=document.key,
            cluster=numbers[fields["cluster"]],
            digest=digest - (1 << 64) if digest >> 63 else digest,
            length=_below(fields["length"], MAX_NUMBER),
            published=document.published,
            added=_finite(fields["added"]),
            source=document.source,
            numeric_id=not isinstance(document.id, str),
            pairs_incomplete=bool(fields["crowded"]),
            shingles=b64decode(fields["shingles"], validate=True),
        )
        unpack_shingles(stored.shingles)
        keys = [_below(key, 1 << KEY_BITS) for key in fields["keys"]]
        pairs = [
            (
                stored.number,
                numbers[other],
                Pair(_finite(similarity), _finite(coverage), _below(kind, MAX_KIND), bool(same_story)),
            )
            for other, similarity, coverage, kind, same_story in fields["pairs"]
        ]
        old_ids = [(Document(id, "").key, _below(number, MAX_NUMBER)) for id, number in fields["names"]]
        return stored, title_of(document), keys, pairs, old_ids
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError, DamagedShingles) as error:
        raise ValueError(
            f"line {line} of the export is not a document of an index ({type(error).__name__}: {error}); "
            "export the index again"
        ) from error


def _below(value: object, limit: int) -> int:
    """Return a whole number from 0 to below a limit, or raise `ValueError`."""
    if not isinstance(value, int) or not 0 <= value < limit:
        raise ValueError(f"{str(value)[:40]} is there, expected a whole number from 0 to below {limit}")
    return value


def _finite(value: object) -> float:
    """Return a finite number, or raise `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:40]} is there, expected a finite number")
    return float(value)
