"""Cards below a heading of related articles at the end of a plain text's body."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.body_edges import MAX_CARD, MAX_CARDS, MAX_GAP, N_ABOVE_CARDS, SURE_BODY, leave_out_edges
from copydesk.classifier.line_signs import line_signs
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, Kind

TEXT, FURNITURE, TEASER = Kind.TEXT, Kind.FURNITURE, Kind.TEASER
PARAGRAPH = "The ferry is late again."
CARD = "Rain in the south"


def left(*blocks: tuple[str, float], plain: bool = True) -> list[Kind]:
    """Return what kinds are left of lines with these probabilities of body; below 0.5 a line is furniture at first."""
    lines = [line for line, _ in blocks]
    page = segment_text("\n\n".join(lines)) if plain else segment_html("".join(f"<p>{line}</p>" for line in lines))
    in_body = np.array([probability for _, probability in blocks])
    kinds = np.array([KINDS.index(TEXT if probability >= 0.5 else FURNITURE) for probability in in_body], np.int64)
    rest = (1 - in_body) / 2
    leave_out_edges(page, kinds, np.stack([in_body, rest, rest], axis=1), line_signs(page))
    return [KINDS[kind] for kind in kinds.tolist()]


def below(heading: str, *cards: tuple[str, float], above: int = N_ABOVE_CARDS) -> list[Kind]:
    """Return the kinds of what is below a heading under some paragraphs."""
    return left(*[(PARAGRAPH, 0.99)] * above, (heading, 0.1), *cards)[above + 1 :]


@pytest.mark.parametrize(
    "heading",
    ["Read also", "LES OGSÅ:", "Polecamy", "Ajánljuk még…", "Čtěte také", "Διαβάστε επίσης", "相关阅读", "อ่านเพิ่มเติม"],
)
def test_cards_below_a_heading_of_related_articles_are_teasers(heading: str) -> None:
    assert below(heading, *[(CARD, 0.9)] * 3) == [TEASER] * 3


def test_sentence_that_only_begins_as_such_a_heading_has_no_cards() -> None:
    assert below("Read also the annex.", *[(CARD, 0.9)] * 3) == [TEXT] * 3


def test_nothing_above_a_sure_or_long_paragraph_is_a_card() -> None:
    unsure = SURE_BODY - 0.01
    assert below("Read also", (CARD, unsure), (CARD, unsure)) == [TEASER, TEASER]
    assert below("Read also", (CARD, unsure), (CARD, SURE_BODY)) == [TEXT, TEXT]
    assert below("Read also", (CARD, 0.8), ("x" * MAX_CARD, 0.8)) == [TEASER, TEASER]
    assert below("Read also", (CARD, 0.8), ("x" * (MAX_CARD + 1), 0.8)) == [TEXT, TEXT]


def test_cards_begin_near_their_heading_and_are_few() -> None:
    between = [("Share", 0.1)] * (MAX_GAP - 1)
    assert below("Read also", *between, (CARD, 0.9))[-1] is TEASER
    assert below("Read also", *between, ("Share", 0.1), (CARD, 0.9))[-1] is TEXT
    assert below("Read also", *[(CARD, 0.9)] * MAX_CARDS) == [TEASER] * MAX_CARDS
    assert below("Read also", *[(CARD, 0.9)] * (MAX_CARDS + 1)) == [TEXT] * (MAX_CARDS + 1)


def test_uppermost_heading_counts_if_enough_of_the_body_is_above() -> None:
    cards = [(CARD, 0.9), ("See also", 0.1), (CARD, 0.9)]
    assert below("Read also", *cards) == [TEASER, FURNITURE, TEASER]
    assert below("Read also", *cards, above=N_ABOVE_CARDS - 1) == [TEXT, FURNITURE, TEASER]


def test_in_html_elements_tell_cards() -> None:
    page = [*[(PARAGRAPH, 0.99)] * 3, ("Read also", 0.1), (CARD, 0.9)]
    assert left(*page)[-1] is TEASER
    assert left(*page, plain=False)[-1] is TEXT
