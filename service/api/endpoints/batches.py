"""The endpoints for many rows: NDJSON in, NDJSON out, in order and as it comes."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from copydesk.service.api.encoding import encode_line
from copydesk.service.api.endpoints import articles
from copydesk.service.api.endpoints.articles import Read, read_article
from copydesk.service.api.endpoints.classify import answered_fields
from copydesk.service.api.intake.bodies import GZIP
from copydesk.service.api.intake.requests import Media, asked_fields, bool_field, media_of
from copydesk.service.api.intake.spool import Spool, line_groups
from copydesk.service.api.limits.access import needs
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.rows.classify_rows import internal_error
from copydesk.service.rows.jsonl import BadField, BadRow, JsonId, Line, error_fields, json_object, row_id

T = TypeVar("T")
GZIP_LEVEL = 1
"""Higher ones save little and cost more than the answers themselves."""

AnswerGroup = Callable[[list[Line | BadRow]], Awaitable[bytes]]

router = APIRouter()


@router.post("/v1/classify/batch", dependencies=[needs(Scope.READ)])
async def classify_batch(request: Request, explain: bool = False, include_text: bool = False) -> Response:
    """Label the blocks of many pages; a row that cannot be answered becomes an error row."""
    state = state_of(request)

    def labelled(fields: dict[str, Any]) -> dict[str, Any]:
        given = {"explain": explain or bool_field(fields, "explain")}
        given["include_text"] = include_text or bool_field(fields, "include_text")
        asked = asked_fields(fields | given, state.settings.max_page_bytes)
        return answered_fields(asked, state.article_of(asked))

    async def answer(lines: list[Line | BadRow]) -> bytes:
        return await state.model_work.run_patiently(lambda: encoded([read_row(line, labelled) for line in lines]))

    return await _streamed(request, state, answer)


@router.post("/v1/articles/batch", dependencies=[needs(Scope.WRITE)])
async def put_articles(request: Request) -> Response:
    """Classify, compare and add many articles; each group of answered rows is one transaction."""
    state = state_of(request)

    def read(fields: dict[str, Any]) -> Read:
        if row_id(fields) is None:
            raise Problem("bad_row", "no id, expected one, as matches name documents by it; give every row its own id")
        return read_article(fields, state, None)

    async def answer(lines: list[Line | BadRow]) -> bytes:
        rows = await state.model_work.run_patiently(lambda: [read_row(line, read) for line in lines])
        return encoded(await state.index_work.run_patiently(lambda: _add(state, rows)))

    return await _streamed(request, state, answer)


def _add(state: State, rows: Sequence[Read | BadRow]) -> list[dict[str, Any] | BadRow]:
    """Add a group in one transaction; where the index fails, none of it is there, and each row says so."""
    documents = [row.document for row in rows if isinstance(row, Read)]
    try:
        answers = iter(state.add(documents))
    except Problem as problem:
        return [
            row if isinstance(row, BadRow) else BadRow(row.document.id, None, problem.code, str(problem))
            for row in rows
        ]
    return [row if isinstance(row, BadRow) else articles.answer_fields(row, next(answers)) for row in rows]


def read_row(line: Line | BadRow, read: Callable[[dict[str, Any]], T]) -> T | BadRow:
    """Read and do one row; whatever is wrong with it becomes a `BadRow`."""
    if isinstance(line, BadRow):
        return line
    found: JsonId = None
    try:
        fields = json_object(line.content)
        found = row_id(fields)
        return read(fields)
    except (BadField, Problem) as error:
        return BadRow(found, line.number, error.code, f"line {line.number}: {error}")
    except Exception as error:  # whatever is wrong with this row, the rest goes on
        return internal_error(found, line.number, error)


def encoded(rows: Sequence[dict[str, Any] | BadRow]) -> bytes:
    """Write rows as lines."""
    return b"".join(encode_line(error_fields(row) if isinstance(row, BadRow) else row) for row in rows)


async def _streamed(request: Request, state: State, answer: AnswerGroup) -> Response:
    media_of(request, Media.NDJSON)
    server = state.settings.server
    spool = Spool(request, most=server.batch_bytes, idle=server.idle)
    try:
        await spool.begun()
    except BaseException:
        await spool.close()
        raise
    packed = "gzip" in request.headers.get("accept-encoding", "").lower()
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"} if packed else {"Vary": "Accept-Encoding"}
    key: str | None = getattr(request.state, "key", None)

    async def answer_in_turn(group: list[Line | BadRow]) -> bytes:
        if key is not None:
            await asyncio.sleep(state.rates.owe(key, len(group)))
        return await answer(group)

    lines = _answers(spool, state.settings.max_page_bytes, answer_in_turn)
    return Streamed(_packed(lines) if packed else lines, headers=headers, media_type=Media.NDJSON)


async def _answers(spool: Spool, max_page_bytes: int, answer: AnswerGroup) -> AsyncIterator[bytes]:
    """Answer group by group; a body that breaks off ends with an error row, as that must not pass for its end."""
    try:
        async for group in line_groups(spool, max_page_bytes):
            yield await answer(group)
    except Problem as problem:
        yield encoded([BadRow(None, None, problem.code, str(problem))])
    except ClientDisconnect:
        return
    finally:
        await spool.close()


async def _packed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Compress, so that what was answered can be read at once."""
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP)
    async for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


class Streamed(StreamingResponse):
    """A streamed answer to a body that still comes in: it leaves the receiving to whoever reads that."""

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Send it."""
        await self.stream_response(send)
