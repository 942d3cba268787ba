"""Laws of the index, on both databases: its state depends on the present documents, not on how they came there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates import DuplicateOptions, find_duplicates, sign_texts
from copydesk.classifier.duplicates.choices import reason_of
from copydesk.classifier.duplicates.types import Keep
from copydesk.service.index import Document, Index, IndexAnswer, open_index, writes
from tests.support.index_places import MakePlace, add_each, assert_whole, clear, clusters, document, window

pytestmark = pytest.mark.slow

IDS = "abcdefgh"
laws = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

texts = st.one_of(
    st.builds(window, st.integers(0, 2), st.sampled_from([0, 30, 60, 90, 120]), wrong=st.sampled_from([0, 0, 9, 25])),
    st.sampled_from(["", "two words", "Two words!", f"{window(0)} {window(1)}", f"{window(7)} {window(1, 20, 60)}"]),
)
documents = st.builds(
    Document,
    st.sampled_from(IDS),
    texts,
    st.sampled_from([None, 1.0, 2.0]),
    st.sampled_from([None, "agency", "paper"]),
    st.sampled_from([None, "A title"]),
)
batches = st.lists(documents, max_size=8)
different = st.lists(documents, max_size=8, unique_by=lambda each: each.id)
copies = st.lists(
    st.builds(
        document,
        st.sampled_from(IDS),
        st.builds(window, st.integers(0, 2), wrong=st.sampled_from([0, 9, 25])),
        st.sampled_from([None, 1.0, 2.0]),
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)


@pytest.fixture(autouse=True)
def fast_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Merge as much of the key log for few documents as else for ten thousands."""
    monkeypatch.setattr(writes, "PARTITIONS_A_DOCUMENT", 9000)


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("law"), DuplicateOptions(prefer=["agency"])) as opened:
        yield opened


@pytest.fixture
def other(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("other"), DuplicateOptions(prefer=["agency"])) as opened:
        yield opened


@contextmanager
def cleared(*indexes: Index) -> Iterator[None]:
    for each in indexes:
        clear(each)
    yield


def state(index: Index) -> list[bytes]:
    return list(index.export_lines())


def without_redirects_from(index: Index, ids: set[str]) -> list[dict[str, object]]:
    """Read the whole index without the redirects from some ids: an id that was once returned stays valid."""
    lines = [json.loads(line) for line in index.export_lines()]
    return [{**line, "names": [name for name in line.get("names", []) if name[0] not in ids]} for line in lines]


def clusters_and_verdicts(index: Index) -> list[tuple[object, ...]]:
    """Read clusters and verdicts; the last digits of a coverage depend on which document is compared with which."""
    lines = [json.loads(line) for line in index.export_lines()][1:-1]
    return [(line["id"], line["cluster"], [(pair[0], pair[-1]) for pair in line["pairs"]]) for line in lines]


def without_added(answer: IndexAnswer) -> tuple[object, ...]:
    return answer.id, answer.cluster, answer.keep, answer.unchanged, answer.matches, answer.common_keys


@laws
@given(before=batches, to_check=documents)
def test_check_then_add_is_add(index: Index, before: list[Document], to_check: Document) -> None:
    with cleared(index):
        index.add(before, now=1.0)
        stored = state(index)
        (checked,) = index.check([to_check])
        assert state(index) == stored
        (added,) = index.add([to_check], now=2.0)
        assert without_added(checked) == without_added(added)
        assert added.added is not added.unchanged
        assert index.check([to_check])[0].unchanged


@laws
@given(before=batches, to_check=different)
def test_check_of_many_is_check_of_each(index: Index, before: list[Document], to_check: list[Document]) -> None:
    with cleared(index):
        index.add(before, now=1.0)
        assert index.check(to_check) == [index.check([each])[0] for each in to_check]


@laws
@given(before=batches, new=st.lists(st.builds(document, st.sampled_from("uvwxyz"), texts), max_size=4))
def test_remove_undoes_add(index: Index, before: list[Document], new: list[Document]) -> None:
    with cleared(index):
        index.add(before, now=1.0)
        ids = {each.key for each in new}
        stored, clusters_before = without_redirects_from(index, ids), clusters(index)
        index.add(new, now=2.0)
        assert index.remove([each.id for each in new]) == len(ids)
        assert without_redirects_from(index, ids) == stored
        assert clusters(index) == clusters_before


@laws
@given(new=different, data=st.data())
def test_removed_documents_leave_no_trace(index: Index, other: Index, new: list[Document], data: st.DataObject) -> None:
    with cleared(index, other):
        index.add(new, now=1.0)
        removed = {each.id for each in new if data.draw(st.booleans())}
        index.remove(sorted(removed))
        other.add([each for each in new if each.id not in removed], now=1.0)
        every = {each.key for each in new}
        assert without_redirects_from(index, every) == without_redirects_from(other, every)


