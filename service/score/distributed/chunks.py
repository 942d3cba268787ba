"""Groups signed shards into chunks, the unit of the distributed steps, so that there are few and none is large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates import SignedTexts
from copydesk.classifier.duplicates.shingles import Ragged, Shingles
from copydesk.service.dedup import Chunk, ChunkFolder, join_chunks

CHUNKS_A_PROCESSOR = 3
"""Chunks of a small set: fewer leave processors idle at the end of a step, more cost Ray's time for each of them."""
MIN_DOCUMENTS = 4096
"""Least documents in a chunk, about 8 MB of signed texts."""
MAX_DOCUMENTS = 100_000
"""Documents from which a chunk is closed, about 190 MB; more if there would be more than `MAX_CHUNKS` chunks."""
MAX_CHUNKS = 10_000
"""Most chunks: an exchange sends rows from up to a thousand tasks to every chunk."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Which shards belong to each chunk.

    Attributes:
        folder: The folder of their chunk files.
        bounds: Shape (n_chunks + 1,): chunk c has the shards from `bounds[c]` to `bounds[c + 1]`.
    """

    folder: ChunkFolder
    bounds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def shards(self, chunk: int) -> range:
        """Return the shards of a chunk."""
        return range(self.bounds[chunk], self.bounds[chunk + 1])

    def rows(self, chunk: int) -> Chunk:
        """Load a chunk's rows."""
        return join_chunks(list(map(self.folder.load, self.shards(chunk))))

    def signed(self, chunk: int) -> SignedTexts:
        """Load the signed texts of a chunk's rows."""
        return _concat_signed(list(map(self.folder.load_signed, self.shards(chunk))))


def put_together(folder: Path, counts: Sequence[int], *, processors: int = 1, least: int | None = None) -> Chunks:
    """Group consecutive shards until each chunk has enough documents.

    Args:
        counts: Documents of each shard, of at least one shard.
        processors: Processors that share the work.
        least: Documents that are enough; by default as `processors` and the constants above demand.
    """
    enough = _enough_documents(sum(counts), processors) if least is None else least
    bounds, size = [0], 0
    for number, count in enumerate(counts, start=1):
        size += count
        if size >= enough or number == len(counts):
            bounds.append(number)
            size = 0
    return Chunks(ChunkFolder(folder), tuple(bounds))


def _enough_documents(n_documents: int, processors: int) -> int:
    wanted = -(-n_documents // (CHUNKS_A_PROCESSOR * processors))
    return max(min(max(wanted, MIN_DOCUMENTS), MAX_DOCUMENTS), n_documents // MAX_CHUNKS)


def _concat_signed(parts: Sequence[SignedTexts]) -> SignedTexts:
    sizes = {part.shingles.sizes for part in parts}
    assert len(sizes) == 1, f"shards were signed with shingles of {sorted(sizes)} words"
    shingles = _concat_ragged([Ragged(part.shingles.values, part.shingles.bounds) for part in parts])
    return SignedTexts(
        Shingles(shingles.values, shingles.bounds, sizes.pop()),
        np.concatenate([part.digests for part in parts]),
        _concat_ragged([part.keys for part in parts]),
        np.concatenate([part.lengths for part in parts]),
    )


def _concat_ragged(parts: Sequence[Ragged[Any]]) -> Ragged[Any]:
    counts: list[NDArray[np.int64]] = [np.zeros(1, np.int64), *(np.diff(part.bounds) for part in parts)]
    return Ragged(np.concatenate([part.values for part in parts]), np.cumsum(np.concatenate(counts)))
