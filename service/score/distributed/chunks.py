"""Chunks: the signed shards of a folder, several of them in a row as one, so that steps are neither many nor large."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.shingles import Ragged, Shingles
from copydesk.classifier.duplicates.signing import Signed
from copydesk.service.dedup.work_folder import Chunk, chunk_path, load_chunk, load_signed

LEAST_DOCUMENTS = 4096
"""Documents of a chunk, some 8 MB of signed texts, where there are not too many chunks of that size."""

MOST_CHUNKS = 10_000
"""Chunks at most: an exchange sends something from each of a thousand tasks to every chunk."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Signed shards by their numbers, put together.

    Attributes:
        folder: Holds them as `copydesk.service.dedup.work_folder` writes them.
        bounds: Shape (n_chunks + 1,): chunk c holds the shards from `bounds[c]` to `bounds[c + 1]`.
    """

    folder: Path
    bounds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def shards(self, chunk: int) -> range:
        """Return the shards of a chunk."""
        return range(self.bounds[chunk], self.bounds[chunk + 1])

    def rows(self, chunk: int) -> Chunk:
        """Load a chunk's rows; bad rows are none of it."""
        return _joined_rows([load_chunk(chunk_path(self.folder, shard)) for shard in self.shards(chunk)])

    def signed(self, chunk: int) -> Signed:
        """Load what was signed of a chunk's rows."""
        return _joined([load_signed(chunk_path(self.folder, shard)) for shard in self.shards(chunk)])


def put_together(folder: Path, counts: Sequence[int], *, least: int | None = None) -> Chunks:
    """Put shards in a row together until each chunk holds enough documents.

    Args:
        counts: Documents of each shard, at least one shard.
        least: Enough documents; as `LEAST_DOCUMENTS` and `MOST_CHUNKS` say where not given.
    """
    enough = max(LEAST_DOCUMENTS, sum(counts) // MOST_CHUNKS) if least is None else least
    bounds, size = [0], 0
    for number, count in enumerate(counts, start=1):
        size += count
        if size >= enough or number == len(counts):
            bounds.append(number)
            size = 0
    return Chunks(folder, tuple(bounds))


def _joined_rows(chunks: Sequence[Chunk]) -> Chunk:
    return Chunk(
        [name for chunk in chunks for name in chunk.ids],
        [line for chunk in chunks for line in chunk.lines],
        np.concatenate([chunk.published for chunk in chunks]),
        [source for chunk in chunks for source in chunk.sources],
        [],
        np.concatenate([chunk.digests for chunk in chunks]),
        np.concatenate([chunk.lengths for chunk in chunks]),
    )


def _joined(parts: Sequence[Signed]) -> Signed:
    sizes = {part.shingles.sizes for part in parts}
    assert len(sizes) == 1, f"shards were signed with shingles of {sorted(sizes)} words"
    shingles = joined_rows(Ragged(part.shingles.values, part.shingles.bounds) for part in parts)
    return Signed(
        Shingles(shingles.values, shingles.bounds, sizes.pop()),
        np.concatenate([part.digests for part in parts]),
        joined_rows(part.keys for part in parts),
        np.concatenate([part.lengths for part in parts]),
    )


def joined_rows(parts: Iterable[Ragged[Any]]) -> Ragged[Any]:
    """Lay rows after each other."""
    given = list(parts)
    counts: list[NDArray[np.int64]] = [np.zeros(1, np.int64), *(np.diff(part.bounds) for part in given)]
    return Ragged(np.concatenate([part.values for part in given]), np.cumsum(np.concatenate(counts)))
