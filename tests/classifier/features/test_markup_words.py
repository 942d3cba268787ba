"""Words of class names and link targets: split, hashed in lower case, one list of hashes for each text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.features.markup_words import (
    MAX_HREF_WORDS,
    MAX_NAME_WORDS,
    HashesByText,
    hash_hrefs,
    hash_names,
)


def split(found: HashesByText) -> list[list[int]]:
    hashes, ends = found
    starts = [0, *ends.tolist()]
    return [hashes[a:b].tolist() for a, b in zip(starts, ends.tolist(), strict=False)]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("article-body", "article body"),
        ("articleBody", "article body"),
        ("ARTICLE_body", "article body"),
        ("HTMLBody", "HTMLB ody"),
        ("c-card__title2", "card title"),
        ("a b c", ""),
    ],
)
def test_names_are_split_into_words(written: str, same: str) -> None:
    assert split(hash_names([written])) == split(hash_names([same]))


def test_different_words_differ_and_a_long_list_is_cut() -> None:
    assert split(hash_names(["teaser"])) != split(hash_names(["comment"]))
    letters = "abcdefghijklmnop"
    words = [f"{a}{b}" for a in letters for b in letters]
    for n in (MAX_NAME_WORDS - 1, MAX_NAME_WORDS, MAX_NAME_WORDS + 1):
        assert len(split(hash_names([" ".join(words[:n])]))[0]) == min(n, MAX_NAME_WORDS)


def test_target_is_hashed_by_its_path_and_not_by_its_host() -> None:
    one, other = split(hash_hrefs(["https://one.example/news/ferry", "https://other.example/news/ferry"]))
    assert one == other
    assert one != split(hash_hrefs(["https://one.example/author/ferry"]))[0]
    assert len(split(hash_hrefs(["/a" + "/word" * 50]))[0]) == MAX_HREF_WORDS + 1


def test_an_empty_target_has_no_hashes() -> None:
    assert split(hash_hrefs(["", "#top", ""]))[::2] == [[], []]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=6))
def test_texts_are_hashed_independently(texts: Sequence[str]) -> None:
    for function in (hash_names, hash_hrefs):
        together = split(function(texts))
        assert together == [split(function([text]))[0] for text in texts]
