"""Sequences over arrays: they are used as the tuples of their values."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.array_views import ArrayView, Names, Numbers, Rows
from copydesk.classifier.arrays import spans_of
from copydesk.classifier.markup_arrays import Strings, Texts
from copydesk.classifier.types import Block, places_of

TAGS = ("p", "h1", "x-y", "x-y", "")


def check(view: ArrayView[Any], values: Sequence[object]) -> None:
    expected = tuple(values)
    assert len(view) == len(expected)
    assert view == expected
    assert expected == view
    assert hash(view) == hash(expected)
    assert tuple(view) == view[:] == expected
    assert (view[1:3], view[-2:], view[::-1]) == (expected[1:3], expected[-2:], expected[::-1])
    assert [view[place] for place in range(-len(expected), len(expected))] == [*expected, *expected]
    assert type(pickle.loads(pickle.dumps(view))) is tuple
    assert pickle.loads(pickle.dumps(view)) == expected
    for place in (len(expected), -len(expected) - 1):
        with pytest.raises(IndexError):
            view[place]
    for value in {*expected}:
        assert view.count(value) == expected.count(value)
        first = view.index(value)
        assert first == expected.index(value)
        assert list(expected[first + 1 :]).count(value) == 0 or view.index(value, first + 1) > first
        assert list(places_of(value, view)) == [place for place, each in enumerate(expected) if each == value]
        for start in range(-len(expected) - 1, len(expected)):
            assert index_of(view, value, start) == index_of(expected, value, start)
    with pytest.raises(ValueError, match="not"):
        view.index("neither a name nor a number")
    assert list(places_of("neither a name nor a number", view)) == []


def index_of(values: Sequence[object], value: object, start: int) -> int | None:
    try:
        return values.index(value, start, len(values) - 1)
    except ValueError:
        return None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 2**40), max_size=6), st.lists(st.integers(0, len(TAGS) - 1), max_size=6))
def test_numbers_and_names_are_those_of_the_arrays(numbers: list[int], tags: list[int]) -> None:
    check(Numbers(np.array(numbers, np.int64)), numbers)
    check(Names(np.array(tags, np.int64), TAGS), [TAGS[tag] for tag in tags])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=4) | st.sampled_from(["", "café"]), max_size=6))
def test_texts_are_those_of_the_strings_also_in_little_memory(texts: list[str]) -> None:
    strings = Strings.of(texts)
    check(Texts(strings), texts)
    narrow = strings._replace(points=strings.narrow_points())
    check(Texts(narrow), texts)
    assert narrow.text() == strings.text() == "".join(texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5))
def test_rows_are_named_tuples(pairs: list[tuple[int, int]]) -> None:
    spans = spans_of(pairs)
    rows = Rows(Block, spans)
    check(rows, pairs)
    assert all(type(row) is Block for row in [*rows, *rows[:], *(rows[n] for n in range(len(rows)))])
    assert spans_of(rows) is spans
    assert spans.tolist() == list(map(list, pairs))


def test_view_names_its_values() -> None:
    assert repr(Numbers(np.array([1, 2]))) == "Numbers(1, 2)"
    assert Numbers(np.array([1])) != [1]


def test_places_of_a_name_are_found_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Names, "index", None)  # with 400,000 empty h1, a search for each took 11 s
    assert list(places_of("h1", Names(np.array([1, 0, 1, 1]), TAGS))) == [0, 2, 3]
