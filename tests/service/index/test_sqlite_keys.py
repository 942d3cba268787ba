"""Keys of an SQLite index: the recent ones and the filter over the others never change who is found to hold a key."""

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
from copydesk.service.index.reads import holders_of
from copydesk.service.index.sqlite_keys import key_filter
from copydesk.service.index.sqlite_keys.key_filter import KeyFilter
from copydesk.service.index.sqlite_keys.key_log import Pairs, move_all, recent_keys
from copydesk.service.index.sqlite_keys.partition import PIECE_SHIFT, PIECES, state
from copydesk.service.index.tables import KEY_RUNS
from copydesk.service.index.writes import delete_keys
from tests.support.index_places import assert_whole, clusters, window

LAST = (1 << KEY_BITS) - 1
KEYS = [0, 1, 1 << 15, (1 << PIECE_SHIFT) - 1, 1 << PIECE_SHIFT, 40_000 << PIECE_SHIFT, LAST - 1, LAST]
"""Some are of one piece, some are one to the filter."""

Pair = tuple[int, int]
some = st.sets(st.tuples(st.sampled_from(KEYS), st.integers(1, 3)), max_size=6)
steps = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(["write", "write", "roll back", "compact", "look"]),
        some,
        some,
        st.sampled_from([0, 1, 30_000, PIECES, PIECES + 7]),
    ),
    max_size=12,
)


class BrokenOff(Exception):
    """Ends a transaction without its being written."""


def array(pairs: set[Pair]) -> Pairs:
    return np.array(sorted(pairs), np.int64).reshape(-1, 2).T


def held(connection: Connection) -> set[Pair]:
    return {(key, number) for key, holders in holders_of(connection, KEYS).items() for number in holders.numbers}


def write(index: Index, present: set[Pair], out: set[Pair], new: set[Pair], n_pieces: int, *, stop: bool) -> set[Pair]:
    """Take pairs out, add others, look, move; returns what is there then."""
    left = present - out
    added = new - left
    with index.database.writing() as connection:
        assert held(connection) == present
        if out:
            delete_keys(connection, sorted(out))
        if added:
            recent_keys(connection).add(connection, array(added))
        assert held(connection) == left | added
        recent_keys(connection).move(connection, n_pieces)
        if stop:
            raise BrokenOff
    return left | added


def run(indexes: tuple[Index, Index], todo: list[tuple[int, str, set[Pair], set[Pair], int]]) -> None:
    present: set[Pair] = set()
    for who, what, out, new, n_pieces in todo:
        index = indexes[who]
        if what == "write":
            present = write(index, present, out, new, n_pieces, stop=False)
        elif what == "roll back":
            with pytest.raises(BrokenOff):
                write(index, present, out, new, n_pieces, stop=True)
        elif what == "compact":
            with index.database.writing() as connection:
                move_all(connection)
        elif what == "look":
            with index.database.reading() as connection:
                assert held(connection) == present
    for index in indexes:
        with index.database.reading() as connection:
            assert held(connection) == present


NUMBERS = count()


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(todo=steps)
def test_holders_are_found_however_keys_move(
    tmp_path: Path, todo: list[tuple[int, str, set[Pair], set[Pair], int]]
) -> None:
    place = str(tmp_path / f"{next(NUMBERS)}.sqlite")
    with open_index(place) as one, open_index(place) as other:
        run((one, other), todo)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with open_index(str(tmp_path / "keys.sqlite")) as opened:
        yield opened


def add(index: Index, pairs: set[Pair], n_pieces: int) -> None:
    with index.database.writing() as connection:
        recent_keys(connection).add(connection, array(pairs))
        recent_keys(connection).move(connection, n_pieces)


def test_reader_of_an_older_state_finds_what_was_there_then(index: Index) -> None:
    add(index, {(5, 1)}, 0)
    with index.database.reading() as older:
        assert held(older) == set()
        assert set(holders_of(older, [5])) == {5}
        add(index, {(6, 2)}, PIECES)
        with index.database.reading() as newer:
            assert set(holders_of(newer, [5, 6])) == {5, 6}
        assert set(holders_of(older, [5, 6])) == {5}


