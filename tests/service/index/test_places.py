"""Places that cannot be used as usual: read-only, another program's, moved away, busy, or on a server that fails."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir

import pytest

from copydesk.service.index import Document, Index, IndexMismatch, IndexUnavailable, open_index, postgres, sqlite_file
from copydesk.service.index.database import Database, public_name
from tests.conftest import LIMIT_SECONDS, ROOT
from tests.support.index_places import MakePlace, Server, add, assert_whole, window

AS_READER = """
import os, sys
from copydesk.service.index import Document, IndexUnavailable, open_index
from tests.support.index_places import window
with open_index(sys.argv[2]) as index:  # imports everything, which the other user may not be able to read
    index.add([Document("a", window(0))], now=0.0)
    index.check([Document("new", window(0))])
    index.stats(), list(index.export_lines())
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
with open_index(sys.argv[1], create=False) as index:
    (answer,) = index.check([Document("new", window(0))])
    print(answer.cluster, index.stats().documents, len(list(index.export_lines())))
    try:
        index.add([Document("new", window(0))], now=0.0)
    except IndexUnavailable as error:
        print(error)
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    """An index with one document in a folder that every user may enter."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == Path.home().owner() and Path(gettempdir()) in folder.parents:
            folder.chmod(0o755)
    path = tmp_path / "index.sqlite"
    with open_index(str(path)) as index:
        add(index, "a", window(0))
    return str(path)


END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND datname = current_database()"
)


def end_connections(index: Index) -> None:
    """End all other connections to the database of an index."""
    with index.database.autocommit() as connection:
        connection.exec_driver_sql(END_ALL)


def read_as_other_user(place: str, own_place: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", AS_READER, place, str(own_place)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=LIMIT_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.attack
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs users")
@pytest.mark.parametrize("with_log", [False, True])
def test_index_that_may_not_be_written_is_read(
    place: str, with_log: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    Path(place).chmod(0o444)
    Path(place).parent.chmod(0o555)
    writer = open_index(place) if with_log else None  # its log stays beside the file
    try:
        read, refused = read_as_other_user(place, tmp_path_factory.mktemp("own") / "own.sqlite")
    finally:
        if writer is not None:
            writer.close()
    assert read == "a 1 3"
    assert "attempt to write a readonly database; check that it exists, is writable" in refused


def test_index_that_is_read_without_locks_is_opened_again_when_it_changes(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without_rights:
        without_rights.setattr(sqlite_file.SqliteFile, "is_writable", lambda _: False)
        reader = open_index(place, create=False)
        assert reader.stats().documents == 1
    with open_index(place) as writer:
        add(writer, "b", window(1))
        monkeypatch.setattr(sqlite_file.SqliteFile, "is_writable", lambda _: False)
        assert reader.stats().documents == 2
    assert reader.stats().documents == 2
    reader.close()


def test_index_that_changes_while_it_is_read_without_locks_does_not_answer(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file.SqliteFile, "is_writable", lambda _: False)
    with (
        open_index(place) as index,
        pytest.raises(IndexUnavailable, match="replaced while it was used"),
        index.database.reading(),
    ):
        os.utime(place, (1, 1))


@pytest.mark.attack
def test_role_that_may_only_read_checks_counts_and_exports(postgres: Server) -> None:
    place = postgres.new_database("reader")
    with open_index(place) as index:
        add(index, "a", window(0))
        with index.database.autocommit() as connection:
            connection.exec_driver_sql("DROP ROLE IF EXISTS only_reader")
            connection.exec_driver_sql("CREATE ROLE only_reader LOGIN")
            connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO only_reader")
    reading = place.replace("postgres:opensesame@", "only_reader@")
    with open_index(reading) as index:
        assert index.check([Document("b", window(0))])[0].cluster == "a"
        assert index.stats().documents == 1
        assert len(list(index.export_lines())) == 3
        with pytest.raises(IndexUnavailable, match="permission denied for table"):
            add(index, "b", window(0))


@pytest.mark.parametrize("sql", ["CREATE TABLE photos (id)", "CREATE TABLE settings (name, value, colour)"])
def test_file_of_another_program_is_refused_and_not_changed(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(IndexMismatch, match=r"photos.sqlite' is a database of another program: it has 1 table"):
            open_index(str(path), create=create)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_server_s_database_with_other_tables_takes_an_index_unless_names_clash(postgres: Server) -> None:
    place = postgres.new_database("shared")
    with Database(place).writing() as connection:
        connection.exec_driver_sql("CREATE TABLE photos (id int)")
    open_index(place).close()
    place = postgres.new_database("clash")
    with Database(place).writing() as connection:
        connection.exec_driver_sql("CREATE TABLE settings (colour text)")
    with pytest.raises(IndexMismatch, match=r"another program: it has 1 table \(settings\)"):
        open_index(place)


@pytest.mark.parametrize("remove", [False, True])
def test_file_that_went_away_is_noticed_and_used_again_when_it_is_back(place: str, remove: bool) -> None:
    path, aside = Path(place), Path(place).with_name("aside.sqlite")
    with open_index(place) as index:
        path.rename(aside)
        for _ in range(2):
            with pytest.raises(IndexUnavailable, match="is gone: its file has been moved or removed; put it back"):
                index.get("a")
            with pytest.raises(IndexUnavailable, match="is gone"):
                add(index, "b", window(1))
        assert not path.exists()
        if remove:
            aside.unlink()
            with sqlite3.connect(path) as connection:
                connection.execute("CREATE TABLE photos (id)")
            for _ in range(2):
                with pytest.raises(IndexMismatch, match="another program"):
                    index.get("a")
        else:
            aside.rename(path)
            assert add(index, "b", window(1)).added
            assert index.stats().documents == 2


@pytest.mark.attack
def test_file_that_goes_away_during_an_add_is_not_answered_with_added(place: str) -> None:
    with (
        open_index(place) as index,
        pytest.raises(IndexUnavailable, match="is gone"),
        index.database.writing(),
    ):
        Path(place).unlink()


def test_another_index_at_the_path_is_read_with_its_own_keys(place: str, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with open_index(str(other)) as index:
        add(index, "b", window(1))
        index.compact()
    with open_index(place) as index:
        assert index.check([Document("q", window(0))])[0].cluster == "a"
        other.rename(place)
        for end in ("-wal", "-shm"):
            Path(place + end).unlink(missing_ok=True)
        assert index.check([Document("q", window(0))])[0].cluster == "q"
        assert index.check([Document("q", window(1))])[0].cluster == "b"


@pytest.mark.attack
def test_writer_that_waits_too_long_is_told_that_others_write(
    new_place: MakePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "LOCK_SECONDS", 0.2)
    monkeypatch.setitem(postgres.SETTINGS, "lock_timeout", "200ms")
    place = new_place("busy")
    with open_index(place) as index, open_index(place) as other:
        with index.database.writing(), pytest.raises(IndexUnavailable, match="is in use: others have been writing"):
            add(other, "a", window(0))
        assert add(other, "a", window(0)).added


CREATING = """
import sys
from copydesk.service.index import Document, open_index
for n in range(5):
    with open_index(sys.argv[1]) as index:
        index.add([Document(f"{sys.argv[2]}-{n}", "")], now=0.0)
