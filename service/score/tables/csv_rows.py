"""Reads the rows of CSV files, whatever their delimiter and encoding; a quote that never closes swallows no rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TextIO

from copydesk.service.rows import BadField, bounded_lines, inputs
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import ColumnNames, PageOptions
from copydesk.service.score.tables.columns import PAGE_FIELDS, check_single, find_fields
from copydesk.service.score.tables.rows import bad_row, row_from_values

HEAD_BYTES = 64 * 1024
"""First bytes of a file, by which its encoding, delimiter and way of escaping are found out."""
DELIMITERS = ",;\t|"
"""Delimiters that are looked for; of several that fit equally, the first is taken."""
ESCAPE = "\\"
"""Written before a quote inside of quotes by Spark and MySQL, in place of a second quote."""
FALLBACK = "cp1252"
"""The encoding of names that are not UTF-8. Pages are decoded later, each by itself."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE_SAMPLE = 32
"""Bytes of a header: in UTF-16 every second one is NUL, as the names of columns are mostly ASCII."""

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
"""The line by which Excel is told the delimiter."""


def read_csv(stream: BinaryIO, file: str, options: PageOptions) -> Iterator[InputRow]:
    """Read the header of a CSV file, and return its rows, which are read later. The header names the columns.

    Raises:
        BadField: There is no column with a page.
        csv.Error: A row is far longer than a page may be, or a quote is never closed. The rows raise it too.
    """
    head = _read_head(stream)
    limit = bounded_lines.max_line_bytes(options.max_page_bytes)
    csv.field_size_limit(limit)
    codec, errors = (options.csv_encoding, "replace") if options.csv_encoding else _encoding(head)
    text = io.TextIOWrapper(inputs.rejoin(head, stream), encoding=codec, errors=errors, newline="")
    sample = head.decode(codec, errors)
    told = _SEPARATOR_LINE.match(sample)
    lines = _Lines(text, limit)
    if told:
        next(lines)
        sample = sample[told.end() :]
    delimiter = options.csv_delimiter or (told[1] if told else _find_delimiter(sample, options.columns))
    records = _read_records(lines, delimiter, _find_escape(sample, delimiter))
    header = [name.strip() for name in next(records, [])]
    return _read_rows(records, header, file, options) if header else iter(())


def _read_head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < HEAD_BYTES and (data := inputs.read_some(stream, HEAD_BYTES - len(head))):
        head += data
    return head


def _encoding(head: bytes) -> tuple[str, str]:
    """Return the codec of a file, and what becomes of bytes that do not fit it.

    Bytes that are not UTF-8 are kept as lone surrogates: the encoding of a page is found out later.
    """
    for mark, codec in MARKS:
        if head.startswith(mark):
            return codec, "surrogateescape" if codec == "utf-8-sig" else "replace"
    sample = head[:WIDE_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 > len(sample) and min(even, odd) == 0:
        return ("utf-16-le" if odd > even else "utf-16-be"), "replace"
    return "utf-8", "surrogateescape"


def _find_delimiter(sample: str, columns: ColumnNames) -> str:
    """Return the delimiter by which the header has most of the columns that are looked for, else most columns."""
    names = set(columns.read().values())

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return len(names & {name.strip() for name in header}), len(header)

    return max(DELIMITERS, key=fit)


def _find_escape(sample: str, delimiter: str) -> str | None:
    """Return the character that escapes quotes if the sample fits the rules of CSV only with it."""
    if ESCAPE + '"' not in sample or _fits(sample, delimiter, None) or not _fits(sample, delimiter, ESCAPE):
        return None
    return ESCAPE


def _fits(sample: str, delimiter: str, escape: str | None) -> bool:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, escapechar=escape, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)  # the sample may end within quotes
    return True


class _Lines:
    """The lines of a file. Counts them, and keeps those of the current row; both have limits."""

    def __init__(self, text: TextIO, limit: int) -> None:
        self.number = 0
        self.row: list[str] = []
        self.ended = False
        self._text = text
        self._limit = limit
        self._length = 0

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.row.clear()
        self._length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._limit + 1 - self._length)
        if not line:
            self.ended = True
            raise StopIteration
        self._length += len(line)
        if self._length > self._limit:
            raise csv.Error(
                f"the row that begins in line {self.first} is longer than {self._limit} characters; "
                "perhaps a quote in it is never closed"
            )
        self.number += 1
        self.row.append(line)
        return line

    @property
    def first(self) -> int:
        """The number of the row's first line."""
        return self.number - len(self.row) + 1


def _read_records(lines: _Lines, delimiter: str, escape: str | None) -> Iterator[list[str]]:
    """Read rows as lists of fields; empty lines are skipped.

    A quote inside a field of a single line is taken as it is. In a row of several lines, a quote that closes where no
    field ends means that one was never closed, and that lines were taken for parts of a field.
    """
    reader = csv.reader(lines, delimiter=delimiter, escapechar=escape)
    while True:
        lines.begin_row()
        fields = next(reader, None)
        if fields is None:
            return
        if lines.ended:
            raise csv.Error(f"a quote in the row that begins in line {lines.first} is never closed")
        if len(lines.row) > 1 and not _fits("".join(lines.row), delimiter, escape):
            raise csv.Error(f"quotes in the lines {lines.first} to {lines.number} do not match")
        if fields:
            yield fields


def _read_rows(
    records: Iterator[list[str]], header: Sequence[str], file: str, options: PageOptions
) -> Iterator[InputRow]:
    columns = find_fields(header, options.columns)
    for column in columns.values():
        check_single(column, header)
    places = {field: header.index(column) for field, column in columns.items()}

    def rows() -> Iterator[InputRow]:
        for position, fields in enumerate(records):
            if any(fields[len(header) :]):
                found = f"{len(fields)} fields, the first row names {len(header)} columns"
                error = BadField("bad_row", f"{found}; put a field that contains the delimiter in quotes")
                yield bad_row(None, file, position, error)
                continue
            values = {field: _value(fields[place], field) for field, place in places.items() if place < len(fields)}
            yield row_from_values(values, file, position, max_page_bytes=options.max_page_bytes)

    return rows()


def _value(value: str, field: str) -> str | bytes | None:
    """Return a field's text; the bytes of a page that is not UTF-8; None if it is empty."""
    try:
        value.encode()
    except UnicodeEncodeError:
        data = value.encode("utf-8", "surrogateescape")
        return data if field in PAGE_FIELDS else data.decode(FALLBACK, "replace")
    return value or None
