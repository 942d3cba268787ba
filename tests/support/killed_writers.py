"""Kills processes that write, at a moment that is given, and checks that everything acknowledged is there and whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from itertools import count, groupby
from pathlib import Path
from typing import Protocol
from unittest import mock

from sqlalchemy import select

from copydesk.classifier import ArtifactMismatch, artifact, load_model
from copydesk.service.api_keys import KeyFile, Scope
from copydesk.service.corrections import FeedbackFolder
from copydesk.service.index import Document, open_index, writes
from copydesk.service.index.tables import DOCUMENTS
from tests.support.index_places import MakePlace, assert_whole, window

Acknowledge = Callable[[str], object]
OPENED = "opened"
"""What a writer acknowledges first, so that its process is not killed while it starts."""


class Writer(Protocol):
    """Writes in a process that is killed. `longest` is the number of seconds after which it is killed at the latest."""

    longest: float

    def write(self, acknowledge: Acknowledge) -> None:
        """Acknowledge `OPENED`, then each thing that is written, without end."""

    def check(self, acknowledged: Sequence[str]) -> int:
        """Check what is on disk; return how much of it is whole but was not acknowledged."""


def kill_once(writer: Writer, seconds: float) -> tuple[int, int]:
    """Let a writer write in another process, kill it after some seconds, and check what it left.

    Returns:
        How many things were acknowledged, and how many are there without.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            writer.write(lambda line: os.write(writing, line.encode() + b"\n"))
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as lines:
        assert lines.readline(), "the process ended before it had begun to write"
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the process ended before it was killed"
        acknowledged = lines.read().decode().splitlines()
    return len(acknowledged), writer.check(acknowledged)


class IndexWriter:
    """Adds batches of documents to an index; a new index is begun after some kills, so that checks stay short."""

    longest = 1.0
    batch = 20
    stories = 40
    kills_a_place = 50
    whole_every = 5
    """Kills from one check of all tables to the next."""

    def __init__(self, new_place: MakePlace) -> None:
        self._new_place, self._kills, self._batches, self._place = new_place, 0, 0, ""
        self._begin()

    def _begin(self) -> None:
        self._place, self._batches = self._new_place(f"killed{self._kills}"), 0
        open_index(self._place).close()

    def write(self, acknowledge: Acknowledge) -> None:
        with open_index(self._place) as index, mock.patch.object(writes, "PARTITIONS_A_DOCUMENT", 1500):
            acknowledge(OPENED)  # with the value above, each batch merges about half of the key log
            for batch in count(self._batches):
                ids = [f"{batch:06}-{number:02}" for number in range(self.batch)]
                documents = [Document(id, window(n % self.stories)) for n, id in enumerate(ids, start=batch)]
                index.add(documents, now=float(batch))
                acknowledge("added")

    def check(self, acknowledged: Sequence[str]) -> int:
        with open_index(self._place) as index, index.database.writing() as connection:  # waits for the killed one
            ids = connection.execute(select(DOCUMENTS.c.id)).scalars().all()
        sizes = {batch: len(list(same)) for batch, same in groupby(sorted(ids), key=lambda id: id.split("-")[0])}
        assert list(sizes) == [f"{batch:06}" for batch in range(len(sizes))], "a batch is missing"
        assert set(sizes.values()) <= {self.batch}, "a batch is half there"
        more = len(sizes) - self._batches - len(acknowledged)
        assert more in (0, 1), f"{len(acknowledged)} batches were acknowledged, {more} more than these are there"
        self._batches, self._kills = len(sizes), self._kills + 1
        if self._kills % self.whole_every == 0:
            assert_whole(self._place)
        if self._kills % self.kills_a_place == 0:
            self._begin()
        return more


