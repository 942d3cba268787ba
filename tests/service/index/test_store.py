"""What the index stores, by example: ids, times and expiry, what it refuses, export and import."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from copydesk.classifier.duplicates import SigningScheme
from copydesk.service.index import Age, Document, Index, IndexMismatch, open_index
from copydesk.service.index.tables import FORMAT
from copydesk.service.index.writes import pack_keys, unpack_keys
from tests.support.index_places import add, add_each, clusters, document, window


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


def test_documents_may_come_from_any_iterable(index: Index) -> None:
    documents = [document("a", window(0)), document("b", window(0))]
    assert [answer.added for answer in index.add(iter(documents), now=0.0)] == [True, True]
    assert index.check(iter(documents)) == index.check(documents)


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
