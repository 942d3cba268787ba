"""The endpoints for many pages: NDJSON in, NDJSON out, in order, and while the body is still arriving."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from copydesk.classifier import UnreadablePage
from copydesk.service.api.endpoints.articles import (
    PreparedArticle,
    ReadArticle,
    article_answer,
    prepare_article,
    read_article,
)
from copydesk.service.api.endpoints.classify import Options, write_answer
from copydesk.service.api.intake.bodies import GZIP
from copydesk.service.api.intake.requests import (
    AnswerOptions,
    ClassifyRequest,
    Media,
    parse_classify_fields,
    read_media,
)
from copydesk.service.api.intake.spool import Spool, line_groups
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.rows import BadField, BadRow, JsonId, Line, classify_rows, contract, jsonl, refuse_earlier_error
from copydesk.service.rows.classify_rows import ClassifiedRow

T = TypeVar("T")
GZIP_LEVEL = 1
"""Higher levels save few bytes and cost more than computing the answers."""

_STOPPING = "the server stops before all rows are answered; send those without an answer again"

AnswerGroup = Callable[[list[Line | BadRow]], Awaitable[bytes]]

router = APIRouter()


@router.post("/v1/classify/batch", dependencies=[require_scope(Scope.READ)])
async def classify_batch(request: Request, options: Options) -> Response:
    """Label the blocks of many pages; a row that cannot be read is answered by an error row."""
    state = state_of(request)

    async def answer(lines: list[Line | BadRow]) -> bytes:
        return await state.model_queue.run_when_free(lambda: encode_rows(_classify_lines(lines, state, options)))

    return await _stream_answers(request, state, answer)


def _classify_lines(lines: Sequence[Line | BadRow], state: State, options: AnswerOptions) -> Iterator[bytes | BadRow]:
    """Classify the pages of lines, those together that have the same options; each line has its answer, in order."""
    limit = state.settings.max_page_bytes
    requests = [
        process_line(line, lambda fields, number: parse_classify_fields(fields, limit, options, line=number))
        for line in lines
    ]
    for chosen, group in groupby(requests, lambda request: None if isinstance(request, BadRow) else request.options):
        rows = [request if isinstance(request, BadRow) else request.row for request in group]
        of_group = chosen or options
        for answer in state.classify_rows(rows, explain=of_group.explain, structure=of_group.include_markdown):
            yield answer if isinstance(answer, BadRow) else _write_row(answer, of_group)


def _write_row(answer: ClassifiedRow, options: AnswerOptions) -> bytes | BadRow:
    try:
        return write_answer(answer.row, answer.article, options)
    except Exception as error:  # it costs this row
        return classify_rows.internal_error(answer.row.id, answer.row.line, error)


@router.post("/v1/articles/batch", dependencies=[require_scope(Scope.WRITE)])
async def put_articles(request: Request) -> Response:
    """Classify many articles, unless they have a body, compare them with the index and add them.

    Each group of up to 16 rows is one transaction. The answers of /v1/classify/batch may be sent as they are.
    """
    state = state_of(request)

    async def answer(lines: list[Line | BadRow]) -> bytes:
        rows = await state.model_queue.run_when_free(lambda: _prepare_lines(lines, state))
        return encode_rows(await state.index_writes.run_when_free(lambda: _add_rows(state, rows)))

    return await _stream_answers(request, state, answer)


def _prepare_lines(lines: Sequence[Line | BadRow], state: State) -> list[PreparedArticle | BadRow]:
    """Read the articles of lines, and classify their pages together."""
    limit, titles = state.settings.max_page_bytes, state.settings.server.titles

    def read(fields: dict[str, Any], line: int) -> ReadArticle:
        refuse_earlier_error(fields)
        if jsonl.read_id(fields) is None:
            raise Problem("bad_row", "no id, expected one, as matches name documents by it; give every row its own id")
        return read_article(fields, None, limit, line=line)

    found = [process_line(line, read) for line in lines]
    requests = [article.content for article in found if isinstance(article, ReadArticle)]
    answers = iter(state.classify_rows([page.row for page in requests if isinstance(page, ClassifyRequest)]))
    return [article if isinstance(article, BadRow) else _prepare(article, answers, titles=titles) for article in found]


def _prepare(read: ReadArticle, answers: Iterator[ClassifiedRow | BadRow], *, titles: bool) -> PreparedArticle | BadRow:
    """Make an article's document; if it is a page, the next of the answers is the one to it."""
    article = None
    if isinstance(read.content, ClassifyRequest):
        answer = next(answers)
        if isinstance(answer, BadRow):
            return answer
        article = answer.article
    try:
        return prepare_article(read, article, titles=titles)
    except Problem as error:
        return BadRow(read.id, read.line, error.code, f"line {read.line}: {error}")


