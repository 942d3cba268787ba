"""Places for indexes in tests: a PostgreSQL server of their own, texts that make stories, and a check of all tables."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, select

from copydesk.classifier.duplicates.shingles import KEY_BITS
from copydesk.classifier.duplicates.types import DocumentId
from copydesk.service.index import Document, Index, IndexAnswer, open_index
from copydesk.service.index.clusters import links_by_document, replay
from copydesk.service.index.keys.key_filter import KeyFilter
from copydesk.service.index.keys.key_log import KeyLog
from copydesk.service.index.keys.partition import merge_progress
from copydesk.service.index.pairs import Pair
from copydesk.service.index.tables import DOCUMENTS, KEYS, PAIRS, REDIRECTS
from copydesk.service.index.verdicts import Verdicts
from copydesk.service.index.writes import unpack_keys

MakePlace = Callable[[str], str]

SERVER_USER = "postgres"
PASSWORD = "opensesame"


class PostgresMissing(Exception):
    """No PostgreSQL server can be started here."""


class Server:
    """A PostgreSQL server on a port and in a folder of its own; with fsync, as what it acknowledges must stay."""

    def __init__(self) -> None:
        above = Path(tempfile.mkdtemp(prefix="copydesk-postgres-"))  # pytest's own folders are closed to other users
        self._folder = above / "data"
        self._user = SERVER_USER if os.getuid() == 0 else getpass.getuser()
        self._programs = _programs()
        self._numbers = count()
        self._databases: list[str] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        if os.getuid() == 0:
            shutil.chown(above, self._user)
        self._run("initdb", "--no-sync", "--auth=trust", f"--username={SERVER_USER}", "--pgdata", str(self._folder))
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        user = self._user if os.getuid() == 0 else None
        command = [str(self._programs / program), *arguments]
        log = self._folder.parent / f"{program}.log"
        with log.open("ab") as out:
            done = subprocess.run(command, stdout=out, stderr=out, user=user, cwd="/", check=False, timeout=60)
        if done.returncode:
            raise PostgresMissing(f"{program} failed: {log.read_text(errors='replace')[-500:]}")

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self._port} -c unix_socket_directories=''"
        self._run("pg_ctl", "--pgdata", str(self._folder), "-w", "-o", options, "start")

    def stop(self, *, crash: bool = False) -> None:
        mode = "immediate" if crash else "fast"
        self._run("pg_ctl", "--pgdata", str(self._folder), "-w", "-m", mode, "stop")

    def remove(self) -> None:
        self.stop(crash=True)
        shutil.rmtree(self._folder.parent)

    def url(self, database: str) -> str:
        return f"postgresql://{SERVER_USER}:{PASSWORD}@127.0.0.1:{self._port}/{database}"

    def new_database(self, name: str) -> str:
        self._databases.append(f"{name}_{next(self._numbers)}")
        self._do(f"CREATE DATABASE {self._databases[-1]}")
        return self.url(self._databases[-1])

    def drop_databases(self) -> None:
        """Drop all databases: a server that starts after a crash goes through each one's files."""
        while self._databases:
            self._do(f"DROP DATABASE {self._databases.pop()} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        url = self.url("postgres").replace("postgresql:", "postgresql+psycopg:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def _programs() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    asked = shutil.which("pg_config")
    if asked:
        told = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        if (Path(told) / "initdb").exists():
            return Path(told)
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if packaged:  # where Debian's packages put it, outside of the search path
        return packaged[-1].parent
    raise PostgresMissing("no initdb on this machine: install PostgreSQL's server to test the index on it")


def window(story: int, first: int = 0, words: int = 120, *, wrong: int = 0) -> str:
    """Return some words of a long story of invented ones; every `wrong`-th is another."""
    numbers = range(10_000 * story + first, 10_000 * story + first + words)
    return " ".join(f"x{number}" if wrong and number % wrong == 0 else f"w{number}" for number in numbers)


def document(id: DocumentId, text: str, published: float | None = None, source: str | None = None) -> Document:
    return Document(id, text, published, source)


def clear(index: Index) -> None:
    """Remove everything."""
    with index.database.reading() as connection:
        ids = connection.execute(select(DOCUMENTS.c.id)).scalars().all()
    index.remove(ids)


def clusters(index: Index) -> dict[str, str]:
    """Read each document's cluster."""
    with index.database.reading() as connection:
        ids = connection.execute(select(DOCUMENTS.c.id).order_by(DOCUMENTS.c.id)).scalars().all()
    entries = [index.get(name) for name in ids]
    return {str(entry.id): str(entry.cluster) for entry in entries if entry is not None}


def assert_whole(place: str) -> list[str]:
    """Check that keys, filter, pairs, clusters and redirects fit the documents; return their ids, oldest first."""
    with open_index(place) as index, index.database.reading() as connection:
        rows = connection.execute(select(DOCUMENTS).order_by(DOCUMENTS.c.number)).all()
        pairs = {(row.document, row.other): Pair(*row[2:]) for row in connection.execute(select(PAIRS))}
        assert Verdicts(connection).decide_again({max(ends) for ends in pairs}) == {}
        targets = [document for (document,) in connection.execute(select(REDIRECTS.c.document))]
        postings = [(key, number) for key, number in connection.execute(select(KEYS.c.key, KEYS.c.document))]
        keys = sorted({key for key, _ in postings})
        n_merged, _ = merge_progress(connection)
        assert KeyFilter().maybe_present(connection, np.array(keys, np.int64), n_merged) == keys
        log = KeyLog()  # read from the table alone
        assert log.catch_up(connection)
        postings += [(key, number) for key, number in log.between(0, 1 << KEY_BITS).T.tolist()]
    numbers = [row.number for row in rows]
    assert sorted(postings) == sorted((key, row.number) for row in rows for key in unpack_keys(row._mapping["keys"]))
    assert {number for ends in pairs for number in ends} <= set(numbers)
    assert pairs == {(b, a): pair for (a, b), pair in pairs.items()}
    links = [(a, b, pair.similarity) for (a, b), pair in pairs.items() if pair.same_story]
    incomplete = {row.number: bool(row.pairs_incomplete) for row in rows}
    assert {row.number: row.cluster for row in rows} == replay(links_by_document(numbers, links), incomplete)
    assert set(targets) <= set(numbers)
    return [row.id for row in rows]


def add(
    index: Index, id: DocumentId, words: str, published: float | None = None, source: str | None = None
) -> IndexAnswer:
    """Add one document and return its answer."""
    (answer,) = index.add([Document(id, words, published, source)], now=5.0)
    return answer


def add_each(index: Index, documents: Sequence[Document], *, now: float = 0.0) -> None:
    for one in documents:
        index.add([one], now=now)
