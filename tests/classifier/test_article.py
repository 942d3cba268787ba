"""Body and confidence of hand-made pages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.article import body_text, page_confidence
from copydesk.classifier.types import Block, Blocks


def page(*texts: str) -> Blocks:
    """A page of these blocks, with blank lines between them."""
    blocks, at = [], 0
    for text in texts:
        blocks.append(Block(at, at + len(text)))
        at += len(text) + 2
    return Blocks("\n\n".join(texts), tuple(blocks))


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
