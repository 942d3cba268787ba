"""Lines of plain texts that are no headline although their place and words are like one's."""

from __future__ import annotations

import pytest

from copydesk.classifier.title_of_text import is_score
from tests.classifier.test_title import FIRST, SECOND, of_text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Kiel 2, Brake Rovers 1", True),
        ("Kiel 12, Brake 103", True),
        ("Kiel win 2-1, Brake lose", False),
        ("Kiel 2, Brake 1 after extra time", False),
        ("Ferry sails on 2 May, 2024", False),
        ("1 2, 3 4", False),
    ],
)
def test_a_result_is_two_names_and_numbers(line: str, expected: bool) -> None:
    assert is_score(line) is expected


def test_a_result_loses_against_a_headline_with_almost_as_many_points() -> None:
    site, headline, result = "The Old Pier", "The pump of the ferry is late", "The ferry 2, The pump 1"
    assert of_text(site, headline, result, FIRST, SECOND, scores=[-8, -2, 2, -8, -8])[0] == headline
    assert of_text(site, headline, result, FIRST, SECOND, scores=[-8, -5, 2, -8, -8])[0] == result
    assert of_text(site, result, FIRST, SECOND, scores=[-8, 2, -8, -8])[0] == result
