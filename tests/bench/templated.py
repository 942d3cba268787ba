"""The templated set: stories of one template, which are different stories, and edited copies, which are one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from datasketch import MinHash, MinHashLSH

from copydesk.classifier.duplicates import sign_texts
from copydesk.classifier.duplicates.closed_set import TextArrays, compare_texts
from copydesk.classifier.duplicates.overlap import NO_SHINGLES, OVERLAP_FIELDS
from copydesk.classifier.duplicates.same_story import same_story_pairs
from tests.bench.measure import table
from tests.bench.story_edits import EDITS, length
from tests.bench.syndication import clusters, index_clusters
from tests.bench.templates import Template, read_templates

SEED = 17
STORIES, LONG_STORIES, EDITED, EVENTS = 14, 30, 4, 4
"""Stories of a template, of one that repeats a passage, as most templates of long stories do, stories of each that are
edited, and events of each pair of independent reports."""

LEAST_EDITED_WORDS = 55
LONGEST = (60, 100, 200, 1000)
"""Upper bounds of the length groups, in words of the shorter text."""

MOST_FALSE, LEAST_RECALL = 0.005, 0.97
PEER_THRESHOLD, PEER_SHINGLE = 0.5, 5


@dataclass(frozen=True, slots=True)
class TemplatedPair:
    """Two texts by their places in the set: of one story or not, the kind of the pair, its half, and its length."""

    one: int
    other: int
    same: bool
    kind: str
    half: str
    words: int


@dataclass(frozen=True, slots=True)
class TemplatedSet:
    """Texts, and the pairs whose truth is known."""

    texts: list[str]
    pairs: list[TemplatedPair]


def report() -> int:
    """Print false merges by length and recall by kind of edit for each way to find duplicates; 1 if a promise broke."""
    made = make_set(SEED)
    ways: dict[str, Callable[[], list[bool]]] = {
        "each pair by itself": lambda: alone(made),
        "dedup of all": lambda: _together(made, clusters(made.texts)),
        "index, in a random order": lambda: _together(made, index_clusters(made.texts, SEED)),
        f"datasketch, Jaccard {PEER_THRESHOLD}": lambda: datasketch_pairs(made),
    }
    n_false = sum(not pair.same for pair in made.pairs)
    print(
        f"Templated set: {len(made.texts)} texts, {n_false} pairs of two stories, {len(made.pairs) - n_false} of one\n"
    )
    found = {name: way() for name, way in ways.items()}
    print(f"Two stories taken for one, by words of the shorter text\n\n{_table(made, found, False, _length_group)}\n")
    print(
        f"The same by half: thresholds were chosen on `tune`\n\n{_table(made, found, False, lambda pair: pair.half)}\n"
    )
    print(f"One story found, by kind of edit\n\n{_table(made, found, True, lambda pair: pair.kind)}\n")
    own = [together for name, together in found.items() if "datasketch" not in name]
    false = [share for together in own for share in _shares(made, together, False, _length_group).values()]
    true = [share for together in own for share in _shares(made, together, True, lambda pair: pair.kind).values()]
    return int(max(false) > MOST_FALSE or min(true) < LEAST_RECALL)


def make_set(seed: int) -> TemplatedSet:
    """Write the set of a seed."""
    templates = read_templates()
    made = TemplatedSet([], [])
    for template in templates:
        if template.kind == "update" or template.kind.startswith("event"):
            continue
        chance = random.Random(f"{seed} {template.name} {template.frame}")
        first = len(made.texts)
        made.texts.extend(template.write(chance) for _ in range(LONG_STORIES if "[" in template.frame else STORIES))
        for one, other in combinations(range(first, len(made.texts)), 2):
            _add(made, (one, other), False, "template", template)
        updates = [each for each in templates if (each.kind, each.language) == ("update", template.language)]
        if length(made.texts[first], template) >= LEAST_EDITED_WORDS:
            for _ in range(EDITED):
                _add_edited(made, template, updates, chance)
    _add_events(made, templates, seed)
    return made


def _add_edited(made: TemplatedSet, template: Template, updates: Sequence[Template], chance: random.Random) -> None:
    """Add a story and its edited copies."""
    n_paragraphs = chance.choice((0, 0, 1, 2, 4))
    paragraphs = [template.write(chance), *(chance.choice(updates).write(chance) for _ in range(n_paragraphs))]
    text = "\n\n".join(paragraphs)
    added = [chance.choice(updates).write(chance) for _ in range(chance.randint(1, 3))]
    edited = {name: edit(text, template, chance) for name, edit in EDITS.items()}
    edited["update"] = "\n\n".join((text, *added))
    if n_paragraphs < 2:
        del edited["flash"]
    original = len(made.texts)
    made.texts.append(text)
    for name, copy in edited.items():
        if copy not in ("", text):
            made.texts.append(copy)
            _add(made, (original, len(made.texts) - 1), True, name, template)


def _add_events(made: TemplatedSet, templates: Sequence[Template], seed: int) -> None:
    """Add pairs of independent reports of one event, which share names, numbers and a quotation."""
    events = {(each.language, each.kind): each for each in templates if each.kind.startswith("event")}
    for (language, kind), one in events.items():
        if kind.endswith("a"):
            chance = random.Random(f"{seed} {language} {kind}")
            for _ in range(EVENTS):
                facts: dict[str, str] = {}
                made.texts.extend(each.write(chance, facts) for each in (one, events[language, kind[:-1] + "b"]))
                _add(made, (len(made.texts) - 2, len(made.texts) - 1), False, "event", one)


def _add(made: TemplatedSet, places: tuple[int, int], same: bool, kind: str, template: Template) -> None:
    words = min(length(made.texts[place], template) for place in places)
    made.pairs.append(TemplatedPair(*places, same, kind, template.half, words))


def alone(made: TemplatedSet) -> list[bool]:
    """Return which pairs are one story in an input of these two texts alone."""
    texts = [made.texts[place] for pair in made.pairs for place in (pair.one, pair.other)]
    signed = sign_texts(texts)
    arrays = TextArrays(signed.shingles.values, signed.shingles.bounds, signed.shingles.sizes, signed.digests)
    left = np.arange(0, len(texts), 2)
    counts = np.empty((len(left), len(OVERLAP_FIELDS)))
    relations = np.empty(len(left), np.int8)
    compare_texts(arrays, NO_SHINGLES, left, left + 1, counts, relations)
    numbers = left.astype(np.uint64) << np.uint64(32) | (left + 1).astype(np.uint64)
    found: list[bool] = same_story_pairs(numbers, np.zeros(len(texts), np.bool_), counts, relations).tolist()
    return found


def _together(made: TemplatedSet, found: Sequence[int]) -> list[bool]:
    return [found[pair.one] == found[pair.other] for pair in made.pairs]


def datasketch_pairs(made: TemplatedSet) -> list[bool]:
    """Return which pairs datasketch's LSH finds: MinHash of runs of words, or of characters without spaces."""
    index = MinHashLSH(threshold=PEER_THRESHOLD, num_perm=128)
    signatures = []
    for place, text in enumerate(made.texts):
        words = text.lower().split() if text.count(" ") > len(text) / 20 else list(text)
        runs = {" ".join(words[i : i + PEER_SHINGLE]) for i in range(max(1, len(words) - PEER_SHINGLE + 1))}
        signature = MinHash(num_perm=128)
        signature.update_batch([run.encode() for run in runs])
        signatures.append(signature)
        index.insert(str(place), signature)
    similar = [set(index.query(signature)) for signature in signatures]
    return [str(pair.other) in similar[pair.one] for pair in made.pairs]


Group = Callable[[TemplatedPair], str]


def _length_group(pair: TemplatedPair) -> str:
    bounds = (0, *LONGEST)
    at = next(at for at, bound in enumerate(LONGEST) if pair.words < bound)
    return f"{bounds[at]:>3} to {bounds[at + 1] - 1} words"


def _shares(made: TemplatedSet, together: Sequence[bool], same: bool, group: Group) -> Mapping[str, float]:
    n: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for pair, hit in zip(made.pairs, together, strict=True):
        if pair.same == same:
            n[group(pair)] += 1
            found[group(pair)] += hit
    return {name: found[name] / n[name] for name in sorted(n)}


def _table(made: TemplatedSet, found: Mapping[str, Sequence[bool]], same: bool, group: Group) -> str:
    shares = [_shares(made, together, same, group) for together in found.values()]
    n = Counter(group(pair) for pair in made.pairs if pair.same == same)
    rows = [[name, str(n[name]), *(f"{each[name]:.4f}" for each in shares)] for name in shares[0]]
    return table(["", "pairs", *found], rows)
