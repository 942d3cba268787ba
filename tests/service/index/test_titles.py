"""Titles in the index: stored, replaced and removed with their documents, and found by words."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.duplicates.types import MAX_TITLE_CHARACTERS
from copydesk.service.index import Document, Index, open_index
from copydesk.service.index.titles import MOST_WORDS, searchable, title_of
from tests.support.index_places import MakePlace, window


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("titles")) as opened:
        yield opened


def titled(id: str, title: str | None, text: str | None = None) -> Document:
    return Document(id, window(random.Random(id).randrange(9999)) if text is None else text, title=title)


def found(index: Index, words: str, most: int = 20) -> list[object]:
    return [entry.id for entry in index.search(words, most=most)]


def test_documents_are_found_by_words_of_their_titles_the_last_added_first(index: Index) -> None:
    titles = [
        "Night ferry returns",
        "Ferry, again!",
        "No boats",
        None,
        "Fähre nach Ōsaka",
        "大阪行きの夜行フェリー",
        "50% off_ferry",
    ]
    index.add([titled(f"{number}", title) for number, title in enumerate(titles)], now=1.0)
    assert found(index, "ferry") == ["6", "1", "0"]
    assert found(index, "FERRY", most=2) == ["6", "1"]
    assert found(index, "fer") == ["6", "1", "0"]
    assert found(index, "erry") == []
    assert found(index, "returns ferry") == ["0"]
    assert found(index, "ferry boats") == []
    assert found(index, "fahre osaka") == ["4"]
    assert found(index, "夜行") == ["5"]
    assert found(index, "行夜") == []
    assert found(index, "50 off") == ["6"]
    assert index.search("boats")[0].title == "No boats"


@pytest.mark.parametrize("words", ["", " ", "%", "_ -", "¨", "w" * 100_000])
def test_search_without_letters_or_digits_finds_nothing(index: Index, words: str) -> None:
    assert found(index, words) == []


def test_search_for_too_many_words_is_refused(index: Index) -> None:
    with pytest.raises(ValueError, match="21 words to search for, expected 20 at most"):
        index.search("w " * (MOST_WORDS + 1))


def test_titles_follow_their_documents(index: Index) -> None:
    index.add(
        [titled("a", "First", window(1)), titled("b", "Second", window(1)), titled("c", None, window(2))], now=1.0
    )
    assert [(each.id, each.title) for each in index.members("b")] == [("a", "First"), ("b", "Second")]
    assert [(each.id, each.title) for each in index.latest_clusters(5)] == [("c", None), ("a", "First")]
    again = index.add([titled("a", "Corrected", window(1)), titled("b", None, window(1))], now=2.0)
    assert [(answer.added, answer.unchanged) for answer in again] == [(False, True)] * 2
    assert [each.title for each in index.members("a")] == ["Corrected", "Second"]
    index.add([titled("b", "Third", window(3))], now=2.0)
    assert (found(index, "second"), found(index, "third")) == ([], ["b"])
    index.add([titled("b", None, window(4))], now=2.0)
    assert found(index, "third") == []
    index.remove(["a"])
    assert found(index, "corrected") == []


def test_check_stores_no_title_and_unseen_ones_neither(index: Index) -> None:
    index.check([titled("a", "Checked")])
    index.add([titled("b", "Known", window(1))], now=1.0)
    index.add([titled("c", "Left out", window(1))], now=1.0, unseen_only=True)
    assert (found(index, "checked"), found(index, "left"), found(index, "known")) == ([], [], ["b"])


def test_title_is_stored_on_one_line_and_cut() -> None:
    assert title_of(titled("a", " Night\n ferry\0 \ud800")) == "Night ferry \ufffd"
    assert title_of(titled("a", "x" * 999)) == "x" * MAX_TITLE_CHARACTERS
    assert title_of(titled("a", " \n")) is None


@given(st.text(max_size=60), st.data())
def test_every_word_of_a_title_and_every_beginning_finds_it(title: str, data: st.DataObject) -> None:
    words = searchable(title)
    assert searchable(words) == words
    for word in title.split():
        cut = word[: data.draw(st.integers(0, len(word)))]
        if cut.isascii() and cut.isalnum() and cut == word[: len(cut)] and word.isascii() and word.isalnum():
            assert searchable(cut) in words
        assert searchable(word) in words
