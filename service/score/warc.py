"""Reads pages out of WARC files: successful responses with HTML or plain text. A position is a record's first byte."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import replace

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from copydesk.service.rows import jsonl
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.sources import is_compressed, open_raw

FORM_OF_TYPE = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
HEAD_BYTES = 1024
RECORD_END = b"\r\n\r\n"
GZIP = 31
"""The `wbits` of zlib for a gzip member."""
SUCCESS = range(200, 300)
"""HTTP status codes of responses that contain the requested page."""


def record_starts(name: str) -> Iterator[int]:
    """Find the first byte of each record, in the file as it is stored, compressed or not.

    Raises:
        OSError: The file cannot be read, or is truncated.
        EOFError: It is truncated in its last record.
    """
    position = None
    with open_raw(name) as stream:
        for record in ArchiveIterator(stream, parse_http=False):
            position = record.stream_pos
            yield position
    if position is None or not _ends_whole(name, position):
        raise EOFError("the last record is not whole")


def _ends_whole(name: str, position: int) -> bool:
    """Tell whether the last record is complete, which the iterator does not check."""
    with open_raw(name) as stream:
        if not is_compressed(name):
            stream.seek(0, io.SEEK_END)
            stream.seek(max(0, stream.tell() - len(RECORD_END)))
            return stream.read() == RECORD_END
        if not begins_record(name, position):
            return True  # all records in one gzip stream: the place of the last one is unknown
        stream.seek(position)
        member = zlib.decompressobj(GZIP)
        while not member.eof and (data := stream.read(HEAD_BYTES)):
            member.decompress(data)
        return member.eof and not member.unused_data and not stream.read(1)


def begins_record(name: str, position: int) -> bool:
    """Tell whether reading can start at a position. In a file that is one gzip stream only the first record can."""
    with open_raw(name) as stream:
        stream.seek(position)
        head = stream.read(HEAD_BYTES)
    try:
        return (zlib.decompressobj(GZIP).decompress(head) if is_compressed(name) else head).startswith(b"WARC/")
    except zlib.error:
        return False


def read_responses(name: str, start: int, end: int, *, max_page_bytes: int) -> Iterator[InputRow]:
    """Read the pages whose records begin in a range of bytes, which starts with a record; other records are skipped.

    Raises:
        OSError, EOFError: The file is truncated.
    """
    with open_raw(name) as stream:
        stream.seek(start)
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
            if record.stream_pos >= end:
                return
            row = _page(record, name, max_page_bytes)
            if row is not None:
                yield row


def _page(record: WarcRecord, name: str, max_page_bytes: int) -> InputRow | None:
    """Return the page and the charset of its HTTP header; None if the response contains no page."""
    headers = record.http_headers
    form = FORM_OF_TYPE.get((record.http_content_type or "").lower())
    if form is None or headers is None or headers.status_code not in SUCCESS:
        return None
    row_id = (record.record_id or f"{name}:{record.stream_pos}").strip("<>")
    row = InputRow(row_id, file=name, position=record.stream_pos)
    content = record.reader.read(max_page_bytes + 1)
    encoded = any(headers.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))
    if not encoded and len(content) < min(record.content_length, max_page_bytes):
        raise EOFError(f"a record of {record.content_length} bytes ends after {len(content)}")
    if len(content) > max_page_bytes:
        return replace(row, code="too_large", message=jsonl.too_large_message(max_page_bytes))
    url = record.headers.get("WARC-Target-URI") or ""
    return replace(row, url=url, form=form, content=content, charset=record.http_charset)
