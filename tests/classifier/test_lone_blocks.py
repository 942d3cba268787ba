"""Blocks that stand alone between two others of an article."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.lone_blocks import LEAST_LONE, MIN_SENTENCE, SURE_BESIDE, find_lone_blocks
from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.types import KINDS, Kind

TEXT, FURNITURE, LIST_ITEM = Kind.TEXT, Kind.FURNITURE, Kind.LIST_ITEM
ABOVE, BELOW = "<p>The ferry is late again.</p>", "<p>Nobody on the pier knows why.</p>"
BARE = "Tickets are sold on the pier in the morning."


def found(html: str, *kinds: Kind, in_body: float = 0.9, at: float = 0.1) -> list[Kind]:
    """Return what becomes of the kinds of a page's blocks; `at` is the probability of what is not of the story."""
    page = segment_html(f"<article>{html}</article>")
    assert page.markup is not None
    assert len(page.blocks) == len(kinds)
    numbers = bytearray(map(KINDS.index, kinds))
    odds = np.array([at if kind in (FURNITURE, Kind.DATE, Kind.TEASER) else in_body for kind in kinds])
    ends = np.array([page.text[end - 1] in ".!?" for _, end in page.blocks], np.float32)
    find_lone_blocks(page, page.markup, numbers, odds, ends)
    return [KINDS[number] for number in numbers]


@pytest.mark.parametrize("kind", [FURNITURE, Kind.DATE, Kind.METADATA])
def test_pre_between_paragraphs_is_preformatted(kind: Kind) -> None:
    html = f"{ABOVE}<pre>7:10 Sandholm</pre>{BELOW}"
    assert found(html, TEXT, kind, TEXT) == [TEXT, Kind.PREFORMATTED, TEXT]
    assert found(html, TEXT, Kind.TEASER, TEXT) == [TEXT, Kind.TEASER, TEXT]
    assert found(html, FURNITURE, kind, TEXT) == [FURNITURE, kind, TEXT]


def test_heading_above_a_list_is_a_subheading() -> None:
    html = f"{ABOVE}<h4>On the pier</h4><ul><li>Rope<li>Tar</ul>"
    kinds = TEXT, FURNITURE, LIST_ITEM, LIST_ITEM
    assert found(html, *kinds, at=LEAST_LONE) == [TEXT, Kind.SUBHEADING, LIST_ITEM, LIST_ITEM]
    assert found(html, *kinds, at=LEAST_LONE - 0.01) == list(kinds)


@pytest.mark.parametrize("below", [(TEXT, TEXT), (LIST_ITEM, FURNITURE)])
def test_heading_above_something_else_stays(below: tuple[Kind, Kind]) -> None:
    html = f"{ABOVE}<h4>On the pier</h4><p>Rope</p><p>Tar</p>"
    assert found(html, TEXT, FURNITURE, *below, at=0.5)[1] is FURNITURE


def test_sentence_without_an_element_between_paragraphs_is_text() -> None:
    assert found(f"{ABOVE}{BARE}{BELOW}", TEXT, FURNITURE, TEXT) == [TEXT, TEXT, TEXT]


@pytest.mark.parametrize(
    ("sentence", "in_body"),
    [
        (f"<div>{BARE}</div>", 0.9),
        (f"<p>{BARE}</p>", 0.9),
        (BARE[:-1], 0.9),
        ("A" * (MIN_SENTENCE + 9) + ".", 0.9),
        ("On the old pier. Now.", 0.9),
        (BARE, SURE_BESIDE),
    ],
)
def test_other_blocks_between_paragraphs_stay(sentence: str, in_body: float) -> None:
    assert found(f"{ABOVE}{sentence}{BELOW}", TEXT, FURNITURE, TEXT, in_body=in_body) == [TEXT, FURNITURE, TEXT]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_pages_of_few_blocks_are_left_alone(n: int) -> None:
    assert found(ABOVE * n, *[TEXT] * n) == [TEXT] * n
