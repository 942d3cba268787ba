"""The one function that every engine runs on a batch: input rows in, scored rows and error rows out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from copydesk.classifier import Model, UnreadablePage, decode
from copydesk.classifier.article import PageScores
from copydesk.classifier.pipeline import cut_html, cut_text, score_blocks
from copydesk.classifier.segmentation.charset import decode_html
from copydesk.classifier.types import Blocks
from copydesk.service.rows.classify_rows import internal_error
from copydesk.service.rows.jsonl import BadRow, too_large
from copydesk.service.score.arrow_schema import ERRORS, OUTPUT, InputRow, input_rows, storable
from copydesk.service.score.block_columns import FlatBlocks, block_lists, flat_blocks
from copydesk.service.score.tally import Tally, tally_of


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
    scored: list[tuple[InputRow, PageScores]] = []
    errors: list[tuple[InputRow, BadRow]] = []
    for number, row in enumerate(rows):
        begin(number)
        answer = _scores(row, model, options)
        if isinstance(answer, PageScores):
            scored.append((row, answer))
        else:
            errors.append((row, answer))
    flat = flat_blocks([page for _, page in scored])
    return Scored(
        _row_columns(scored, flat, model.digest, options), _error_columns(errors), tally_of(scored, errors, flat)
    )


def _scores(row: InputRow, model: Model, options: BatchOptions) -> PageScores | BadRow:
    """Score one row's page; whatever is wrong with it stops no other."""
    if row.code is not None or row.content is None:
        return BadRow(row.id, None, row.code or "bad_row", row.message or "the row holds no page")
    if len(row.content) > options.max_page_bytes:
        return BadRow(row.id, None, "too_large", too_large(options.max_page_bytes))
    try:
        return score_blocks(_blocks(row, row.content), model)
    except UnreadablePage as error:
        return BadRow(row.id, None, error.code, str(error))
    except Exception as error:  # the fault is ours, not the page's
        return internal_error(row.id, None, error)


def _blocks(row: InputRow, content: bytes) -> Blocks:
    """Decode and cut a row's page."""
    if row.form == "html":
        return cut_html(content if row.decoded else decode_html(content, declared=row.charset))
    return cut_text(_decoded_text(content) if row.decoded else decode(content, html=False, declared=row.charset))


def _decoded_text(content: bytes) -> str:
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8, expected text in it"
        raise UnreadablePage("bad_encoding", message) from None


def _error_columns(errors: Sequence[tuple[InputRow, BadRow]]) -> pa.RecordBatch:
    columns = (
        [storable(row.id) for row, _ in errors],
        [storable(row.file) for row, _ in errors],
        [row.position for row, _ in errors],
        [bad.code for _, bad in errors],
        [storable(bad.message) for _, bad in errors],
    )
    return _batch(columns, ERRORS)


def _row_columns(
    scored: Sequence[tuple[InputRow, PageScores]], flat: FlatBlocks, digest: str, options: BatchOptions
) -> pa.RecordBatch:
    rows = [row for row, _ in scored]
    pages = [page for _, page in scored]
    nothing = [None] * len(scored)
    columns = (
        [storable(row.id) for row in rows],
        [storable(row.url) for row in rows],
        [storable(page.title) for page in pages],
        [storable(page.body) for page in pages],
        [page.confidence for page in pages],
        [_text(row, page) for row, page in scored] if options.blocks else nothing,
        block_lists(flat) if options.blocks else nothing,
        [_optional(row.published) for row in rows],
        [_optional(row.source) for row in rows],
        [storable(row.file) for row in rows],
        [row.position for row in rows],
        nothing,
        nothing,
        nothing,
        [digest] * len(pages),
    )
    return _batch(columns, OUTPUT)


def _text(row: InputRow, page: PageScores) -> str | None:
    return storable(page.text) if row.form == "html" else None


def _optional(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _batch(columns: Sequence[object], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
