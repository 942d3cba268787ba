"""The endpoints that store a person's corrections and export them as training data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import Kind, Label
from copydesk.service.api.encoding import json_response
from copydesk.service.api.endpoints.batches import LineStream
from copydesk.service.api.intake.requests import Media, parse_classify_fields, parse_object, read_media
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.corrections import Correction, FeedbackUnusable, corrected_row
from copydesk.service.rows import contract, jsonl

router = APIRouter()


@router.post("/v1/feedback", status_code=201, dependencies=[require_scope(Scope.WRITE)])
async def give_feedback(request: Request) -> Response:
    """Store a page with corrected labels; blocks that are not listed keep the model's labels."""
    state = state_of(request)
    media = read_media(request, Media.JSON)
    row = await state.process_body(request, media, lambda body: _correct_page(body, state))
    id = await state.index_queue.run(lambda: _store(state, row))
    return json_response(contract.FeedbackReceipt(id), 201)


@router.get("/v1/feedback/export", dependencies=[require_scope(Scope.ADMIN)])
async def export_feedback(request: Request) -> Response:
    """Read all corrected pages as JSON lines, the input of `copydesk-train`."""
    state = state_of(request)
    lines = state.feedback.lines()

    async def stream() -> AsyncIterator[bytes]:
        while line := await state.index_queue.run_when_free(lambda: next(lines, b"")):
            yield line

    return LineStream(stream(), media_type=Media.NDJSON)


def _store(state: State, row: dict[str, Any]) -> str:
    try:
        return state.feedback.put(row)
    except FeedbackUnusable as error:
        raise Problem("feedback_unusable", str(error)) from None


def _correct_page(body: bytes, state: State) -> dict[str, Any]:
    fields = parse_object(body)
    request = parse_classify_fields(fields, state.settings.max_page_bytes)
    corrections = read_corrections(fields)
    try:
        return corrected_row(request.row.page, state.classify(request), corrections)
    except ValueError as error:
        raise Problem("bad_row", str(error)) from None


def read_corrections(fields: dict[str, Any]) -> list[Correction]:
    """Read the corrected blocks.

    Raises:
        Problem: They do not fit, or there are none.
    """
    blocks = fields.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        found = "empty" if blocks == [] else jsonl.json_type(blocks)
        raise Problem("bad_row", f"blocks is {found}, expected a list of corrected blocks; name at least one")
    return [_read_correction(block, f"blocks[{index}]") for index, block in enumerate(blocks)]


def _read_correction(block: object, where: str) -> Correction:
    if not isinstance(block, dict):
        raise Problem("bad_row", f"{where} is {jsonl.json_type(block)}, expected an object with start, end and label")
    start, end = (_whole_number(block.get(name), f"{where}.{name}") for name in ("start", "end"))
    label = _one_of(block.get("label"), [label.value for label in Label], f"{where}.label")
    value = block.get("kind")
    kind = None if value is None else Kind(_one_of(value, [kind.value for kind in Kind], f"{where}.kind"))
    if kind is not None and kind.label.value != label:
        message = f"{where}.kind is {kind}, which falls under {kind.label}, not {label}; make them agree"
        raise Problem("bad_row", message)
    return Correction(start, end, Label(label), kind)


def _whole_number(value: object, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Problem("bad_row", f"{where} is {jsonl.json_type(value)}, expected a whole number of characters")


def _one_of(value: object, names: list[str], where: str) -> str:
    if isinstance(value, str) and value in names:
        return value
    found = repr(value[:40]) if isinstance(value, str) else jsonl.json_type(value)
    raise Problem("bad_row", f"{where} is {found}, expected one of {', '.join(names)}")
