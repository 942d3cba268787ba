"""Pairs of an index: which are read of a document with many, and the verdicts on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.duplicates.rules import PairFlag
from copydesk.service.index import Index, open_index
from copydesk.service.index.pairs import Pair, Pairs, decide_same_story
from copydesk.service.index.reads import read_oldest_pairs, read_pairs
from copydesk.service.index.verdicts import NEW, Verdicts
from tests.support.index_places import MakePlace, add_each, clusters, document, window

VERSION = Pair(0.5, 0.9, PairFlag.SHARES_PASSAGE | PairFlag.NEEDS_RIVAL_CHECK | PairFlag.SIMILAR_SIZE)
PART = Pair(0.3, 1.0, PairFlag.SHARES_PASSAGE | PairFlag.NEEDS_RIVAL_CHECK)


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("pairs")) as opened:
        yield opened


def test_document_that_contains_two_stories_belongs_to_neither() -> None:
    assert decide_same_story(3, {1: PART, 2: PART}, {1: {}, 2: {}}, set()) == {1: False, 2: False}


def test_versions_of_one_story_are_no_rivals() -> None:
    own = {1: VERSION, 2: VERSION}
    assert decide_same_story(3, own, {1: {2: VERSION}, 2: {1: VERSION}}, set()) == {1: True, 2: True}


def test_pairs_that_may_be_missing_are_no_evidence() -> None:
    found = {
        incomplete: decide_same_story(3, {1: PART, 2: PART}, {1: {}, 2: {}}, {incomplete}) for incomplete in (1, 2)
    }
    assert found == {1: {1: False, 2: False}, 2: {1: True, 2: True}}


def test_identical_pair_needs_no_rival_check() -> None:
    assert decide_same_story(
        3, {1: Pair(1.0, 1.0, PairFlag.SHARES_PASSAGE | PairFlag.IDENTICAL), 2: PART}, {1: {}, 2: {}}, set()
    )[1]


own = st.dictionaries(
    st.integers(1, 5), st.sampled_from([VERSION, PART, Pair(0.3, 0.5, PairFlag.SHARES_PASSAGE)]), min_size=1
)


@given(own, st.dictionaries(st.tuples(st.integers(1, 5), st.integers(1, 5)), st.just(VERSION)))
def test_verdicts_do_not_depend_on_the_numbers_of_documents(drawn: Pairs, among: dict[tuple[int, int], Pair]) -> None:
    def other_pairs(by: int) -> dict[int, Pairs]:
        found: dict[int, Pairs] = {number + by: {} for number in drawn}
        for (a, b), pair in among.items():
            for one, other in ((a, b), (b, a)):
                if a != b and one in drawn:
                    found[one + by][other + by] = pair
        return found

    moved = {number + 50: pair for number, pair in drawn.items()}
    one, other = (
        decide_same_story(9, drawn, other_pairs(0), set()),
        decide_same_story(NEW, moved, other_pairs(50), set()),
    )
    assert other == {number + 50: same_story for number, same_story in one.items()}


def test_oldest_pairs_of_documents_with_many_are_read(index: Index) -> None:
    add_each(index, [document(f"d{n}", window(n % 2)) for n in range(12)])
    with index.database.reading() as connection:
        every = read_pairs(connection, range(1, 13))
        assert [len(other_pairs) for other_pairs in every.values()] == [5] * 12
        found = read_oldest_pairs(connection, range(1, 13), 3)
        assert read_oldest_pairs(connection, range(1, 13), 6) == every
    for number, other_pairs in found.items():
        assert set(sorted(every[number])[:3]) <= other_pairs.keys()
        assert other_pairs.items() <= every[number].items()


def test_document_with_more_than_the_most_pairs_finds_its_story(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pairs", "verdicts"):
        monkeypatch.setattr(f"copydesk.service.index.{module}.MAX_PAIRS", 3)
    add_each(index, [document(f"d{n:02}", window(0, wrong=n or 50)) for n in range(40, 50)])
    add_each(index, [document("other", window(1)), document("last", window(0, wrong=39))])
    assert set(clusters(index).values()) == {"d40", "other"}
    index.remove(["d40", "d43"])
    assert set(clusters(index).values()) == {"d41", "other"}


def test_excluded_document_has_no_links_and_its_replacement_has_its_own(index: Index) -> None:
    add_each(index, [document("a", window(0)), document("b", window(0, wrong=9)), document("c", window(0, wrong=7))])
    with index.database.reading() as connection:
        verdicts = Verdicts(connection)
        assert [link[:2] for link in verdicts.links([1])] == [(1, 2), (1, 3)]
        verdicts.exclude(1)
        assert verdicts.links([1]) == []
        assert [link[:2] for link in verdicts.links([2])] == [(2, 3)]
        verdicts.add(1, {3: VERSION}, incomplete=False)
        assert verdicts.affected_by([1]) == {1: {3}}
        assert set(verdicts.decide_again([3])) == {(3, 1)}
        assert [link[:2] for link in verdicts.links([3])] == [(3, 2), (3, 1)]


def test_ends_of_a_chain_of_versions_are_different_stories(index: Index) -> None:
    words = [f"word{number}" for number in range(600)]
    chain = [document(f"v{n}", " ".join(words[40 * n : 40 * n + 200])) for n in range(10)]
    index.add(chain, now=0.0)
    found = clusters(index)
    assert found["v0"] == found["v1"] == found["v2"] == "v0"
    assert found["v3"] == found["v4"] == "v3"
    (answer,) = index.check([document("copy", chain[3].text)])
    assert (answer.cluster, answer.seen) == ("v3", True)
