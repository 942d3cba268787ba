"""The endpoints of the index: put, check, read and remove articles, and read clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from fastapi import APIRouter
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import LABELS, Article
from copydesk.classifier.duplicates.types import DocumentId, KeptBecause
from copydesk.service.api.encoding import json_response
from copydesk.service.api.intake.requests import (
    ClassifyRequest,
    Media,
    check_unread_fields,
    naming_fields,
    parse_classify_fields,
    parse_fields,
    read_media,
)
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import State, state_of
from copydesk.service.api_keys import Scope
from copydesk.service.index import Document, Index, IndexAnswer, IndexedDocument
from copydesk.service.rows import (
    BadField,
    compared_text,
    contract,
    indexed_article,
    iso_time,
    jsonl,
    read_given_body,
    read_origin,
    refuse_earlier_error,
)
from copydesk.service.rows.documents import GivenBody
from copydesk.service.rows.origins import Origin
from copydesk.service.rows.own_values import Unused

NO_ID = "\x1fasked without an id"
"""Placeholder id of an article that is checked without one; clients' ids contain no control characters."""


class Anything(PathConvertor):
    """An id in a path: any text, with line ends too, which the framework's own `path` ends at."""

    regex = r"[\s\S]*"


register_url_convertor("anything", Anything())
router = APIRouter()


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article, the document that the index compares, and the request's values that it cannot have.

    `article` is None if the request has a body, so that no page was classified.
    """

    article: Article | None
    document: Document
    title: str
    unused: tuple[Unused, ...]


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """What a request says of an article; `content` is its body, or its page, whose body has to be found.

    `line` is the number of its line in a batch.
    """

    id: DocumentId
    line: int | None
    origin: Origin
    content: GivenBody | ClassifyRequest


@router.post("/v1/articles/check", dependencies=[require_scope(Scope.READ)])
async def check_article(request: Request) -> Response:
    """Classify an article, unless it has a body, and compare it with the index, without adding it."""
    state = state_of(request)
    prepared = await _prepare_body(request, state, None)
    (answer,) = await state.index_queue.run(lambda: state.compare([prepared.document], add=False))
    return json_response(article_answer(prepared, answer))


@router.put("/v1/articles/{id:anything}", dependencies=[require_scope(Scope.WRITE)])
async def put_article(request: Request, id: str) -> Response:
    """Classify an article, unless it has a body, compare it with the index and add it, in one transaction.

    The request is idempotent.
    """
    state = state_of(request)
    prepared = await _prepare_body(request, state, id)
    (answer,) = await state.index_writes.run(lambda: state.compare([prepared.document], add=True))
    return json_response(article_answer(prepared, answer))


@router.get("/v1/articles/{id:anything}", dependencies=[require_scope(Scope.READ)])
async def get_article(request: Request, id: str) -> Response:
    """Read what the index stores about an article; it does not store the text."""
    entry = await state_of(request).with_index(lambda index: index.get(_check_id(id)))
    if entry is None:
        raise _no_article(id)
    return json_response(indexed_article(entry))


@router.delete("/v1/articles/{id:anything}", status_code=204, dependencies=[require_scope(Scope.WRITE)])
async def delete_article(request: Request, id: str) -> Response:
    """Remove an article, as if it had never been added."""
    if not await state_of(request).with_index(lambda index: index.remove([_check_id(id)]), write=True):
        raise _no_article(id)
    return Response(status_code=204)


@router.get("/v1/clusters/{id:anything}", dependencies=[require_scope(Scope.READ)])
async def get_cluster(request: Request, id: str) -> Response:
    """Read the articles of a cluster, by its id, by an id that it had before, or by the id of an article in it."""

    def find(index: Index) -> contract.Cluster | None:
        members = index.members(_check_id(id))
        return cluster_of(index, members) if members else None

    fields = await state_of(request).with_index(find)
    if fields is None:
        message = f"no cluster has or had the id {id[:80]!r}; ask for the id of an article in the index"
        raise Problem("not_found", message)
    return json_response(fields)


async def _prepare_body(request: Request, state: State, id: str | None) -> PreparedArticle:
    media = read_media(request.headers, Media.JSON)

    def prepare(body: bytes) -> PreparedArticle:
        fields = parse_fields(body, encoded=True)
        try:
            refuse_earlier_error(fields)
        except BadField as error:  # its code is that of the row, which may be any text
            raise BadField("bad_row", str(error)) from None
        with naming_fields(body):
            read = read_article(fields, id, state.settings.max_page_bytes)
        article = None if isinstance(read.content, GivenBody) else state.classify(read.content)
        return prepare_article(read, article, titles=state.settings.server.titles)

    return await state.process_body(request, media, prepare)


def read_article(
    fields: dict[str, Any], id: str | None, max_page_bytes: int, *, line: int | None = None
) -> ReadArticle:
    """Read the fields of an article's JSON object.

    Args:
        fields: They.
        id: The id in the request's path, None where the object may name one.
        max_page_bytes: Most bytes of a page.
        line: The number of its line in a batch.

    Raises:
        Problem, BadField: The fields do not fit.
    """
    row_id = _read_id(fields, id)
    origin = read_origin(fields)
    content = read_given_body(fields, max_page_bytes) or parse_classify_fields(fields, max_page_bytes, line=line)
    if isinstance(content, GivenBody):
        check_unread_fields(fields)
    return ReadArticle(row_id, line, origin, content)


def prepare_article(read: ReadArticle, article: Article | None, *, titles: bool) -> PreparedArticle:
    """Make the document that the index compares.

    Args:
        read: What the request says.
        article: The article of its page, None where it has a body.
        titles: Whether the index stores titles.

    Raises:
        Problem: The index cannot store it.
    """
    given, origin = read.content, read.origin
    if article is not None:
        given = GivenBody(article.body, article.title)
        origin = origin.filled_by(article.published, article.site)
    assert isinstance(given, GivenBody), "an article without a body is classified"
    try:
        document = Document(
            read.id,
            compared_text(*given),
            None if isnan(origin.published) else origin.published,
            origin.source,
            given.title if titles else None,
        )
    except ValueError as error:
        raise Problem("bad_row", str(error)) from None
    return PreparedArticle(article, document, given.title, origin.unused)


def _read_id(fields: dict[str, Any], id: str | None) -> DocumentId:
    """Return the id of an article, which is in the path or in the object, or `NO_ID`."""
    row_id = jsonl.read_id(fields)
    if id is not None and row_id is not None and str(row_id) != id:
        message = f"the id is {str(row_id)[:80]!r}, the path has {id[:80]!r}; leave the id out of the body"
        raise Problem("bad_row", message)
    if row_id is not None:
        return row_id
    return NO_ID if id is None else id


def article_answer(prepared: PreparedArticle, answer: IndexAnswer) -> contract.ArticleAnswer:
    """Return the index's answer and what was found on the page; ranges are in characters of the body."""
    article, document = prepared.article, prepared.document
    kept_because = answer.kept_because
    if answer.id == NO_ID and kept_because is KeptBecause.SMALLEST_ID:
        kept_because = None  # without an id, it is behind documents that are as good
    return contract.ArticleAnswer(
        id=None if answer.id == NO_ID else answer.id,
        cluster=None if answer.cluster == NO_ID else answer.cluster,
        keep=kept_because is not None,
        kept_because=kept_because,
        seen=answer.seen,
        added=answer.added,
        unchanged=answer.unchanged,
        matches=tuple(map(contract.IndexMatch.of, answer.matches)),
        labels=None if article is None else _label_counts(article),
        title=prepared.title,
        published=None if document.published is None else iso_time(document.published),
        source=document.source,
        remarks=tuple(value.describe() for value in prepared.unused),
        is_article=None if article is None else article.is_article,
        confidence=None if article is None else article.confidence,
        model=None if article is None else article.model,
    )


def _label_counts(article: Article) -> contract.LabelCounts:
    counts = Counter(article.labels())
    return contract.LabelCounts(*(counts[label] for label in LABELS))


def cluster_of(index: Index, members: Sequence[IndexedDocument]) -> contract.Cluster:
    """Return a cluster and its documents, the oldest first."""
    best, reason = index.choose_document_to_keep(members)

    def member(each: IndexedDocument) -> contract.ClusterMember:
        why = reason if each is best else None
        return contract.ClusterMember(each.id, each is best, why, each.length, *_origin(each), each.title)

    return contract.Cluster(members[0].cluster, tuple(map(member, members)))


def _origin(entry: IndexedDocument) -> tuple[str | None, str | None, str | None]:
    published = None if entry.published is None else iso_time(entry.published)
    return published, iso_time(entry.added), entry.source


def _check_id(id: str) -> str:
    """Return an id; an invalid id is answered with `not_found`."""
    try:
        return Document(id, "").key
    except ValueError:
        raise _no_article(id) from None


def _no_article(id: str) -> Problem:
    return Problem("not_found", f"the index holds no article {id[:80]!r}; add it by PUT, or ask for another")
