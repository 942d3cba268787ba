"""Reads an HTTP response of a WARC record: status, header fields, and the body with its encodings undone.

Archives hold what servers sent, so a header may lie: a body that is not what its encoding says is taken as it is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from copydesk.service.score.warc.records import HEAD_END, MAX_HEAD_BYTES, parse_fields

STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)[^\n]{0,8000}\n")
CHUNK_HEAD = re.compile(rb"[ \t]*([0-9a-fA-F]{1,200})[ \t]*(?:;[^\n]{0,8000})?\r?\n")
MAX_CHUNK_BYTES = 16**15
"""Most bytes of a chunk; a size of more digits (16 fill 64 bits, which HTTP parsers take at most) is damage."""
GZIP_MAGIC = b"\x1f\x8b\x08"
MAX_ENCODINGS = 8
"""Encodings of one body that are undone, one inside the other."""
MAX_EMPTY_BYTES = 64
"""Most bytes of an empty body once it is compressed; gzip needs 20, and a few more where it has a name."""
UNKNOWN_ENCODINGS = ("compress", "x-compress", "exi", "pack200-gzip", "dcb", "dcz", "sdch", "lzma", "xz", "bzip2")
"""Encodings that exist but cannot be undone here. Other words, such as `utf-8`, are mistakes and mean none."""
ARROW_STEP = 65536
PLAIN_BYTES = 1024
"""Bytes by which a body is told to be plain text."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class BadBody(Exception):
    """A body that cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response; field names are in small letters, the body is as it was sent."""

    status: int
    fields: Mapping[str, str]
    body: bytes


def parse_response(content: bytes) -> Response | None:
    """Parse a response; None if the content does not begin with an HTTP status line."""
    line = STATUS_LINE.match(content)
    if line is None:
        return None
    end = HEAD_END.search(content, line.end() - 1, MAX_HEAD_BYTES)
    if end is None:
        return Response(int(line[1]), parse_fields(content[line.end() : MAX_HEAD_BYTES]), b"")
    return Response(int(line[1]), parse_fields(content[line.end() : end.start()]), content[end.end() :])


def decode_body(body: bytes, fields: Mapping[str, str], limit: int) -> bytes:
    """Undo the transfer and content encodings of a body; return at most `limit` bytes.

    A body that is cut short gives what there is of it; bytes behind its end are left out.

    Raises:
        BadBody: The body is damaged, or has an encoding that cannot be undone.
    """
    encodings = [*_names(fields.get("transfer-encoding", "")), *_names(fields.get("content-encoding", ""))]
    if len(encodings) > MAX_ENCODINGS:
        raise BadBody(f"the body has {len(encodings)} encodings, expected at most {MAX_ENCODINGS}")
    for name in encodings:
        if name in UNKNOWN_ENCODINGS:
            raise BadBody(f"the body's encoding is {name}, expected gzip, deflate, br or zstd")
        decoded = _decode(body, name, limit)
        if not decoded and len(body) > MAX_EMPTY_BYTES:
            raise BadBody(f"the body's encoding is {name}, and nothing of its {len(body):,} bytes can be decoded")
        body = decoded
    if body.startswith(GZIP_MAGIC):  # the header does not say so
        body = _decode(body, "gzip", limit)
    return body[:limit]


def _names(value: str) -> list[str]:
    """Return the encodings of a header field in the order in which they are undone."""
    return [name.strip().lower() for name in reversed(value.split(",")) if name.strip()]


def _decode(body: bytes, name: str, limit: int) -> bytes:
    if name == "chunked":
        return _join_chunks(body)
    if name in ("gzip", "x-gzip", "deflate", "x-deflate") and body:
        return _inflate(body, limit)
    if name in ("br", "zstd") and body:
        return _decode_by_arrow(body, "brotli" if name == "br" else "zstd", limit)
    return body


def _join_chunks(body: bytes) -> bytes:
    """Join the chunks of a body; from a place on where no chunk begins, the bytes are taken as they are."""
    parts: list[bytes] = []
    at = 0
    while head := CHUNK_HEAD.match(body, at):
        size, start = int(head[1], 16), head.end()
        if size > MAX_CHUNK_BYTES and not parts and head[0].endswith(b"\r\n"):
            raise BadBody(f"the first chunk of the body has a size of {len(head[1])} digits, expected at most 15")
        if size and not parts and start >= len(body):
            raise BadBody(f"the first chunk of the body has {size:,} bytes, of which there are none")
        if size == 0:
            return b"".join(parts) if parts or not body[start:].strip() else body
        end = start + size
        is_cut = end >= len(body) and (parts or head[0].endswith(b"\r\n"))
        if not is_cut and body[end : end + 1] not in (b"\r", b"\n"):
            break  # no chunk: its size is wrong, or the body is plain text that begins with such digits
        parts.append(body[start:end])
        at = end + (2 if body[end : end + 2] == b"\r\n" else 1)
        if at >= len(body):
            break
    return b"".join([*parts, body[at:]]) if parts else body


def _inflate(body: bytes, limit: int) -> bytes:
    """Undo gzip or deflate, whichever the first bytes are, with or without zlib's head."""
    if body.startswith(GZIP_MAGIC):
        kinds = [16 + zlib.MAX_WBITS]
    elif body[0] & 15 == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0:
        kinds = [zlib.MAX_WBITS, -zlib.MAX_WBITS]
    else:
        kinds = [-zlib.MAX_WBITS]
    for kind in kinds:
        try:
            return _inflate_members(body, kind, limit)
        except zlib.error as error:
            reason = str(error)
    if _is_plain(body):
        return body
    raise BadBody(f"the compressed body is damaged ({reason})")


def _inflate_members(body: bytes, kind: int, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while left > 0 and body and (not parts or body.startswith(GZIP_MAGIC)):
        inflater = zlib.decompressobj(kind)
        try:
            parts.append(inflater.decompress(body, left))
        except zlib.error:
            if not parts:
                raise
            break  # behind the first member: bytes that do not belong to it
        left -= len(parts[-1])
        body = inflater.unused_data
    return b"".join(parts)


def _decode_by_arrow(body: bytes, codec: str, limit: int) -> bytes:
    """Undo Brotli or Zstandard. Arrow's reader loses a step's bytes at an error, so the steps get smaller then."""
    out = bytearray()
    step, reason = ARROW_STEP, ""
    while step:
        try:
            stream = pa.CompressedInputStream(pa.BufferReader(body), codec)
            stream.read(len(out))
            while len(out) < limit and (part := stream.read(min(step, limit - len(out)))):
                out += part
            return bytes(out)
        except OSError as error:
            reason = str(error)
            step //= 16
    if _is_plain(body):
        return body
    if out:
        return bytes(out)
    raise BadBody(f"the compressed body is damaged ({reason})")


def _is_plain(body: bytes) -> bool:
    """Tell whether a body is text that was never compressed."""
    head = body[:PLAIN_BYTES].lstrip()
    if head.startswith(b"<"):
        return True
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if len(head) - error.start > 3:  # else a character that the cut divides
            return False
        text = head[: error.start].decode()
    return not CONTROL.search(text)
