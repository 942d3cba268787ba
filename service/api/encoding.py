"""Answers with the structs of the row contract as JSON."""

from __future__ import annotations

from starlette.responses import Response

from copydesk.service.api.intake.requests import Media
from copydesk.service.rows import jsonl


def json_response(answer: object, status: int = 200) -> Response:
    """Answer with a struct of `rows.contract`."""
    return Response(jsonl.encode_row_fast(answer), status, media_type=Media.JSON)
