"""Keeps signed chunks in a folder beside the output, so that a run that was killed can continue."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier import CopydeskError
from copydesk.classifier.duplicates import SignedTexts
from copydesk.classifier.duplicates.shingles import Ragged, Shingles
from copydesk.service.atomic_files import write_atomically
from copydesk.service.rows import BadRow, JsonId

try:
    import fcntl
except ImportError:  # Windows has none; two runs with one output are not detected there
    fcntl = None  # type: ignore[assignment]

MANIFEST = "manifest.json"
LOCK = "lock"
ANSWERS = "answers.jsonl"


class UnusableWork(CopydeskError):
    """The folder is not a work folder of copydesk, or another run uses it."""

    code = "unusable_work"


class StoppedWork(CopydeskError):
    """A run stopped: a chunk is damaged, or a worker was killed. The same command continues it."""

    code = "stopped_work"


@dataclass(frozen=True, slots=True)
class Chunk:
    """The rows of a chunk, without their signed texts. Lists and arrays are in the order of the documents.

    Lines are None where the input is not JSONL; times are in seconds since 1970, NaN where unknown. Bad rows come with
    their positions among all rows of the chunk. The digests are of the words, the lengths of the bodies.
    `unused` counts the values that could not be used, by the name of their field; `first_unused` describes the first.
    """

    ids: list[JsonId]
    lines: list[int | None]
    published: NDArray[np.float64]
    sources: list[str | None]
    bad: list[tuple[int, BadRow]]
    digests: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    unused: Counter[str] = field(default_factory=Counter)
    first_unused: dict[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of documents and bad rows together."""
        return len(self.ids) + len(self.bad)


def join_chunks(chunks: Sequence[Chunk]) -> Chunk:
    """Concatenate chunks; the positions of bad rows are among all rows."""
    starts = accumulate((chunk.n_rows for chunk in chunks), initial=0)
    return Chunk(
        [id for chunk in chunks for id in chunk.ids],
        [line for chunk in chunks for line in chunk.lines],
        np.concatenate([np.empty(0, np.float64), *(chunk.published for chunk in chunks)]),
        [source for chunk in chunks for source in chunk.sources],
        [(start + place, row) for start, chunk in zip(starts, chunks, strict=False) for place, row in chunk.bad],
        np.concatenate([np.empty(0, np.uint64), *(chunk.digests for chunk in chunks)]),
        np.concatenate([np.empty(0, np.int64), *(chunk.lengths for chunk in chunks)]),
        sum((chunk.unused for chunk in chunks), Counter()),
    )


@contextlib.contextmanager
def open_work_folder(folder: Path, manifest: Mapping[str, Any], say: Callable[[str], None]) -> Iterator[None]:
    """Open and lock a work folder. Chunks of an earlier run are kept if its manifest is equal, else removed.

    The folder is removed at the end of the block, and left for the next run when the block raises.

    Raises:
        UnusableWork: The folder is not a work folder, or another run uses it.
    """
    with lock_folder(folder, "is not a work folder of copydesk dedup; move it away or name another --output"):
        _keep_or_clear(folder, json.loads(json.dumps(manifest)), say)
        yield
    _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a work folder. Its manifest and lock are last: if this is interrupted, the folder can be used again."""
    last = [folder / MANIFEST, folder / LOCK]
    for path in [*(path for path in folder.iterdir() if path not in last), *last]:
        path.unlink(missing_ok=True)
    folder.rmdir()


@contextlib.contextmanager
def lock_folder(folder: Path, foreign: str) -> Iterator[None]:
    """Create a folder and lock it until the block ends, or this process does, even when it is killed.

    Raises:
        UnusableWork: Its files are not of an earlier run (the message is `foreign`); or another
            process has locked it.
    """
    if folder.exists() and not (folder / LOCK).exists() and any(folder.iterdir()):
        raise UnusableWork(f"{folder} {foreign}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UnusableWork(f"{folder} is used by another run; wait for its end or name another --output") from error
        yield


def _keep_or_clear(folder: Path, manifest: dict[str, Any], say: Callable[[str], None]) -> None:
    try:
        earlier = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        earlier = None
    if earlier == manifest and manifest["resumable"]:
        return
    if isinstance(earlier, dict):
        differ = sorted(key for key in manifest if earlier.get(key) != manifest[key]) or ["standard input"]
        say(f"{folder} was left by a run that differs in: {', '.join(differ)}; starting again")
    for path in folder.iterdir():
        if path.name != LOCK:
            path.unlink()
    write_atomically(folder / MANIFEST, lambda out: out.write(json.dumps(manifest, indent=1).encode()))


@dataclass(frozen=True, slots=True)
class ChunkFolder:
    """The files of signed chunks in a folder, by the chunks' numbers.

    Loading raises `StoppedWork` for a damaged file, and removes the file, so that the next run writes it again.
    """

    path: Path

    def file(self, number: int) -> Path:
        """Return the path of a chunk's file."""
        return self.path / f"chunk-{number:07}.npz"

    def save(self, number: int, chunk: Chunk, signed: SignedTexts) -> None:
        """Write a chunk's file atomically."""
        names = {
            "ids": chunk.ids,
            "lines": chunk.lines,
            "sources": chunk.sources,
            "bad": [[place, row.id, row.line, row.code, row.message] for place, row in chunk.bad],
            "unused": chunk.unused,
            "first_unused": chunk.first_unused,
        }
        arrays = {
            "names": np.frombuffer(json.dumps(names).encode(), np.uint8),
            "published": chunk.published,
            "digests": signed.digests,
            "lengths": signed.lengths,
            "shingles": signed.shingles.values,
            "shingle_bounds": signed.shingles.bounds,
            "sizes": np.array(signed.shingles.sizes),
            "keys": signed.keys.values,
            "key_bounds": signed.keys.bounds,
        }
        write_atomically(self.file(number), lambda out: np.savez(out, **arrays))  # type: ignore[arg-type]

    def load(self, number: int) -> Chunk:
        """Load a chunk's rows, without their signed texts."""
        names, published, digests, lengths = self._arrays(number, "names", "published", "digests", "lengths")
        fields = json.loads(names.tobytes())
        bad = [(int(place), BadRow(*row)) for place, *row in fields["bad"]]
        unused = Counter(fields["unused"]), fields.get("first_unused", {})
        return Chunk(fields["ids"], fields["lines"], published, fields["sources"], bad, digests, lengths, *unused)

    def load_signed(self, number: int) -> SignedTexts:
        """Load the signed texts of a chunk's documents."""
        values, bounds, sizes = self._arrays(number, "shingles", "shingle_bounds", "sizes")
        digests, keys, key_bounds, lengths = self._arrays(number, "digests", "keys", "key_bounds", "lengths")
        shingles = Shingles(values, bounds, (int(sizes[0]), int(sizes[1])))
        return SignedTexts(shingles, digests, Ragged(keys, key_bounds), lengths)

    def _arrays(self, number: int, *names: str) -> list[NDArray[Any]]:
        path = self.file(number)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return [arrays[name] for name in names]
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            path.unlink(missing_ok=True)
            raise StoppedWork(f"{path} is damaged ({error}) and was removed; run the same command again") from error
