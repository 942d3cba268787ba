"""The work of `copydesk index`: rows in, answers out, one a row and in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, TextIO

from copydesk.classifier import classify, load_model
from copydesk.service.commands.streams import open_streams
from copydesk.service.index import Answer, Document, Index, open_index
from copydesk.service.index.export import export_lines, import_lines
from copydesk.service.index.store import Age
from copydesk.service.progress import COMPILING, Progress
from copydesk.service.rows.classify_rows import Classify, unbroken
from copydesk.service.rows.contract import match_fields
from copydesk.service.rows.documents import Document as Parsed
from copydesk.service.rows.documents import read_documents
from copydesk.service.rows.inputs import Format, read_lines_of, read_unparsed
from copydesk.service.rows.jsonl import (
    BadField,
    BadRow,
    Line,
    Row,
    bad_row,
    encode_row,
    error_fields,
    json_object,
    row_id,
)
from copydesk.service.settings import Settings


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """What the command line asks for; each verb uses its own part of it."""

    verb: str
    place: str
    files: Sequence[str]
    form: str = "auto"
    prefer: Sequence[str] = ()
    batch: int = 1000
    unseen_only: bool = False
    ids: Sequence[str] = ()
    before: float = 0.0
    by: str = "published"


def run(options: IndexOptions, settings: Settings, err: TextIO, *, clock: Callable[[], float]) -> int:
    """Do what a verb says and write the answers; gives the number of rows that failed.

    Raises:
        CopydeskError: The index or the model cannot be used.
        ValueError: The index's URL, or an export, cannot be read.
        OSError: The answers cannot be written.
    """
    out = open_streams().out
    create = options.verb in ("add", "import")
    with open_index(options.place, create=create, preferred=options.prefer) as index:
        if options.verb in ("add", "check"):
            return _answer_all(index, options, settings, out, err, clock)
        if options.verb == "remove":
            return _remove(index, options, settings, out)
        _do(index, options, out)
    return 0


def _do(index: Index, options: IndexOptions, out: BinaryIO) -> None:
    """Do what needs no rows."""
    if options.verb == "expire":
        out.write(encode_row({"expired": index.expire(options.before, by=Age(options.by))}))
    elif options.verb == "stats":
        out.write(encode_row(asdict(index.stats())))
    elif options.verb == "export":
        for line in export_lines(index):
            out.write(line)
    elif options.verb == "import":
        out.write(encode_row({"imported": import_lines(index, read_lines_of(options.files))}))
    else:
        index.compact()
    out.flush()


def _answer_all(
    index: Index,
    options: IndexOptions,
    settings: Settings,
    out: BinaryIO,
    err: TextIO,
    clock: Callable[[], float],
) -> int:
    form = None if options.form == "auto" else Format(options.form)
    rows = unbroken(read_unparsed(options.files, form, max_page_bytes=settings.max_page_bytes))
    models: list[Classify] = []

    def classifier() -> Classify:
        if not models:
            models.append(partial(classify, model=load_model(settings.model)))
        return models[0]

    n_bad = 0
    with Progress(err, answers_on_terminal=sys.stdout.isatty()) as progress:
        progress.stage("", unit="documents")
        progress.wait(COMPILING)
        while part := list(islice(rows, options.batch)):
            read = [_checked(row) for row in read_documents(part, classifier, max_page_bytes=settings.max_page_bytes)]
            documents = [row for row in read if not isinstance(row, BadRow)]
            given = [_document(row) for row in documents]
            if options.verb == "check":
                answers = index.check(given)
            else:
                answers = index.add(given, now=clock(), unseen_only=options.unseen_only)
            waiting = iter(zip(documents, answers, strict=True))
            progress.count(len(read))
            for row in read:
                fields = error_fields(row) if isinstance(row, BadRow) else _answer_fields(*next(waiting), options.verb)
                out.write(encode_row(fields))
            out.flush()
            n_bad += len(read) - len(documents)
    if n_bad:
        print(f"copydesk: {n_bad} of {progress.n} rows could not be used", file=err)
    return n_bad


def _checked(row: Parsed | BadRow) -> Parsed | BadRow:
    """Refuse what an index cannot hold."""
    if isinstance(row, BadRow):
        return row
    try:
        _document(row)
    except ValueError as error:
        where = "" if row.line is None else f"line {row.line}: "
        return BadRow(row.id, row.line, "bad_row", f"{where}{error}")
    return row


def _document(row: Parsed) -> Document:
    published = None if row.published != row.published else row.published  # NaN where it is not known
    return Document(str(row.id), row.body, published, row.source)


def _answer_fields(row: Parsed, answer: Answer, verb: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": row.id, "cluster": answer.cluster, "keep": answer.keep}
    if verb == "add":
        fields["added"] = answer.added
    return fields | {"matches": [match_fields(match) for match in answer.matches]}


def _remove(index: Index, options: IndexOptions, settings: Settings, out: BinaryIO) -> int:
    """Remove the ids of rows, and those given by themselves, in one transaction."""
    ids, bad = list(options.ids), list[BadRow]()
    for row in unbroken(read_unparsed(options.files, Format.JSONL, max_page_bytes=settings.max_page_bytes)):
        found = _id_of(row)
        if isinstance(found, BadRow):
            bad.append(found)
        else:
            ids.append(found)
    for failed in bad:
        out.write(encode_row(error_fields(failed)))
    out.write(encode_row({"removed": index.remove(ids)}))
    out.flush()
    return len(bad)


def _id_of(row: Line | Row) -> str | BadRow:
    if isinstance(row, BadRow):
        return row
    if not isinstance(row, Line):
        return row.page.id
    try:
        found = row_id(json_object(row.content))
        if found is None:
            raise BadField("no_id", "no id, expected the id of the document to remove")
        return str(found)
    except BadField as error:
        return bad_row(None, row.number, error)
