"""Writes the answers of `copydesk classify`: to standard output, or a file for each page into a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from copydesk.classifier import BODY_PARTS, Article
from copydesk.service.commands.arguments import Streams
from copydesk.service.commands.page_files import PageFiles
from copydesk.service.commands.table import Canvas, row_name, table
from copydesk.service.rows import BadRow, contract, jsonl
from copydesk.service.rows.classify_rows import ClassifiedRow
from copydesk.service.rows.page_lines import encode_brief, encode_page
from copydesk.service.terminal import clean

BETWEEN_TEXTS = b"\f"


class AnswerFormat(StrEnum):
    """How answers are written."""

    TABLE = "table"
    JSONL = "jsonl"
    JSON = "json"
    BODY = "body"
    MARKDOWN = "markdown"
    HTML = "html"

    @property
    def suffix(self) -> str:
        """The suffix of a file in this format."""
        return {"markdown": ".md", "html": ".html", "json": ".json", "jsonl": ".jsonl"}.get(self.value, ".txt")


RENDERED = (AnswerFormat.MARKDOWN, AnswerFormat.HTML)
"""Formats that have links, emphasis and images, and headings with levels."""
SEPARATED = (*RENDERED, AnswerFormat.BODY)
"""Formats of the article alone, without its blocks; a form feed is between pages."""


@dataclass(frozen=True, slots=True)
class AnswerWriter:
    """Writes answers, and errors of pages to standard error where they are not among the answers.

    `links` says whether Markdown and HTML have links, emphasis and images; `files` is the folder in place of standard
    output. `blocks` says whether JSON has the blocks and their text.
    """

    output: AnswerFormat
    canvas: Canvas
    streams: Streams
    remark: Callable[[str], None]
    links: bool = False
    files: PageFiles | None = None
    blocks: bool = True

    def write_all(self, answers: Iterable[ClassifiedRow | BadRow]) -> int:
        """Write each answer as soon as it is known; return the number of bad rows."""
        answers = self._with_remarks(answers)
        if self.files is not None:
            return self._write_files(answers, self.files)
        if self.output is AnswerFormat.JSON:
            return self._write_json(answers)
        n_bad = 0
        for number, answer in enumerate(answers):
            n_bad += isinstance(answer, BadRow)
            if self.output is AnswerFormat.JSONL:
                self.streams.out.write(self._jsonl(answer))
            else:
                self._write_for_people(answer, first=number == 0)
            self.streams.out.flush()
        return n_bad

    def _with_remarks(self, answers: Iterable[ClassifiedRow | BadRow]) -> Iterator[ClassifiedRow | BadRow]:
        """Pass answers on; say which pages have no text, as most of an answer means nothing then."""
        for answer in answers:
            if isinstance(answer, ClassifiedRow) and not _has_blocks(answer.article):
                page = answer.row.page
                what = "the page has no text" if (page.html or page.text or "").strip() else "the page is empty"
                self.remark(f"{row_name(answer.row.id, answer.row.line)}: {what}")
            yield answer

    def _write_files(self, answers: Iterable[ClassifiedRow | BadRow], files: PageFiles) -> int:
        n_bad = 0
        for answer in answers:
            if isinstance(answer, BadRow):
                n_bad += 1
                old = files.reserve(answer)
                left = f"; {old} is not from this run and was left as it is" if old else ""
                self._remark(answer, left)
            else:
                files.write(answer.row, self._render(answer))
        return n_bad

    def _write_json(self, answers: Iterable[ClassifiedRow | BadRow]) -> int:
        """Write one page as an object, several as an array of objects."""
        out = self.streams.out
        n_bad = n_written = 0
        first = b""
        for answer in answers:
            n_bad += isinstance(answer, BadRow)
            text = self._pretty(answer)
            if n_written == 0:
                first = text
            else:
                out.write((b"[\n  " + _indented(first) if n_written == 1 else b"") + b",\n  " + _indented(text))
                out.flush()
            n_written += 1
        out.write(b"\n]\n" if n_written > 1 else first + b"\n" if n_written else b"[]\n")
        out.flush()
        return n_bad

    def _write_for_people(self, answer: ClassifiedRow | BadRow, *, first: bool) -> None:
        out = self.streams.out
        if not first:
            out.write(BETWEEN_TEXTS if self.output in SEPARATED else b"\n")
        if isinstance(answer, BadRow):
            self._remark(answer)
            return
        content = self._render(answer)
        if self.streams.out_is_terminal and self.output in SEPARATED:
            content = _utf8("\n".join(map(clean, content.decode().split("\n"))))
        out.write(content)

    def _render(self, answer: ClassifiedRow) -> bytes:
        """Return the content of a page's answer; say why it is empty in a format that does not show it."""
        article = answer.article
        if self.output in SEPARATED and not article.body and _has_blocks(article):
            self.remark(f"{row_name(answer.row.id, answer.row.line)}: {_why_empty(article)}")
        match self.output:
            case AnswerFormat.TABLE:
                return _utf8(table(answer.row, article, self.canvas))
            case AnswerFormat.JSONL:
                return self._jsonl(answer)
            case AnswerFormat.JSON:
                return self._pretty(answer) + b"\n"
            case AnswerFormat.MARKDOWN:
                return _utf8(article.to_markdown(links=self.links))
            case AnswerFormat.HTML:
                return _utf8(article.to_html(links=self.links))
            case AnswerFormat.BODY:
                return _utf8(f"{article.body}\n") if article.body else b""

    def _jsonl(self, answer: ClassifiedRow | BadRow) -> bytes:
        if isinstance(answer, BadRow):
            return jsonl.encode_row(contract.ErrorRow.of(answer))
        return encode_page(answer.row, answer.article) if self.blocks else encode_brief(answer.row, answer.article)

    def _pretty(self, answer: ClassifiedRow | BadRow) -> bytes:
        row = self._jsonl(answer)
        try:
            return msgspec.json.format(row, indent=2)
        except msgspec.DecodeError:  # an escape of a lone surrogate
            return json.dumps(json.loads(row), indent=2).encode()

    def _remark(self, row: BadRow, addition: str = "") -> None:
        self.remark(f"{row_name(row.id, row.line)}: {row.code}: {clean(row.message + addition)}")


def _has_blocks(article: Article) -> bool:
    return len(article.blocks if article.scores is None else article.scores.labels) > 0


def _why_empty(article: Article) -> str:
    likely = f"{article.page_type} ({article.page_types[article.page_type]:.0%})"
    wanted = "body" if article.parts == BODY_PARTS else " or ".join(article.parts)
    return (
        f"the body is empty: no block of the page was labelled {wanted}, its type is most likely {likely}; "
        "--output table shows the blocks"
    )


def _indented(text: bytes) -> bytes:
    return text.replace(b"\n", b"\n  ")


def _utf8(text: str) -> bytes:
    """Encode text; a lone surrogate, which UTF-8 cannot express, becomes a question mark."""
    return text.encode("utf-8", "replace")
