"""Partial copies, built at run time from the shared corpus: two paragraphs in another article, digests of five."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copydesk.classifier.duplicates import find_duplicates, sign_texts
from tests.bench.generated import Pairs
from tests.bench.measure import table
from tests.bench.syndication import ARTICLES

SEED = 3
INSERTS, DIGESTS, STORIES = 200, 40, 5
LEAST_WORDS, MOST_WORDS = 60, 250
"""Words of a shared run: from the least that must be found to about half an article."""

LEAST_PRECISION, LEAST_RECALL = 0.99, 0.9
OWN_RUN = 40
"""Articles that share a run of so many words with one before them are left out: they are partial copies by nature."""

WORD = re.compile(r"\w+")

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PartialSet:
    """Texts and which of them share a run: pairs of places, the lesser first, by how they came about."""

    texts: list[str]
    true: Mapping[str, frozenset[Pair]]


def report() -> int:
    """Print recall and precision; 1 where a promise is broken."""
    if not ARTICLES.exists():
        print(f"partial copies: {ARTICLES} is not there; left out\n")
        return 0
    made = make_set(read_articles(ARTICLES), random.Random(SEED))
    found = matched(made.texts)
    everything = frozenset().union(*made.true.values())
    all_pairs = _pairs(found, everything)
    sizes = f"{len(made.texts)} documents, {INSERTS} with two paragraphs of another, {DIGESTS} digests of {STORIES}"
    print(f"Partial copies, shared runs of {LEAST_WORDS} to {MOST_WORDS} words: {sizes}\n")
    rows = [[name, *_recall(_pairs(found, pairs))] for name, pairs in made.true.items()]
    print(table(["", "recall", "true pairs"], [*rows, ["all", *_recall(all_pairs)]]))
    print(f"\nprecision {all_pairs.precision:.4f}: {all_pairs.false} of {len(found)} matches are of other pairs\n")
    return int(all_pairs.precision < LEAST_PRECISION or all_pairs.recall < LEAST_RECALL)


def _recall(pairs: Pairs) -> list[str]:
    return [f"{pairs.recall:.4f}", str(pairs.true)]


def _pairs(found: frozenset[Pair], true: frozenset[Pair]) -> Pairs:
    return Pairs(len(true), len(found & true), len(found - true))


def read_articles(folder: Path) -> list[list[str]]:
    """Read articles as lists of paragraphs, without those that share a run with an earlier one."""
    types = json.loads((folder / "pages.json").read_text(encoding="utf-8"))
    articles = []
    for path in sorted((folder / "ground-truth").glob("*.json")):
        if types.get(path.stem, {}).get("page_type") == "article":
            content = json.loads(path.read_text(encoding="utf-8"))["ground_truth"].get("main_content") or ""
            articles.append([line.strip() for line in content.split("\n") if line.strip()])
    return without_runs_of_others(articles)


def without_runs_of_others(articles: Sequence[list[str]]) -> list[list[str]]:
    """Leave out every article that shares a run of OWN_RUN words with one before it."""
    seen: set[int] = set()
    kept = []
    for article in articles:
        words = WORD.findall("\n".join(article).lower())
        runs = {hash(tuple(words[i : i + OWN_RUN])) for i in range(len(words) - OWN_RUN + 1)}
        if not runs & seen:
            kept.append(article)
        seen |= runs
    return kept


def make_set(articles: Sequence[list[str]], chance: random.Random) -> PartialSet:
    """Build the set; every article lends one passage at most, and takes one at most.

    Raises:
        ValueError: There are too few articles with passages of the wanted length.
    """
    texts = ["\n\n".join(article) for article in articles]
    passages = {number: found for number, article in enumerate(articles) if (found := passage(article, chance))}
    lenders = chance.sample(sorted(passages), len(passages))
    if len(lenders) < 2 * INSERTS + DIGESTS * STORIES:
        raise ValueError(
            f"{len(lenders)} articles have two paragraphs of {LEAST_WORDS} to {MOST_WORDS} words in a row, expected at "
            f"least {2 * INSERTS + DIGESTS * STORIES}; give a larger corpus"
        )
    true: dict[str, set[Pair]] = {"insert and its source": set(), "insert and its host": set(), "digest": set()}
    for lender, host in zip(lenders[:INSERTS], lenders[INSERTS : 2 * INSERTS], strict=True):
        true["insert and its source"].add((lender, len(texts)))
        true["insert and its host"].add((host, len(texts)))
        at = chance.randint(1, len(articles[host]))
        texts.append("\n\n".join([*articles[host][:at], passages[lender], *articles[host][at:]]))
    for first in range(2 * INSERTS, 2 * INSERTS + DIGESTS * STORIES, STORIES):
        told = lenders[first : first + STORIES]
        true["digest"] |= {(lender, len(texts)) for lender in told}
        texts.append("\n\n".join(passages[lender] for lender in told))
    return PartialSet(texts, {name: frozenset(pairs) for name, pairs in true.items()})


def passage(article: Sequence[str], chance: random.Random) -> str:
    """Choose two paragraphs in a row of the wanted length, empty where there are none."""
    pairs = ["\n\n".join(article[i : i + 2]) for i in range(len(article) - 1)]
    fitting = [pair for pair in pairs if LEAST_WORDS <= len(WORD.findall(pair)) <= MOST_WORDS]
    return chance.choice(fitting) if fitting else ""


def matched(texts: Sequence[str]) -> frozenset[Pair]:
    """Return the pairs that match, the lesser place first."""
    ids = [f"{number:06}" for number in range(len(texts))]
    found = find_duplicates(ids, [sign_texts(texts)])
    return frozenset(zip(found.left.tolist(), found.right.tolist(), strict=True))
