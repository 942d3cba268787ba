"""Answers of the index, by example: matches, clusters that keep their ids, the document to keep."""

from __future__ import annotations

import pytest

from copydesk.classifier.duplicates import DuplicateOptions, Relation
from copydesk.classifier.duplicates.types import Keep, KeptBecause
from copydesk.service.index import Index, cluster_ids, open_index
from tests.support.index_places import MakePlace, add, add_each, clusters, document, window


def test_match_has_the_relation_of_the_added_text_to_the_other(index: Index) -> None:
    add(index, "a", window(0))
    answer = add(index, "b", f"{window(5)} {window(0)}")
    assert [(match.id, match.relation) for match in answer.matches] == [("a", Relation.CONTAINS)]
    (first, last), *more = answer.matches[0].overlap.ranges
    assert not more
    assert f"{window(5)} {window(0)}"[first:last] == window(0)
    assert (answer.seen, answer.cluster) == (True, "a")


def test_digest_of_two_stories_is_a_story_of_its_own(index: Index) -> None:
    add_each(index, [document("a", window(0)), document("b", window(5))])
    digest = add(index, "c", f"{window(5)} {window(0)}")
    assert [(match.id, match.same_story) for match in digest.matches] == [("a", False), ("b", False)]
    assert (digest.seen, digest.cluster) == (False, "c")
    assert add(index, "d", window(5)).cluster == "b"


def test_removal_of_a_rival_joins_a_pair_and_its_return_parts_it(index: Index) -> None:
    add_each(index, [document("a", window(0)), document("b", window(5)), document("c", f"{window(5)} {window(0)}")])
    assert clusters(index) == {"a": "a", "b": "b", "c": "c"}
    index.remove(["b"])
    assert clusters(index) == {"a": "a", "c": "a"}
    add(index, "b", window(5))
    assert clusters(index) == {"a": "a", "b": "b", "c": "a"}


def test_changed_text_that_is_a_rival_parts_a_pair_of_younger_documents(index: Index) -> None:
    add_each(index, [document("b", window(7)), document("a", window(0)), document("c", f"{window(5)} {window(0)}")])
    assert clusters(index) == {"a": "a", "b": "b", "c": "a"}
    (checked,) = index.check([document("b", window(5))])
    added = add(index, "b", window(5))
    assert (added.cluster, added.matches) == (checked.cluster, checked.matches)
    assert clusters(index) == {"a": "a", "b": "b", "c": "c"}


def test_oldest_cluster_id_survives_a_merge_and_the_other_resolves(index: Index) -> None:
    add(index, "z", window(0, 0))
    add(index, "b", window(0, 130))
    assert clusters(index) == {"z": "z", "b": "b"}
    bridge = add(index, "a", window(0, 30, 190))
    assert bridge.cluster == "z"
    assert index.resolve("b") == index.resolve("a") == index.resolve("z") == "z"
    assert [entry.id for entry in index.members("b")] == ["z", "b", "a"]
    assert index.remove(["a"]) == 1
    assert clusters(index) == {"z": "z", "b": "b"}
    assert index.resolve("a") is None
    assert index.members("a") == []


def test_cluster_that_loses_its_oldest_document_gets_the_id_of_the_next(index: Index) -> None:
    add_each(index, [document(name, window(0)) for name in "cba"])
    index.remove(["c"])
    assert clusters(index) == {"a": "b", "b": "b"}


def test_changed_text_replaces_the_document_under_its_number(index: Index) -> None:
    add_each(index, [document("a", window(0)), document("b", window(1)), document("c", window(1))])
    assert add(index, "a", window(1)).cluster == "a"
    assert clusters(index) == {"a": "a", "b": "a", "c": "a"}
    assert add(index, "a", window(2)).matches == ()
    assert clusters(index) == {"a": "a", "b": "b", "c": "b"}


def test_last_of_an_id_in_a_batch_stays(index: Index) -> None:
    first, second, third = index.add(
        [document("a", window(0)), document("a", window(1)), document("b", window(1))], now=0.0
    )
    assert (first.matches, second.matches) == ((), ())
    assert third.cluster == "a"
    assert clusters(index) == {"a": "a", "b": "a"}


