"""Body, title and confidence of hand-made pages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.article import LONG_PARAGRAPH, TITLE_BLOCKS, body_text, page_confidence, page_title
from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.types import Block, Blocks, Head

PARAGRAPH = (
    "The ferry left the harbour an hour late because its crew had waited all morning for a spare pump" + "." * 60
)


def page(*texts: str, head_title: str = "") -> Blocks:
    """A page of these blocks, with blank lines between them."""
    blocks, at = [], 0
    for text in texts:
        blocks.append(Block(at, at + len(text)))
        at += len(text) + 2
    return Blocks("\n\n".join(texts), tuple(blocks), Head(head_title))


def title(*texts: str, head_title: str = "") -> str:
    """The title of a page that is all body."""
    return page_title(page(*texts, head_title=head_title), range(len(texts)))


def confidence(*blocks: tuple[int, float, bool]) -> float:
    """The confidence of blocks of so many characters, with a probability of body, that are body or not."""
    characters, probabilities, is_body = zip(*blocks, strict=True) if blocks else ((), (), ())
    return page_confidence(np.array(characters, np.int32), np.array(probabilities, float), np.array(is_body, bool))


def test_body_is_the_body_blocks_joined_by_blank_lines() -> None:
    assert body_text(page("Menu", "One.", "More stories...", "Two.\nStill two."), [1, 3]) == "One.\n\nTwo.\nStill two."


def test_page_without_body_blocks_has_an_empty_body() -> None:
    assert body_text(page("Menu"), []) == ""
    assert body_text(page(), []) == ""


some_blocks = st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 1), st.booleans()), max_size=12)


@settings(max_examples=100, deadline=None)
@given(some_blocks)
def test_confidence_lies_between_zero_and_one(blocks: list[tuple[int, float, bool]]) -> None:
    assert 0.0 <= confidence(*blocks) <= 1.0


@settings(max_examples=100, deadline=None)
@given(some_blocks)
def test_confidence_adds_in_page_order(blocks: list[tuple[int, float, bool]]) -> None:
    said, hit, true = 0, 0.0, 0.0
    for characters, probability, is_body in blocks:
        true += characters * probability
        said += characters * is_body
        hit += characters * probability * is_body
    assert not said or confidence(*blocks) == 2 * hit / (said + true)


def test_confidence_of_an_empty_page_is_one() -> None:
    assert confidence() == 1.0


def test_confidence_is_the_promised_f1() -> None:
    assert confidence((100, 0.8, True), (300, 0.1, False)) == pytest.approx(2 * 80 / (100 + 80 + 30))
    assert confidence((9, 1.0, True), (9, 0.0, False)) == 1.0


def test_page_without_body_is_as_sure_as_its_least_sure_block() -> None:
    assert confidence((10, 0.1, False), (10, 0.4, False)) == pytest.approx(0.6)


def test_first_level_heading_is_the_title() -> None:
    html = f"<p>A longer line that would win by its number of words</p><h1>Ferry late</h1><p>{PARAGRAPH}</p>"
    blocks = segment_html(html)
    assert page_title(blocks, [0, 1, 2]) == "Ferry late"


def test_line_like_the_heads_title_beats_a_longer_one() -> None:
    texts = ("Everything that the harbour told us about its boats this week", "Ferry waits for pump", PARAGRAPH)
    assert title(*texts) == texts[0]
    assert title(*texts, head_title="Ferry waits for pump | The Harbour Post") == texts[1]


def test_longest_line_before_the_first_paragraph_is_the_title() -> None:
    assert (
        title("Harbour", "Ferry waits for pump", PARAGRAPH, "A longer line that follows it") == "Ferry waits for pump"
    )


def test_line_that_ends_like_a_sentence_is_no_title() -> None:
    assert title("It rained all day and nobody came.", "Ferry late", PARAGRAPH) == "Ferry late"


@pytest.mark.parametrize(("extra", "wanted"), [(-1, "line"), (0, "paragraph"), (1, "paragraph")])
def test_a_paragraph_begins_at_its_length(extra: int, wanted: str) -> None:
    first = "x" * (LONG_PARAGRAPH - 1 + extra) + "!"
    assert title(first, "Ferry waits") == ("" if wanted == "paragraph" else "Ferry waits")


@pytest.mark.parametrize("before", [TITLE_BLOCKS - 1, TITLE_BLOCKS])
def test_title_is_one_of_the_first_body_blocks(before: int) -> None:
    found = title(*["So."] * before, "Ferry waits for pump")
    assert found == ("Ferry waits for pump" if before < TITLE_BLOCKS else "")


def test_block_outside_the_body_is_not_the_title() -> None:
    blocks = page("Ferry waits for pump", "14 May 2021", "Bakers count")
    assert page_title(blocks, [2]) == "Bakers count"
    assert page_title(blocks, []) == ""


def test_page_without_anything_has_no_title() -> None:
    assert title() == ""
    assert title(PARAGRAPH) == ""
