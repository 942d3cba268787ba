"""The endpoints that store a person's corrections and export them as training data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import Kind, Label
from copydesk.service.api.encoding import json_response
from copydesk.service.api.endpoints.batches import LineStream, encode_rows
from copydesk.service.api.intake.requests import Media, naming_fields, parse_classify_fields, parse_fields, read_media
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.corrections import FeedbackUnusable, corrected_row
from copydesk.service.rows import BadRow, contract

ECHOED_CHARACTERS = 200
"""Most characters of a message that may quote the request."""
EXPECTED_BLOCKS = (
    "expected at least one block with start and end as in the answer of /v1/classify, a label "
    f"({', '.join(Label)}) and, if known, a kind under that label ({', '.join(Kind)})"
)

router = APIRouter()


@router.post("/v1/feedback", status_code=201, dependencies=[require_scope(Scope.WRITE)])
async def give_feedback(request: Request) -> Response:
    """Store a page with corrected labels; blocks that are not listed keep the model's labels."""
    state = state_of(request)
    media = read_media(request.headers, Media.JSON)
    row = await state.process_body(request, media, lambda body: _correct_page(body, state))
    try:
        id = await state.index_queue.run(lambda: state.feedback.put(row))
    except FeedbackUnusable as error:
        raise Problem("feedback_unusable", str(error)) from None
    return json_response(contract.FeedbackReceipt(id), 201)


@router.get("/v1/feedback/export", dependencies=[require_scope(Scope.ADMIN)])
async def export_feedback(request: Request) -> Response:
    """Read all corrected pages as JSON lines, the input of `copydesk-train`.

    If a file becomes unreadable meanwhile, the last line is an error row.
    """
    state = state_of(request)
    try:
        await state.index_queue.run(state.feedback.check_readable)
    except FeedbackUnusable as error:
        raise Problem("feedback_unusable", str(error)) from None
    lines = state.feedback.lines()

    async def stream() -> AsyncIterator[bytes]:
        try:
            while line := await state.index_queue.run_when_free(lambda: next(lines, b"")):
                yield line
        except FeedbackUnusable as error:
            yield encode_rows([BadRow(None, None, error.code, str(error))])

    return LineStream(stream(), media_type=Media.NDJSON)


def _correct_page(body: bytes, state: State) -> dict[str, Any]:
    fields = parse_fields(body)
    with naming_fields(body):
        request = parse_classify_fields(fields, state.settings.max_page_bytes)
    try:
        corrections = msgspec.convert({"blocks": fields.get("blocks")}, contract.FeedbackRequest).blocks
        return corrected_row(request.row.page, state.classify(request), corrections)
    except msgspec.ValidationError as error:
        what, _, where = str(error).rpartition(" - at ")
        message = f"{what[:ECHOED_CHARACTERS]} - at {where[:ECHOED_CHARACTERS]}; {EXPECTED_BLOCKS}"
        raise Problem("bad_row", message) from None
    except UnicodeEncodeError:
        raise Problem("bad_row", f"blocks has a lone surrogate; {EXPECTED_BLOCKS}") from None
    except ValueError as error:
        raise Problem("bad_row", str(error)) from None
