"""The endpoints that take a person's corrections and give them out as training data."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import Kind, Label
from copydesk.service.api.endpoints.batches import Streamed
from copydesk.service.api.intake.bodies import read_body
from copydesk.service.api.intake.requests import Media, asked_fields, fields_of, media_of, most_bytes
from copydesk.service.api.limits.access import needs
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.corrections import Correction, FeedbackUnusable, corrected_row
from copydesk.service.rows.jsonl import json_type

router = APIRouter()


@router.post("/v1/feedback", status_code=201, dependencies=[needs(Scope.WRITE)])
async def give_feedback(request: Request) -> Response:
    """Keep a page with corrected labels; blocks that are not named keep the model's."""
    state = state_of(request)
    media_of(request, Media.JSON)
    most = most_bytes(Media.JSON, state.settings.max_page_bytes)
    body = await read_body(request, state.held, most=most, idle=state.settings.server.idle)
    try:
        row = await state.model_work.run(lambda: _row(body, state))
    finally:
        state.held.give(len(body))
    kept = await state.index_work.run(lambda: _put(state, row))
    return Response(json.dumps({"id": kept}), 201, media_type=Media.JSON)


@router.get("/v1/feedback/export", dependencies=[needs(Scope.ADMIN)])
async def export_feedback(request: Request) -> Response:
    """Give all corrected pages as JSON lines that `copydesk-train` reads."""
    state = state_of(request)
    lines = state.feedback.lines()

    async def stream() -> AsyncIterator[bytes]:
        while line := await state.index_work.run_patiently(lambda: next(lines, b"")):
            yield line

    return Streamed(stream(), media_type=Media.NDJSON)


def _put(state: State, row: dict[str, Any]) -> str:
    try:
        return state.feedback.put(row)
    except FeedbackUnusable as error:
        raise Problem("feedback_unusable", str(error)) from None


def _row(body: bytes, state: State) -> dict[str, Any]:
    fields = fields_of(body)
    asked = asked_fields(fields, state.settings.max_page_bytes)
    corrections = read_corrections(fields)
    try:
        return corrected_row(asked.row.page, state.article_of(asked), corrections)
    except ValueError as error:
        raise Problem("bad_row", str(error)) from None


def read_corrections(fields: dict[str, Any]) -> list[Correction]:
    """Read the corrected blocks.

    Raises:
        Problem: They do not fit, or there are none.
    """
    blocks = fields.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        found = "empty" if blocks == [] else json_type(blocks)
        raise Problem("bad_row", f"blocks is {found}, expected a list of corrected blocks; name at least one")
    return [_correction(block, f"blocks[{at}]") for at, block in enumerate(blocks)]


def _correction(block: object, where: str) -> Correction:
    if not isinstance(block, dict):
        raise Problem("bad_row", f"{where} is {json_type(block)}, expected an object with start, end and label")
    start, end = (_whole(block.get(name), f"{where}.{name}") for name in ("start", "end"))
    label = _one_of(block.get("label"), [each.value for each in Label], f"{where}.label")
    given = block.get("kind")
    kind = None if given is None else Kind(_one_of(given, [each.value for each in Kind], f"{where}.kind"))
    if kind is not None and kind.label.value != label:
        raise Problem(
            "bad_row", f"{where}.kind is {kind}, which falls under {kind.label}, not {label}; make them agree"
        )
    return Correction(start, end, Label(label), kind)


def _whole(value: object, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Problem("bad_row", f"{where} is {json_type(value)}, expected a whole number of characters")


def _one_of(value: object, names: list[str], where: str) -> str:
    if isinstance(value, str) and value in names:
        return value
    found = repr(value[:40]) if isinstance(value, str) else json_type(value)
    raise Problem("bad_row", f"{where} is {found}, expected one of {', '.join(names)}")
