"""Lines that are nothing but a byline or a date."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields.bylines import MAX_LINE, is_byline, is_date


@given(st.text(max_size=MAX_LINE))
def test_no_line_is_both(line: str) -> None:
    assert not (is_byline(line) and is_date(line))


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Quill",
        "BY ADA QUILL",
        "*By Ada Quill, 1 May 2026*",
        "By Ada Quill, Harbour Editor",
        "By Ada Quill and Ben Reed",
        "By Reuters",
        "Von Ada Quill und Ben Reed, 3. Mai 2026",
        "Von Ada Quill | 03.05.2026, 14:05 Uhr",
        "Por Ada Díaz, 3 de mayo de 2026",
        "Par Ada Quill, publié le 3 mai 2026",
        "Av Kari Quill, 3. mai 2026",
        "Texto: Ada Díaz",
    ],
)
def test_line_is_a_byline(line: str) -> None:
    assert is_byline(line)
    assert not is_date(line)


@pytest.mark.parametrize("line", ["3 May 2026", "Published 12 March 2026, 14:05 GMT", "Montag, 3. Mai 2026"])
def test_line_is_a_date(line: str) -> None:
    assert is_date(line)
    assert not is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "By Friday morning the water was gone",
        "By the time the ferry left, Ada Quill had gone",
        "By Ada Quill.",
        "By Ada Quill, 3 May 2026, the day the ferry sank",
        "Di María trifft doppelt",
        "By Friday",
        "The ferry sank on 3 May 2026",
        "Ferry 2026",
    ],
)
def test_line_with_more_in_it_is_neither(line: str) -> None:
    assert not is_byline(line)
    assert not is_date(line)
