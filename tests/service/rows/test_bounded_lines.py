"""Tests of `bounded_lines`: lines in groups as they arrive, none longer than the limit in memory."""

from __future__ import annotations

import io
import tracemalloc
from itertools import chain
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.rows.bounded_lines import (
    LINE_BYTES_PER_PAGE_BYTE,
    LINE_EXTRA_BYTES,
    read_bounded_groups,
    read_bounded_lines,
    read_line_groups,
)
from copydesk.service.rows.jsonl import BadRow, PageRow
from copydesk.service.rows.page_rows import parse_row

pytestmark = pytest.mark.slow

LIMIT = 1000


def read_jsonl(stream: BinaryIO) -> list[PageRow | BadRow]:
    """All rows of a stream."""
    lines = chain.from_iterable(read_line_groups(stream, max_page_bytes=LIMIT))
    return [parse_row(line, max_page_bytes=LIMIT) for line in lines]


class _Pipe(io.RawIOBase):
    """Bytes that arrive a few at a time."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__()
        self._pieces = [piece for piece in pieces if piece]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._pieces.pop(0) if self._pieces else b""
        buffer[: len(data)] = data
        return len(data)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.lists(st.sampled_from(b"ab\n"), max_size=12).map(bytes), max_size=8), st.integers(1, 10))
def test_lines_that_are_read_ahead_are_the_same(arriving: list[bytes], limit: int) -> None:
    expected = list(read_bounded_lines(io.BytesIO(b"".join(arriving)), limit))
    for stream in (io.BytesIO(b"".join(arriving)), io.BufferedReader(_Pipe(arriving), 64)):
        assert list(chain.from_iterable(read_bounded_groups(stream, limit))) == expected


def test_line_of_a_pipe_is_returned_before_the_next_arrives() -> None:
    pipe = _Pipe([b"one\ntw", b"o\nthree"])
    groups = read_bounded_groups(io.BufferedReader(pipe, 64), LIMIT)
    assert next(groups) == [b"one\n"]
    assert len(pipe._pieces) == 1
    assert [*groups] == [[b"two\n"], [b"three"]]


def test_lines_that_arrive_together_are_a_group() -> None:
    pipe = _Pipe([b"1\n\n2\n", b"\n", b"3", b"\n4\n5"])
    groups = read_line_groups(io.BufferedReader(pipe, 64), max_page_bytes=LIMIT)
    assert [[(line.line if isinstance(line, BadRow) else line.number) for line in group] for group in groups] == [
        [1, 3],
        [],
        [5, 6],
        [7],
    ]


def test_lines_are_numbered_with_empty_ones_and_a_byte_order_mark_is_passed_over() -> None:
    data = b'\xef\xbb\xbf{"text": "a"}\r\n\n  \n{"text": "b"}'
    assert [row.line for row in read_jsonl(io.BytesIO(data))] == [1, 4]


class LongLine(io.RawIOBase):
    """One line of as many bytes as wanted, made as it is read, and a good row after it."""

    def __init__(self, n_bytes: int) -> None:
        self._left = n_bytes
        self._tail = b'\n{"id": "after", "text": "x"}\n'

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        n_bytes = min(self._left, len(buffer))
        self._left -= n_bytes
        if n_bytes == 0:
            n_bytes = len(self._tail)
            buffer[:n_bytes], self._tail = self._tail, b""
            return n_bytes
        buffer[:n_bytes] = b"x" * n_bytes
        return n_bytes


def test_line_over_the_limit_is_skipped_without_being_held() -> None:
    tracemalloc.start()
    stream = io.BufferedReader(LongLine(100_000_000), 65536)
    rows = read_jsonl(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    first, after = rows
    assert isinstance(first, BadRow)
    assert (first.line, first.code) == (1, "too_large")
    assert (after.id, after.line) == ("after", 2)
    assert peak < 10_000_000


@pytest.mark.parametrize(("over", "code"), [(-1, "bad_json"), (0, "bad_json"), (1, "too_large")])
def test_line_of_exactly_the_limit_is_read(over: int, code: str) -> None:
    size = LINE_BYTES_PER_PAGE_BYTE * LIMIT + LINE_EXTRA_BYTES + over
    (row,) = read_jsonl(io.BytesIO(b"x" * size))
    assert isinstance(row, BadRow)
    assert row.code == code
