"""Judgement: pairs that can bear on each other are brought together by component, and stories are made of them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.classifier.duplicates.candidates import members
from copydesk.classifier.duplicates.closed_set import stories_of
from copydesk.classifier.duplicates.overlap import FIGURES, IDENTICAL, NO_MATCH
from copydesk.classifier.duplicates.same_story import APART, OWN, one_story
from copydesk.service.score.distributed.candidate_pairs import find_evidence, load_crowded, load_pairs
from copydesk.service.score.distributed.compare_pairs import figures_of, load_verdicts
from copydesk.service.score.distributed.components import find_components, load_roots
from copydesk.service.score.distributed.steps import (
    Engine,
    Plan,
    array,
    chunk_of,
    emit_by_chunk,
    look_up,
    spread_by,
    with_part,
    write_by_name,
)

_COVERAGE = FIGURES.index("coverage")


def judge(engine: Engine, plan: Plan) -> None:
    """Write for each chunk the clusters of its documents, and its matches with whether they tell one story.

    A pair tells one story, or is a rival to one that does, only where shared runs cover at least OWN of the shorter
    text. So what is judged together hangs together by such pairs, and components of them are judged by themselves.
    A pair that shares less counts only between two documents of one component, as a rival that is none.
    """
    find_components(engine, plan, partial(_telling, plan), "told")
    engine.exchange(plan.n_chunks, partial(_emit_weak, plan), plan.n_chunks, partial(_keep_weak, plan))
    engine.exchange(plan.n_chunks, partial(_emit_known, plan), plan.parts, partial(_judge, plan))
    engine.exchange(plan.parts, partial(_emit_same, plan), plan.n_chunks, partial(_write_same, plan))
    engine.exchange(
        plan.parts, partial(emit_by_chunk, plan, "told"), plan.n_chunks, partial(write_by_name, plan, "clusters")
    )
    if sum(engine.each(plan.n_chunks, partial(_doubtful, plan))):
        find_evidence(engine, plan)
        engine.each(plan.n_chunks, partial(_match, plan, evidence=True))
    else:
        engine.each(plan.n_chunks, partial(_match, plan, evidence=False))


def _coverage(counted: NDArray[np.float64], relations: NDArray[np.int8]) -> NDArray[np.float64]:
    return np.where(relations == IDENTICAL, 1.0, counted[:, _COVERAGE])


def _telling(plan: Plan, chunk: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    left, right = load_pairs(plan, chunk)
    telling = _coverage(*load_verdicts(plan, chunk)) >= OWN
    return left[telling], right[telling]


def _known(plan: Plan, chunk: int) -> pa.Table:
    """Return a chunk's pairs with all that they are judged by, and the component of the left document."""
    left, right = load_pairs(plan, chunk)
    others = plan.tables.read("others", chunk)
    crowded = np.append(array(others, "crowded"), False)[np.searchsorted(array(others, "name"), right)]
    table = plan.tables.read("verdicts", chunk)
    for name, column in (
        ("crowded_left", np.isin(left, load_crowded(plan, chunk))),
        ("crowded_right", crowded),
        ("left", left),
        ("right", right),
        ("root", look_up(left, *load_roots(plan, chunk, "told"))),
    ):
        table = table.append_column(name, pa.array(column))
    return table


def _emit_weak(plan: Plan, chunk: int) -> pa.Table:
    """Send the pairs that share little to the right document's chunk, where its component is known."""
    table = _known(plan, chunk)
    coverage = _coverage(figures_of(table), array(table, "relation"))
    counts = (coverage >= APART) | (array(table, "crowded_left") & array(table, "crowded_right"))
    weak = table.filter(pa.array((coverage < OWN) & counts))
    return with_part(chunk_of(array(weak, "right")), weak)


def _keep_weak(plan: Plan, chunk: int, table: pa.Table) -> int:
    roots = look_up(array(table, "right"), *load_roots(plan, chunk, "told"))
    kept = table.filter(pa.array(roots == array(table, "root")))
    plan.tables.write("weak", chunk, kept)
    return len(kept)


def _emit_known(plan: Plan, chunk: int) -> pa.Table:
    table = _known(plan, chunk)
    strong = _coverage(figures_of(table), array(table, "relation")) >= OWN
    table = pa.concat_tables([table.filter(pa.array(strong)), plan.tables.read("weak", chunk)])
    return with_part(spread_by(array(table, "root"), plan.parts), table)


def _judge(plan: Plan, part: int, table: pa.Table) -> int:
    """Judge whole components as a closed set of their own, in which nothing that counts is missing."""
    sides = array(table, "left"), array(table, "right")
    known, numbers = np.unique(np.concatenate(sides), return_inverse=True)
    pairs = numbers[: len(table)].astype(np.uint64) << np.uint64(32) | numbers[len(table) :].astype(np.uint64)
    order = np.argsort(pairs)
    table, pairs = table.take(pa.array(order)), pairs[order]
    left, right = members(pairs)
    crowded = np.zeros(len(known), np.bool_)
    crowded[left[array(table, "crowded_left")]] = True
    crowded[right[array(table, "crowded_right")]] = True
    counted, relations = figures_of(table), array(table, "relation")
    same = one_story(pairs, crowded, counted, relations)
    stories = stories_of(len(known), left[same], right[same], counted[same], relations[same] == IDENTICAL)
    told = np.flatnonzero(np.bincount(stories, minlength=len(known))[stories] > 1)
    plan.tables.write("same", part, pa.table({"left": known[left[same]], "right": known[right[same]]}))
    plan.tables.write("told", part, pa.table({"name": known[told], "cluster": known[stories[told]]}))
    return len(told)


def _emit_same(plan: Plan, part: int) -> pa.Table:
    table = plan.tables.read("same", part)
    return with_part(chunk_of(array(table, "left")), table)


def _write_same(plan: Plan, chunk: int, table: pa.Table) -> int:
    order = np.lexsort((array(table, "right"), array(table, "left")))
    plan.tables.write("same-pairs", chunk, table.take(pa.array(order)))
    return len(table)


def _among(plan: Plan, chunk: int, name: str) -> NDArray[np.bool_]:
    """Tell which pairs of a chunk are among those of another table of it."""
    left, right = load_pairs(plan, chunk)
    sides = load_pairs(plan, chunk, name)
    known = np.unique(np.concatenate((right, sides[1])))
    owners = np.unique(np.concatenate((left, sides[0])))
    places = [
        np.searchsorted(owners, a) * max(1, len(known)) + np.searchsorted(known, b) for a, b in ((left, right), sides)
    ]
    return np.isin(places[0], places[1])


def _doubtful(plan: Plan, chunk: int) -> int:
    matched = load_verdicts(plan, chunk)[1] != NO_MATCH
    return int((matched & ~_among(plan, chunk, "same-pairs")).sum())


def _match(plan: Plan, chunk: int, *, evidence: bool) -> int:
    """Write the matches of a chunk: pairs of one story, and others where a key that few stories hold shows them."""
    table = _known(plan, chunk)
    matched = array(table, "relation") != NO_MATCH
    if evidence:
        matched &= _among(plan, chunk, "same-pairs") | _among(plan, chunk, "evident")
    plan.tables.write("matched", chunk, table.filter(pa.array(matched)))
    return int(matched.sum())
