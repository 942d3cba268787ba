"""The table: fits the terminal, shows what counts, and lets no page command the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk.classifier.types import Label, Page
from copydesk.service.commands.table import Canvas, table
from copydesk.service.rows.jsonl import PageRow
from copydesk.service.terminal import bar, clean, shortened, width
from tests.support.stub_classifier import answer

COLOR = re.compile(r"\x1b\[\d+m")
anything = st.text(st.characters(exclude_categories=()))


def drawn(
    text: str, *, columns: int = 80, color: bool = False, explain: bool = False, name: str | None = "page"
) -> str:
    page = Page(id=name or "", text=text)
    return table(PageRow(name, 4, page), answer(page, explain=explain), Canvas(columns, color))


@settings(max_examples=200, deadline=None)
@given(anything)
@example("\u200e 0 \u200e 1")
def test_clean_text_holds_nothing_that_commands_a_terminal(text: str) -> None:
    shown = clean(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert clean(shown) == shown


@settings(max_examples=200, deadline=None)
@given(anything, st.integers(min_value=1, max_value=40))
def test_shortened_text_fits_its_columns(text: str, columns: int) -> None:
    assert width(shortened(text, columns)) <= columns


@settings(max_examples=60, deadline=None)
@given(anything)
def test_no_page_breaks_the_table(text: str) -> None:
    lines = drawn(text, name=text).split("\n")
    assert all(width(line) <= 80 for line in lines)
    assert all(line.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f]", line) for line in lines)


def test_escape_sequences_of_a_page_are_shown_and_not_sent() -> None:
    shown = drawn("\x1b]0;owned\x07 and \x9b2J and \x1b[31m red words")
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "␛]0;owned␇ and" in shown


def test_bidirectional_overrides_are_dropped() -> None:
    assert clean("a\u202eb\u2066c\u200fd") == "abcd"


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("ab def", 4, "ab…"),
        ("新聞記事", 8, "新聞記事"),
        ("新聞記事", 7, "新聞記…"),
        ("新聞記事", 6, "新聞…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("  a \n\t b ", 5, "a b"),
    ],
)
def test_wide_and_combining_characters_are_counted_in_columns(text: str, columns: int, expected: str) -> None:
    assert shortened(text, columns) == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(0, "    "), (0.5, "━━  "), (0.6, "━━╸ "), (1, "━━━━"), (7, "━━━━"), (-1, "    ")]
)
def test_bar_has_a_fixed_width(share: float, expected: str) -> None:
    assert bar(share, 4) == expected


def test_every_block_has_a_line_with_label_kind_and_confidence() -> None:
    lines = drawn("Menu\nA line that is long enough to be body.\nMore on this ...").splitlines()
    assert lines[0] == "page"
    assert lines[1] == "article"
    assert lines[2].startswith("1 body · 1 boilerplate · 1 teaser   confidence 50%")
    assert [re.split(r"\s+", line)[1:3] for line in lines[4:]] == [
        ["boilerplate", "80%"],
        ["body", "80%"],
        ["teaser", "heading"],
    ]
    assert lines[5].endswith("A line that is long enough to be body.")


def test_fields_that_are_known_have_a_line() -> None:
    page = Page(id="page", text="Menu")
    known = replace(answer(page), authors=("Ann Reed", "Bo Lind"), published="2025-02-03", site="The\x1bPost")
    lines = table(PageRow("page", None, page), known, Canvas(80, color=False)).splitlines()
    assert lines[1] == "Ann Reed, Bo Lind · 2025-02-03 · The␛Post · article"


@pytest.mark.parametrize(
    ("confidence", "shown"), [(0.994, "99%"), (0.995, ">99%"), (0.9999, ">99%"), (1.0, "100%"), (0.004, "0%")]
)
def test_confidence_of_less_than_one_is_not_shown_as_100_percent(confidence: float, shown: str) -> None:
    page = Page(id="page", text="Menu")
    known = replace(answer(page), confidence=confidence)
    assert f" confidence {shown}" in table(PageRow("page", None, page), known, Canvas(80, color=False))


def test_probability_that_is_rounded_to_100_percent_moves_no_column() -> None:
    page = Page(id="page", text="Menu")
    known = answer(page)
    shares = ((0.0, 1 - share, share) for share in (0.98, 0.997, 1.0))
    blocks = tuple(known.blocks[0]._replace(label=Label.TEASER, probabilities=odds) for odds in shares)
    lines = table(PageRow("page", None, page), replace(known, blocks=blocks), Canvas(80, color=False)).splitlines()[-3:]
    assert [line.split()[-3] for line in lines] == ["98%", ">99%", "100%"]
    assert len({line.index("%") for line in lines}) == 1


def test_row_without_id_is_called_by_its_line() -> None:
    assert drawn("Menu", name=None).startswith("line 4\n")


def test_empty_page_has_a_header_alone() -> None:
    assert drawn("").rstrip().splitlines() == [
        "page",
        "nothing to read",
        "0 body · 0 boilerplate · 0 teaser   confidence 50% ━━━━",
    ]


def test_colour_changes_nothing_but_colour() -> None:
    text = "Menu\nA line that is long enough to be body.\nMore on this ..."
    plain, painted = drawn(text, explain=True), drawn(text, explain=True, color=True)
    assert "\x1b" not in plain
    assert [line.rstrip() for line in COLOR.sub("", painted).split("\n")] == plain.split("\n")
    for code in ("32", "90", "35"):
        assert f"\x1b[{code}m" in painted


def test_strongest_reasons_stand_first_below_their_block() -> None:
    lines = drawn("A line that is long enough to be body.", explain=True).splitlines()
    assert lines[5].endswith("+2.00  body, not boilerplate:")
    assert [line.split()[1:] for line in lines[6:]] == [
        ["+1.50", "reason", "0"],
        ["+1.00", "reason", "2"],
        ["-0.50", "reason", "1"],
    ]
