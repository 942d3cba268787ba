"""Reads an index: which documents have a key, documents by number, id or cluster, and their pairs and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, bindparam, func, select

from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.types import DocumentId
from copydesk.service.index.clusters import MEMBERS_COMPARED, Link
from copydesk.service.index.keys import key_filter_of, key_log_of
from copydesk.service.index.pairs import COMMON_KEY_ENDS, Pair, Pairs
from copydesk.service.index.statements import VALUES_A_STATEMENT, Statement, Values, one_of
from copydesk.service.index.tables import DOCUMENTS, KEYS, PAIRS

_ROWS_A_KEY = 30
"""Rows a key may have on average before a statement for many keys is split, so that common keys do not flood it."""


_LINKS_A_DOCUMENT = 30
"""Links a document may have on average before a statement for many documents is split, for the same reason."""


class KeyDocuments(NamedTuple):
    """The sorted numbers of the documents that have a key; only the oldest and newest if the key is common."""

    numbers: list[int]
    common: bool


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A row of the table `documents` without the keys."""

    number: int
    id: str
    cluster: int
    digest: int
    length: int
    published: float | None
    added: float
    source: str | None
    numeric_id: bool
    pairs_incomplete: bool
    shingles: bytes

    @property
    def given_id(self) -> DocumentId:
        """The id as it was given."""
        return given_id(self.id, numeric=self.numeric_id)


def given_id(text: str, *, numeric: bool) -> DocumentId:
    """Return the id that has a text, which may have been a number."""
    if not numeric:
        return text
    return int(text) if text.lstrip("-").isdecimal() else float(text)


NO_DOCUMENTS = KeyDocuments([], common=False)
_COLUMNS = [DOCUMENTS.c[name] for name in StoredDocument.__slots__]
_LIMIT = bindparam("most", type_=Integer())
_BY_NUMBER = Statement(select(*_COLUMNS).where(one_of(DOCUMENTS.c.number)))
_BY_ID = Statement(select(*_COLUMNS).where(one_of(DOCUMENTS.c.id)))
_GIVEN_IDS = Statement(
    select(DOCUMENTS.c.number, DOCUMENTS.c.id, DOCUMENTS.c.numeric_id).where(one_of(DOCUMENTS.c.number))
)
_IDS = Statement(select(DOCUMENTS.c.number, DOCUMENTS.c.id).where(one_of(DOCUMENTS.c.number)))
_CLUSTERS = Statement(select(DOCUMENTS.c.number, DOCUMENTS.c.cluster).where(one_of(DOCUMENTS.c.number)))
_INCOMPLETE = Statement(select(DOCUMENTS.c.number, DOCUMENTS.c.pairs_incomplete).where(one_of(DOCUMENTS.c.number)))
_OLDEST_MEMBERS = Statement(
    select(DOCUMENTS.c.number)
    .where(DOCUMENTS.c.cluster == bindparam("cluster"))
    .order_by(DOCUMENTS.c.number)
    .limit(_LIMIT)
)
_LAST_NUMBER = Statement(select(func.max(DOCUMENTS.c.number)))
_LINKS = Statement(
    select(PAIRS.c.document, PAIRS.c.other, PAIRS.c.similarity).where(one_of(PAIRS.c.document), PAIRS.c.same_story)
)
_SOME_LINKS = Statement(
    select(PAIRS.c.document, PAIRS.c.other, PAIRS.c.similarity)
    .where(one_of(PAIRS.c.document), PAIRS.c.same_story)
    .limit(_LIMIT)
)
_PAIR = [PAIRS.c[name] for name in ("document", "other", *Pair._fields)]
_PAIRS = Statement(select(*_PAIR).where(one_of(PAIRS.c.document)))
_OLDER_PAIRS = Statement(select(*_PAIR).where(one_of(PAIRS.c.document), PAIRS.c.other < PAIRS.c.document))
_SOME_PAIRS = Statement(select(*_PAIR).where(one_of(PAIRS.c.document)).limit(_LIMIT))
_OLDEST_PAIRS = Statement(
    select(*_PAIR).where(PAIRS.c.document == bindparam("document")).order_by(PAIRS.c.other).limit(_LIMIT)
)
_POSTINGS = Statement(select(KEYS.c.key, KEYS.c.document).where(one_of(KEYS.c.key)).limit(_LIMIT))
_OF_KEY = select(KEYS.c.document).where(KEYS.c.key == bindparam("key")).limit(_LIMIT)
_OLDEST_OF_KEY = Statement(_OF_KEY.order_by(KEYS.c.document))
_NEWEST_OF_KEY = Statement(_OF_KEY.order_by(KEYS.c.document.desc()))


def read_key_documents(connection: Connection, keys: NDArray[np.int64]) -> dict[int, KeyDocuments]:
    """Read which documents have each of some keys, which are sorted; keys without documents are left out."""
    if not keys.size:
        return {}
    log = key_log_of(connection)
    wanted = key_filter_of(connection).maybe_present(connection, keys, log.n_merged)
    merged: list[Sequence[Values]] = []
    common: set[int] = set()
    for first in range(0, len(wanted), VALUES_A_STATEMENT):
        _read_postings(connection, wanted[first : first + VALUES_A_STATEMENT], merged, common)
    rows = [np.array(part, np.int64).reshape(-1, 2).T for part in merged]
    postings = np.concatenate([log.find(keys), *rows], axis=1)
    if not postings.size:
        return {}
    found_keys, numbers = postings[:, np.lexsort(postings[::-1])]
    firsts = [0, *(np.flatnonzero(found_keys[1:] != found_keys[:-1]) + 1).tolist()]
    bounds, every = [*firsts, len(found_keys)], numbers.tolist()
    return {
        key: _limited(every[first:end], common=key in common)
        for key, (first, end) in zip(found_keys[firsts].tolist(), pairwise(bounds), strict=True)
    }


