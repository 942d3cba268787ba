"""Answers as JSON, written by a compiled encoder: a page's answer holds a thousand numbers."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from service.api.requests import Media
from service.rows import encode_row

_ENCODER = msgspec.json.Encoder()


def encode_line(fields: dict[str, Any]) -> bytes:
    """Write a row as a line of JSON: the same values as `service.rows.encode_row`, some numbers spelled otherwise.

    What it cannot write (half characters, numbers of more than 64 bits) is left to that.
    """
    try:
        return _ENCODER.encode(fields) + b"\n"
    except (UnicodeEncodeError, OverflowError):
        return encode_row(fields)


def json_response(fields: dict[str, Any]) -> Response:
    """Answer with a row."""
    return Response(encode_line(fields), media_type=Media.JSON)
