"""Cuts a WARC file into records. A damaged record is reported with its place, and the records around it are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from copydesk.service.score.warc.members import NEWLINES, RECORD_MAGIC, STEP_BYTES, Begin, Damage, Empty
from copydesk.service.score.warc.window import PROBE_BYTES, Window

VERSION = re.compile(rb"WARC/\d{1,3}\.\d{1,3}[ \t]*\r?\n")
HEAD_END = re.compile(rb"\n\r?\n")
LENGTH = re.compile(r"\d{1,18}")
SHORT_HEAD_BYTES, MAX_HEAD_BYTES = 4096, 64 * 1024
"""Bytes in which the end of a record's head is looked for, first and at most."""
EXTRA_BYTES = 1024 * 1024
"""Bytes of a record that stay in memory in addition to its content, to go back to them if its length is wrong."""
MAX_SEARCHED_BYTES = 1024 * 1024
"""A record that is found behind damage is checked if it, and those that follow it up to a place, end within this."""

MAX_REMEMBERED = 100_000
"""Most places behind one damage that are remembered to be no records; more are looked at again."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record, or damage where one should be.

    Attributes:
        position: Its place: the first byte in the file, plus the number of records before it in its gzip member.
        begin: The place in the file where reading can begin to find it.
        fields: Its head, by names in small letters.
        content: Its first bytes behind the head.
        length: The bytes of the whole content.
        entry: Whether reading that begins at `begin` finds this record first.
        fault: Why the record cannot be used, None if it can.
        empty: Whether it is a gzip member without a record.
    """

    position: int
    begin: int
    fields: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    length: int = 0
    entry: bool = True
    fault: str | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    fields: Mapping[str, str]
    size: int
    length: int
    separator: bytes


def parse_fields(lines: bytes) -> dict[str, str]:
    """Parse lines of `Name: value` in UTF-8 or Latin-1; of repeated names the first counts, unless it is a list."""
    fields: dict[str, list[str]] = {}
    values: list[str] = []  # of the field that the next line may continue
    for line in lines.splitlines():
        text = _decode(line)
        name, colon, value = text.partition(":")
        if line[:1] in (b" ", b"\t"):
            values.append(text.strip())
        elif colon and name.strip():
            name = name.strip().lower()
            values = [value.strip()]
            if name not in fields:
                fields[name] = values
            elif name.endswith("-encoding"):
                fields[name].append(f", {value}")
    return {name: " ".join(values) for name, values in fields.items()}


