"""Scores a batch of input rows; every engine runs this function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from copydesk.classifier import Model, Page, UnreadablePage, decode
from copydesk.classifier.article import PageScores
from copydesk.classifier.model import Predictions
from copydesk.classifier.page_cutting import cut_html, cut_text
from copydesk.classifier.page_groups import group_pages
from copydesk.classifier.pipeline import assemble, predict_page, score_predictions
from copydesk.classifier.segmentation import decode_html
from copydesk.classifier.structure_reader import add_structure
from copydesk.classifier.types import Blocks
from copydesk.service.rows import (
    BadField,
    BadRow,
    Origin,
    ParsedDocument,
    classify_rows,
    compared_text,
    contract,
    jsonl,
)
from copydesk.service.score.arrow_schema import OUTPUT, InputRow, storable
from copydesk.service.score.block_columns import FlatBlocks, block_lists, flat_blocks
from copydesk.service.score.options import PageOptions
from copydesk.service.score.page_columns import page_columns
from copydesk.service.score.rerun import content_digest
from copydesk.service.score.tally import Tally, count_batch

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """A scored batch: rows of schema `OUTPUT` and error rows, both in input order, and the counts of all pages."""

    rows: pa.RecordBatch
    errors: list[contract.ScoreError]
    tally: Tally


class ScoreFunction(Protocol):
    """The type of `score_batch`, and of the functions that tests use instead."""

    def __call__(
        self, batch: Sequence[InputRow], model: Model, options: PageOptions, *, at: Callable[[int], None]
    ) -> ScoredBatch:
        """Score a batch."""


def score_batch(
    batch: Sequence[InputRow],
    model: Model,
    options: PageOptions,
    *,
    at: Callable[[int], None] = lambda number: None,
) -> ScoredBatch:
    """Score a batch. Each page is scored alone, so neither the size nor the order of a batch changes an answer.

    Args:
        at: Called with the number of a row before each step of scoring it, so that the pool knows which page a worker
            is at. Rows are scored in groups, each step for all rows of a group.
    """
    scored: list[tuple[InputRow, PageScores]] = []
    markdown: list[str | None] = []
    errors: list[tuple[InputRow, BadRow]] = []
    passed_over: Counter[str] = Counter()
    for row, found in _score_rows(batch, model, options, at):
        if isinstance(found, BadRow):
            errors.append((row, found))
            continue
        page, rendered = found
        reason = options.wanted.reason_against(is_article=page.is_article, confidence=page.confidence)
        if reason is not None:
            passed_over[reason] += 1
            continue
        scored.append((row, page))
        markdown.append(rendered)
    flat = flat_blocks([page for _, page in scored])
    columns = {"model": [model.digest] * len(scored), "markdown": markdown}
    rows = _output_rows(scored, flat, columns, options)
    tally = count_batch(scored, errors, flat, rows)
    tally.passed_over = passed_over
    return ScoredBatch(rows, [_error(row, bad) for row, bad in errors], tally)


def documents_of(rows: pa.RecordBatch) -> list[ParsedDocument]:
    """Return the documents of scored rows, for the search for duplicates; an unreadable time counts as unknown."""
    columns = [rows.column(name).to_pylist() for name in ("id", "body", "title", "published", "source")]
    documents = []
    for id, body, title, published, source in zip(*columns, strict=True):
        origin = Origin(source=source).filled_by(published, None)
        documents.append(ParsedDocument(id, None, compared_text(body, title), origin.published, source, title=title))
    return documents


def _score_rows(
    batch: Sequence[InputRow], model: Model, options: PageOptions, at: Callable[[int], None]
) -> Iterator[tuple[InputRow, tuple[PageScores, str | None] | BadRow]]:
    """Score the pages of rows, and render them if wanted; an error of any kind affects only its row."""

    def step(number: int, function: Callable[..., T], *args: Any) -> T | BadRow:
        at(number)
        return _guarded(batch[number], function, *args)

    segmented = ((number, step(number, _segment, row, options)) for number, row in enumerate(batch))
    for group in group_pages(segmented):
        predicted = [
            (number, blocks, blocks if isinstance(blocks, BadRow) else step(number, predict_page, blocks, model))
            for number, blocks in group
        ]
        for number, blocks, predictions in predicted:
            row = batch[number]
            if isinstance(predictions, BadRow):
                yield row, predictions
            else:
                yield row, step(number, _finish, row, blocks, predictions, model, options)


def _guarded(row: InputRow, function: Callable[..., T], *args: Any) -> T | BadRow:
    """Call a function for a row's page; an error becomes a bad row."""
    try:
        return function(*args)
    except BadField as error:
        return BadRow(row.id, None, error.code, str(error))
    except UnreadablePage as error:
        return BadRow(row.id, None, error.code, str(error))
    except OSError:  # the classifier reads no files: the machine failed while a module was loaded
        raise
    except Exception as error:  # a bug of copydesk costs this page only
        return classify_rows.internal_error(row.id, None, error)


def _segment(row: InputRow, options: PageOptions) -> Blocks:
    """Decode a row's page and cut it into blocks."""
    if row.code is not None or row.content is None:
        raise BadField(row.code or "bad_row", row.message or "the row holds no page")
    if len(row.content) > options.max_page_bytes:
        raise BadField("too_large", jsonl.too_large_message(options.max_page_bytes))
    if row.form == "html":
        utf8 = row.content if row.decoded else decode_html(row.content, declared=row.charset)
        return cut_html(utf8, inline=options.markdown)
    return cut_text(
        _decoded_text(row.content) if row.decoded else decode(row.content, html=False, declared=row.charset)
    )


def _finish(
    row: InputRow, blocks: Blocks, predictions: Predictions, model: Model, options: PageOptions
) -> tuple[PageScores, str | None]:
    """Make the scores of a page, with its fields and comments, and its Markdown if wanted."""
    scores = score_predictions(blocks, predictions, model, url=row.url, read_all=True)
    return scores, _render(row, blocks, scores, options) if options.markdown else None


def _render(row: InputRow, blocks: Blocks, scores: PageScores, options: PageOptions) -> str:
    article = add_structure(assemble(Page(row.id, url=row.url), scores, ""), blocks)
    return storable(article.with_parts(options.parts).to_markdown(links=options.links, front_matter=False))


def _decoded_text(content: bytes) -> str:
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8, expected text in it"
        raise UnreadablePage("bad_encoding", message) from None


def _error(row: InputRow, bad: BadRow) -> contract.ScoreError:
    return contract.ScoreError(
        id=storable(row.id),
        url=storable(row.url),
        file=storable(row.file),
        position=row.position,
        digest=content_digest(row.content),
        code=bad.code,
        message=storable(bad.message),
    )


def _output_rows(
    scored: Sequence[tuple[InputRow, PageScores]], flat: FlatBlocks, more: Mapping[str, Any], options: PageOptions
) -> pa.RecordBatch:
    rows, pages = [row for row, _ in scored], [page for _, page in scored]
    nothing = [None] * len(scored)
    columns = page_columns(rows, pages, options.parts) | {
        **more,
        "id": [storable(row.id) for row in rows],
        "file": [storable(row.file) for row in rows],
        "position": [row.position for row in rows],
    }
    if options.blocks:
        columns["text"] = [storable(page.text) if row.form == "html" else None for row, page in scored]
        columns["blocks"] = block_lists(flat)
    return pa.RecordBatch.from_pydict({name: columns.get(name, nothing) for name in OUTPUT.names}, OUTPUT)
