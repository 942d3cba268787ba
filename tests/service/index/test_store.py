"""The index by example: clusters that keep their ids, the document to keep, errors, expiry, export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from copydesk.classifier.duplicates import DuplicateOptions, Relation, SigningScheme
from copydesk.classifier.duplicates.types import Keep, KeptBecause
from copydesk.service.index import Age, Document, Index, IndexMismatch, cluster_ids, open_index
from copydesk.service.index.tables import FORMAT
from copydesk.service.index.writes import pack_keys, unpack_keys
from tests.support.index_places import MakePlace, add, add_each, clusters, document, window


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("index")) as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Index]:
    with open_index(str(tmp_path / "small.sqlite")) as opened:
        yield opened


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
        assert not add(index, "e", window(0), 0.0, "paper").keep


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


def test_ids_that_are_numbers_stay_numbers(index: Index, tmp_path: Path) -> None:
    first, second, third = index.add(
        [document(2**53 + 1, window(0)), document("2", window(0)), document(2.5, window(1))], now=0.0
    )
    assert (second.cluster, [match.id for match in second.matches]) == (2**53 + 1, [2**53 + 1])
    assert (first.cluster, third.cluster) == (2**53 + 1, 2.5)
    assert [entry.id for entry in index.members(str(2**53 + 1))] == [2**53 + 1, "2"]
    assert index.resolve("2") == 2**53 + 1
    assert [cluster.id for cluster in index.latest_clusters(2)] == [2.5, 2**53 + 1]
    with open_index(str(tmp_path / "again.sqlite")) as again:
        again.import_lines(index.export_lines())
        assert list(again.export_lines()) == list(index.export_lines())
    assert index.check([document("2.5", window(1))])[0].cluster == 2.5
    assert index.remove([2.5, "2"]) == 2


@pytest.mark.parametrize("ids", [b"ab", bytearray(b"ab"), {"97": 1}, None, True, ["97", None], ["97", b"98"]])
def test_ids_that_are_none_are_refused_and_nothing_is_removed(small: Index, ids: Any) -> None:
    small.add([document(97, window(0)), document(98, window(1))], now=0.0)
    with pytest.raises(
        TypeError, match=r"(ids|the id) is of type \w+, expected (an id, or a list|a string or a number)"
    ):
        small.remove(ids)
    assert small.stats().documents == 2


@pytest.mark.parametrize("id", [None, b"a", True])
def test_what_is_no_id_cannot_be_looked_up(small: Index, id: Any) -> None:
    for look_up in (small.get, small.resolve, small.members):
        with pytest.raises(TypeError, match=r"the id is of type \w+, expected a string"):
            look_up(id)


@pytest.mark.parametrize("id", [True, float("nan"), float("inf"), ""])
def test_id_that_is_no_string_and_no_number_is_refused(id: object) -> None:
    with pytest.raises(ValueError, match="the id is"):
        document(id, "text")  # type: ignore[arg-type]


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


def test_expire_goes_by_either_time(index: Index) -> None:
    index.add([document("a", window(0), 10.0), document("b", window(0))], now=20.0)
    index.add([document("c", window(0), 50.0)], now=30.0)
    assert [index.expire(before) for before in (10.0, 10.5)] == [0, 1]
    assert clusters(index) == {"b": "b", "c": "b"}
    assert index.expire(30.0, by=Age.ADDED) == 1
    assert index.get("b") is None
    entry = index.get("c")
    assert entry is not None
    assert (entry.published, entry.added, entry.cluster) == (50.0, 30.0, "c")


def test_expire_takes_the_name_of_an_age_and_refuses_others(small: Index) -> None:
    small.add([document("a", window(0), 10.0), document("b", window(1), 30.0)], now=20.0)
    for wrong in ("add", "ADDED", True, None):
        with pytest.raises(ValueError, match=f"by is '{wrong}', expected one of published, added"):
            small.expire(25.0, by=wrong)  # type: ignore[arg-type]
    assert small.expire(20.0, by="added") == 0
    assert small.expire(20.0, by="published") == 1
    assert small.expire(20.5, by="added") == 1


@pytest.mark.parametrize(
    ("time", "error", "found"),
    [
        ("yesterday", ValueError, "'yesterday'"),
        (float("nan"), ValueError, "nan"),
        (float("inf"), ValueError, "inf"),
        (1e30, ValueError, r"1e\+30"),
        (True, TypeError, "of type bool"),
        (None, TypeError, "of type NoneType"),
        (datetime(2024, 5, 1), TypeError, "of type datetime"),
    ],
)
def test_value_that_is_no_time_adds_and_expires_nothing(
    index: Index, time: Any, error: type[Exception], found: str
) -> None:
    index.add([document("a", window(0), 10.0)], now=20.0)
    with pytest.raises(error, match=f"^before is {found}, expected a time in ISO 8601"):
        index.expire(time)
    with pytest.raises(error, match=f"^now is {found}, expected a time in ISO 8601"):
        index.add([document("b", window(1))], now=time)
    assert set(clusters(index)) == {"a"}


@pytest.mark.parametrize("time", ["2024-05-01T08:30:00Z", 1714552200, 1714552200000, "2024-05-01T10:30+02:00"])
def test_times_of_adding_and_expiry_are_read_as_those_of_publication(index: Index, time: float | str) -> None:
    index.add([document("a", window(0))], now=time)
    index.add([document("b", window(1))], now=1714552199.5)
    assert index.expire(time) == 1
    entry = index.get("a")
    assert entry is not None
    assert entry.added == 1714552200.0


@pytest.mark.parametrize(("ids", "left"), [("ab", {"a", "b", "7"}), (7, {"a", "b", "ab"}), ((), {"a", "b", "ab", "7"})])
def test_one_id_is_removed_as_it_is(small: Index, ids: Any, left: set[str]) -> None:
    stored: list[str | int] = ["a", "b", "ab", 7]
    small.add([document(id, window(n)) for n, id in enumerate(stored)], now=0.0)
    assert small.remove(ids) == 4 - len(left)
    assert {str(id) for id in stored if small.get(id)} == left


def test_stats_count_what_is_there(index: Index) -> None:
    index.add([document("a", window(0), 10.0), document("b", window(0)), document("c", window(1))], now=20.0)
    stats = index.stats()
    assert (stats.documents, stats.clusters, stats.same_story_pairs, stats.schema) == (3, 2, 1, FORMAT)
    assert (stats.first_added, stats.last_added, stats.first_published, stats.last_published) == (
        20.0,
        20.0,
        10.0,
        10.0,
    )
    assert stats.n_bytes > 0


def test_compact_changes_no_answer(index: Index) -> None:
    index.add([document(f"d{n}", window(n % 7)) for n in range(40)], now=0.0)
    index.remove([f"d{n}" for n in range(0, 40, 3)])
    before = list(index.export_lines())
    index.compact()
    assert list(index.export_lines()) == before
    assert add(index, "new", window(3)).seen


@pytest.mark.parametrize(
    ("id", "source", "published", "message"),
    [
        ("", None, None, "the id is empty"),
        ("a\0b", None, None, "the id has a null character"),
        ("\ud800", None, None, "or a lone surrogate"),
        ("a" * 2001, None, None, "the id has 2001 characters, expected at most 2000"),
        ("a", "\0", None, "the source has a null character"),
        ("a", None, float("nan"), "published is nan, expected a time in ISO 8601"),
    ],
)
def test_document_that_cannot_be_stored_is_refused(
    id: str, source: str | None, published: float | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Document(id, "text", published, source)


def test_text_of_any_characters_is_stored(index: Index) -> None:
    strange = "a \0 null, \ud800 half, Ελλάδα 東京の川のプールは春に開く"
    assert not add(index, "straße 東京 '\"%s:x", strange).seen
    assert [match.id for match in add(index, "b", strange).matches] == ["straße 東京 '\"%s:x"]


def test_document_with_a_damaged_shingle_set_is_named(small: Index) -> None:
    add(small, "a", window(0))
    with small.database.writing() as connection:
        connection.execute(text("UPDATE documents SET shingles = x'ffff'"))
    with pytest.raises(Exception, match="the stored shingles of document 'a' do not decode; remove the document"):
        small.check([document("b", window(0))])


def test_import_wants_an_empty_index_and_the_same_settings(small: Index, tmp_path: Path) -> None:
    add(small, "a", window(0))
    lines = list(small.export_lines())
    with pytest.raises(ValueError, match="has documents already, expected an empty one"):
        small.import_lines(lines)
    with (
        open_index(str(tmp_path / "b"), scheme=SigningScheme(seed=2)) as other,
        pytest.raises(IndexMismatch, match=r"scheme\.seed is 1 in it and 2 here"),
    ):
        other.import_lines(lines)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{}", "line 1 names format None of an export, expected 8"),
        (b"no json", "line 3 of the export is not a JSON object"),
        (b'{"id": "b"}', "line 3 of the export is not a document of an index"),
    ],
)
def test_broken_export_is_refused_whole(small: Index, tmp_path: Path, line: bytes, message: str) -> None:
    add(small, "a", window(0))
    settings, document, _last = small.export_lines()
    lines = [line] if line == b"{}" else [settings, document, line, b'{"documents_written":2}']
    assert_refused(tmp_path, lines, message)


def assert_refused(tmp_path: Path, lines: list[bytes], message: str) -> None:
    """Check that lines are not imported, not even some of them."""
    with open_index(str(tmp_path / "again.sqlite")) as again:
        with pytest.raises(ValueError, match=message):
            again.import_lines(lines)
        assert again.stats().documents == 0


def test_export_is_imported_only_with_all_its_lines(small: Index, tmp_path: Path) -> None:
    assert_refused(tmp_path, list(small.export_lines())[:-1], "the export ends after 0 documents without its last")
    with open_index(str(tmp_path / "empty.sqlite")) as again:
        assert again.import_lines(small.export_lines()) == 0
    add_each(small, [document("a", window(0)), document("b", window(1))])
    settings, first, second, last = small.export_lines()
    assert last == b'{"documents_written":2}\n'
    truncated = "without its last line, which has their number: it is truncated; export the index again"
    for lines, message in [
        ([], "the export is empty, expected a line with the settings"),
        ([settings], f"the export ends after 0 documents {truncated}"),
        ([settings, first], f"the export ends after 1 document {truncated}"),
        ([settings, first, second], f"the export ends after 2 documents {truncated}"),
        ([settings, first, last], "line 3 of the export says that it has 2 documents, 1 are there: lines are missing"),
        ([settings, first, second, last[:-3]], "line 4 of the export is not a JSON object"),
        ([settings, first, second, last, b"\n", settings], "line 6 comes after the last line of the export"),
    ]:
        assert_refused(tmp_path, lines, message)
    with open_index(str(tmp_path / "again.sqlite")) as again:
        assert again.import_lines([settings, first, second, last, b"\n"]) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("added", b"1e999"),
        ("added", b'"soon"'),
        ("published", b"NaN"),
        ("keys", b"[-1]"),
        ("keys", b"[281474976710656]"),
        ("length", b"9223372036854775808"),
        ("length", b"1.5"),
        ("digest", b'"1ffffffffffffffff"'),
        ("digest", b'"-1"'),
        ("names", b'[["x",-1]]'),
        ("title", b"7"),
        ("id", b"true"),
        ("id", b"1e999"),
        ("shingles", b"[" * 20_000 + b"]" * 20_000),
    ],
)
def test_export_with_an_impossible_value_is_refused(small: Index, tmp_path: Path, field: str, value: bytes) -> None:
    add(small, "a", window(0))
    settings, line, last = small.export_lines()
    place = json.dumps({field: json.loads(line)[field]}, separators=(",", ":"))[1:-1].encode()
    broken = line.replace(place, f'"{field}":'.encode() + value)
    assert broken != line
    with open_index(str(tmp_path / "again.sqlite")) as again:
        with pytest.raises(ValueError, match=r"line 2 of the export is not a"):
            again.import_lines([settings, broken, last])
        assert again.stats().documents == 0


def test_keys_are_read_as_they_were_written() -> None:
    keys = [0, 1, (1 << 47) - 1, 1 << 40]
    assert unpack_keys(pack_keys(keys)) == keys
    assert unpack_keys(pack_keys([])) == []


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
