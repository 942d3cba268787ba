"""The endpoint that labels one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from copydesk.classifier import PARTS, Article, UnreadablePage
from copydesk.classifier.fields import MAX_ADDRESS
from copydesk.service.api.intake.bodies import Incoming
from copydesk.service.api.intake.negotiation import choose_media
from copydesk.service.api.intake.requests import (
    AnswerOptions,
    ClassifyQuery,
    ClassifyRequest,
    Media,
    RawRequest,
    parse_raw_request,
    parts_parameter,
    read_charset,
    read_media,
    url_parameter,
)
from copydesk.service.api.limits.access import check_access, require_scope
from copydesk.service.api.problems import Problem, answer_problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.rows import BadField
from copydesk.service.rows.jsonl import PageRow
from copydesk.service.rows.page_lines import encode_page
from copydesk.service.rows.page_rows import with_time_of_row

READ = require_scope(Scope.READ)


router = APIRouter()
PATH = "/v1/classify"
ANSWERS = (Media.JSON, Media.MARKDOWN, Media.HTML)
"""The types of an answer; the first is that of a request without a preference."""
SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Headers of rendered articles, so that a browser runs and loads nothing of the page."""
_PART = f"({'|'.join(PARTS)})"
PartsParameter = Annotated[
    str | None,
    Query(
        description=f"The parts of the article that are its body, separated by commas, among {', '.join(PARTS)}; by "
        "default all but headline and captions.",
        json_schema_extra={"pattern": f"^{_PART}(,{_PART})*$"},
    ),
]


UrlParameter = Annotated[
    str | None,
    Query(
        description="The http or https address of the page. Nothing is fetched, but date, site and absolute links are "
        "read from it.",
        json_schema_extra={
            "pattern": r"^https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?(/[!-~]*)?$",
            "maxLength": MAX_ADDRESS,
        },
    ),
]


async def read_options(
    explain: bool = False,
    include_text: bool = False,
    include_markdown: bool = False,
    links: bool = False,
    parts: PartsParameter = None,
) -> AnswerOptions:
    """Read the options of the query; raise `BadField` if a part does not exist.

    It is a coroutine as FastAPI calls functions on a thread.
    """
    return AnswerOptions(explain, include_text, include_markdown, links, parts_parameter(parts))


Options = Annotated[AnswerOptions, Depends(read_options)]


@router.post(PATH, dependencies=[READ])
async def classify_one(
    request: Request,
    options: Options,
    id: Annotated[str | None, Query(max_length=2000)] = None,
    url: UrlParameter = None,
) -> Response:
    """Label every block of one page. The answer is JSON; Markdown or HTML of the article if Accept prefers it."""
    answer = choose_media(request.headers.getlist("accept"), *ANSWERS)
    query = ClassifyQuery(options, id, url_parameter(url), frozenset(request.query_params))
    body = await _classify_body(request, state_of(request), answer, query)
    return Response(body, headers=_answer_headers(answer), media_type=answer)


def _answer_headers(answer: Media) -> dict[str, str]:
    return {"Vary": "Accept"} | ({} if answer is Media.JSON else SAFE)


async def _classify_body(request: Incoming, state: State, answer: Media, query: ClassifyQuery) -> bytes:
    """Read a page from a request's body, classify it and encode the answer.

    Raises:
        Problem, BadField: The request is refused.
        UnreadablePage: The page cannot be read.
        ClientDisconnect: The client went away.
    """
    media = read_media(request.headers, Media.JSON, Media.HTML, Media.TEXT)
    charset = read_charset(request.headers)

    def classify(body: bytes) -> bytes:
        return classify_raw(RawRequest(body, media, charset, query), state, answer)

    return await state.process_body(request, media, classify)


class QuickClassify:
    """ASGI application that answers `POST /v1/classify` without a query, as most requests are.

    The framework's middleware, routing and parameters take longer than all else that the event loop does for a request.
    """

    def __init__(self) -> None:
        self._route = next(route for route in router.routes if getattr(route, "path", None) == PATH)
        responses = ((answer, Response(headers=_answer_headers(answer), media_type=answer)) for answer in ANSWERS)
        self._headers = {
            answer: [header for header in response.raw_headers if header[0] != b"content-length"]
            for answer, response in responses
        }

    @staticmethod
    def answers(scope: AsgiScope) -> bool:
        """Return whether a request is such a one."""
        return (
            scope["type"] == "http"
            and scope["path"] == PATH
            and scope["method"] == "POST"
            and not scope["query_string"]
        )

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        scope["route"] = self._route
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        request = _QuickRequest(scope, headers, receive)
        state: State = scope["app"].state.copydesk
        try:
            check_access(scope, request.headers, state, Scope.READ)
            answer = choose_media([value for name, value in headers if name == "accept"], *ANSWERS)
            body = await _classify_body(request, state, answer, ClassifyQuery())
        except (Problem, BadField, UnreadablePage) as error:
            response = await answer_problem(Request(scope), error)
            await response(scope, receive, send)
            return
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [length, *self._headers[answer]]})
        await send({"type": "http.response.body", "body": body})


class _QuickRequest:
    """A request's headers and body; of a header that comes twice, the first value counts."""

    __slots__ = ("headers", "receive", "scope")

    def __init__(self, scope: AsgiScope, headers: Sequence[tuple[str, str]], receive: Receive) -> None:
        self.scope = scope
        self.headers = dict(reversed(headers))
        self.receive = receive


def classify_raw(raw: RawRequest, state: State, answer: Media) -> bytes:
    """Parse and classify a page, and encode the answer; call it on the classifier's thread.

    Raises:
        BadField: The body does not fit.
        UnreadablePage: The page cannot be read.
    """
    request = parse_raw_request(raw, state.settings.max_page_bytes)
    if answer is Media.JSON:
        return classify_row(request, state)
    article = with_time_of_row(state.classify(request, structure=True), request.row)
    article = _with_parts(article, request.options)
    render = article.to_markdown if answer is Media.MARKDOWN else article.to_html
    return render(links=request.options.links).encode("utf-8", "replace")


def classify_row(request: ClassifyRequest, state: State) -> bytes:
    """Classify a page and write the command line's row, with what the options add; call it on the classifier's thread.

    Raises:
        UnreadablePage: The page cannot be read.
    """
    article = state.classify(request, structure=request.options.include_markdown)
    return write_answer(request.row, with_time_of_row(article, request.row), request.options)


def write_answer(row: PageRow, article: Article, options: AnswerOptions) -> bytes:
    """Write the command line's row of a classified page, with what the options add."""
    chosen = _with_parts(article, options)
    markdown = chosen.to_markdown(links=options.links, front_matter=False) if options.include_markdown else UNSET
    return encode_page(row, chosen, include_text=options.include_text, markdown=markdown)


def _with_parts(article: Article, options: AnswerOptions) -> Article:
    return article if options.parts is None else article.with_parts(options.parts)