def _read_postings(connection: Connection, keys: list[int], found: list[Sequence[Values]], common: set[int]) -> None:
    """Read keys and their documents from the table; only the oldest and newest of a key that is common."""
    most = COMPARISON.max_documents_per_key + 2 + _ROWS_A_KEY * len(keys)
    rows = _POSTINGS.rows(connection, values=keys, most=most)
    if len(rows) < most:
        found.append(rows)
    elif len(keys) > 1:
        half = len(keys) // 2
        _read_postings(connection, keys[:half], found, common)
        _read_postings(connection, keys[half:], found, common)
    else:
        for ends in (_OLDEST_OF_KEY, _NEWEST_OF_KEY):
            documents = ends.rows(connection, key=keys[0], most=COMMON_KEY_ENDS + 1)
            found.append([(keys[0], number) for (number,) in documents])
        common.add(keys[0])


def _limited(numbers: list[int], *, common: bool) -> KeyDocuments:
    """Leave out the middle of more than `max_documents_per_key` + 1 numbers: one may be the document itself."""
    if len(numbers) <= COMPARISON.max_documents_per_key + 1 and not common:
        return KeyDocuments(numbers, common=False)
    return KeyDocuments(numbers[: COMMON_KEY_ENDS + 1] + numbers[-COMMON_KEY_ENDS - 1 :], common=True)


def read_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, StoredDocument]:
    """Read documents by number; missing ones are left out."""
    return {row[0]: StoredDocument(*row) for row in _BY_NUMBER.rows_of(connection, numbers)}


def read_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, StoredDocument]:
    """Read documents by id; missing ones are left out."""
    return {row[1]: StoredDocument(*row) for row in _BY_ID.rows_of(connection, ids)}


def read_clusters(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Read the clusters of documents."""
    return {row[0]: row[1] for row in _CLUSTERS.rows_of(connection, numbers)}


def read_ids(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Read the texts of the ids of documents."""
    return {row[0]: row[1] for row in _IDS.rows_of(connection, numbers)}


def read_given_ids(connection: Connection, numbers: Iterable[int]) -> dict[int, DocumentId]:
    """Read the ids of documents as they were given."""
    return {row[0]: given_id(row[1], numeric=bool(row[2])) for row in _GIVEN_IDS.rows_of(connection, numbers)}


def read_pairs_incomplete(connection: Connection, numbers: Iterable[int]) -> dict[int, bool]:
    """Read whether pairs of documents with older ones may be missing."""
    return {row[0]: bool(row[1]) for row in _INCOMPLETE.rows_of(connection, numbers)}


def read_links(connection: Connection, numbers: Iterable[int]) -> list[Link]:
    """Read the pairs of documents that are one story: both numbers and the similarity."""
    return [(row[0], row[1], row[2]) for row in _LINKS.rows_of(connection, numbers)]


def read_some_links(connection: Connection, numbers: Sequence[int], most: int) -> list[Link]:
    """Read the links of documents; of one with more than `most`, that many and one more, so that it shows."""
    if not numbers:
        return []
    if len(numbers) <= VALUES_A_STATEMENT:
        n = most + 1 + _LINKS_A_DOCUMENT * (len(numbers) - 1)
        rows = _SOME_LINKS.rows(connection, values=list(numbers), most=n)
        if len(rows) < n or len(numbers) == 1:
            return [(row[0], row[1], row[2]) for row in rows]
    half = len(numbers) // 2
    return [link for part in (numbers[:half], numbers[half:]) for link in read_some_links(connection, part, most)]


def read_pairs(connection: Connection, numbers: Iterable[int]) -> dict[int, Pairs]:
    """Read all pairs of documents; each document has an entry."""
    wanted = list(numbers)
    return _pairs_by_document(wanted, _PAIRS.rows_of(connection, wanted))


def read_older_pairs(connection: Connection, numbers: Iterable[int]) -> dict[int, Pairs]:
    """Read the pairs of documents with older ones; each document has an entry."""
    wanted = list(numbers)
    return _pairs_by_document(wanted, _OLDER_PAIRS.rows_of(connection, wanted))


def read_oldest_pairs(connection: Connection, numbers: Sequence[int], most: int) -> dict[int, Pairs]:
    """Read the pairs of documents; if a document has more than `most`, at least its `most` oldest ones."""
    if len(numbers) == 1:
        return _pairs_by_document(numbers, _OLDEST_PAIRS.rows(connection, document=numbers[0], most=most))
    if len(numbers) <= VALUES_A_STATEMENT:
        rows = _SOME_PAIRS.rows(connection, values=list(numbers), most=most * len(numbers))
        if len(rows) < most * len(numbers):
            return _pairs_by_document(numbers, rows)
    half = len(numbers) // 2
    return read_oldest_pairs(connection, numbers[:half], most) | read_oldest_pairs(connection, numbers[half:], most)


def _pairs_by_document(numbers: Iterable[int], rows: Iterable[Values]) -> dict[int, Pairs]:
    found: dict[int, Pairs] = {number: {} for number in numbers}
    for number, other, similarity, coverage, kind, same_story in rows:
        found[number][other] = Pair(similarity, coverage, kind, bool(same_story))
    return found


def read_oldest_members(connection: Connection, cluster: int) -> list[int]:
    """Read the oldest MEMBERS_COMPARED documents of a cluster."""
    return [number for (number,) in _OLDEST_MEMBERS.rows(connection, cluster=cluster, most=MEMBERS_COMPARED)]


def read_last_number(connection: Connection) -> int:
    """Read the highest number, 0 if the index is empty."""
    return int(_LAST_NUMBER.rows(connection)[0][0] or 0)