def test_keys_that_nobody_holds_are_hardly_looked_up(index: Index) -> None:
    chance = np.random.default_rng(3)
    keys = np.unique(chance.integers(0, LAST, 20_000))
    mine, others = keys[::2].tolist(), keys[1::2].tolist()
    add(index, {(key, 1) for key in mine}, PIECES)
    with index.database.reading() as connection:
        moved, _ = state(connection)
        assert KeyFilter().perhaps_held(connection, np.array(mine, np.int64), moved) == mine
        wrong = KeyFilter().perhaps_held(connection, np.array(others, np.int64), moved)
        assert len(wrong) <= 2  # 10,000 of 2**32: 0.02 expected


@pytest.mark.parametrize("asked", [1, key_filter.READ_ALL - 1, key_filter.READ_ALL, PIECES])
def test_filter_that_is_read_piece_by_piece_or_whole_says_the_same(index: Index, asked: int) -> None:
    keys = [piece << PIECE_SHIFT | piece * 7919 % (1 << PIECE_SHIFT) for piece in range(0, PIECES, 16)]
    add(index, {(key, 1) for key in keys}, PIECES)
    with index.database.reading() as connection:
        moved, _ = state(connection)
        shared = KeyFilter()
        shared.perhaps_held(connection, np.array([piece << PIECE_SHIFT for piece in range(asked)], np.int64), moved)
        assert shared.perhaps_held(connection, np.array(keys, np.int64), moved) == keys
        assert shared.perhaps_held(connection, np.array([key ^ (1 << 15) for key in keys], np.int64), moved) == []


def test_filter_that_is_given_room_knows_all_pieces(index: Index) -> None:
    keys = [piece << PIECE_SHIFT for piece in range(40)]
    add(index, {(key, 1) for key in keys}, PIECES)
    with index.database.reading() as connection:
        shared = KeyFilter()
        assert shared.perhaps_held(connection, np.array(keys, np.int64), state(connection)[0]) == keys
    long = [(20 << PIECE_SHIFT) + (n << 15) for n in range(1, 500)]
    with index.database.writing() as connection:
        recent_keys(connection).add(connection, array({(key, 1) for key in long}))
        recent_keys(connection).move(connection, 30)
    with index.database.reading() as connection:
        every = sorted({*keys, *long})
        assert shared.perhaps_held(connection, np.array(every, np.int64), state(connection)[0]) == every


def test_piece_that_has_grown_forgets_what_was_removed(index: Index) -> None:
    old = {(n << 15, 1) for n in range(65)}
    add(index, old, PIECES)
    with index.database.writing() as connection:
        delete_keys(connection, sorted(old))
    gone = sorted(key for key, _ in old)

    def known() -> int:
        with index.database.reading() as connection:
            return len(KeyFilter().perhaps_held(connection, np.array(gone, np.int64), state(connection)[0]))

    assert known() == 65
    add(index, {(n << 15, 2) for n in range(100, 163)}, PIECES)  # 128 in all
    assert known() == 65
    add(index, {(163 << 15, 2)}, PIECES)
    assert known() == 0


def test_runs_go_once_all_their_keys_have_moved(index: Index) -> None:
    def runs() -> int:
        with index.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(KEY_RUNS)).scalar_one()

    add(index, {(LAST, 1)}, PIECES - 1)
    assert runs() == 1
    add(index, {(0, 1)}, 1)
    assert runs() == 1
    add(index, {(1, 1)}, PIECES - 1)
    assert runs() == 1
    add(index, {(2, 1)}, PIECES)
    assert runs() == 0


def test_answers_are_the_same_however_fast_keys_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [Document(f"d{n}", window(n % 9, 7 * (n % 5), wrong=(0, 9, 25)[n % 3])) for n in range(60)]
    asked = [Document(f"q{n}", window(n, 11)) for n in range(12)]
    said = []
    for n_pieces in (0, 1, 5_000, 100_000):
        monkeypatch.setattr(writes, "PIECES_A_DOCUMENT", n_pieces)
        place = str(tmp_path / f"{n_pieces}.sqlite")
        with open_index(place) as index:
            answers = [index.add(documents[first : first + 7], now=0.0) for first in range(0, 60, 7)]
            index.remove([f"d{n}" for n in range(0, 60, 4)])
            answers += [index.add(documents[:20], now=0.0), index.check(asked)]
            said.append((answers, clusters(index)))
        assert_whole(place)
    assert said[1:] == said[:1] * 3
