"""A box below an article of HTML, such as a newsletter's heading and its line."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.body_edges import LEAST_LAST, MAX_IN_BOX, MIN_PARTS, leave_out_edges
from copydesk.classifier.line_signs import line_signs
from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.types import KINDS, Kind

TEXT, FURNITURE = Kind.TEXT, Kind.FURNITURE
LINE = "The best of the week, free in your inbox"
LOW, HIGH = LEAST_LAST - 0.01, 0.9


def left(*below: tuple[str, Kind, float], n_above: int = MIN_PARTS) -> list[Kind]:
    """Return the kinds that are left of blocks below an article of some paragraphs and one line of furniture."""
    blocks = [("The ferry is late again.", TEXT, HIGH)] * n_above + [("Share", FURNITURE, 0.01), *below]
    page = segment_html("".join(f"<p>{line}</p>" for line, _, _ in blocks))
    in_body = np.array([probability for _, _, probability in blocks])
    kinds = np.array([KINDS.index(kind) for _, kind, _ in blocks], np.int64)
    rest = np.stack([1 - in_body, np.zeros(len(blocks))], axis=1)
    leave_out_edges(page, kinds, np.column_stack([in_body, rest]), line_signs(page))
    assert kinds[:n_above].tolist() == [KINDS.index(TEXT)] * n_above
    return [KINDS[kind] for kind in kinds[n_above + 1 :].tolist()]


def test_line_that_is_hardly_body_takes_the_heading_above_it_with_it() -> None:
    box = ("The Pier's letter", Kind.SUBHEADING, HIGH), (LINE, TEXT, LOW)
    assert left(*box) == [FURNITURE, FURNITURE]
    assert left(("The Pier's letter", Kind.SUBHEADING, LOW), (LINE, TEXT, HIGH)) == [FURNITURE, FURNITURE]


def test_single_line_apart_that_is_hardly_body_goes() -> None:
    assert left((LINE, TEXT, LOW)) == [FURNITURE]
    assert left((LINE, TEXT, LEAST_LAST)) == [TEXT]


@pytest.mark.parametrize("kind", [Kind.CAPTION, Kind.QUOTE, Kind.LIST_ITEM, Kind.TABLE])
def test_other_parts_stay(kind: Kind) -> None:
    assert left((LINE, kind, HIGH), (LINE, TEXT, LOW)) == [kind, TEXT]


def test_long_and_larger_boxes_stay() -> None:
    assert left(("a" * MAX_IN_BOX, TEXT, LOW)) == [TEXT]
    assert left((LINE, TEXT, HIGH), (LINE, TEXT, HIGH), (LINE, TEXT, LOW)) == [TEXT, TEXT, TEXT]


def test_line_right_below_the_last_paragraph_stays() -> None:
    page = segment_html("".join(f"<p>{LINE}.</p>" for _ in range(9)))
    in_body = np.array([HIGH] * 8 + [LOW])
    kinds = np.full(9, KINDS.index(TEXT), np.int64)
    leave_out_edges(page, kinds, np.column_stack([in_body, 1 - in_body, np.zeros(9)]), line_signs(page))
    assert set(kinds.tolist()) == {KINDS.index(TEXT)}