@laws
@given(new=different, data=st.data())
def test_replaced_texts_leave_no_trace(index: Index, other: Index, new: list[Document], data: st.DataObject) -> None:
    with cleared(index, other):
        first = [document(each.id, data.draw(texts)) for each in new]
        index.add(first, now=1.0)
        index.add(new, now=1.0)
        other.add(new, now=1.0)
        assert clusters_and_verdicts(index) == clusters_and_verdicts(other)


@laws
@given(new=batches)
def test_batch_is_one_by_one(index: Index, other: Index, new: list[Document]) -> None:
    with cleared(index, other):
        together = index.add(new, now=1.0)
        apart = [other.add([each], now=1.0)[0] for each in new]
        assert together == apart
        assert state(index) == state(other)


@laws
@given(new=different)
def test_adding_again_changes_nothing(index: Index, new: list[Document]) -> None:
    with cleared(index):
        index.add(new, now=1.0)
        stored = state(index)
        again = index.add(new, now=2.0)
        assert state(index) == stored
        assert {answer.id: answer.cluster for answer in again} == clusters(index)


@laws
@given(new=different, data=st.data())
def test_pairs_do_not_depend_on_the_order_of_adding(
    index: Index, other: Index, new: list[Document], data: st.DataObject
) -> None:
    with cleared(index, other):
        shuffled = data.draw(st.permutations(new))
        found = [
            {frozenset((answer.id, match.id)) for answer in each.add(part, now=1.0) for match in answer.matches}
            for each, part in ((index, new), (other, shuffled))
        ]
        assert found[0] == found[1]


@laws
@given(new=copies, data=st.data(), keep=st.sampled_from(Keep))
def test_clusters_and_documents_to_keep_are_those_of_a_closed_set_if_all_pairs_of_a_story_are_found(
    index: Index, new: list[Document], data: st.DataObject, keep: Keep
) -> None:
    options = DuplicateOptions(keep=keep)
    with cleared(index):
        index = index.with_options(options)
        plain = [Document(each.id, each.text, each.published) for each in data.draw(st.permutations(new))]
        index.add(plain, now=1.0)
        ids = [each.key for each in plain]
        times = np.array([np.nan if each.published is None else each.published for each in plain])
        closed = find_duplicates(ids, [sign_texts([each.text for each in plain])], published=times, options=options)
        cluster_of = {name: ids[at] for name, at in zip(ids, closed.clusters.tolist(), strict=True)}
        assert groups(clusters(index)) == groups(cluster_of)
        kept = {name: number for name, number in zip(ids, closed.kept_because.tolist(), strict=True) if number}
        answers = {answer.id: answer.kept_because for answer in index.check(plain) if answer.keep}
        assert answers == {name: reason_of(number) for name, number in kept.items()}


@laws
@given(new=different)
def test_cluster_id_changes_only_when_an_older_cluster_takes_it_in(index: Index, new: list[Document]) -> None:
    with cleared(index):
        ages = {each.id: age for age, each in enumerate(new)}
        before: dict[str, str] = {}
        for each in new:
            index.add([each], now=1.0)
            after = clusters(index)
            moved = {before[name]: after[name] for name in before if before[name] != after[name]}
            assert all(after[name] == moved.get(before[name], before[name]) for name in before)
            assert all(ages[new_] < ages[old] and index.resolve(old) == new_ for old, new_ in moved.items())
            before = after


@laws
@given(new=different, data=st.data())
def test_old_cluster_ids_resolve_while_a_document_is_left(
    index: Index, new: list[Document], data: st.DataObject
) -> None:
    with cleared(index):
        for each in new:
            index.add([each], now=1.0)
        removed = data.draw(st.lists(st.sampled_from([each.id for each in new] or ["none"]), unique=True))
        before = clusters(index)
        index.remove(removed)
        after = clusters(index)
        for cluster in set(before.values()):
            left = [each.id for each in new if each.id in after and before[each.id] == cluster]
            assert index.resolve(cluster) == (after[left[0]] if left else None)


@laws
@given(new=batches, to_check=documents)
def test_import_of_an_export_gives_the_same_answers(
    index: Index, new: list[Document], to_check: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with cleared(index):
        index.add(new, now=1.0)
        lines = state(index)
        place = str(tmp_path_factory.mktemp("import") / "again.sqlite")
        with open_index(place, DuplicateOptions(prefer=["agency"])) as again:
            assert again.import_lines(lines) == len({each.id for each in new})
            assert state(again) == lines
            assert again.check([to_check]) == index.check([to_check])
        assert_whole(place)


@laws
@given(steps=st.lists(st.one_of(documents, st.sampled_from(IDS)), max_size=12))
def test_index_is_consistent_after_any_additions_and_removals(tmp_path: Path, steps: list[Document | str]) -> None:
    place = str(tmp_path / "steps.sqlite")
    with open_index(place) as index:
        clear(index)
        for step in steps:
            if isinstance(step, str):
                index.remove([step])
            else:
                add_each(index, [step])
    assert_whole(place)


def groups(cluster_of: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(name for name in cluster_of if cluster_of[name] == cluster) for cluster in cluster_of.values()}
