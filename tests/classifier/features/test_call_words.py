"""First words of a block that lead to another page."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.features import columns, compute_features, read_text
from copydesk.classifier.features.call_words import CALLS, MAX_CALL_WORDS, PLACES, call_table
from copydesk.classifier.segmentation import segment_text


def levels_of(*blocks: str) -> list[float]:
    """How surely each of these blocks leads to another page."""
    found: list[float] = compute_features(segment_text("\n\n".join(blocks))).columns[:, columns.CALL].tolist()
    return found


@pytest.mark.parametrize(("call", "level"), CALLS)
def test_every_call_is_found_at_the_start_of_a_block(call: str, level: int) -> None:
    sure = max(each for other, each in CALLS if f"{call} ".startswith(f"{other} ") or call == other)
    assert sure >= level
    assert levels_of("The boat is red.", f"→ {call}: old boats")[1] >= level
    assert len(read_text(call).words) <= MAX_CALL_WORDS


def test_a_call_is_whole_words_at_the_start() -> None:
    assert levels_of("Learn more about boats", "We learn more about boats", "Learn moreover", "Learn", "…") == [
        2,
        0,
        0,
        0,
        0,
    ]
    assert levels_of("Don’t miss this boat", "Don't miss this boat", "Watch: a boat", "A watch") == [2, 2, 1, 0]
    assert levels_of("関連記事 赤い船", "赤い船の関連記事") == [2, 0]


def test_the_table_holds_the_surest_of_equal_calls() -> None:
    n = len(CALLS)
    keys, levels = call_table(np.full(n, 7, np.uint64), np.arange(1, n + 1))
    assert (keys[keys != 0].tolist(), levels[levels != 0].tolist()) == ([7], [2])
    assert len(keys) == len(levels) == PLACES > 4 * n
