"""The work folder of `copydesk dedup`: what is signed already, for a run that goes on after an end."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates import SignedTexts
from copydesk.classifier.duplicates.shingles import Ragged, Shingles
from copydesk.classifier.errors import CopydeskError
from copydesk.service.atomic_files import write_atomically
from copydesk.service.rows import BadRow, JsonId

try:
    import fcntl
except ImportError:  # not on Windows, where two runs into one output are the user's own care
    fcntl = None  # type: ignore[assignment]

MANIFEST = "manifest.json"
LOCK = "lock"
ANSWERS = "answers.jsonl"


class UnusableWork(CopydeskError):
    """A work folder that cannot be used: another's, or in use."""

    code = "unusable_work"


class StoppedWork(CopydeskError):
    """A run that cannot go on, though the same command will: a damaged chunk, a worker that was ended."""

    code = "stopped_work"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is kept of some rows in a row, beside their signatures.

    Attributes:
        ids: Of the documents among them, in order, as they came.
        lines: Of the documents.
        published: Shape (n_documents,).
        sources: Of the documents.
        bad: The rows that are none, with their places among all rows of the chunk.
        digests: Shape (n_documents,), as signed.
        lengths: Shape (n_documents,), as signed.
    """

    ids: list[JsonId]
    lines: list[int | None]
    published: NDArray[np.float64]
    sources: list[str | None]
    bad: list[tuple[int, BadRow]]
    digests: NDArray[np.uint64]
    lengths: NDArray[np.int64]

    @property
    def n_rows(self) -> int:
        """Documents and bad rows together."""
        return len(self.ids) + len(self.bad)


def work_folder(output: Path) -> Path:
    """Name the folder beside an output that its run works in."""
    return output.with_name(output.name + ".work")


@contextlib.contextmanager
def open_work_folder(folder: Path, manifest: Mapping[str, Any], say: Callable[[str], None]) -> Iterator[None]:
    """Hold a work folder: chunks of an earlier run stay where its manifest is equal, else all starts anew.

    The folder goes when the block ends well, and stays for the next run when it does not.

    Raises:
        UnusableWork: The folder is none of ours, or another run holds it.
    """
    if folder.exists() and not (folder / LOCK).exists() and any(folder.iterdir()):
        raise UnusableWork(f"{folder} is no work folder of copydesk dedup; move it away or name another --output")
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        lock_folder(lock, folder)
        _keep_or_clear(folder, json.loads(json.dumps(manifest)), say)
        yield
    _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, last what tells that it is ours: who is stopped here leaves a folder that can be used."""
    last = [folder / MANIFEST, folder / LOCK]
    for path in [*(path for path in folder.iterdir() if path not in last), *last]:
        path.unlink(missing_ok=True)
    folder.rmdir()


def lock_folder(lock: IO[str], folder: Path) -> None:
    """Lock for as long as this process lives, however it ends.

    Raises:
        UnusableWork: Another process holds it.
    """
    if fcntl is None:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise UnusableWork(f"{folder} is held by another run; wait for its end or name another --output") from error


def _keep_or_clear(folder: Path, manifest: dict[str, Any], say: Callable[[str], None]) -> None:
    try:
        earlier = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        earlier = None
    if earlier == manifest and manifest["resumable"]:
        return
    if isinstance(earlier, dict):
        differ = sorted(key for key in manifest if earlier.get(key) != manifest[key]) or ["standard input"]
        say(f"{folder} was left by a run that differs in: {', '.join(differ)}; starting anew")
    for path in folder.iterdir():
        if path.name != LOCK:
            path.unlink()
    write_atomically(folder / MANIFEST, lambda out: out.write(json.dumps(manifest, indent=1).encode()))


def chunk_path(folder: Path, number: int) -> Path:
    """Name the file of a chunk."""
    return folder / f"chunk-{number:07}.npz"


def save_chunk(path: Path, chunk: Chunk, signed: SignedTexts) -> None:
    """Write a chunk whole or not at all."""
    names = {
        "ids": chunk.ids,
        "lines": chunk.lines,
        "sources": chunk.sources,
        "bad": [[place, row.id, row.line, row.code, row.message] for place, row in chunk.bad],
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
    write_atomically(path, lambda out: np.savez(out, **arrays))  # type: ignore[arg-type]


def load_chunk(path: Path) -> Chunk:
    """Load a chunk's rows without what was signed.

    Raises:
        StoppedWork: The file is damaged; it is removed, so that the next run writes it again.
    """
    (names, published, digests, lengths) = _load(path, ("names", "published", "digests", "lengths"))
    fields = json.loads(names.tobytes())
    bad = [(int(place), BadRow(*row)) for place, *row in fields["bad"]]
    return Chunk(fields["ids"], fields["lines"], published, fields["sources"], bad, digests, lengths)


def load_signed(path: Path) -> SignedTexts:
    """Load what was signed of a chunk's documents; raises as `load_chunk`."""
    names = ("shingles", "shingle_bounds", "sizes", "digests", "keys", "key_bounds", "lengths")
    shingles, bounds, sizes, digests, keys, key_bounds, lengths = _load(path, names)
    return SignedTexts(
        Shingles(shingles, bounds, (int(sizes[0]), int(sizes[1]))), digests, Ragged(keys, key_bounds), lengths
    )


def _load(path: Path, names: Sequence[str]) -> list[NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        path.unlink(missing_ok=True)
        raise StoppedWork(f"{path} is damaged ({error}) and was removed; run the same command again") from error