def _add_rows(state: State, rows: Sequence[PreparedArticle | BadRow]) -> list[contract.ArticleAnswer | BadRow]:
    """Add a group in one transaction; if that fails, every article of the group becomes an error row."""
    documents = [row.document for row in rows if not isinstance(row, BadRow)]
    try:
        answers = iter(state.compare(documents, add=True))
    except Problem as problem:
        return [
            row if isinstance(row, BadRow) else BadRow(row.document.id, None, problem.code, str(problem))
            for row in rows
        ]
    return [row if isinstance(row, BadRow) else article_answer(row, next(answers)) for row in rows]


def process_line(line: Line | BadRow, process: Callable[[dict[str, Any], int], T]) -> T | BadRow:
    """Parse a line and process its fields and number; an error becomes a `BadRow`, so that the others are answered."""
    if isinstance(line, BadRow):
        return line
    id: JsonId = None
    try:
        fields = jsonl.parse_fields(line.content, encoded=True)
        id = jsonl.read_id(fields)
        return process(fields, line.number)
    except (BadField, UnreadablePage, Problem) as error:
        message = f"line {line.number}: {error}{jsonl.name_fields(line.content, error)}"
        return BadRow(id, line.number, error.code, message)
    except Exception as error:
        return classify_rows.internal_error(id, line.number, error)


def encode_rows(rows: Iterable[bytes | contract.ArticleAnswer | BadRow]) -> bytes:
    """Encode rows as lines of JSON; those of classified pages are encoded already."""
    answers = (contract.ErrorRow.of(row) if isinstance(row, BadRow) else row for row in rows)
    return b"".join(row if isinstance(row, bytes) else jsonl.encode_row_fast(row) for row in answers)


async def _stream_answers(request: Request, state: State, answer: AnswerGroup) -> Response:
    read_media(request.headers, Media.NDJSON)
    server = state.settings.server
    spool = Spool(request, limit=server.batch_bytes, idle=server.idle)
    try:
        await spool.wait_for_first_bytes()
    except BaseException:
        await spool.close()
        raise
    key: str | None = getattr(request.state, "key", None)

    async def answer_at_rate(group: list[Line | BadRow]) -> bytes:
        if key is not None:
            await asyncio.sleep(state.rates.take_many(key, len(group)))
        return await answer(group)

    lines = _answer_groups(spool, state.settings.max_page_bytes, answer_at_rate)
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", "").lower():
        lines = _compress(lines)
        headers["Content-Encoding"] = "gzip"
    return LineStream(lines, headers=headers, media_type=Media.NDJSON)


async def _answer_groups(spool: Spool, max_page_bytes: int, answer: AnswerGroup) -> AsyncIterator[bytes]:
    """Answer group by group; if the body is truncated or the server stops, the last line is an error row with the
    reason."""
    try:
        async for group in line_groups(spool, max_page_bytes):
            yield await answer(group)
    except Problem as problem:
        yield encode_rows([BadRow(None, None, problem.code, str(problem))])
    except asyncio.CancelledError:  # the server has stopped, and its time for accepted requests is over
        yield encode_rows([BadRow(None, None, "stopping", _STOPPING)])
    except ClientDisconnect:
        return
    finally:
        await spool.close()


async def _compress(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Compress as gzip; a flush after each piece lets the client read it at once."""
    compressor = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP)
    async for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()


class LineStream(StreamingResponse):
    """A streaming response that never reads from the client, as the spool reads the body meanwhile."""

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Send the response."""
        await self.stream_response(send)
