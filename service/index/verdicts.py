"""Decides which stored pairs are one story. Verdicts that a change of the index causes are known before it is written.

See docs/how-it-works.md, "The index".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from sqlalchemy import Connection

from copydesk.classifier.duplicates.rules import PairFlag
from copydesk.service.index.clusters import Link
from copydesk.service.index.pairs import MAX_DECIDED_AGAIN, MAX_PAIRS, MAX_PARTNERS, Pairs, decide_same_story
from copydesk.service.index.reads import (
    read_links,
    read_older_pairs,
    read_oldest_pairs,
    read_pairs_incomplete,
    read_some_links,
)

NEW = 1 << 62
"""The number of a document that has none yet: it is younger than all others."""


class Verdicts:
    """The verdicts on pairs. Each is made when the younger document is added, and later documents do not change it.

    So removing a document changes only the verdicts in which it took part, and the verdicts are always those of the
    present documents, added one after the other.
    """

    def __init__(self, connection: Connection, incomplete: Mapping[int, bool] | None = None) -> None:
        """Begin with the stored pairs; `incomplete` tells for known documents whether pairs are missing."""
        self._connection = connection
        self._stored_older_pairs: dict[int, Pairs] = {}
        self._stored_oldest_pairs: dict[int, Pairs] = {}
        self._new_pairs: dict[int, Pairs] = {}
        self._excluded: set[int] = set()
        self._incomplete = dict(incomplete or {})
        self._changes: dict[int, dict[int, float | None]] = {}
        """For each document the others whose verdict changes: the similarity of the new link, None for two stories."""

    def decide(self, number: int, own: Pairs, *, incomplete: bool) -> set[int]:
        """Return the older documents that are one story with a document, NEW if it has no number yet.

        `own` has its pairs with older documents; `incomplete` tells whether pairs of it may be missing.
        """
        if not any(pair.needs_rival_check for pair in own.values()):
            return {other for other, pair in own.items() if pair.kind & PairFlag.IDENTICAL}
        partners = [other for other, pair in own.items() if pair.needs_rival_check or pair.is_rival]
        searched = sorted(partners, key=lambda other: (-own[other].coverage, other))[:MAX_PARTNERS]
        self._read_oldest_pairs(searched)
        others = {other: self._oldest_pairs(other, number) for other in searched}
        closed = len(searched) == len(own) and all(others[other].keys() | {other} == own.keys() for other in searched)
        if closed and not any(map(_have_other_facts, (own, *others.values()))):
            # these documents share text and facts with one another, and text with no others: there are no rivals
            return {other for other, pair in own.items() if pair.needs_rival_check or pair.kind & PairFlag.IDENTICAL}
        missing = {other for other in searched if self._incomplete[other] or len(others[other]) > MAX_PAIRS}
        missing.update(set(partners).difference(searched))
        found = decide_same_story(number, own, others, missing | ({number} if incomplete else set()))
        return {other for other, same_story in found.items() if same_story}

    def exclude(self, number: int) -> None:
        """Ignore a stored document from now on."""
        self._excluded.add(number)

    def add(self, number: int, pairs: Pairs, *, incomplete: bool) -> None:
        """Add the pairs of a new document, or of one that replaces a removed one."""
        self._new_pairs.setdefault(number, {}).update(pairs)
        for other, pair in pairs.items():
            self._new_pairs.setdefault(other, {})[number] = pair
        self._incomplete[number] = incomplete

    def affected_by(self, numbers: Iterable[int]) -> dict[int, set[int]]:
        """Return for each document those whose verdicts on older ones may depend on whether it is present.

        One that may affect more than MAX_DECIDED_AGAIN documents is left out.
        """
        own = {number: pairs for number, pairs in self._some_pairs_of(numbers).items() if _is_complete(pairs)}
        rivals = {number: [other for other, pair in pairs.items() if pair.is_rival] for number, pairs in own.items()}
        theirs = self._some_pairs_of(set(chain.from_iterable(rivals.values())))
        oldest = {one: set(sorted(pairs)[: MAX_PAIRS + 1]) for one, pairs in theirs.items()}
        found: dict[int, set[int]] = {}
        for number, pairs in own.items():
            through = [one for one in rivals[number] if number in oldest[one]]  # no others are read to look for rivals
            affected = {max(number, other) for other in pairs}
            for one in through:
                younger = (max(one, other) for other, pair in theirs[one].items() if pair.needs_rival_check)
                affected.update(each for each in younger if each >= number)
            if len(affected) <= MAX_DECIDED_AGAIN and all(_is_complete(theirs[one]) for one in through):
                found[number] = affected
        return found

    def decide_again(self, numbers: Iterable[int]) -> dict[tuple[int, int], bool]:
        """Decide on the pairs of documents with older ones again; return verdicts that change, younger number first."""
        ordered = sorted(numbers)
        pairs = self._older_pairs_of(ordered)
        self._read_incomplete(ordered)
        changed: dict[tuple[int, int], float | None] = {}
        for number in ordered:
            own = pairs[number]
            self._read_incomplete(own)
            same_story = self.decide(number, own, incomplete=self._incomplete[number])
            for other, pair in own.items():
                before = self._changes.get(number, {}).get(other, pair.similarity if pair.same_story else None)
                if (before is not None) != (other in same_story):
                    changed[number, other] = pair.similarity if other in same_story else None
        for (one, other), similarity in changed.items():
            self._changes.setdefault(one, {})[other] = similarity
            self._changes.setdefault(other, {})[one] = similarity
        return {ends: similarity is not None for ends, similarity in changed.items()}

    def links(self, numbers: Sequence[int]) -> list[Link]:
        """Return the links of documents, as `read_links` does, with the changes made here."""
        return self._changed_links(numbers, read_links(self._connection, numbers))

    def some_links(self, numbers: Sequence[int], most: int) -> list[Link]:
        """Do the same as `read_some_links`."""
        n_more = len(self._excluded) + max((len(self._changes.get(number, ())) for number in numbers), default=0)
        return self._changed_links(numbers, read_some_links(self._connection, numbers, most + n_more))

    def _changed_links(self, numbers: Sequence[int], stored: list[Link]) -> list[Link]:
        found = {(a, b): similarity for a, b, similarity in stored if self._is_present(a, b)}
        for number in numbers:
            for other, pair in self._new_pairs.get(number, {}).items():
                if pair.same_story:
                    found[number, other] = pair.similarity
            for other, changed in self._changes.get(number, {}).items():
                found.pop((number, other), None)
                if changed is not None:
                    found[number, other] = changed
        return [(a, b, similarity) for (a, b), similarity in found.items()]

    def incomplete(self, numbers: Iterable[int]) -> dict[int, bool]:
        """Tell of each document whether pairs with older ones may be missing."""
        wanted = list(numbers)
        self._read_incomplete(wanted)
        return {number: self._incomplete[number] for number in wanted}

    def _is_present(self, a: int, b: int) -> bool:
        return not self._excluded or not self._excluded.intersection((a, b))

    def _some_pairs_of(self, numbers: Iterable[int]) -> dict[int, Pairs]:
        """Return the pairs of documents; of one with too many for `_is_complete` at least the oldest ones."""
        wanted = list(numbers)
        most = MAX_DECIDED_AGAIN + 1 + len(self._excluded)
        stored = read_oldest_pairs(self._connection, wanted, most) if wanted else {}
        return {number: self._with_changes(number, stored[number]) for number in wanted}

    def _older_pairs_of(self, numbers: Sequence[int]) -> dict[int, Pairs]:
        missing = [number for number in numbers if number not in self._stored_older_pairs]
        self._stored_older_pairs |= read_older_pairs(self._connection, missing)
        every = {number: self._with_changes(number, self._stored_older_pairs[number]) for number in numbers}
        return {number: {other: own[other] for other in own if other < number} for number, own in every.items()}

    def _read_oldest_pairs(self, numbers: Sequence[int]) -> None:
        missing = [number for number in numbers if number not in self._stored_oldest_pairs]
        if missing:
            most = MAX_PAIRS + 1 + len(self._excluded)
            self._stored_oldest_pairs |= read_oldest_pairs(self._connection, missing, most)
        self._read_incomplete(numbers)

    def _read_incomplete(self, numbers: Iterable[int]) -> None:
        missing = [number for number in numbers if number not in self._incomplete]
        if missing:
            self._incomplete |= read_pairs_incomplete(self._connection, missing)

    def _oldest_pairs(self, number: int, than: int) -> Pairs:
        """Return a document's pairs with the oldest documents, one more than MAX_PAIRS to show that there are more."""
        pairs = self._with_changes(number, self._stored_oldest_pairs[number])
        return {other: pairs[other] for other in sorted(other for other in pairs if other < than)[: MAX_PAIRS + 1]}

    def _with_changes(self, number: int, stored: Pairs) -> Pairs:
        if self._excluded:
            stored = {other: pair for other, pair in stored.items() if self._is_present(number, other)}
        return stored | self._new_pairs[number] if number in self._new_pairs else stored


def _have_other_facts(pairs: Pairs) -> bool:
    return any(pair.kind & PairFlag.FACTS_DIFFER for pair in pairs.values())


def _is_complete(pairs: Pairs) -> bool:
    """Tell whether `_some_pairs_of` read all pairs of a document."""
    return len(pairs) <= MAX_DECIDED_AGAIN
