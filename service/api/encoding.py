"""Answers as JSON, written by a compiled encoder: a page's answer holds a thousand numbers."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from copydesk.classifier import ScoredBlock
from copydesk.service.api.intake.requests import Media
from copydesk.service.rows.jsonl import encode_row, explanation_fields

_ENCODER = msgspec.json.Encoder()


class _Probabilities(msgspec.Struct, gc=False):
    body: float
    boilerplate: float
    teaser: float


class _Block(msgspec.Struct, omit_defaults=True, gc=False):
    start: int
    end: int
    label: str
    kind: str
    confidence: float
    probabilities: _Probabilities
    explanation: dict[str, Any] | None = None


def encodable_block(block: ScoredBlock) -> object:
    """Give a block with the fields of `rows.jsonl.block_fields`, in a form that is made and written faster."""
    start, end, label, kind, probabilities, explanation, _ = block
    why = None if explanation is None else explanation_fields(explanation)
    return _Block(start, end, label, kind, block.confidence, _Probabilities(*probabilities), why)


def encode_line(fields: dict[str, Any]) -> bytes:
    """Write a row as a line of JSON: the same values as `rows.jsonl.encode_row`, some numbers spelled otherwise.

    What it cannot write (half characters, numbers of more than 64 bits) is left to that.
    """
    try:
        return _ENCODER.encode(fields) + b"\n"
    except (UnicodeEncodeError, OverflowError):
        return encode_row(msgspec.to_builtins(fields))


def json_response(fields: dict[str, Any]) -> Response:
    """Answer with a row."""
    return Response(encode_line(fields), media_type=Media.JSON)
