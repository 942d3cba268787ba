"""Tests of `page_groups`: groups end where they are large."""

from __future__ import annotations

import pytest

from copydesk.classifier import page_groups
from copydesk.classifier.page_cutting import cut_text
from copydesk.classifier.page_groups import group_pages


def test_group_ends_at_the_first_of_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_groups, "BLOCKS_TOGETHER", 10)
    monkeypatch.setattr(page_groups, "CHARACTERS_TOGETHER", 100)
    short, long, many = "a", "a" * 200, "a\n\n" * 11
    pages = [(text, cut_text(text)) for text in (short, short, short, short, long, short, many, short)]
    assert [len(group) for group in group_pages(pages, 3)] == [3, 2, 2, 1]


def test_pages_and_errors_keep_their_order() -> None:
    pages = [(number, cut_text("a") if number % 3 else "an error") for number in range(10)]
    groups = list(group_pages(pages, 4))
    assert [len(group) for group in groups] == [4, 4, 2]
    assert [page for group in groups for page in group] == pages


def test_no_pages_are_no_group() -> None:
    assert list(group_pages([])) == []
