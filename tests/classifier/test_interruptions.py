"""What sites put between paragraphs: marks of advertisements, prose on cookies."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.interruptions import AD_MARKS, MAX_MARK, MIN_PROSE, SURE_BODY, leave_out_interruptions
from copydesk.classifier.segmentation import segment_text
from copydesk.classifier.types import KINDS, Kind

TEXT, FURNITURE, HEADLINE = Kind.TEXT, Kind.FURNITURE, Kind.HEADLINE
PARAGRAPH = "The ferry is late again, and nobody on the pier knows why it is so."
ABOUT = "How we use cookies"
PROSE = "A cookie is a small file that a website keeps on your computer, tablet or phone."
MORE = "Some cookies are needed; others count how often our readers come back."


def left(*blocks: tuple[str, Kind], in_body: float = 0.8) -> list[Kind]:
    """Return the kinds that are left of lines with these kinds; the first is the title."""
    page = segment_text("\n\n".join(line for line, _ in blocks))
    kinds = bytearray(KINDS.index(kind) for _, kind in blocks)
    leave_out_interruptions(page, kinds, range(1), np.full(len(kinds), in_body))
    return [KINDS[kind] for kind in kinds]


def around(*blocks: tuple[str, Kind], title: str = "Night ferry", in_body: float = 0.8) -> list[Kind]:
    """Return what is left of blocks between two paragraphs."""
    found = left((title, HEADLINE), (PARAGRAPH, TEXT), *blocks, (PARAGRAPH, TEXT), in_body=in_body)
    assert found[:2] == [HEADLINE, TEXT]
    assert found[-1] is TEXT
    return found[2:-1]


@pytest.mark.parametrize("line", ["INZERCE", "Advertisement", "- Anzeige -", "РЕКЛАМА", "広告", "[Publicité]"])
def test_line_that_only_marks_an_advertisement_is_furniture(line: str) -> None:
    assert around((line, TEXT)) == [FURNITURE]
    assert around((line, Kind.SUBHEADING)) == [FURNITURE]
    assert around((line, Kind.TEASER)) == [Kind.TEASER]


@pytest.mark.parametrize("line", ["Advertisement for a pier", "Ad astra", "Werbung wirkt."])
def test_other_short_lines_stay(line: str) -> None:
    assert around((line, TEXT)) == [TEXT]


def test_line_that_is_surely_body_stays() -> None:
    assert around(("Anzeige", TEXT), in_body=SURE_BODY) == [TEXT]
    assert max(map(len, AD_MARKS)) <= MAX_MARK


def test_prose_on_cookies_below_a_heading_on_them_is_furniture() -> None:
    assert around((ABOUT, FURNITURE), (PROSE, TEXT), (MORE, TEXT)) == [FURNITURE] * 3


@pytest.mark.parametrize(
    ("above", "prose"),
    [
        ("Om vores brug af cookies", "En cookie er en lille tekstfil, som gemmes på din computer eller telefon."),
        ("O plikach cookies", "Ciasteczka zapisujemy w przeglądarce, aby pamiętać wybór czytelnika tej strony."),
        ("クッキーについて", "クッキーは、ブラウザに保存される小さなファイルです。" * 3),
    ],
)
def test_prose_on_cookies_is_known_in_many_languages(above: str, prose: str) -> None:
    assert around((above, FURNITURE), (prose, TEXT)) == [FURNITURE, FURNITURE]


@pytest.mark.parametrize(
    ("above", "prose"),
    [
        ("More from the pier", PROSE),
        (ABOUT, "Grandmother's cookies need twelve minutes in a hot oven, and longer in a cold one."),
        (ABOUT, PROSE[: MIN_PROSE - 1]),
    ],
)
def test_prose_without_all_signs_stays(above: str, prose: str) -> None:
    assert around((above, FURNITURE), (prose, TEXT)) == [FURNITURE, TEXT]


def test_article_on_cookies_keeps_its_prose() -> None:
    assert around((ABOUT, FURNITURE), (PROSE, TEXT), title="Pier ends its cookies") == [FURNITURE, TEXT]


def test_page_without_blocks_is_left_alone() -> None:
    page = segment_text("")
    kinds = bytearray()
    leave_out_interruptions(page, kinds, range(0), np.empty(0))
    assert kinds == b""
