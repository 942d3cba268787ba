"""An index is opened: what is in it stays, what does not fit is refused by name, an older one is brought up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.classifier.duplicates.types import Banding, KeyScheme, SigningScheme
from copydesk.service.index import Index, IndexMismatch, IndexUnavailable, NoIndex, migrations, open_index, writes
from copydesk.service.index.database import Database
from copydesk.service.index.export import export_lines
from copydesk.service.index.sqlite_keys.key_log import recent_keys
from tests.support.index_places import PASSWORD, MakePlace, add, add_each, assert_whole, document, window

NEWEST = 1 + len(migrations.ALL)


def test_index_stays_when_it_is_closed(new_place: MakePlace) -> None:
    place = new_place("stays")
    with open_index(place) as index:
        add(index, "a", window(0))
    with open_index(place, create=False) as index:
        assert add(index, "b", window(0)).cluster == "a"
    assert assert_whole(place) == ["a", "b"]


def test_other_settings_are_refused_naming_both_sides(new_place: MakePlace) -> None:
    place = new_place("settings")
    open_index(place).close()
    with pytest.raises(IndexMismatch, match=r"scheme.shingle_words is 3 in it and 4 here.*add the texts to a new"):
        open_index(place, scheme=SigningScheme(shingle_words=4))
    with pytest.raises(IndexMismatch, match=r'keys.banding is .*"bands": 16.* in it and .*"bands": 8.* here'):
        open_index(place, keys=KeyScheme(Banding(8, 2)))
    open_index(place).close()


def test_older_schema_is_brought_up_to_date_and_a_newer_one_refused(
    new_place: MakePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = new_place("schema")
    with open_index(place) as index:
        add(index, "a", window(0))

    def add_column(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE documents ADD COLUMN note TEXT DEFAULT 'new'"))

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "ALL", (*migrations.ALL, add_column))
        with open_index(place) as index:
            assert index.stats().schema == NEWEST + 1
            with index.database.reading() as connection:
                assert connection.execute(text("SELECT note FROM documents")).scalars().all() == ["new"]
    with pytest.raises(
        IndexMismatch, match=f"has schema {NEWEST + 1}, this copydesk knows schemas up to {NEWEST}; upgrade"
    ):
        open_index(place)


def test_migration_that_fails_changes_nothing(new_place: MakePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    place = new_place("failing")
    open_index(place).close()

    def fail(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE documents ADD COLUMN note TEXT"))
        raise RuntimeError("broken off")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "ALL", (*migrations.ALL, fail))
        with pytest.raises(RuntimeError, match="broken off"):
            open_index(place)
    with open_index(place) as index:
        assert index.stats().schema == NEWEST
        with index.database.reading() as connection:
            assert "note" not in {column["name"] for column in inspect(connection).get_columns("documents")}


def test_place_without_an_index_is_refused_where_none_is_to_be_made(new_place: MakePlace) -> None:
    with pytest.raises(NoIndex, match="holds no index; add documents to make one"):
        open_index(new_place("nothing"), create=False)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<p>No database, but a page of some length." * 100)
    with pytest.raises(IndexUnavailable, match=r"page.html' cannot be used: file is not a database"):
        open_index(str(path))


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="unable to open database file"):
        open_index(str(tmp_path / "nowhere" / "index.sqlite"))


def test_password_stands_in_no_message() -> None:
    place = f"postgresql://someone:{PASSWORD}@127.0.0.1:1/none"
    with pytest.raises(IndexUnavailable) as caught:
        open_index(place)
    assert PASSWORD not in str(caught.value)
    assert "someone:***@127.0.0.1:1/none" in str(caught.value)
    assert PASSWORD not in Database(place).name


@pytest.mark.parametrize(
    "place", ["mysql://someone:opensesame@host/none", "postgresql://someone:opensesame@host:port/none"]
)
def test_url_of_another_kind_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="the index's URL") as caught:
        open_index(place)
    assert PASSWORD not in str(caught.value)


def test_index_of_schema_1_gets_similarities_and_clusters_that_agree(new_place: MakePlace) -> None:
    place = new_place("schema1")
    with open_index(place) as index:
        add_each(index, [document(f"{n}", window(0, wrong=wrong)) for n, wrong in enumerate((0, 7, 0, 9))])
        add_each(index, [document("far", window(1)), document("near", window(1, 40))])
        add_each(index, [document("z", window(2, 0)), document("b", window(2, 130)), document("a", window(2, 30, 190))])
        before = kept(index)
        with index.database.writing() as connection:
            back_to_schema_2(connection)
            for statement in (
                "ALTER TABLE edges DROP COLUMN similarity",
                "DROP TABLE names",
                "DELETE FROM settings WHERE name IN ('certain', 'agreeing', 'most_counted')",
                "UPDATE settings SET value = '1' WHERE name = 'schema'",
            ):
                connection.execute(text(statement))
    with open_index(place) as index:
        assert index.stats().schema == NEWEST
        assert kept(index) == before
        index.remove(["b"])
        assert index.resolve("b") == "z"
    assert_whole(place)


def back_to_schema_3(connection: Connection) -> None:
    """Keep nothing but the similarity of pairs that tell one story."""
    for statement in (
        "DELETE FROM edges WHERE NOT same_story",
        *(f"ALTER TABLE edges DROP COLUMN {name}" for name in ("coverage", "kind", "same_story")),
        "ALTER TABLE documents DROP COLUMN crowded",
        "DELETE FROM settings WHERE name LIKE 'rivals.%' OR name IN ('most_pairs', 'most_partners')",
        "UPDATE settings SET value = '3' WHERE name = 'schema'",
    ):
        connection.execute(text(statement))


def kept(index: Index) -> list[dict[str, object]]:
    """Read an index, but for what of pairs was not kept before schema 4."""
    lines = [json.loads(line) for line in export_lines(index)][1:]
    for line in lines:
        del line["crowded"]
        line["pairs"] = [(name, similarity) for name, similarity, _, _, same_story in line["pairs"] if same_story]
    return lines


def back_to_schema_2(connection: Connection) -> None:
    """Let recent keys be a table of pairs again, without a filter over the others."""
    back_to_schema_3(connection)
    connection.execute(text("CREATE TABLE recent_keys (key BIGINT, document BIGINT, PRIMARY KEY (key, document))"))
    if connection.dialect.name == "sqlite":
        pairs = recent_keys(connection).between(0, 1 << KEY_BITS).T.tolist()
        connection.exec_driver_sql("INSERT INTO recent_keys VALUES (?, ?)", [tuple(pair) for pair in pairs])
    for statement in (
        "DROP TABLE key_runs",
        "DROP TABLE key_pieces",
        "DELETE FROM settings WHERE name IN ('moved_pieces', 'last_run')",
        "INSERT INTO settings VALUES ('next_move', '70000000000000')",
        "UPDATE settings SET value = '2' WHERE name = 'schema'",
    ):
        connection.execute(text(statement))


def test_index_of_schema_2_gets_runs_and_a_filter(new_place: MakePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "PIECES_A_DOCUMENT", 3000)
    monkeypatch.setattr(migrations, "PAIRS_A_RUN", 50)
    place = new_place("schema2")
    with open_index(place) as index:
        add_each(index, [document(f"{n}", window(n % 10)) for n in range(30)])
        before = kept(index)
        with index.database.writing() as connection:
            back_to_schema_2(connection)
    with open_index(place) as index:
        assert index.stats().schema == NEWEST
        assert kept(index) == before
        assert all(answer.seen for answer in index.check([document(f"q{n}", window(n)) for n in range(10)]))
    assert_whole(place)
    with open_index(place) as index:
        add_each(index, [document(f"later {n}", window(n % 12)) for n in range(30)])
        index.remove([f"{n}" for n in range(15)])
    assert_whole(place)
