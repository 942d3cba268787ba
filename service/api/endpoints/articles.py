"""The endpoints of the standing index: put, check, read and remove articles, and read clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import Article
from copydesk.classifier.types import LABELS
from copydesk.service.api.encoding import json_response
from copydesk.service.api.intake.bodies import read_body
from copydesk.service.api.intake.requests import Asked, Media, asked_fields, checked, fields_of, media_of, most_bytes
from copydesk.service.api.limits.access import needs
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.index import Answer, Document, Entry, Index
from copydesk.service.rows.contract import match_fields
from copydesk.service.rows.documents import read_published
from copydesk.service.rows.jsonl import string_field

NAMELESS = "\x1fasked without an id"
"""The id under which an article without one is checked; no client's own, as a control character begins it."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Read:
    """An article that was classified, and the document that the index is asked about."""

    asked: Asked
    article: Article
    document: Document


@router.post("/v1/articles/check", dependencies=[needs(Scope.READ)])
async def check_article(request: Request) -> Response:
    """Classify and compare an article without adding it."""
    state = state_of(request)
    read = await _read(request, state, None)
    (answer,) = await state.index_work.run(lambda: state.check([read.document]))
    return json_response(answer_fields(read, answer))


@router.put("/v1/articles/{id:path}", dependencies=[needs(Scope.WRITE)])
async def put_article(request: Request, id: str) -> Response:
    """Classify, compare and add an article, in one transaction; repeating it changes nothing."""
    state = state_of(request)
    read = await _read(request, state, id)
    (answer,) = await state.index_work.run(lambda: state.add([read.document]))
    return json_response(answer_fields(read, answer))


@router.get("/v1/articles/{id:path}", dependencies=[needs(Scope.READ)])
async def get_article(request: Request, id: str) -> Response:
    """Read what the index holds of an article; its text is not kept."""
    entry = await state_of(request).with_index(lambda index: index.get(_known_name(id)))
    if entry is None:
        raise _no_article(id)
    return json_response(entry_fields(entry))


@router.delete("/v1/articles/{id:path}", status_code=204, dependencies=[needs(Scope.WRITE)])
async def delete_article(request: Request, id: str) -> Response:
    """Remove an article, as if it had never been added."""
    if not await state_of(request).with_index(lambda index: index.remove([_known_name(id)])):
        raise _no_article(id)
    return Response(status_code=204)


@router.get("/v1/clusters/{id:path}", dependencies=[needs(Scope.READ)])
async def get_cluster(request: Request, id: str) -> Response:
    """Read the documents of a cluster, by its id, one that it had, or that of any document in it."""

    def find(index: Index) -> dict[str, Any] | None:
        members = index.members(_known_name(id))
        return cluster_fields(index, members) if members else None

    found = await state_of(request).with_index(find)
    if found is None:
        raise Problem(
            "not_found", f"no cluster is or was called {id[:80]!r}; ask for the id of an article in the index"
        )
    return json_response(found)


async def _read(request: Request, state: State, id: str | None) -> Read:
    """Read the request's article and classify it."""
    media_of(request, Media.JSON)
    most = most_bytes(Media.JSON, state.settings.max_page_bytes)
    body = await read_body(request, state.held, most=most, idle=state.settings.server.idle)
    try:
        return await state.model_work.run(lambda: read_article(fields_of(body), state, id))
    finally:
        state.held.give(len(body))


def read_article(fields: dict[str, Any], state: State, id: str | None) -> Read:
    """Classify an article; call it on a thread of the classifier.

    Args:
        fields: Of its JSON object.
        state: Of the service.
        id: As the path names it, None where the object may do so.

    Raises:
        Problem: The fields do not fit, or the page cannot be read.
    """
    asked = asked_fields(fields, state.settings.max_page_bytes)
    own = asked.row.id
    if id is not None and own is not None and str(own) != id:
        raise Problem(
            "bad_row", f"the id is {str(own)[:80]!r}, the path says {id[:80]!r}; leave the id out of the body"
        )
    name = id if id is not None else NAMELESS if own is None else str(own)
    published = checked(lambda: read_published(fields))
    source = checked(lambda: string_field(fields, "source"))
    article = state.article_of(asked)
    return Read(asked, article, document_of(name, article.body, published, source))


def document_of(name: str, body: str, published: float, source: str | None) -> Document:
    """Make the document that an index is asked about.

    Raises:
        Problem: Its names cannot be kept.
    """
    try:
        return Document(name, body, None if isnan(published) else published, source)
    except ValueError as error:
        raise Problem("bad_row", str(error)) from None


def answer_fields(read: Read, answer: Answer) -> dict[str, Any]:
    """Write the index's answer with a summary of the classifier's; ranges are in characters of the body."""
    nameless = answer.id == NAMELESS
    counts = Counter(block.label for block in read.article.blocks)
    return {
        "id": None if nameless else answer.id,
        "cluster": None if answer.cluster == NAMELESS else answer.cluster,
        "keep": answer.keep,
        "seen": answer.seen,
        "added": answer.added,
        "matches": [match_fields(match) for match in answer.matches],
        "labels": {label.value: counts[label] for label in LABELS},
        "title": read.article.title,
        "confidence": read.article.confidence,
        "model": read.article.model,
    }


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Write what the index holds of a document."""
    return {
        "id": entry.id,
        "cluster": entry.cluster,
        "length": entry.length,
        "published": None if entry.published is None else told_time(entry.published),
        "added": told_time(entry.added),
        "source": entry.source,
    }


def cluster_fields(index: Index, members: Sequence[Entry]) -> dict[str, Any]:
    """Write a cluster with its documents, the oldest first."""
    best = index.best(members)
    documents = [{"id": entry.id, "keep": entry is best} | entry_fields(entry) for entry in members]
    for fields in documents:
        del fields["cluster"]
    return {"id": members[0].cluster, "documents": documents}


def told_time(seconds: float) -> str | None:
    """Write a time in ISO 8601, None where the calendar does not reach so far."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None


def _known_name(id: str) -> str:
    """Check an id that is looked for; one that no document can have is not there."""
    try:
        return Document(id, "").id
    except ValueError:
        raise _no_article(id) from None


def _no_article(id: str) -> Problem:
    return Problem("not_found", f"the index holds no article {id[:80]!r}; add it by PUT, or ask for another")
