"""The headline of a page whose title is known."""

from __future__ import annotations

import pytest

from copydesk.training.headlines import find_title, mark_headline

TEXTS = ("Home", "Bridge opens after ten years", "Bridge opens after ten years!", "The bridge over the river is open.")


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [("BBEE", 2), ("BB?E", 2), ("BEBE", 1), ("EBBE", 1), ("????", 2)],
)
def test_the_headline_is_body_or_stands_above_it(codes: str, wanted: int) -> None:
    assert find_title(TEXTS, codes, "Bridge Opens After Ten Years") == wanted


@pytest.mark.parametrize("title", ["", "…", "Bridge opens", "Bridge opens after ten years, and nobody comes to see it"])
def test_a_title_that_no_block_has_marks_none(title: str) -> None:
    assert find_title(TEXTS, "BBEE", title) is None


def test_a_headline_becomes_body_unless_a_person_said_otherwise() -> None:
    assert mark_headline("B?EE", ["B", "", "N", "E"], 1, by_hand=False) == (list("BEEE"), ["B", "N", "E", "E"])
    assert mark_headline("BBEE", ["B", "B", "N", "E"], 1, by_hand=True) == (list("BBEE"), ["B", "B", "E", "E"])
    assert mark_headline("BEEE", ["B", "", "", ""], 1, by_hand=True) == (list("BEEE"), ["B", "N", "", ""])
