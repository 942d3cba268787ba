"""The parts of the benchmark of the index, each a process of its own: `PART PLACE COUNT`, figures as JSON."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from copydesk.classifier.duplicates.normalized_words import read_words
from copydesk.classifier.duplicates.shingles import read_shingles
from copydesk.classifier.duplicates.types import DEFAULT_BANDING, DEFAULT_SCHEME
from copydesk.service.index import Document, open_index
from tests.bench.generated import COPY_EVERY, Generated
from tests.bench.measure import MEGABYTE

BATCH = 1000
WARM_UP, ASKED = 100, 1000
LEFT = 0.9
"""The share of a held article that an asked copy has."""

Figures = dict[str, Any]


def load(place: str, count: int) -> Figures:
    """Make an index and add documents in batches, each of them on disk when the next begins."""
    with open_index(place) as index:
        index.check([Document("first", Generated(1).text(0))])  # compiles
        figures = _timed(count, lambda batch: index.add(batch, now=0.0))
    with open_index(place, create=False) as index:  # closed meanwhile, SQLite has put its log into the file
        return figures | {"disk": index.stats().n_bytes / count}


def cold(place: str, count: int) -> Figures:
    """Ask an index whose file is not in memory."""
    if not hasattr(os, "posix_fadvise"):
        return {}
    file = os.open(place, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)
    return {"cold": _ask(place, count)["times"]}


def warm(place: str, count: int) -> Figures:
    """Ask an index after its file was read through once."""
    if Path(place).exists():
        with Path(place).open("rb") as file:
            while file.read(MEGABYTE):
                pass
    found = _ask(place, count)
    return {"warm": found["times"], "seen": found["seen"]}


def peer(_place: str, count: int) -> Figures:
    """Do the same with the index that datasketch keeps in memory, with the same shingles and bands."""
    datasketch = importlib.import_module("datasketch")
    bands, rows = DEFAULT_BANDING.bands, DEFAULT_BANDING.rows
    lsh = datasketch.MinHashLSH(num_perm=DEFAULT_SCHEME.num_perm, params=(bands, rows))

    def signed(documents: Sequence[Document]) -> Any:
        shingles = read_shingles(read_words([document.text for document in documents]), DEFAULT_SCHEME)
        sets = [shingles.values[a:b].tolist() for a, b in zip(shingles.bounds, shingles.bounds[1:], strict=False)]
        return datasketch.MinHash.bulk(sets, num_perm=DEFAULT_SCHEME.num_perm, hashfunc=int)

    def add(documents: Sequence[Document]) -> None:
        for document, minhash in zip(documents, signed(documents), strict=True):
            lsh.insert(document.id, minhash)

    figures = _timed(count, add)
    times, seen = _times(asked(count), lambda document: bool(lsh.query(signed([document])[0])))
    return figures | {"warm": times, "seen": seen}


def batches(count: int) -> Iterator[list[Document]]:
    """Make generated articles, as many at a time as are added at a time."""
    generated = Generated(count)
    for first in range(0, count, BATCH):
        yield [Document(f"d{n}", generated.text(n)) for n in range(first, min(first + BATCH, count))]


def asked(count: int) -> Iterator[Document]:
    """Give documents to ask for: in turn an article that is not there, and a cut copy of one that is."""
    generated = Generated(count)
    for number in range(WARM_UP + ASKED):
        if number % 2:
            words = generated.text(number * 7919 % count).split()
            yield Document(f"q{number}", " ".join(words[: int(LEFT * len(words))]))
        else:
            yield Document(f"q{number}", generated.text((count // COPY_EVERY + 1 + number) * COPY_EVERY))


def _ask(place: str, count: int) -> Figures:
    questions = list(asked(count))
    with open_index(place, create=False) as index:
        times, seen = _times(questions, lambda document: index.check([document])[0].seen)
    return {"times": times, "seen": seen}


def _times(questions: Iterator[Document] | Sequence[Document], ask: Callable[[Document], bool]) -> tuple[Any, int]:
    """Return the 50th and the 99th percentile in milliseconds, after a warm-up, and how many were seen."""
    taken: list[float] = []
    seen = 0
    for number, document in enumerate(questions):
        start = time.perf_counter()
        found = ask(document)
        if number >= WARM_UP:
            taken.append(1000 * (time.perf_counter() - start))
            seen += found
    ranked = sorted(taken)
    return (ranked[len(ranked) // 2], ranked[len(ranked) * 99 // 100]), seen


def _timed(count: int, add: Callable[[list[Document]], object]) -> Figures:
    """Add generated articles; making them stands outside the clock."""
    busy = os.getloadavg()[0]
    rates: list[tuple[int, float]] = []
    cpu = 0.0
    for batch in batches(count):
        start, worked = time.perf_counter(), time.process_time()
        add(batch)
        rates.append((len(batch), time.perf_counter() - start))
        cpu += time.process_time() - worked
    return {
        "count": count,
        "adds": _rate(rates),
        "last_adds": _rate(rates[-max(1, len(rates) // 10) :]),
        "cpu": 1000 * cpu / count,
        "load_average": f"{busy:.1f} and {os.getloadavg()[0]:.1f}",
    }


def _rate(rates: Sequence[tuple[int, float]]) -> float:
    return sum(n for n, _ in rates) / sum(seconds for _, seconds in rates)


PARTS = {"load": load, "cold": cold, "warm": warm, "peer": peer}


def main(arguments: Sequence[str]) -> None:
    """Do a part and write its figures, with the highest memory of this process."""
    part, place, count = arguments
    figures = PARTS[part](place, int(count))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (MEGABYTE if sys.platform == "darwin" else 1024)
    print(json.dumps(figures | {"memory": peak}))


if __name__ == "__main__":
    main(sys.argv[1:])
