"""Tests of `classify_rows`: every row is answered, in order, whatever the classifier does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import Article, Page, UnreadablePage
from copydesk.classifier.pipeline import classify_page
from copydesk.service.rows import contract, jsonl
from copydesk.service.rows.classify_rows import ROWS_TOGETHER, ClassifiedRow, classify_groups
from copydesk.service.rows.jsonl import BadRow, PageRow, Row
from copydesk.service.rows.page_lines import encode_page
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model
from tests.support.stub_classifier import answer


def page_row(text: str, line: int = 1) -> PageRow:
    return PageRow(text, line, Page(id=text, text=text))


def bad_row(name: str) -> BadRow:
    return BadRow(name, 1, "bad_json", "why")


def picky(pages: Iterable[Page]) -> Iterator[Article | UnreadablePage]:
    """Fail on the page `poison`, cannot read `unreadable`, says nothing of `silence`."""
    for page in pages:
        if page.text == "poison":
            raise RuntimeError("poison is the text of the page")
        if page.text != "silence":
            yield UnreadablePage("no_words", "why") if page.text == "unreadable" else answer(page)


def summary(answers: Iterable[ClassifiedRow | BadRow]) -> list[tuple[object, str]]:
    return [(a.id, a.code) if isinstance(a, BadRow) else (a.row.id, a.article.text) for a in answers]


kinds = st.sampled_from(["good", "other", "poison", "unreadable", "silence", "bad"])


@settings(max_examples=100, deadline=None)
@given(st.lists(kinds, max_size=12))
def test_every_row_is_answered_in_order_whatever_its_neighbours_are(names: list[str]) -> None:
    rows: list[Row] = [bad_row("bad") if name == "bad" else page_row(name) for name in names]
    said = {"poison": "internal", "unreadable": "no_words", "silence": "internal", "bad": "bad_json"}
    expected = [(name, said.get(name, name)) for name in names]
    assert summary(classify_groups([rows], picky)) == expected


def test_internal_error_names_the_failure_but_not_the_text() -> None:
    (row,) = classify_groups([[page_row("poison")]], picky)
    assert isinstance(row, BadRow)
    assert "(RuntimeError at test_classify_rows.py:" in row.message
    assert "poison" not in row.message


def test_groups_are_taken_only_as_answers_are_asked_for() -> None:
    taken = []

    def groups() -> Iterator[list[Row]]:
        for number in range(1000):
            taken.append(number)
            yield [bad_row("bad"), page_row("good")]

    answers = classify_groups(groups(), picky)
    for _ in range(10):
        next(answers)
    assert len(taken) == 5


@pytest.mark.parametrize("n", [ROWS_TOGETHER - 1, ROWS_TOGETHER, 2 * ROWS_TOGETHER + 1])
def test_large_group_is_classified_piece_by_piece(n: int) -> None:
    sizes = []

    def counting(pages: Iterable[Page]) -> Iterator[Article | UnreadablePage]:
        pages = list(pages)
        sizes.append(len(pages))
        return picky(pages)

    rows: list[Row] = [page_row(f"page {number}") for number in range(n)]
    assert summary(classify_groups([rows], counting)) == [(row.id, row.id) for row in rows]
    assert sum(sizes) == n
    assert max(sizes) <= ROWS_TOGETHER


def test_page_whose_fields_cannot_be_read_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_on_one(page: Page, kinds: object) -> tuple[()]:
        if page.text == "poison":
            raise RuntimeError(page.text)
        return ()

    def classify_all(pages: Iterable[Page]) -> Iterator[Article]:
        return (classify_page(page, small_model()) for page in pages)

    monkeypatch.setattr("copydesk.classifier.comments.read_comments", fail_on_one)
    rows: list[Row] = [page_row("a"), bad_row("bad"), page_row("poison"), page_row("b")]
    expected = [("a", "a"), ("bad", "bad_json"), ("poison", "internal"), ("b", "b")]
    assert summary(classify_groups([rows], classify_all)) == expected


def test_interrupt_is_no_internal_error() -> None:
    def interrupted(pages: Iterable[Page]) -> Iterator[Article | UnreadablePage]:
        list(pages)
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        list(classify_groups([[page_row("a")]], interrupted))


@pytest.mark.parametrize("name", ["html", "text", "surrogate", "empty"])
def test_line_of_columns_is_that_of_the_blocks(name: str) -> None:
    texts = {"text": TEXT_PAGE, "surrogate": f"{TEXT_PAGE} \ud800", "empty": ""}
    page = Page("x", html=HTML_PAGE) if name == "html" else Page("x", text=texts[name])
    row, article = PageRow("x", None, page), classify_page(page, small_model())
    plain = replace(article)
    assert article.scores is not None
    assert plain.scores is None
    for chosen, objects in ((article, plain), (article.with_parts(["headline", "text"]), plain)):
        expected = contract.LabelledPage.of(row, objects.with_parts(chosen.parts), include_text=True)
        assert encode_page(row, chosen, include_text=True) == jsonl.encode_row_fast(expected)


def test_lines_have_the_values_that_python_writes() -> None:
    page = Page("x", text=f'{TEXT_PAGE}\n\nA line with \u2028, \x7f, \\, ", \x01 and \U0001f600.')
    row = contract.LabelledPage.of(PageRow(1e22, 3, page), classify_page(page, small_model()), include_text=True)
    fast, slow = jsonl.encode_row_fast(row), jsonl.encode_row(row)
    assert json.loads(fast) == json.loads(slow)
    assert list(json.loads(fast)) == list(json.loads(slow))
    assert jsonl.decode_row(fast, contract.LabelledPage) == row