def _decode(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


class RecordReader:
    """Reads the records of a window in order, with at most `max_content` bytes of each one's content."""

    def __init__(self, window: Window, max_content: int) -> None:
        self._window = window
        self._max_content = max_content
        self._number = 0
        self._no_records: set[int] = set()

    def read(self) -> Iterator[Record]:
        """Read all records."""
        window, at = self._window, 0
        while True:
            at = window.skip_newlines(at)
            for mark in window.take_marks(at):
                if isinstance(mark.what, Begin):
                    self._number = 0
                elif isinstance(mark.what, Damage):
                    yield Record(mark.what.position, mark.what.position, fault=mark.what.reason)
                elif isinstance(mark.what, Empty):
                    yield Record(mark.what.position, mark.what.position, empty=True)
            if not window.fill(at + 1):
                return
            record, at = self._read_record(at)
            self._number += 1
            yield record
            self._no_records.clear()
            window.discard(at)

    def find_first(self, end: int) -> int | None:
        """Find the first record before an offset by its first bytes, as in `_find_record`."""
        found = self._find_record(0, end=end)
        return found if found < end and self._window.fill(found + 1) else None

    def _read_record(self, at: int) -> tuple[Record, int]:
        """Read the record at an offset; return it and the offset where the next one is looked for."""
        window, place, entry = self._window, self._position(at), self._is_entry(at)
        head = self._head(at)
        if isinstance(head, str):
            behind = self._find_record(at + 1)
            return self._damaged(at, head, behind), behind
        start = at + head.size
        end = start + head.length
        content = self._content(start, end, head.separator)
        fault = None if content is not None else self._fault(start, end)
        if content is None:
            behind = self._find_record(start if window.go_to(start) else window.base, beyond=end)
            return self._damaged(at, fault or "", behind), behind
        behind = end if window.go_to(end) else window.base
        damage = window.take_damage(at, end, window.skip_newlines(end))
        record = Record(*place, head.fields, content, head.length, entry, damage.reason if damage else None)
        return record, behind

    def _position(self, at: int) -> tuple[int, int]:
        begin, offset = self._window.place
        return (begin + self._number, begin) if self._window.packed else (begin - offset + at,) * 2

    def _is_entry(self, at: int) -> bool:
        window = self._window
        return not window.packed or (self._number == 0 and window.place[1] + len(NEWLINES) * 2 >= at)

    def _damaged(self, at: int, fault: str, behind: int) -> Record:
        """Return the error of a record that ends before an offset; damage of its gzip member is named in its place."""
        damage = self._window.take_damage(at, behind, behind)
        entry = self._is_entry(at)
        return Record(*self._position(at), entry=entry, fault=damage.reason if damage else fault)

    def _head(self, at: int) -> _Head | str:
        """Parse the head of the record at an offset, or say what is wrong with it."""
        window = self._window
        for n_bytes in (SHORT_HEAD_BYTES, MAX_HEAD_BYTES):
            data = window.peek(at, n_bytes)
            stop = window.stop_behind(at)
            data = data if stop is None else data[: stop.offset - at]
            version = VERSION.match(data)
            if version is None:
                return "no record begins here"
            found = HEAD_END.search(data, version.end() - 1)
            if found is not None:
                fields = parse_fields(data[version.end() : found.start()])
                length = fields.get("content-length", "")
                if not LENGTH.fullmatch(length):
                    return f"the record's Content-Length is {length[:40]!r}, expected a number"
                separator = b"\r\n\r\n" if found[0].startswith(b"\n\r") else b"\n\n"
                return _Head(fields, found.end(), int(length), separator)
        return f"the record's head has no end within {MAX_HEAD_BYTES} bytes"

    def _content(self, start: int, end: int, separator: bytes) -> bytes | None:
        """Return the first bytes of the content between two offsets; None if no record can end there."""
        window = self._window
        if window.size is not None:
            if end > window.size or not window.is_boundary(end, separator):
                return None
            return window.peek(start, min(end - start, self._max_content))
        content: bytes | None = None
        reached = start
        while reached < end:
            reached = min(end, max(reached, window.end) + STEP_BYTES)
            there = window.fill(reached + PROBE_BYTES) or window.end >= reached
            stop = window.stop_behind(start - 1)
            if not there or (stop is not None and stop.offset < end):
                return None
            if content is None and reached - start > self._max_content + EXTRA_BYTES:
                content = window.peek(start, self._max_content)
            if content is not None:
                window.discard(reached)
        if not window.is_boundary(end, separator):
            return None
        return content if content is not None else window.peek(start, min(end - start, self._max_content))

    def _fault(self, start: int, end: int) -> str:
        """Say why the content between two offsets is not that of a record."""
        window, length = self._window, end - start
        stop = window.stop_behind(start - 1)
        if stop is not None and stop.offset <= end:
            return f"the record's Content-Length is {length}, but the next one begins after {stop.offset - start} bytes"
        there = window.end - start if window.size is None else window.size - start
        if there < length:
            return f"the record's Content-Length is {length}, but the file ends after {there} bytes"
        return f"the record's Content-Length is {length}, but the bytes behind it begin no record"

    def _find_record(self, at: int, *, beyond: int = 0, end: int | None = None) -> int:
        """Find the next record at or behind an offset by its first bytes; if there is none, the end of the file.

        With an `end`, any offset behind it is returned if there is none before.

        A page may contain a WARC. So a record inside a gzip member, or in a file that is not compressed, must have a
        whole head, and it must end where one can follow; so must those that follow it, until they are beyond an offset.
        """
        window = self._window
        while True:
            window.fill(at + STEP_BYTES)
            stop = window.stop_behind(at - 1)
            found = window.find(RECORD_MAGIC, at, window.end if stop is None else stop.offset)
            if found >= 0:
                if self._is_record(found, beyond):
                    return found
                at = found + 1
            elif stop is not None:
                return stop.offset
            elif window.ended or (end is not None and at >= end):
                return window.end
            else:
                at = max(at, window.end - len(RECORD_MAGIC) + 1)
            window.discard(at)

    def _is_record(self, at: int, beyond: int) -> bool:
        """Tell whether a record begins at an offset, by its head, its end and those of the records behind it."""
        window, first = self._window, at
        chain = []
        while at not in self._no_records:
            chain.append(at)
            head = self._head(at)
            if isinstance(head, str) or "warc-type" not in head.fields:
                break
            end = at + head.size + head.length
            if window.size is not None and end > window.size:
                break
            if end - first > MAX_SEARCHED_BYTES:
                return True
            if not window.fill(end) or not window.is_boundary(end, head.separator):
                break
            at = window.skip_newlines(end)
            if at >= beyond or not window.fill(at + 1):
                return True
        if len(self._no_records) < MAX_REMEMBERED:
            self._no_records.update(chain)
        return False
