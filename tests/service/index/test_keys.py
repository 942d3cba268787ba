"""Keys of an index: neither the key log nor the filter changes which documents are found to have a key."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.service.index import Document, Index, open_index, writes
from copydesk.service.index.keys import key_filter
from copydesk.service.index.keys.key_filter import KeyFilter
from copydesk.service.index.keys.key_log import Postings, key_log_of, merge_all
from copydesk.service.index.keys.partition import PARTITION_SHIFT, PARTITIONS, merge_progress
from copydesk.service.index.reads import read_key_documents
from copydesk.service.index.tables import KEY_RUNS
from copydesk.service.index.writes import delete_keys
from tests.support.index_places import assert_whole, clusters, window

LAST = (1 << KEY_BITS) - 1
KEYS = [0, 1, 1 << 15, (1 << PARTITION_SHIFT) - 1, 1 << PARTITION_SHIFT, 40_000 << PARTITION_SHIFT, LAST - 1, LAST]
"""Some are in one partition, some are equal to the filter."""

Posting = tuple[int, int]
some = st.sets(st.tuples(st.sampled_from(KEYS), st.integers(1, 3)), max_size=6)
steps = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(["write", "write", "roll back", "compact", "look"]),
        some,
        some,
        st.sampled_from([0, 1, 30_000, PARTITIONS, PARTITIONS + 7]),
    ),
    max_size=12,
)


class RolledBack(Exception):
    """Ends a transaction so that it is rolled back."""


def array(pairs: set[Posting]) -> Postings:
    return np.array(sorted(pairs), np.int64).reshape(-1, 2).T


def read_postings(connection: Connection) -> set[Posting]:
    found = read_key_documents(connection, np.array(KEYS, np.int64))
    return {(key, number) for key, documents in found.items() for number in documents.numbers}


def write(
    index: Index, present: set[Posting], out: set[Posting], new: set[Posting], n_partitions: int, *, stop: bool
) -> set[Posting]:
    """Remove postings, add others, look up, merge; return which there are then."""
    left = present - out
    added = new - left
    with index.database.writing() as connection:
        assert read_postings(connection) == present
        if out:
            delete_keys(connection, sorted(out))
        if added:
            key_log_of(connection).add(connection, array(added))
        assert read_postings(connection) == left | added
        key_log_of(connection).merge(connection, n_partitions)
        if stop:
            raise RolledBack
    return left | added


def run(indexes: tuple[Index, Index], todo: list[tuple[int, str, set[Posting], set[Posting], int]]) -> None:
    present: set[Posting] = set()
    for who, what, out, new, n_partitions in todo:
        index = indexes[who]
        if what == "write":
            present = write(index, present, out, new, n_partitions, stop=False)
        elif what == "roll back":
            with pytest.raises(RolledBack):
                write(index, present, out, new, n_partitions, stop=True)
        elif what == "compact":
            with index.database.writing() as connection:
                merge_all(connection)
        elif what == "look":
            with index.database.reading() as connection:
                assert read_postings(connection) == present
    for index in indexes:
        with index.database.reading() as connection:
            assert read_postings(connection) == present


NUMBERS = count()


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(todo=steps)
def test_documents_of_keys_are_found_however_the_log_is_merged(
    tmp_path: Path, todo: list[tuple[int, str, set[Posting], set[Posting], int]]
) -> None:
    place = str(tmp_path / f"{next(NUMBERS)}.sqlite")
    with open_index(place) as one, open_index(place) as other:
        run((one, other), todo)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with open_index(str(tmp_path / "keys.sqlite")) as opened:
        yield opened


def add(index: Index, pairs: set[Posting], n_partitions: int) -> None:
    with index.database.writing() as connection:
        key_log_of(connection).add(connection, array(pairs))
        key_log_of(connection).merge(connection, n_partitions)


def test_reader_of_an_older_state_finds_what_was_there_then(index: Index) -> None:
    add(index, {(5, 1)}, 0)
    with index.database.reading() as older:
        assert read_postings(older) == set()
        assert set(read_key_documents(older, np.array([5], np.int64))) == {5}
        add(index, {(6, 2)}, PARTITIONS)
        with index.database.reading() as newer:
            assert set(read_key_documents(newer, np.array([5, 6], np.int64))) == {5, 6}
        assert set(read_key_documents(older, np.array([5, 6], np.int64))) == {5}


def test_keys_that_no_document_has_are_hardly_looked_up(index: Index) -> None:
    chance = np.random.default_rng(3)
    keys = np.unique(chance.integers(0, LAST, 20_000))
    mine, others = keys[::2].tolist(), keys[1::2].tolist()
    add(index, {(key, 1) for key in mine}, PARTITIONS)
    with index.database.reading() as connection:
        n_merged, _ = merge_progress(connection)
        assert KeyFilter().maybe_present(connection, np.array(mine, np.int64), n_merged) == mine
        wrong = KeyFilter().maybe_present(connection, np.array(others, np.int64), n_merged)
        assert len(wrong) <= 2  # 10,000 of 2**32: 0.02 expected


@pytest.mark.parametrize("n_known", [1, key_filter.READ_ALL - 1, key_filter.READ_ALL, PARTITIONS])
def test_filter_is_the_same_read_by_partition_or_whole(index: Index, n_known: int) -> None:
    keys = [number << PARTITION_SHIFT | number * 7919 % (1 << PARTITION_SHIFT) for number in range(0, PARTITIONS, 16)]
    add(index, {(key, 1) for key in keys}, PARTITIONS)
    with index.database.reading() as connection:
        n_merged, _ = merge_progress(connection)
        shared = KeyFilter()
        shared.maybe_present(
            connection, np.array([partition << PARTITION_SHIFT for partition in range(n_known)], np.int64), n_merged
        )
        assert shared.maybe_present(connection, np.array(keys, np.int64), n_merged) == keys
        assert shared.maybe_present(connection, np.array([key ^ (1 << 15) for key in keys], np.int64), n_merged) == []


def test_filter_knows_all_partitions_after_it_has_grown(index: Index) -> None:
    keys = [partition << PARTITION_SHIFT for partition in range(40)]
    add(index, {(key, 1) for key in keys}, PARTITIONS)
    with index.database.reading() as connection:
        shared = KeyFilter()
        assert shared.maybe_present(connection, np.array(keys, np.int64), merge_progress(connection)[0]) == keys
    long = [(20 << PARTITION_SHIFT) + (n << 15) for n in range(1, 500)]
    with index.database.writing() as connection:
        key_log_of(connection).add(connection, array({(key, 1) for key in long}))
        key_log_of(connection).merge(connection, 30)
    with index.database.reading() as connection:
        every = sorted({*keys, *long})
        assert shared.maybe_present(connection, np.array(every, np.int64), merge_progress(connection)[0]) == every


def test_partition_that_has_doubled_is_rebuilt_without_removed_keys(index: Index) -> None:
    old = {(n << 15, 1) for n in range(65)}
    add(index, old, PARTITIONS)
    with index.database.writing() as connection:
        delete_keys(connection, sorted(old))
    removed = sorted(key for key, _ in old)

    def n_present() -> int:
        with index.database.reading() as connection:
            n_merged, _ = merge_progress(connection)
            return len(KeyFilter().maybe_present(connection, np.array(removed, np.int64), n_merged))

    assert n_present() == 65
    add(index, {(n << 15, 2) for n in range(100, 163)}, PARTITIONS)  # 128 in all
    assert n_present() == 65
    add(index, {(163 << 15, 2)}, PARTITIONS)
    assert n_present() == 0


def test_run_is_deleted_once_all_its_partitions_are_merged(index: Index) -> None:
    def runs() -> int:
        with index.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(KEY_RUNS)).scalar_one()

    add(index, {(LAST, 1)}, PARTITIONS - 1)
    assert runs() == 1
    add(index, {(0, 1)}, 1)
    assert runs() == 1
    add(index, {(1, 1)}, PARTITIONS - 1)
    assert runs() == 1
    add(index, {(2, 1)}, PARTITIONS)
    assert runs() == 0


def test_answers_are_the_same_however_fast_the_log_is_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [Document(f"d{n}", window(n % 9, 7 * (n % 5), wrong=(0, 9, 25)[n % 3])) for n in range(60)]
    to_check = [Document(f"q{n}", window(n, 11)) for n in range(12)]
    results = []
    for n_partitions in (0, 1, 5_000, 100_000):
        monkeypatch.setattr(writes, "PARTITIONS_A_DOCUMENT", n_partitions)
        place = str(tmp_path / f"{n_partitions}.sqlite")
        with open_index(place) as index:
            answers = [index.add(documents[first : first + 7], now=0.0) for first in range(0, 60, 7)]
            index.remove([f"d{n}" for n in range(0, 60, 4)])
            answers += [index.add(documents[:20], now=0.0), index.check(to_check)]
            results.append((answers, clusters(index)))
        assert_whole(place)
    assert results[1:] == results[:1] * 3
