"""The bytes of a WARC file in a window that moves forward, with the places where gzip members begin and break."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from typing import BinaryIO

from copydesk.service.score.warc.members import (
    NEWLINES,
    RECORD_MAGIC,
    STEP_BYTES,
    Begin,
    Damage,
    Empty,
    read_members,
    read_plain,
)

MAX_RETURNS = 16
"""How often a gzip member is decompressed again to go back to bytes that are no longer in memory."""
PROBE_BYTES = 64
"""Bytes that show whether a record begins at a place, with the line ends before it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where a gzip member begins, is empty, or is damaged. The offset counts decompressed bytes."""

    offset: int
    what: Begin | Damage | Empty


class Window:
    """The decompressed bytes of a file from a position on. Offsets count from there; `base` is the first in memory.

    Attributes:
        place: Position and offset of the last place where reading can begin, at or before the current record.
        marks: The places behind that.

    Args:
        seekable: False for a stream that decompresses another one: it is only read forward.
    """

    def __init__(self, stream: BinaryIO, start: int, *, packed: bool, seekable: bool = True) -> None:
        self.packed = packed
        self.size = stream.seek(0, os.SEEK_END) - start if seekable and not packed else None
        self._stream = stream
        self._returns = 0
        self._open(start, 0)

    def _open(self, position: int, offset: int) -> None:
        self.data = bytearray()
        self.base = offset
        self.ended = False
        self.place = (position, offset)
        self.marks: deque[Mark] = deque()
        if self.size is not None:
            self._stream.seek(position)
        self._pieces = (read_members if self.packed else read_plain)(self._stream, position)

    @property
    def end(self) -> int:
        """The offset behind the last byte in memory."""
        return self.base + len(self.data)

    def fill(self, offset: int) -> bool:
        """Read until the byte before an offset is in memory; tell whether it is, as the file may end before."""
        while self.end < offset and not self.ended:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            elif isinstance(piece, bytes):
                self.data += piece
            else:
                self.marks.append(Mark(self.end, piece))
        return self.end >= offset

    def peek(self, offset: int, n_bytes: int) -> bytes:
        """Return bytes at an offset from `base` on, fewer at the end of the file."""
        self.fill(offset + n_bytes)
        return bytes(self.data[offset - self.base : offset - self.base + n_bytes])

    def find(self, wanted: bytes, start: int, end: int) -> int:
        """Return the offset of some bytes in memory, -1 if they are not there."""
        found = self.data.find(wanted, start - self.base, end - self.base)
        return found if found < 0 else found + self.base

    def skip_newlines(self, offset: int) -> int:
        """Return the offset of the first byte that is no line end."""
        while data := self.peek(offset, PROBE_BYTES):
            rest = data.lstrip(NEWLINES)
            offset += len(data) - len(rest)
            if rest:
                break
        return offset

    def is_boundary(self, offset: int, separator: bytes) -> bool:
        """Tell whether a record can end at an offset: a separator, another record, a gzip member or the end follows.

        There may be line ends before these. In a file that is not compressed, nothing between is read.
        """
        if self.size is not None and offset > self.end:
            before = self._stream.tell()
            self._stream.seek(self.place[0] - self.place[1] + offset)
            found = self._stream.read(PROBE_BYTES)
            self._stream.seek(before)
            rest = found.lstrip(NEWLINES)
            return found.startswith(separator) or not rest or rest.startswith(RECORD_MAGIC)
        if self.peek(offset, len(separator)) == separator:
            return True
        behind = self.skip_newlines(offset)
        found = self.peek(behind, len(RECORD_MAGIC))
        if not found or found == RECORD_MAGIC:
            return True
        return any(isinstance(mark.what, Begin) and offset <= mark.offset <= behind for mark in self.marks)

    def stop_behind(self, offset: int) -> Mark | None:
        """Return the first mark behind an offset that no record goes over: damage, or a member that begins one."""
        for mark in self.marks:
            if mark.offset > offset and (isinstance(mark.what, Damage) or self._begins_record(mark)):
                return mark
        return None

    def _begins_record(self, mark: Mark) -> bool:
        if not isinstance(mark.what, Begin) or mark.offset < self.base:
            return False
        found = self.data[mark.offset - self.base : mark.offset - self.base + PROBE_BYTES]
        return found.lstrip(NEWLINES).startswith(RECORD_MAGIC)

    def take_damage(self, start: int, end: int, behind: int) -> Damage | None:
        """Remove and return the first damage, not behind an offset, of a member with bytes between two others, if any.

        It may be behind these bytes, as a check sum is at the end of its member.
        """
        for mark in self.marks:
            if isinstance(mark.what, Begin) and mark.offset >= end:
                return None
            if isinstance(mark.what, Damage) and mark.what.of_member and start < mark.offset <= behind:
                self.marks.remove(mark)
                return mark.what
        return None

    def take_marks(self, offset: int) -> list[Mark]:
        """Remove and return the marks at or before an offset."""
        found = []
        while self.marks and self.marks[0].offset <= offset:
            found.append(self.marks.popleft())
            if isinstance(found[-1].what, Begin):
                self.place = (found[-1].what.position, found[-1].offset)
        return found

    def discard(self, offset: int) -> None:
        """Forget the bytes before an offset that is in memory."""
        n_bytes = min(max(0, offset - self.base), len(self.data))
        del self.data[:n_bytes]
        self.base += n_bytes

    def go_to(self, offset: int) -> bool:
        """Make the bytes from an offset on available; tell whether that was possible, which going back may not be."""
        if offset < self.base or (self.size is not None and offset > self.end):
            if self.size is not None:
                position, start = self.place
                self._open(position - start + offset, offset)
                self.take_marks(offset)
                return True
            if not self.packed or self._returns == MAX_RETURNS:
                return False
            self._returns += 1
            self._open(*self.place)
            self.fill(self.base + 1)
            self.take_marks(self.base)
        while self.end < offset and self.fill(min(offset, self.end + STEP_BYTES)):
            self.discard(self.end)
        self.discard(offset)
        return True
