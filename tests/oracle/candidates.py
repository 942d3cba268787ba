"""The pairs of documents in Python: what `candidates.c` is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates.rules import COMPARISON
from tests.oracle.jit import jit

_MAX_DOCUMENTS = COMPARISON.max_documents_per_key
_MAX_STORIES = COMPARISON.max_stories_per_key


@jit
def pair_documents(
    documents: NDArray[np.uint32], starts: NDArray[np.int64], stories: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Pair the documents of each key, which are sorted by key; count the pairs before writing them."""
    room = np.int64(0)
    for filling in range(2):
        pairs = np.empty(room, np.uint64)
        room = np.int64(0)
        for k in range(len(starts) - 1):
            shared = documents[starts[k] : starts[k + 1]]
            common = len(shared) > _MAX_DOCUMENTS
            many_documents = len(shared) > _MAX_STORIES
            if len(stories) and many_documents and (common or len(np.unique(stories[shared])) > _MAX_STORIES):
                continue
            for i in range(1, len(shared)):
                for j in range(i - 1 if common else 0, i):
                    if filling:
                        pairs[room] = np.uint64(shared[j]) << np.uint64(32) | np.uint64(shared[i])
                    room += 1
                if common and i > 1:
                    if filling:
                        pairs[room] = np.uint64(shared[0]) << np.uint64(32) | np.uint64(shared[i])
                    room += 1
    return pairs
