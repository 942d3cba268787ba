"""Reads pages from files and standard input, plain or gzipped, as text, HTML or JSONL."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from copydesk import classifier
from copydesk.classifier import Page, UnreadablePage, saved_page
from copydesk.classifier.other_formats import is_address, is_likely_table
from copydesk.service.rows.bounded_lines import read_line_groups
from copydesk.service.rows.classify_rows import internal_error
from copydesk.service.rows.jsonl import BadRow, Line, PageRow, Row, too_large_message
from copydesk.service.rows.not_pages import describe_other_format
from copydesk.service.rows.page_rows import parse_row

STDIN = "-"
"""The name of standard input."""
HEAD_BYTES = 4096
"""First bytes of an input, by which its format is recognized."""
BUFFER_BYTES = 65536
GROUP_ROWS, GROUP_BYTES = 16, 1024 * 1024
"""Rows and bytes with which a group ends; a single row may be larger."""
GZIP_MAGIC = b"\x1f\x8b"
NO_JSONL = (
    "the file does not look like JSON lines: none of its first lines begins with a brace; expected one JSON object on "
    "each line. If it is a page, leave out --format"
)
FIRST_KEY = re.compile(rb'\s*\{\s*(?:"(?:[^"\\]|\\.){0,200}"\s*:|\}\s*$)', re.MULTILINE)
FIRST_TAG = re.compile(rb"\s*<[a-zA-Z!?/]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python has for a byte of a file's name that is not UTF-8."""
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Format(StrEnum):
    """The format of an input."""

    TEXT = "text"
    HTML = "html"
    JSONL = "jsonl"


FORMAT_OF_SUFFIX = {
    **dict.fromkeys((".html", ".htm", ".xhtml", *saved_page.SUFFIXES), Format.HTML),
    **dict.fromkeys((".txt", ".md"), Format.TEXT),
    **dict.fromkeys((".jsonl", ".ndjson"), Format.JSONL),
}


def read_inputs(
    names: Sequence[str], wanted: Format | None, *, max_page_bytes: int, encoded: bool = False
) -> Iterator[list[Row]]:
    """Read and parse the rows of every input in order, in groups; see `read_groups` and `parse_row`."""
    for group in read_groups(names, wanted, max_page_bytes=max_page_bytes):
        yield [_parse(row, max_page_bytes, encoded=encoded) for row in group]


def _parse(row: Line | Row, max_page_bytes: int, *, encoded: bool) -> Row:
    try:
        return parse_row(row, max_page_bytes=max_page_bytes, encoded=encoded)
    except Exception as error:  # the other rows are read, whatever the error is
        return internal_error(None, row.number if isinstance(row, Line) else row.line, error)


def read_unparsed(names: Sequence[str], wanted: Format | None, *, max_page_bytes: int) -> Iterator[Line | Row]:
    """Read the rows of every input in order, JSONL as lines; a truncated input ends with a `BadRow`.

    Inputs are plain or gzipped. Without a `wanted` format each one's name decides, then its content. The limit of bytes
    is for one page, decompressed. If reading fails by a fault of copydesk, a bad row is the last, so that it is not
    mistaken for the end.
    """
    rows = _read_rows(names, wanted, max_page_bytes=max_page_bytes)
    return (row for row in rows if row is not None)


def read_groups(names: Sequence[str], wanted: Format | None, *, max_page_bytes: int) -> Iterator[list[Line | Row]]:
    """Read the same rows in groups: a group ends where it has `GROUP_ROWS` rows or `GROUP_BYTES`.

    No row of a group waits for one that has yet to arrive.
    """
    group: list[Line | Row] = []
    size = 0
    for row in _read_rows(names, wanted, max_page_bytes=max_page_bytes):
        if row is not None:
            group.append(row)
            size += size_of(row)
        if group and (row is None or len(group) >= GROUP_ROWS or size >= GROUP_BYTES):
            yield group
            group, size = [], 0
    if group:
        yield group


def _read_rows(names: Sequence[str], wanted: Format | None, *, max_page_bytes: int) -> Iterator[Line | Row | None]:
    """Read rows; None stands where the next one may have yet to arrive."""
    for name in names:
        try:
            with _open(name) as raw:
                pauses = [] if _is_file(raw) else [None]
                yield from pauses
                for arrived in _read_arrivals(name, raw, wanted, max_page_bytes):
                    yield from arrived
                    yield from pauses
        except (OSError, EOFError, zlib.error) as error:
            yield _unreadable(name, error)
        except Exception as error:  # the rows before it are answered, whatever the error is
            yield internal_error(None, None, error)
            return


def _read_arrivals(
    name: str, raw: BinaryIO, wanted: Format | None, max_page_bytes: int
) -> Iterator[Sequence[Line | Row]]:
    """Read the rows of one input, those together that arrived together."""
    head, stream = _decompress(raw)
    other = None if wanted else describe_other_format(name, head)
    if other is not None:
        yield [BadRow(_id_of(name), None, "not_a_page", other)]
        return
    form = wanted or format_of_name(name) or format_of_content(head)
    if wanted is Format.JSONL and is_no_jsonl(head):
        yield [BadRow(_id_of(name), None, "bad_json", NO_JSONL)]
    elif form is Format.JSONL:
        yield from read_line_groups(stream, max_page_bytes=max_page_bytes)
    else:
        yield [_single_row(name, form, stream, max_page_bytes, may_be_saved=wanted is not Format.TEXT)]


def _is_file(raw: BinaryIO) -> bool:
    """Return whether the rest of an input is there already, as in a file on disk."""
    try:
        return stat.S_ISREG(os.fstat(raw.fileno()).st_mode)
    except (OSError, ValueError):  # a stream of Python
        return False


