"""The one function that every engine runs on a batch: input rows in, scored rows and error rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from classifier import Article, Model, Page, UnreadablePage, classify, decode
from service.classify import Answer, answer_rows
from service.rows import BadRow, PageRow, Row, too_large
from service.score.blocks import FlatBlocks, block_lists, flat_blocks
from service.score.schema import ERRORS, OUTPUT, InputRow, input_rows, storable
from service.score.tally import Tally, tally_of


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How pages are scored.

    Attributes:
        max_page_bytes: A page of more bytes becomes an error row.
        blocks: Whether rows carry their blocks, and the text that these index.
    """

    max_page_bytes: int
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored batch: rows of schema `OUTPUT`, error rows of schema `ERRORS`, each in input order, and their counts."""

    rows: pa.RecordBatch
    errors: pa.RecordBatch
    tally: Tally


def score_batch(
    batch: pa.RecordBatch | Sequence[InputRow],
    model: Model,
    options: BatchOptions,
    *,
    begin: Callable[[int], None] = lambda number: None,
) -> Scored:
    """Score a batch; each page by itself, so that neither the batch's size nor its order changes an answer.

    Args:
        batch: Rows of schema `INPUT`.
        begin: Called with the number of each row before it is scored, so that who watches knows which row it is.
    """
    rows = input_rows(batch) if isinstance(batch, pa.RecordBatch) else batch
    scored: list[tuple[InputRow, Article]] = []
    errors: list[tuple[InputRow, BadRow]] = []
    for number, row in enumerate(rows):
        begin(number)
        answer = _answer(row, model, options)
        if isinstance(answer, Answer):
            scored.append((row, answer.article))
        else:
            errors.append((row, answer))
    flat = flat_blocks([article.blocks for _, article in scored])
    return Scored(_row_columns(scored, flat, options), _error_columns(errors), tally_of(scored, errors, flat))


def _answer(row: InputRow, model: Model, options: BatchOptions) -> Answer | BadRow:
    return next(answer_rows(_one(_page_row(row, options.max_page_bytes)), partial(classify, model=model)))


def _one(row: Row) -> Iterator[Row]:
    yield row


def _page_row(row: InputRow, max_page_bytes: int) -> Row:
    """Decode a row's page."""
    if row.code is not None or row.content is None:
        return BadRow(row.id, None, row.code or "bad_row", row.message or "the row holds no page")
    if len(row.content) > max_page_bytes:
        return BadRow(row.id, None, "too_large", too_large(max_page_bytes))
    html = row.form == "html"
    try:
        if row.decoded:
            content = row.content.decode("utf-8", "surrogatepass")
        else:
            content = decode(row.content, html=html, declared=row.charset)
    except UnreadablePage as error:
        return BadRow(row.id, None, error.code, str(error))
    except UnicodeDecodeError as error:
        return BadRow(row.id, None, "bad_encoding", f"byte {error.start} is not UTF-8, expected text in it")
    form = {"html": content} if html else {"text": content}
    return PageRow(row.id, None, Page(row.id, url=row.url, **form))


def _error_columns(errors: Sequence[tuple[InputRow, BadRow]]) -> pa.RecordBatch:
    columns = (
        [storable(row.id) for row, _ in errors],
        [storable(row.file) for row, _ in errors],
        [row.position for row, _ in errors],
        [bad.code for _, bad in errors],
        [storable(bad.message) for _, bad in errors],
    )
    return _batch(columns, ERRORS)


def _row_columns(scored: Sequence[tuple[InputRow, Article]], flat: FlatBlocks, options: BatchOptions) -> pa.RecordBatch:
    rows = [row for row, _ in scored]
    articles = [article for _, article in scored]
    nothing = [None] * len(scored)
    columns = (
        [storable(row.id) for row in rows],
        [storable(row.url) for row in rows],
        [storable(article.title) for article in articles],
        [storable(article.body) for article in articles],
        [article.confidence for article in articles],
        [_text(row, article) for row, article in scored] if options.blocks else nothing,
        block_lists(flat) if options.blocks else nothing,
        [_optional(row.published) for row in rows],
        [_optional(row.source) for row in rows],
        [storable(row.file) for row in rows],
        [row.position for row in rows],
        nothing,
        nothing,
        nothing,
        [article.model for article in articles],
    )
    return _batch(columns, OUTPUT)


def _text(row: InputRow, article: Article) -> str | None:
    return storable(article.text) if row.form == "html" else None


def _optional(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _batch(columns: Sequence[object], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