def test_earliest_is_kept_then_the_longest_then_the_smallest_id(index: Index) -> None:
    assert add(index, "c", window(0), 9.0).keep
    assert not add(index, "b", window(0)).keep
    assert not add(index, "d", window(0), 9.0).keep
    assert add(index, "a", window(0), 9.0).keep
    assert add(index, "e", window(0, 0, 121), 9.0).keep
    assert add(index, "f", window(0), 8.0).keep
    assert [answer.keep for answer in index.check([document("e", window(0, 0, 121), 9.0)])] == [False]


def test_preferred_source_is_kept_before_all_others(new_place: MakePlace) -> None:
    with open_index(new_place("preferred"), DuplicateOptions(prefer=["it's an agency", "paper"])) as index:
        assert add(index, "a", window(0), 1.0).keep
        assert add(index, "b", window(0), 2.0, "paper").keep
        assert not add(index, "c", window(0), 1.0, "blog").keep
        assert add(index, "d", window(0), 3.0, "it's an agency").keep
        assert not add(index, "e", window(0), 0.5, "paper").keep


@pytest.mark.parametrize(
    ("keep", "answered", "kept"),
    [
        (Keep.EARLIEST, ["only_one", None, None, None], ("flash", KeptBecause.EARLIEST)),
        (Keep.LATEST, ["only_one", "latest", "latest", None], ("corrected", KeptBecause.LATEST)),
        (Keep.LONGEST, ["only_one", "longest", None, None], ("report", KeptBecause.LONGEST)),
    ],
)
def test_later_document_supersedes_the_one_to_keep(
    new_place: MakePlace, keep: Keep, answered: list[str | None], kept: tuple[str, KeptBecause]
) -> None:
    documents = [
        document("flash", window(0, 0, 60), 1.0),
        document("report", window(0), 2.0),
        document("corrected", window(0, 0, 110), 3.0),
        document("undated", window(0, 0, 100)),
    ]
    with open_index(new_place("supersede"), DuplicateOptions(keep=keep)) as index:
        assert [answer.kept_because for answer in index.add(documents, now=0.0)] == answered
        best, reason = index.choose_document_to_keep(index.members("flash"))
        assert (best.id, reason) == kept
        again = {answer.id: answer.kept_because for answer in index.check(documents) if answer.keep}
        assert again == dict([kept])
        index.remove([best.id])
        left, _ = index.choose_document_to_keep(index.members("undated"))
        checked = index.check([each for each in documents if each.id != best.id])
        assert [answer.id for answer in checked if answer.keep] == [left.id]


def test_unseen_only_leaves_out_a_document_that_would_be_kept_and_says_so(new_place: MakePlace) -> None:
    with open_index(new_place("unseen"), DuplicateOptions(keep=Keep.LATEST)) as index:
        add(index, "first", window(0), 1.0)
        (corrected,) = index.add([document("corrected", window(0, 0, 110), 2.0)], now=0.0, unseen_only=True)
        assert (corrected.added, corrected.keep, corrected.kept_because) == (False, True, KeptBecause.LATEST)
        assert index.get("corrected") is None


def test_pairs_below_the_limits_are_not_told_and_stay_apart_for_good(new_place: MakePlace) -> None:
    place = new_place("limits")
    with open_index(place, DuplicateOptions(min_similarity=0.8)) as index:
        add_each(index, [document("flash", window(0, 0, 60)), document("report", window(0)), document("b", window(1))])
        answer = add(index, "copy", window(0, 0, 119))
        assert [match.id for match in answer.matches] == ["report"]
        assert clusters(index) == {"flash": "flash", "report": "report", "copy": "report", "b": "b"}
        index.remove(["copy", "b"])
    with open_index(place) as index:
        assert clusters(index) == {"flash": "flash", "report": "report"}
        assert [match.id for match in index.check([document("new", window(0))])[0].matches] == ["flash", "report"]
        (checked,) = index.check([document("report", window(0))])
        assert ([match.id for match in checked.matches], checked.cluster) == (["flash"], "report")