def size_of(row: Line | Row) -> int:
    """Return the bytes of a line, or the characters of a page."""
    if isinstance(row, Line):
        return len(row.content)
    return 0 if isinstance(row, BadRow) else len(row.page.text or row.page.html or "")


def read_lines_of(names: Sequence[str]) -> Iterator[bytes]:
    """Read the lines of every input in order, plain or gzipped; raise `ValueError` if one is truncated."""
    for name in names:
        try:
            with _open(name) as raw:
                yield from _decompress(raw)[1]
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(_unreadable(name, error).message) from error


def format_of_name(name: str) -> Format | None:
    """Return the format by a file's name, with or without `.gz`; None where the name does not show it."""
    return FORMAT_OF_SUFFIX.get(Path(name.lower().removesuffix(".gz")).suffix)


def format_of_content(head: bytes) -> Format:
    """Return the format by the first bytes: JSONL begins with an object, HTML with a tag; all else is text."""
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    head = head.replace(b"\0", b"")  # UTF-16 has one next to each ASCII letter
    if FIRST_KEY.match(head):
        return Format.JSONL
    return Format.HTML if FIRST_TAG.match(head) else Format.TEXT


def is_no_jsonl(head: bytes) -> bool:
    """Tell by the first bytes that a file has no rows: it has several lines, and none of the first begins an object.

    A single line may be a damaged one before good ones, as a pipe is read only as far as its first line.
    """
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    lines = [line for line in map(bytes.strip, head.split(b"\n")) if line]
    return len(lines) > 1 and not any(line.replace(b"\0", b"").startswith(b"{") for line in lines)


def _unreadable(name: str, error: Exception) -> BadRow:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return BadRow(_id_of(name), None, "unreadable_file", f"the input cannot be read to its end: {reason}")


def _single_row(name: str, form: Format, stream: BinaryIO, max_page_bytes: int, *, may_be_saved: bool) -> Row:
    """Read a page; one that a browser saved as one file is HTML, if it may be such a file."""
    data = stream.read(max_page_bytes + 1)
    if not data and name == STDIN:
        message = "nothing came from standard input, expected a page or JSON lines; name a file, or pipe one in"
        return BadRow(_id_of(name), None, "not_a_page", message)
    if len(data) > max_page_bytes:
        table = "; it looks like a CSV file, which copydesk score reads" if is_likely_table(data[:HEAD_BYTES]) else ""
        return BadRow(_id_of(name), None, "too_large", too_large_message(max_page_bytes) + table)
    id = _id_of(name)
    try:
        page = _read_page(id, data, form, may_be_saved=may_be_saved)
    except UnreadablePage as error:
        return BadRow(id, None, error.code, str(error))
    content = page.html or page.text or ""
    if name == STDIN and is_address(content):
        message = f"found only {content.strip()!r}, expected a page; read the file or fetch the address first"
        return BadRow(id, None, "not_a_page", message)
    return PageRow(id, None, page)


def _read_page(id: str, data: bytes, form: Format, *, may_be_saved: bool) -> Page:
    saved = saved_page.read_saved_page(data) if may_be_saved else None
    if saved is not None:
        return Page(id=id, html=classifier.decode(saved.html, html=True, declared=saved.charset), url=saved.url)
    content = classifier.decode(data, html=form is Format.HTML)
    return Page(id=id, html=content) if form is Format.HTML else Page(id=id, text=content)


def _id_of(name: str) -> str:
    """Return the id of a file's page: its name, with U+FFFD for each byte that is not UTF-8, as `score` writes it."""
    return _LONE_SURROGATE.sub("\ufffd", name)


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    if name != STDIN:
        return Path(name).open("rb", buffering=BUFFER_BYTES)
    if sys.stdin is None:
        raise OSError("standard input is closed")
    if os.name == "posix":
        with suppress(OSError):  # it is no file
            os.set_blocking(sys.stdin.fileno(), True)  # else a pipe that is empty for now looks like its end
    return nullcontext(sys.stdin.buffer)


def rejoin(head: bytes, stream: BinaryIO) -> io.BufferedReader:
    """Return a stream from its beginning, of which some bytes were read ahead."""
    return io.BufferedReader(_Rejoined(head, stream), BUFFER_BYTES)


class _Rejoined(io.RawIOBase):
    """A stream from its beginning: the bytes that were read ahead, then the rest as it arrives.

    Its end is remembered, since a terminal would be read again after Ctrl-D.
    """

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._stream = stream
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)]
        if not data and not self._ended:
            data = read_some(self._stream, len(buffer))
            self._ended = not data
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)


def _decompress(raw: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return a stream's first bytes and the stream from its beginning, both decompressed if it is gzip."""
    head, stream = _peek(raw)
    return _peek(cast(BinaryIO, gzip.GzipFile(fileobj=stream))) if head.startswith(GZIP_MAGIC) else (head, stream)


def _peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return a stream's first bytes and the stream from its beginning.

    It waits only for the end of the first line, so that the first row of a pipe is answered at once.
    """
    head = b""
    while len(head) < HEAD_BYTES and b"\n" not in head.lstrip():
        data = read_some(stream, HEAD_BYTES - len(head))
        if not data:
            return head, io.BytesIO(head)
        head += data
    is_stdin = sys.stdin is not None and stream is sys.stdin.buffer  # its own buffer is small
    if is_stdin or isinstance(stream, gzip.GzipFile) or not stream.seekable():
        return head, cast(BinaryIO, rejoin(head, stream))
    stream.seek(-len(head), os.SEEK_CUR)
    return head, stream


def read_some(stream: BinaryIO, n_bytes: int) -> bytes:
    """Read at most `n_bytes` by a single read of the stream."""
    return cast(io.BufferedReader, stream).read1(n_bytes)
