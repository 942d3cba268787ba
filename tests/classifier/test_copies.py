"""Copies of an article on its own page."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.copies import COPIED, COPIED_ALONE, MIN_PARAGRAPH, find_copies


def line(name: str, size: int = MIN_PARAGRAPH) -> str:
    return name.ljust(size, "x")


def copies(lines: list[str]) -> list[int]:
    return find_copies(lines)


def test_second_copy_is_found_with_the_short_blocks_in_it() -> None:
    article = [line("one"), "Sub", line("two"), line("three")]
    assert copies([*article, "Print", *article]) == [5, 6, 7, 8]
    assert copies([*article, *article, *article]) == [4, 5, 6, 7, 8, 9, 10, 11]


def test_copy_of_less_than_half_is_a_repeated_passage() -> None:
    lines = [line(name) for name in "abcd"]
    assert COPIED == 0.5
    assert copies([*lines, *lines[1:3]]) == [4, 5]
    assert copies([*lines, line("e"), *lines[1:3]]) == []


def test_refrain_is_no_copy_and_a_single_paragraph_is_one() -> None:
    assert (
        copies([line("verse 1"), line("refrain"), line("verse 2"), line("refrain"), line("verse 3"), line("refrain")])
        == []
    )
    assert copies([line("only"), line("only")]) == [1]
    share = round(MIN_PARAGRAPH * COPIED_ALONE / (1 - COPIED_ALONE))
    assert copies([line("a"), line("b", share), line("b", share)]) == [2]
    assert copies([line("a"), line("b", share - 1), line("b", share - 1)]) == []


def test_long_headings_that_repeat_a_list_of_contents_are_no_copy_of_it() -> None:
    heads = [line(f"question {n}") for n in range(4)]
    answers = ["Yes.", "No.", "Never.", "On Monday."]
    assert copies([*heads, *(each for pair in zip(heads, answers, strict=True) for each in pair)]) == []
    assert copies([*heads, *(each for head in heads for each in (head, "Yes."))]) == []


def test_short_blocks_are_no_copies() -> None:
    short = "x" * (MIN_PARAGRAPH - 1)
    assert copies([short, short]) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([line(name) for name in "abcde"] + ["short", "brief"]), max_size=20))
def test_no_text_is_lost_and_an_article_twice_is_left_once(lines: list[str]) -> None:
    left_out = find_copies(lines)
    assert left_out == sorted(set(left_out))
    kept = {each for n, each in enumerate(lines) if n not in left_out}
    assert set(lines) == kept
