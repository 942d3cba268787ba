"""Pages out of WARC files: responses that hold HTML or plain text, by the bytes at which their records begin."""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from service.rows import too_large
from service.score.files import open_raw
from service.score.schema import InputRow

FORM_OF_TYPE = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
ANSWERED = range(200, 300)
"""Status codes of responses that hold the page that was asked for."""


def record_starts(name: str) -> Iterator[int]:
    """Find where the records begin, in the file's own bytes, compressed or not.

    Raises:
        OSError: The file cannot be read, or breaks off.
    """
    with open_raw(name) as stream:
        for record in ArchiveIterator(stream, parse_http=False):
            yield record.stream_pos


def read_responses(name: str, start: int, end: int, *, max_page_bytes: int) -> Iterator[InputRow]:
    """Read the pages whose records begin in a range of bytes; other records are passed over.

    Args:
        start: Where a record begins.

    Raises:
        OSError: The file breaks off.
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
