"""Pairs of an index: what is read of documents with many, and verdicts beside them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.duplicates.same_story import DOUBTFUL, EVIDENT, ONE_SIZE, SURE
from copydesk.service.index import Index, open_index
from copydesk.service.index.pairs import Pair, Pairs, judge
from copydesk.service.index.reads import oldest_pairs_of, pairs_of
from copydesk.service.index.verdicts import NEW, Graph
from tests.support.index_places import MakePlace, add_each, clusters, document, window

VERSION = Pair(0.5, 0.9, EVIDENT | DOUBTFUL | ONE_SIZE)
PART = Pair(0.3, 1.0, EVIDENT | DOUBTFUL)


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("pairs")) as opened:
        yield opened


def test_document_that_tells_two_stories_as_wholly_tells_neither() -> None:
    assert judge(3, {1: PART, 2: PART}, {1: {}, 2: {}}, set()) == {1: False, 2: False}


def test_document_tells_the_story_of_all_its_versions() -> None:
    assert judge(3, {1: VERSION, 2: VERSION}, {1: {2: VERSION}, 2: {1: VERSION}}, set()) == {1: True, 2: True}


def test_what_may_be_missing_is_no_evidence() -> None:
    found = {crowded: judge(3, {1: PART, 2: PART}, {1: {}, 2: {}}, {crowded}) for crowded in (1, 2)}
    assert found == {1: {1: False, 2: False}, 2: {1: True, 2: True}}


def test_pair_that_is_beyond_doubt_needs_no_others() -> None:
    assert judge(3, {1: Pair(1.0, 1.0, EVIDENT | SURE), 2: PART}, {1: {}, 2: {}}, set())[1]


own = st.dictionaries(st.integers(1, 5), st.sampled_from([VERSION, PART, Pair(0.3, 0.5, EVIDENT)]), min_size=1)


@given(own, st.dictionaries(st.tuples(st.integers(1, 5), st.integers(1, 5)), st.just(VERSION)))
def test_verdicts_do_not_depend_on_what_names_the_documents(drawn: Pairs, among: dict[tuple[int, int], Pair]) -> None:
    def beside(by: int) -> dict[int, Pairs]:
        found: dict[int, Pairs] = {number + by: {} for number in drawn}
        for (a, b), pair in among.items():
            for one, other in ((a, b), (b, a)):
                if a != b and one in drawn:
                    found[one + by][other + by] = pair
        return found

    moved = {number + 50: pair for number, pair in drawn.items()}
    one, other = judge(9, drawn, beside(0), set()), judge(NEW, moved, beside(50), set())
    assert other == {number + 50: told for number, told in one.items()}


def test_of_many_pairs_those_with_the_oldest_are_read(index: Index) -> None:
    add_each(index, [document(f"d{n}", window(n % 2)) for n in range(12)])
    with index.database.reading() as connection:
        every = pairs_of(connection, range(1, 13))
        assert [len(beside) for beside in every.values()] == [5] * 12
        found = oldest_pairs_of(connection, range(1, 13), 3)
        assert oldest_pairs_of(connection, range(1, 13), 6) == every
    for number, beside in found.items():
        assert set(sorted(every[number])[:3]) <= beside.keys()
        assert beside.items() <= every[number].items()


def test_document_with_more_pairs_than_count_finds_its_story(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pairs", "verdicts"):
        monkeypatch.setattr(f"copydesk.service.index.{module}.MOST_PAIRS", 3)
    add_each(index, [document(f"d{n:02}", window(0, wrong=n or 50)) for n in range(40, 50)])
    add_each(index, [document("other", window(1)), document("last", window(0, wrong=39))])
    assert set(clusters(index).values()) == {"d40", "other"}
    index.remove(["d40", "d43"])
    assert set(clusters(index).values()) == {"d41", "other"}


def test_hidden_document_has_no_pairs_and_the_one_in_its_place_has_its_own(index: Index) -> None:
    add_each(index, [document("a", window(0)), document("b", window(0, wrong=9)), document("c", window(0, wrong=7))])
    with index.database.reading() as connection:
        graph = Graph(connection)
        assert [edge[:2] for edge in graph.edges([1])] == [(1, 2), (1, 3)]
        graph.hide(1)
        assert graph.edges([1]) == []
        assert [edge[:2] for edge in graph.edges([2])] == [(2, 3)]
        graph.put(1, {3: VERSION}, crowded=False)
        assert graph.concerned([1]) == {3}
        assert set(graph.rejudge([3])) == {(3, 1)}
        assert [edge[:2] for edge in graph.edges([3])] == [(3, 2), (3, 1)]
