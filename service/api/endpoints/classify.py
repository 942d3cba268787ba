"""The endpoint that labels one page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import PARTS, Article
from copydesk.service.api.intake.requests import (
    AnswerOptions,
    ClassifyRequest,
    Media,
    RawRequest,
    parse_raw_request,
    parts_parameter,
    read_charset,
    read_media,
)
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.rows import contract, jsonl

router = APIRouter()
_PART = f"({'|'.join(PARTS)})"
PartsParameter = Annotated[
    str | None,
    Query(
        description="The parts of the article that are its body, separated by commas.",
        json_schema_extra={"pattern": f"^{_PART}(,{_PART})*$"},
    ),
]


@router.post("/v1/classify", dependencies=[require_scope(Scope.READ)])
async def classify_one(
    request: Request,
    id: Annotated[str | None, Query(max_length=2000)] = None,
    explain: bool = False,
    include_text: bool = False,
    parts: PartsParameter = None,
) -> Response:
    """Label every block of one page."""
    state = state_of(request)
    options = AnswerOptions(explain, include_text, parts_parameter(parts))
    media = read_media(request, Media.JSON, Media.HTML, Media.TEXT)
    charset = read_charset(request)

    def classify(body: bytes) -> bytes:
        return classify_raw(RawRequest(body, media, charset, id, options), state)

    return Response(await state.process_body(request, media, classify), media_type=Media.JSON)


def classify_raw(raw: RawRequest, state: State) -> bytes:
    """Parse, classify and encode a page; call it on the classifier's thread.

    Raises:
        BadField: The body does not fit.
        UnreadablePage: The page cannot be read.
    """
    request = parse_raw_request(raw, state.settings.max_page_bytes)
    return jsonl.encode_row_fast(labelled_page(request, state.classify(request)))


def labelled_page(request: ClassifyRequest, article: Article) -> contract.LabelledPage:
    """Return the command line's row, with the parts and the text that the request asks for."""
    options = request.options
    if options.parts is not None:
        article = article.with_parts(options.parts)
    return contract.LabelledPage.of(request.row, article, include_text=options.include_text)
