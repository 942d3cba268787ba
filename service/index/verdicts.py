"""The pairs of an index as they are, or would be with a document taken out, replaced or added, and their verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from copydesk.classifier.duplicates.same_story import SURE
from copydesk.service.index.pairs import MOST_PAIRS, MOST_PARTNERS, Pairs, judge
from copydesk.service.index.reads import crowded_of, edges_of, oldest_pairs_of, pairs_of

NEW = 1 << 62
"""The number of a document that has none yet: it is younger than all others."""


class Graph:
    """Says which pairs tell one story. A verdict is that of the moment when the younger document came.

    So what comes later changes no verdict, and what is taken out changes those alone that it had a part in: they are
    those of the documents that are there, as they would have come one after the other.
    """

    def __init__(self, connection: Connection) -> None:
        """Begin with what is stored."""
        self._connection = connection
        self._every: dict[int, Pairs] = {}
        self._oldest: dict[int, Pairs] = {}
        self._new: dict[int, Pairs] = {}
        self._hidden: set[int] = set()
        self._crowded: dict[int, bool] = {}
        self._told: dict[int, dict[int, bool]] = {}

    def know(self, crowded: Mapping[int, bool]) -> None:
        """Take, of documents that are read already, whether they are crowded."""
        self._crowded.update(crowded)

    def judge(self, number: int, own: Pairs, *, crowded: bool) -> set[int]:
        """Return the older documents that tell one story with a document.

        Args:
            number: The document's, NEW where it has none yet.
            own: Its pairs with older ones.
            crowded: Whether pairs of it may be missing.
        """
        if not any(pair.is_doubtful for pair in own.values()):
            return {other for other, pair in own.items() if pair.kind & SURE}
        partners = [other for other, pair in own.items() if pair.is_doubtful or pair.is_rival]
        asked = sorted(partners, key=lambda other: (-own[other].coverage, other))[:MOST_PARTNERS]
        self._read_oldest(asked)
        beside = {other: self._older(other, number) for other in asked}
        if len(asked) == len(own) and all(beside[other].keys() | {other} == own.keys() for other in asked):
            # all of them share with one another and with no other: there are no rivals
            return {other for other, pair in own.items() if pair.is_doubtful or pair.kind & SURE}
        missing = {other for other in asked if self._crowded[other] or len(beside[other]) > MOST_PAIRS}
        missing.update(set(partners).difference(asked))
        told = judge(number, own, beside, missing | ({number} if crowded else set()))
        return {other for other, same in told.items() if same}

    def hide(self, number: int) -> None:
        """Leave a stored document out."""
        self._hidden.add(number)

    def put(self, number: int, pairs: Pairs, *, crowded: bool) -> None:
        """Take a new document's pairs, or those of one that takes the place of one that is gone."""
        self._new.setdefault(number, {}).update(pairs)
        for other, pair in pairs.items():
            self._new.setdefault(other, {})[number] = pair
        self._crowded[number] = crowded

    def concerned(self, numbers: Collection[int]) -> set[int]:
        """Return the documents whose verdicts on older ones may be others with some documents there than without."""
        own = self._all(numbers)
        found: set[int] = set()
        for number in numbers:
            found.update(max(number, other) for other in own[number])
            beside = [other for other, pair in own[number].items() if pair.is_rival]
            for one, pairs in self._all(beside).items():
                younger = (max(one, other) for other, pair in pairs.items() if pair.is_doubtful)
                found.update(each for each in younger if each >= number)
        return found

    def rejudge(self, numbers: Iterable[int]) -> dict[tuple[int, int], bool]:
        """Judge documents' pairs with older ones anew; returns the verdicts that change, the younger first."""
        ordered = sorted(numbers)
        every = self._all(ordered)
        self._read_crowded(ordered)
        changed = {}
        for number in ordered:
            own = {other: pair for other, pair in every[number].items() if other < number}
            self._read_crowded(own)
            told = self.judge(number, own, crowded=self._crowded[number])
            for other, pair in own.items():
                before = self._told.get(number, {}).get(other, pair.same_story)
                if before != (other in told):
                    changed[number, other] = other in told
        for (one, other), same in changed.items():
            self._told.setdefault(one, {})[other] = same
            self._told.setdefault(other, {})[one] = same
        return changed

    def edges(self, numbers: Sequence[int]) -> list[tuple[int, int, float]]:
        """Return the pairs that tell one story, and how alike the two are, as `edges_of` does."""
        found = {(a, b): alike for a, b, alike in edges_of(self._connection, numbers) if self._is_there(a, b)}
        for number in numbers:
            for other, pair in self._new.get(number, {}).items():
                if pair.same_story:
                    found[number, other] = pair.similarity
            told = self._told.get(number, {})
            pairs = self._all([number])[number] if told else {}
            for other, same in told.items():
                found.pop((number, other), None)
                if same and other in pairs:
                    found[number, other] = pairs[other].similarity
        return [(a, b, alike) for (a, b), alike in found.items()]

    def _is_there(self, a: int, b: int) -> bool:
        return not self._hidden or not self._hidden.intersection((a, b))

    def _all(self, numbers: Iterable[int]) -> dict[int, Pairs]:
        """Return all pairs of documents."""
        wanted = list(numbers)
        missing = [number for number in wanted if number not in self._every]
        self._every |= pairs_of(self._connection, missing)
        return {number: self._now(number, self._every[number]) for number in wanted}

    def _read_oldest(self, numbers: Sequence[int]) -> None:
        missing = [number for number in numbers if number not in self._oldest]
        if missing:
            most = MOST_PAIRS + 1 + len(self._hidden)
            self._oldest |= oldest_pairs_of(self._connection, missing, most)
        self._read_crowded(numbers)

    def _read_crowded(self, numbers: Iterable[int]) -> None:
        missing = [number for number in numbers if number not in self._crowded]
        if missing:
            self._crowded |= crowded_of(self._connection, missing)

    def _older(self, number: int, than: int) -> Pairs:
        """Return a document's pairs with the oldest documents, one more than count."""
        pairs = self._now(number, self._oldest[number])
        return {other: pairs[other] for other in sorted(other for other in pairs if other < than)[: MOST_PAIRS + 1]}

    def _now(self, number: int, stored: Pairs) -> Pairs:
        if self._hidden:
            stored = {other: pair for other, pair in stored.items() if self._is_there(number, other)}
        return stored | self._new[number] if number in self._new else stored