"""


@pytest.mark.attack
@pytest.mark.slow
def test_eight_processes_make_one_index_at_once(new_place: MakePlace) -> None:
    place = new_place("eight")
    processes = [
        subprocess.Popen([sys.executable, "-c", CREATING, place, str(number)], cwd=ROOT, stderr=subprocess.PIPE)
        for number in range(8)
    ]
    for process in processes:
        _, said = process.communicate(timeout=LIMIT_SECONDS)
        assert process.returncode == 0, said
    assert len(assert_whole(place)) == 40


@pytest.mark.attack
@pytest.mark.slow
def test_connection_that_the_server_ended_is_replaced(postgres: Server) -> None:
    with open_index(postgres.new_database("ended")) as index:
        add(index, "a", window(0))
        end_connections(index)
        assert index.stats().documents == 1
        with pytest.raises(IndexUnavailable, match="cannot be used"), index.database.writing():
            end_connections(index)
        assert add(index, "b", window(1)).added


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgres://me:opensesame@host/x?sslmode=require", "postgresql://me:***@host/x"),
        ("postgresql+psycopg://me@host:5433/x", "postgresql://me@host:5433/x"),
        ("postgresql://a,b:5433/x?target_session_attrs=read-write", "postgresql://a,b:,5433/x"),
        ("postgresql:///?service=news", "postgresql:///?service=news"),
        ("postgresql:///x?host=/run/postgresql&password=opensesame", "postgresql:///run/postgresql/x"),
        ("postgresql://me:open%40sesame%2F@[::1]:5/x", "postgresql://me:***@::1:5/x"),
    ],
)
def test_url_is_read_as_libpq_does_and_named_without_password(url: str, name: str) -> None:
    assert Database(url).name == name
    assert public_name(url) == name


@pytest.mark.parametrize(
    "login", ["me:p@ss", "me:9/ss", "me:p@s/s", "me:p@s?ss", "me:p?s@ss", "me:s@ss/", "me:%ss", "?password=p@ss"]
)
def test_password_that_is_not_percent_encoded_is_refused_and_not_shown(login: str) -> None:
    for read in (Database, public_name):
        with pytest.raises(ValueError, match="percent-encode signs of the password: @ as %40") as caught:
            read(f"postgresql://{login}@host/x")
        assert "ss@" not in str(caught.value)


@pytest.mark.slow
def test_database_without_encryption_is_refused_where_it_is_required(postgres: Server) -> None:
    place = postgres.new_database("plain")
    with pytest.raises(IndexUnavailable, match="server does not support SSL, but SSL was required"):
        open_index(place + "?sslmode=require")


@pytest.mark.slow
def test_service_file_and_environment_name_the_server(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = postgres.new_database("service")
    host, _, database = place.rpartition("@")[2].partition("/")
    address, port = host.split(":")
    file = tmp_path / "services"
    file.write_text(f"[news]\nhost={address}\nport={port}\nuser=postgres\ndbname={database}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    with open_index("postgresql:///?service=news") as index:
        add(index, "a", window(0))
    for name, value in {"PGHOST": address, "PGPORT": port, "PGUSER": "postgres", "PGDATABASE": database}.items():
        monkeypatch.setenv(name, value)
    with open_index("postgresql://", create=False) as index:
        assert index.stats().documents == 1
