"""The endpoint that labels one page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import Article
from copydesk.service.api.direct import DirectRoute
from copydesk.service.api.encoding import encodable_block, encode_line
from copydesk.service.api.intake.bodies import read_body
from copydesk.service.api.intake.requests import Asked, Media, Sent, charset_of, media_of, most_bytes, read_asked
from copydesk.service.api.limits.access import needs
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.rows.jsonl import answer_fields

PAGES = (Media.JSON, Media.HTML, Media.TEXT)

router = APIRouter(route_class=DirectRoute)


@router.post("/v1/classify", dependencies=[needs(Scope.READ)])
async def classify_one(
    request: Request,
    id: Annotated[str | None, Query(max_length=2000)] = None,
    explain: bool = False,
    include_text: bool = False,
) -> Response:
    """Label every block of one page."""
    state = state_of(request)
    media = media_of(request, *PAGES)
    most = most_bytes(media, state.settings.max_page_bytes)
    body = await read_body(request, state.held, most=most, idle=state.settings.server.idle)
    sent = Sent(body, media, charset_of(request), id, explain, include_text)
    try:
        return Response(await state.model_work.run(lambda: answer(sent, state)), media_type=Media.JSON)
    finally:
        state.held.give(len(body))


def answer(sent: Sent, state: State) -> bytes:
    """Read, classify and write, all on a thread of the classifier.

    Raises:
        Problem: The body does not fit, or the page cannot be read.
    """
    asked = read_asked(sent, state.settings.max_page_bytes)
    return encode_line(answered_fields(asked, state.article_of(asked)))


def answered_fields(asked: Asked, article: Article) -> dict[str, Any]:
    """Give the fields of the command line's row, with the text where it was asked for."""
    fields = answer_fields(asked.row, article, encodable_block)
    if asked.include_text and "text" not in fields:
        first = {"id": fields.pop("id")}
        return first | {"text": article.text} | fields
    return fields
