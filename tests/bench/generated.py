"""Articles made from a seed: made-up words as frequent as in news, and a fifth of the articles are edited copies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WORDS = 35_000
EXPONENT = 1.05
"""The n-th word is as frequent as n to this power is small (Zipf's law, near what English news shows)."""

LENGTH, SPREAD, SHORTEST, LONGEST = 400, 0.4, 60, 1200
"""Words an article: log-normal around the first, cut to the last two."""

COPY_EVERY = 5
MOST_REPLACED, MOST_CUT = 0.1, 0.2
"""A copy loses up to this share of its end and has up to that share of its words replaced."""

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


@dataclass(frozen=True)
class Generated:
    """A set of articles; any of them can be made by itself."""

    n_articles: int
    seed: int = 5

    def original(self, number: int) -> int:
        """Return the article that an article copies, its own number where it copies none."""
        if number % COPY_EVERY != COPY_EVERY - 1:
            return number
        chance = np.random.default_rng((self.seed, number, 1))
        chosen = int(chance.integers(number - number // COPY_EVERY))  # counts originals alone
        return chosen + chosen // (COPY_EVERY - 1)

    def text(self, number: int) -> str:
        """Make one article."""
        original = self.original(number)
        words = self._words(original)
        if original != number:
            chance = np.random.default_rng((self.seed, number, 2))
            words = words[: max(SHORTEST // 2, int(len(words) * (1 - MOST_CUT * chance.random())))].copy()
            replaced = chance.random(len(words)) < MOST_REPLACED * chance.random()
            words[replaced] = self._draw(chance, int(replaced.sum()))
        return " ".join(self._vocabulary[words])

    def write(self, path: Path) -> None:
        """Write all as rows of `copydesk dedup`."""
        with path.open("w", encoding="ascii") as out:
            for number in range(self.n_articles):
                out.write(json.dumps({"id": str(number), "body": self.text(number)}) + "\n")

    def groups(self) -> list[int]:
        """Return the original of every article."""
        return [self.original(number) for number in range(self.n_articles)]

    @cached_property
    def _vocabulary(self) -> NDArray[np.object_]:
        words = [word for _, word in zip(range(WORDS), _made_words(), strict=False)]
        return np.array(words, object)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        shares = 1 / (np.arange(WORDS) + 2.0) ** EXPONENT
        return np.cumsum(shares / shares.sum())

    def _words(self, number: int) -> NDArray[np.int64]:
        chance = np.random.default_rng((self.seed, number, 0))
        length = int(np.clip(LENGTH * np.exp(chance.normal(-SPREAD * SPREAD / 2, SPREAD)), SHORTEST, LONGEST))
        return self._draw(chance, length)

    def _draw(self, chance: np.random.Generator, n_words: int) -> NDArray[np.int64]:
        return np.minimum(np.searchsorted(self._shares, chance.random(n_words)), WORDS - 1)


def _made_words() -> Iterator[str]:
    """Make words of one syllable, then of two, then of three."""
    syllables = [first + vowel for first in CONSONANTS for vowel in VOWELS]
    yield from syllables
    yield from (one + two for one in syllables for two in syllables)
    yield from (one + two + three for one in syllables for two in syllables for three in syllables)


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many pairs of documents are of one story, and how many of those and of others were found together."""

    true: int
    found: int
    false: int

    def __add__(self, other: Pairs) -> Pairs:
        return Pairs(self.true + other.true, self.found + other.found, self.false + other.false)

    @property
    def precision(self) -> float:
        """The share of pairs found together that are true; 1 where none was found."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that were found; 1 where there is none."""
        return self.found / self.true if self.true else 1.0


def count_pairs(groups: list[int], clusters: list[int]) -> Pairs:
    """Count pairs by the group that documents are of and the cluster that they were put in."""
    of_both = _n_pairs(np.unique(np.array([groups, clusters]).T.reshape(-1, 2), axis=0, return_counts=True)[1])
    of_groups, of_clusters = (_n_pairs(np.unique(np.array(of), return_counts=True)[1]) for of in (groups, clusters))
    return Pairs(of_groups, of_both, of_clusters - of_both)


def _n_pairs(sizes: NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