def test_limits_of_a_check_apply_to_documents_that_are_in_the_index(new_place: MakePlace) -> None:
    place = new_place("check")
    with open_index(place) as index:
        add_each(index, [document("flash", window(0, 0, 60)), document("report", window(0))])
    with open_index(place, DuplicateOptions(min_contained=0.9, min_similarity=0.8)) as index:
        (answer,) = index.check([document("report", window(0))])
        assert (answer.seen, answer.matches, answer.cluster) == (False, (), "flash")


def test_short_text_matches_its_exact_copy_alone(index: Index) -> None:
    add_each(index, [document("a", "two words"), document("b", "two others"), document("c", "")])
    assert [match.id for match in add(index, "d", "Two words!").matches] == ["a"]
    assert add(index, "e", " ").matches == ()


def test_unseen_only_leaves_out_known_stories(index: Index) -> None:
    new = [document("a", window(0)), document("b", window(0)), document("c", window(1))]
    answers = index.add(new, now=0.0, unseen_only=True)
    assert [answer.added for answer in answers] == [True, False, True]
    assert set(clusters(index)) == {"a", "c"}


def test_answer_says_that_the_document_was_there_unchanged(index: Index) -> None:
    new = document("a", window(0))
    for unseen_only in (False, True):
        first, again = index.add([new, new], now=0.0, unseen_only=unseen_only)
        assert (first.added, first.unchanged) == (not unseen_only, unseen_only)
        assert (again.added, again.unchanged, again.seen) == (False, True, False)
    assert [answer.unchanged for answer in index.check([new, document("b", window(0))])] == [True, False]
    changed = index.add([document("a", window(1))], now=0.0, unseen_only=True)[0]
    assert (changed.added, changed.unchanged) == (True, False)


def test_many_copies_stay_one_cluster_and_their_keys_are_common(small: Index) -> None:
    answers = small.add([document(f"copy{n:03}", window(0)) for n in range(130)], now=0.0)
    assert {answer.cluster for answer in answers} == {"copy000"}
    assert (answers[100].common_keys, len(answers[100].matches)) == (0, 100)
    assert answers[101].common_keys > 0
    assert [match.id for match in answers[-1].matches][:5] == [f"copy{n:03}" for n in range(5)]
    (again,) = small.check([document("copy050", window(0))])
    assert again.common_keys > 0
    assert len(again.matches) == 10


def test_notice_that_many_stories_carry_makes_no_match(index: Index) -> None:
    notice = window(99, 0, 60)
    answers = index.add([document(f"s{n:02}", f"{window(n)} {notice}") for n in range(14)], now=0.0)
    assert len(answers[10].matches) == 10
    assert answers[12].matches == answers[13].matches == ()


def test_single_pair_between_two_stories_is_a_match_but_merges_nothing(index: Index) -> None:
    for story in (0, 1):
        add_each(index, [document(f"{story}-{n}", window(story, wrong=wrong)) for n, wrong in enumerate((0, 7, 8))])
    assert clusters(index) == {f"{story}-{n}": f"{story}-0" for story in (0, 1) for n in range(3)}
    answer = add(index, "odd", f"{window(0, wrong=6)} {window(1, 0, 60)}")
    assert answer.cluster == "0-0"
    assert answer.seen
    assert clusters(index)["1-0"] == "1-0"


def test_ids_of_removed_and_merged_clusters_resolve_while_a_document_is_left(index: Index) -> None:
    add_each(index, [document("z", window(0, 0)), document("b", window(0, 130)), document("a", window(0, 30, 190))])
    index.remove(["b"])
    assert index.resolve("b") == "z"
    index.remove(["z"])
    assert [index.resolve(name) for name in "zba"] == ["a", "a", "a"]
    assert [entry.id for entry in index.members("z")] == ["a"]
    add(index, "z", window(3))
    assert [index.resolve(name) for name in "zb"] == ["z", "a"]
    index.remove(["a", "z"])
    assert [index.resolve(name) for name in "zba"] == [None, None, None]


def test_number_of_old_ids_that_lead_to_a_document_is_limited(small: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_ids, "MAX_REDIRECTS", 3)
    add_each(small, [document(f"d{n}", window(0)) for n in range(7)])
    for n in range(6):
        small.remove([f"d{n}"])
    assert [small.resolve(f"d{n}") for n in range(7)] == [None, None, None, "d6", "d6", "d6", "d6"]
