"""The endpoint that labels one page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import Article
from copydesk.service.api.encoding import encodable_block, encode_line
from copydesk.service.api.intake.requests import (
    ClassifyRequest,
    Media,
    RawRequest,
    parse_raw_request,
    read_charset,
    read_media,
)
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.rows.jsonl import answer_fields

router = APIRouter()


@router.post("/v1/classify", dependencies=[require_scope(Scope.READ)])
async def classify_one(
    request: Request,
    id: Annotated[str | None, Query(max_length=2000)] = None,
    explain: bool = False,
    include_text: bool = False,
) -> Response:
    """Label every block of one page."""
    state = state_of(request)
    media = read_media(request, Media.JSON, Media.HTML, Media.TEXT)
    charset = read_charset(request)

    def classify(body: bytes) -> bytes:
        return classify_raw(RawRequest(body, media, charset, id, explain, include_text), state)

    return Response(await state.process_body(request, media, classify), media_type=Media.JSON)


def classify_raw(raw: RawRequest, state: State) -> bytes:
    """Parse, classify and encode a page; call it on the classifier's thread.

    Raises:
        Problem: The body does not fit, or the page cannot be read.
    """
    request = parse_raw_request(raw, state.settings.max_page_bytes)
    return encode_line(page_fields(request, state.classify(request)))


def page_fields(request: ClassifyRequest, article: Article) -> dict[str, Any]:
    """Return the fields of the command line's row, and the text where the request wants it."""
    fields = answer_fields(request.row, article, encodable_block)
    if request.include_text and "text" not in fields:
        return {"id": fields.pop("id"), "text": article.text} | fields
    return fields
