"""Pages out of WARC files: responses that hold HTML or plain text, by the bytes at which their records begin."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from copydesk.service.rows.jsonl import too_large
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.sources import is_compressed, open_raw

FORM_OF_TYPE = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
HEAD_BYTES = 1024
RECORD_END = b"\r\n\r\n"
GZIP = 31
"""For zlib: a gzip member."""
ANSWERED = range(200, 300)
"""Status codes of responses that hold the page that was asked for."""


def record_starts(name: str) -> Iterator[int]:
    """Find where the records begin, in the file's own bytes, compressed or not.

    Raises:
        OSError: The file cannot be read, or breaks off.
        EOFError: It breaks off in its last record.
    """
    position = None
    with open_raw(name) as stream:
        for record in ArchiveIterator(stream, parse_http=False):
            position = record.stream_pos
            yield position
    if position is None or not _ends_whole(name, position):
        raise EOFError("the last record is not whole")


def _ends_whole(name: str, position: int) -> bool:
    """Tell whether the file ends where its last record does, which the iterator passes over in silence."""
    with open_raw(name) as stream:
        if not is_compressed(name):
            stream.seek(0, io.SEEK_END)
            stream.seek(max(0, stream.tell() - len(RECORD_END)))
            return stream.read() == RECORD_END
        if not begins_record(name, position):
            return True  # one gzip stream of all records: where the last one lies is not known
        stream.seek(position)
        member = zlib.decompressobj(GZIP)
        while not member.eof and (data := stream.read(HEAD_BYTES)):
            member.decompress(data)
        return member.eof and not member.unused_data and not stream.read(1)


def begins_record(name: str, position: int) -> bool:
    """Tell whether a record can be read from these bytes on; in a file that is one gzip stream only the first can."""
    with open_raw(name) as stream:
        stream.seek(position)
        head = stream.read(HEAD_BYTES)
    try:
        return (zlib.decompressobj(GZIP).decompress(head) if is_compressed(name) else head).startswith(b"WARC/")
    except zlib.error:
        return False


def read_responses(name: str, start: int, end: int, *, max_page_bytes: int) -> Iterator[InputRow]:
    """Read the pages whose records begin in a range of bytes; other records are passed over.

    Args:
        start: Where a record begins.

    Raises:
        OSError: The file breaks off.
        EOFError: So too.
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
    """Take the page; None where the response holds none. The HTTP header's charset goes with it."""
    headers = record.http_headers
    form = FORM_OF_TYPE.get((record.http_content_type or "").lower())
    if form is None or headers is None or headers.status_code not in ANSWERED:
        return None
    identifier = (record.record_id or f"{name}:{record.stream_pos}").strip("<>")
    content = record.reader.read(max_page_bytes + 1)
    encoded = any(headers.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))
    if not encoded and len(content) < min(record.content_length, max_page_bytes):
        raise EOFError(f"a record of {record.content_length} bytes ends after {len(content)}")
    if len(content) > max_page_bytes:
        return InputRow(
            identifier, file=name, position=record.stream_pos, code="too_large", message=too_large(max_page_bytes)
        )
    return InputRow(
        identifier,
        url=record.headers.get("WARC-Target-URI") or "",
        form=form,
        content=content,
        charset=record.http_charset,
        file=name,
        position=record.stream_pos,
    )
