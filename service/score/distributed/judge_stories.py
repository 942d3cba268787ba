"""Step 4: decides which pairs are one story. Pairs that can influence each other are brought to the same part."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates import DuplicateOptions
from copydesk.classifier.duplicates.candidates import split_pairs
from copydesk.classifier.duplicates.choices import is_alike_enough
from copydesk.classifier.duplicates.closed_set import cluster_counted_pairs
from copydesk.classifier.duplicates.overlap import IDENTICAL, NO_MATCH
from copydesk.classifier.duplicates.rules import STORY
from copydesk.classifier.duplicates.same_story import same_story_pairs
from copydesk.service.score.distributed import steps
from copydesk.service.score.distributed.candidate_pairs import find_candidates, has_incomplete_pairs, load_pairs
from copydesk.service.score.distributed.compare_pairs import overlap_counts
from copydesk.service.score.distributed.components import find_components, load_roots
from copydesk.service.score.distributed.steps import DocIds, Plan, StepRunner, array


def judge_stories(runner: StepRunner, plan: Plan, options: DuplicateOptions) -> None:
    """Write the stories, and for each chunk the matches among its pairs.

    A pair can be one story, or a rival of such a pair, only if its coverage is at least `STORY.rival_min_coverage`.
    Components of such strong pairs do not influence each other; `docs/how-it-works.md` explains why weak ones matter.
    """
    n = len(plan.chunks)
    find_components(runner, plan, partial(_strong_pairs, plan), "related")
    runner.exchange(n, partial(_emit_weak_pairs, plan), n, partial(_write_weak_pairs, plan))
    runner.exchange(n, partial(_emit_components, plan), plan.parts, partial(_judge_components, plan, options))
    steps.move_to_chunks(runner, plan, "part-same", "same-pairs", ["left", "right"])
    steps.move_to_chunks(runner, plan, "part-stories", "stories", ["doc"])
    other_matches = sum(runner.each(n, partial(_count_other_matches, plan, options)))
    if other_matches:
        find_candidates(runner, plan, "story-pairs", stories=True)
    runner.each(n, partial(_write_matched, plan, options, select=other_matches > 0))


def _coverage(comparisons: pa.Table) -> NDArray[np.float64]:
    return np.where(array(comparisons, "relation") == IDENTICAL, 1.0, array(comparisons, "coverage"))


def _strong_pairs(plan: Plan, chunk: int) -> tuple[DocIds, DocIds]:
    left, right = load_pairs(plan, chunk)
    strong = _coverage(plan.tables.read("comparisons", chunk)) >= STORY.rival_min_coverage
    return left[strong], right[strong]


def _load_evidence(plan: Plan, chunk: int) -> pa.Table:
    """Return a chunk's pairs with all data needed to decide on them, and the component of the left document."""
    left, right = load_pairs(plan, chunk)
    others = plan.tables.read("others", chunk)
    incomplete = np.append(array(others, "incomplete"), False)[np.searchsorted(array(others, "doc"), right)]
    added = {
        "incomplete_left": has_incomplete_pairs(plan, chunk, left),
        "incomplete_right": incomplete,
        "left": left,
        "right": right,
        "root": steps.look_up(left, *load_roots(plan, chunk, "related")),
    }
    return steps.with_columns(plan.tables.read("comparisons", chunk), added)


def _emit_weak_pairs(plan: Plan, chunk: int) -> pa.Table:
    """Send the weak pairs to the chunk of the right document, where its component is known."""
    table = _load_evidence(plan, chunk)
    coverage = _coverage(table)
    counts = (coverage >= STORY.unrelated_below) | (array(table, "incomplete_left") & array(table, "incomplete_right"))
    weak = table.filter(pa.array((coverage < STORY.rival_min_coverage) & counts))
    return steps.send_to_chunks(weak, "right")


def _write_weak_pairs(plan: Plan, chunk: int, table: pa.Table) -> int:
    """Write the weak pairs of which both documents are in one component."""
    roots = steps.look_up(array(table, "right"), *load_roots(plan, chunk, "related"))
    same = table.filter(pa.array(roots == array(table, "root")))
    plan.tables.write("weak", chunk, same)
    return len(same)


def _emit_components(plan: Plan, chunk: int) -> pa.Table:
    table = _load_evidence(plan, chunk)
    strong = table.filter(pa.array(_coverage(table) >= STORY.rival_min_coverage))
    table = pa.concat_tables([strong, plan.tables.read("weak", chunk)])
    return steps.send_to_parts(plan, table, "root")


def _judge_components(plan: Plan, options: DuplicateOptions, part: int, table: pa.Table) -> int:
    """Decide on the pairs of a part as for a closed set; return the number of documents that share a story."""
    sides = array(table, "left"), array(table, "right")
    docs, numbers = np.unique(np.concatenate(sides), return_inverse=True)
    pairs = numbers[: len(table)].astype(np.uint64) << np.uint64(32) | numbers[len(table) :].astype(np.uint64)
    order = np.argsort(pairs)
    table, pairs = table.take(pa.array(order)), pairs[order]
    left, right = split_pairs(pairs)
    incomplete = np.zeros(len(docs), np.bool_)
    incomplete[left[array(table, "incomplete_left")]] = True
    incomplete[right[array(table, "incomplete_right")]] = True
    overlaps, relations = overlap_counts(table), array(table, "relation")
    same = is_alike_enough(overlaps, relations, options) & same_story_pairs(pairs, incomplete, overlaps, relations)
    stories = cluster_counted_pairs(incomplete, left[same], right[same], overlaps[same], relations[same] == IDENTICAL)
    shared = np.flatnonzero(np.bincount(stories, minlength=len(docs))[stories] > 1)
    plan.tables.write("part-same", part, pa.table({"left": docs[left[same]], "right": docs[right[same]]}))
    plan.tables.write("part-stories", part, pa.table({"doc": docs[shared], "cluster": docs[stories[shared]]}))
    return len(shared)


def _are_among(plan: Plan, chunk: int, name: str) -> NDArray[np.bool_]:
    """Tell which pairs of a chunk are in another table of pairs too."""
    own, others = load_pairs(plan, chunk), load_pairs(plan, chunk, name)
    left, right = (np.unique(np.concatenate(sides), return_inverse=True)[1] for sides in zip(own, others, strict=True))
    pairs = left * len(right) + right
    return np.isin(pairs[: len(own[0])], pairs[len(own[0]) :])


def _matches(table: pa.Table, options: DuplicateOptions) -> NDArray[np.bool_]:
    relations = array(table, "relation")
    found: NDArray[np.bool_] = is_alike_enough(overlap_counts(table), relations, options) & (relations != NO_MATCH)
    return found


def _count_other_matches(plan: Plan, options: DuplicateOptions, chunk: int) -> int:
    """Count the matches of a chunk that are not one story."""
    matched = _matches(plan.tables.read("comparisons", chunk), options)
    return int((matched & ~_are_among(plan, chunk, "same-pairs")).sum())


def _write_matched(plan: Plan, options: DuplicateOptions, chunk: int, *, select: bool) -> int:
    """Write the matches of a chunk; with `select`, those that are one story or share a key which few stories have."""
    table = _load_evidence(plan, chunk)
    matched = _matches(table, options)
    if select:
        matched &= _are_among(plan, chunk, "same-pairs") | _are_among(plan, chunk, "story-pairs")
    plan.tables.write("matched", chunk, table.filter(pa.array(matched)))
    return int(matched.sum())