class ImportWriter:
    """Imports an export into an index that is empty."""

    n_documents = 60
    whole_every = 10

    def __init__(self, folder: Path) -> None:
        self._folder, self._kills = folder, 0
        with open_index(str(folder / "exported.sqlite")) as index:
            index.add([Document(f"d{n}", window(n % 20)) for n in range(self.n_documents)], now=0.0)
            self._export = list(index.export_lines())
        start = time.monotonic()
        with open_index(str(folder / "undisturbed.sqlite")) as index:
            index.import_lines(iter(self._export))
        self.longest = 1.5 * (time.monotonic() - start)

    def _place(self) -> str:
        return str(self._folder / f"imported{self._kills}.sqlite")

    def write(self, acknowledge: Acknowledge) -> None:
        with open_index(self._place()) as index:
            acknowledge(OPENED)
            index.import_lines(iter(self._export))
            acknowledge("imported")
            signal.pause()

    def check(self, acknowledged: Sequence[str]) -> int:
        with open_index(self._place()) as index:
            n_found = index.stats().documents
        assert n_found in ((self.n_documents,) if acknowledged else (0, self.n_documents)), "an import is half there"
        if self._kills % self.whole_every == 0:
            assert_whole(self._place())
        self._kills += 1
        return bool(n_found) - len(acknowledged)


class FeedbackWriter:
    """Stores corrected pages in a folder."""

    longest = 0.1
    tags = 20_000
    """Tags of each page, so that a page that is half there can be told."""

    def __init__(self, folder: Path) -> None:
        self._path, self._kills = folder, 0

    def write(self, acknowledge: Acknowledge) -> None:
        folder = FeedbackFolder(self._path)
        acknowledge(OPENED)
        for number in count():
            page = {"id": f"{self._kills}-{number}", "html": f"<p>{number}" * self.tags, "site": "", "blocks": []}
            acknowledge(folder.put(page))

    def check(self, acknowledged: Sequence[str]) -> int:
        pages = list(map(json.loads, FeedbackFolder(self._path).lines()))
        assert {page["html"].count("<p>") for page in pages} <= {self.tags}, "a page is half there"
        found = {page["id"] for page in pages}
        assert set(acknowledged) <= found, "a page is lost"
        shutil.rmtree(self._path, ignore_errors=True)
        self._kills += 1
        return len(found) - len(acknowledged)


class KeysWriter:
    """Makes API keys, and revokes every third."""

    longest = 0.1
    revoked = "revoked "

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, acknowledge: Acknowledge) -> None:
        keys = KeyFile(self._path)
        acknowledge(OPENED)
        for number in count():
            key = keys.add(f"k{number}", Scope.READ, now=0.0)
            acknowledge(key)
            if number % 3 == 0:
                keys.revoke(f"k{number}")
                acknowledge(self.revoked + key)

    def check(self, acknowledged: Sequence[str]) -> int:
        keys = KeyFile(self._path)
        revoked = {line.removeprefix(self.revoked) for line in acknowledged if line.startswith(self.revoked)}
        valid = {line for line in acknowledged if not line.startswith(self.revoked)} - revoked
        lost = {key for key in valid if keys.find(key) is None}
        assert lost <= set(acknowledged[-1:]), "a key is lost"  # of the last one, revoking may have begun
        assert not any(map(keys.find, revoked)), "a revoked key is valid"
        more = len(keys.read_all()) - len(valid) + len(lost)
        assert more in (0, 1)
        keys.close()
        self._path.unlink(missing_ok=True)
        return more


class ModelWriter:
    """Saves three models into one folder, as training does, in turn."""

    longest = 0.05
    packed = tuple((bytes([n]) * 2_000_000, bytes([n + 3]) * 2_000_000) for n in range(3))
    """What stands for their weights: their digest is checked before they are unpacked, which fails."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._last = folder, 2
        self._digests = [self._save(number) for number in range(3)]

    def _save(self, number: int) -> str:
        with mock.patch.object(artifact, "pack", return_value=self.packed[number % 3]):
            return artifact.save_model(mock.Mock(), self._folder, {})

    def write(self, acknowledge: Acknowledge) -> None:
        acknowledge(OPENED)
        for number in count(self._last + 1):
            self._save(number)
            acknowledge("saved")

    def check(self, acknowledged: Sequence[str]) -> int:
        last = self._last + len(acknowledged)
        more = self._digests.index(load_model(self._folder).digest) != last % 3
        for form in ("text", "html"):
            try:
                getattr(load_model(self._folder), form)
            except ArtifactMismatch as error:
                if "does not unpack" in str(error):
                    continue
                if "they belong to different runs" not in str(error):  # killed between two renames: refused by name
                    raise
                self._save(last)
                more = False
        self._last = last + more
        assert load_model(self._folder).digest == self._digests[self._last % 3], "a model is lost"
        return more
