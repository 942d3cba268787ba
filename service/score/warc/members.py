"""Decompresses the gzip members of a WARC file one by one; a damaged member costs itself alone.

Reading goes on at the next member whose first bytes are those of a record. Python's `gzip` would stop at the damage.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from copydesk.service.score.machine_faults import reason_of

MAGIC = b"\x1f\x8b\x08"
"""The first bytes of a gzip member."""
RECORD_MAGIC = b"WARC/"
"""The first bytes of a record."""
NEWLINES = b"\r\n"
READ_BYTES = 64 * 1024
"""Bytes that are read from the file at a time."""
STEP_BYTES = 256 * 1024
"""Most bytes that are decompressed at a time."""
PROBE_BYTES = 1024
"""Compressed bytes that are enough to see whether a member begins with a record."""
MAX_REPEATED_BYTES = 64 * 1024 * 1024
"""Bytes of damaged members that are searched again for members inside them. Further ones are searched behind the damage
only, so that the time stays linear in hostile files."""
HEAD_BYTES, TRAILER_BYTES = 10, 8
MAX_HEAD_BYTES = 64 * 1024
EXTRA, NAME, COMMENT, HEAD_CHECK = 4, 8, 16, 2
"""Flags of optional fields in a gzip member's head (RFC 1952, section 2.3)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A place where reading can begin: the first byte of a gzip member, or of a file that is not compressed."""

    position: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Damage of the gzip member at a position, or of the file behind it, whose bytes end too early.

    If it is not `of_member`, no member begins at the position.
    """

    position: int
    reason: str
    of_member: bool = True


@dataclass(frozen=True, slots=True)
class Empty:
    """A member without content, at its position."""

    position: int


Piece = bytes | Begin | Damage | Empty


def is_packed(stream: BinaryIO) -> bool:
    """Tell whether a file is compressed with gzip, by its first bytes."""
    stream.seek(0)
    return stream.read(len(MAGIC)) == MAGIC


def read_plain(stream: BinaryIO, position: int) -> Iterator[Piece]:
    """Read a file that is not compressed, from a position on, or a stream that decompresses it."""
    yield Begin(position)
    while True:
        try:
            data = stream.read(READ_BYTES)
        except Exception as error:
            yield Damage(position, reason_of(error))
            return
        if not data:
            return
        yield data


def read_members(stream: BinaryIO, position: int) -> Iterator[Piece]:
    """Decompress gzip members from a position on, which should be the first byte of one."""
    buffer = _Buffer(stream, position)
    repeated = 0
    while buffer.peek(1):
        position = buffer.position
        size = _head_size(buffer)
        if size is None:
            if _move(buffer, position + 1) or buffer.junk:
                yield Damage(position, "no gzip member begins here", of_member=False)
            continue
        yield Begin(position)
        buffer.skip(size)
        fault = yield from _inflate(buffer, position)
        if fault is None:
            continue
        reason, again = fault
        if again:
            repeated += buffer.position - position
            _move(buffer, position + 1 if repeated <= MAX_REPEATED_BYTES else buffer.position)
        yield Damage(position, reason)


def find_member(stream: BinaryIO, position: int, end: int | None = None) -> int | None:
    """Find the first gzip member at or behind a position, before the end, whose first bytes are those of a record."""
    buffer = _Buffer(stream, position)
    while buffer.peek(HEAD_BYTES) and (end is None or buffer.position < end):
        found = buffer.data.find(MAGIC)
        if found < 0:
            buffer.skip(max(1, len(buffer.data) - len(MAGIC) + 1))
            continue
        buffer.skip(found)
        if _begins_record(buffer.peek(PROBE_BYTES)[:PROBE_BYTES]):
            return buffer.position if end is None or buffer.position < end else None
        buffer.skip(1)
    return None


def _begins_record(data: bytes) -> bool:
    try:
        found = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, len(RECORD_MAGIC) + len(NEWLINES) * 2)
    except zlib.error:
        return False
    return found.lstrip(NEWLINES).startswith(RECORD_MAGIC)


class _Buffer:
    """A file that is read forward; `junk` tells whether any byte that was moved over is not zero."""

    def __init__(self, stream: BinaryIO, position: int) -> None:
        self.stream = stream
        self.data = b""
        self.position = position
        self.junk = False
        stream.seek(position)

    def peek(self, n_bytes: int) -> bytes:
        """Return all bytes that are in memory, at least n unless the file ends."""
        while len(self.data) < n_bytes and (data := self.stream.read(READ_BYTES)):
            self.data += data
        return self.data

    def skip(self, n_bytes: int) -> None:
        """Move forward over bytes that are in memory."""
        self.data = self.data[n_bytes:]
        self.position += n_bytes

    def keep(self, rest: bytes) -> None:
        """Move forward so that these are the bytes in memory, the last of those that were."""
        self.position += len(self.data) - len(rest)
        self.data = rest


def _move(buffer: _Buffer, position: int) -> bool:
    """Move to the next member with a record; if there is none, to the end of the file, and return False."""
    found = find_member(buffer.stream, position)
    buffer.junk = False
    if found is None:
        buffer.stream.seek(buffer.position)
        while data := buffer.stream.read(READ_BYTES):
            buffer.junk = buffer.junk or bool(data.strip(b"\0"))
        found = buffer.stream.tell()
    moved = _Buffer(buffer.stream, found)
    buffer.data, buffer.position = moved.data, moved.position
    return bool(buffer.peek(1))


def _head_size(buffer: _Buffer) -> int | None:
    """Return the size of a gzip member's head; None if there is none."""
    head = buffer.peek(HEAD_BYTES)
    if len(head) < HEAD_BYTES or not head.startswith(MAGIC):
        return None
    flags, size = head[3], HEAD_BYTES
    if flags & EXTRA:
        size += 2 + int.from_bytes(buffer.peek(size + 2)[size : size + 2], "little")
    for _ in range(bool(flags & NAME) + bool(flags & COMMENT)):
        end = buffer.peek(MAX_HEAD_BYTES * 4).find(b"\0", size)
        if end < 0:
            return None
        size = end + 1
    size += 2 if flags & HEAD_CHECK else 0
    return size if len(buffer.peek(size)) >= size else None


def _inflate(buffer: _Buffer, position: int) -> Generator[Piece, None, tuple[str, bool] | None]:
    """Decompress a member behind its head. Return what is wrong, and whether there may be members inside it."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    check = length = 0
    while not inflater.eof:
        data = buffer.peek(1)
        if not data:
            return "the file ends within a gzip member", True
        try:
            out = inflater.decompress(data, STEP_BYTES)
        except zlib.error as error:
            return f"the gzip member is damaged ({error})", True
        buffer.keep(inflater.unused_data if inflater.eof else inflater.unconsumed_tail)
        check, length = zlib.crc32(out, check), length + len(out)
        if out:
            yield out
    trailer = buffer.peek(TRAILER_BYTES)[:TRAILER_BYTES]
    buffer.skip(len(trailer))
    if len(trailer) < TRAILER_BYTES:
        return "the file ends within a gzip member", True
    if struct.unpack("<II", trailer) != (check, length & 0xFFFFFFFF):
        after = buffer.peek(len(MAGIC))  # if no member follows, this one seems to have ended too early
        return "the gzip member is damaged (its check sum is another)", bool(after) and not after.startswith(MAGIC)
    if not length:
        yield Empty(position)
    return None
