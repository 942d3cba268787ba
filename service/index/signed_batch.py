"""Signs a batch of documents for the index, and divides it where a document may replace another.

See docs/how-it-works.md, "The index".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.duplicates import Document, KeyScheme, SignedTexts, SigningScheme
from copydesk.classifier.duplicates.normalized_words import Words, read_words
from copydesk.classifier.duplicates.signing import read_lengths, sign_words
from copydesk.classifier.duplicates.stored_texts import pack_shingles
from copydesk.service.index.reads import StoredDocument


class SignedBatch:
    """Documents with their words and keys."""

    def __init__(self, documents: Sequence[Document], scheme: SigningScheme, keys: KeyScheme) -> None:
        texts = [document.text for document in documents]
        self.documents = documents
        self.words: Words = read_words(texts)
        self.signed: SignedTexts = sign_words(self.words, read_lengths(texts), scheme=scheme, keys=keys)
        self.lengths: list[int] = self.signed.lengths.tolist()
        self.digests: list[int] = self.signed.digests.astype(np.int64).tolist()

    def equals(self, at: int, stored: StoredDocument) -> bool:
        """Tell whether the stored document equals a document of the batch, so that adding it changes nothing."""
        return (stored.digest, stored.length, stored.published, stored.source) == self._fields(at)

    def _fields(self, at: int) -> tuple[int, int, float | None, str | None]:
        document = self.documents[at]
        return self.digests[at], self.lengths[at], document.published, document.source

    def keys(self, at: int) -> list[int]:
        """Return the keys of a document."""
        keys: list[int] = self.signed.keys.row(at).tolist()
        return keys

    def keys_of_part(self, part: range) -> NDArray[np.int64]:
        """Return the keys of some documents, one after the other."""
        first, last = self.signed.keys.bounds[[part.start, part.stop]]
        return self.signed.keys.values[first:last].astype(np.int64)

    def select_keys(self, part: range, wanted: Collection[int]) -> dict[int, list[int]]:
        """Return for each of some documents those of its keys that are wanted."""
        return {at: [key for key in self.keys(at) if key in wanted] for at in part}

    def packed_shingles(self, at: int) -> bytes:
        """Return the packed shingles of a document."""
        return pack_shingles(self.signed.shingles.row(at))

    def parts(self, stored: Mapping[str, StoredDocument]) -> Iterator[range]:
        """Split the batch so that each document that may replace a stored or an earlier one is a part of its own."""
        earlier: dict[str, int] = {}
        first = 0
        for at, document in enumerate(self.documents):
            before = earlier.get(document.key)
            if before is None:
                replaces = document.key in stored and not self.equals(at, stored[document.key])
            else:
                replaces = before >= first or self._fields(before) != self._fields(at)
            if replaces:
                if at > first:
                    yield range(first, at)
                yield range(at, at + 1)
                first = at + 1
            earlier[document.key] = at
        if first < len(self.documents):
            yield range(first, len(self.documents))
