"""Runs all steps of the distributed closed set, from chunks of signed documents to their clusters and matches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from copydesk.classifier.duplicates.types import DEFAULT_OPTIONS, DuplicateOptions
from copydesk.service.score.distributed.candidate_pairs import find_candidates
from copydesk.service.score.distributed.compare_pairs import compare_pairs
from copydesk.service.score.distributed.document_ids import assign_document_ids
from copydesk.service.score.distributed.judge_stories import judge_stories
from copydesk.service.score.distributed.output_rows import write_output_rows
from copydesk.service.score.distributed.steps import Plan, StepRunner


@dataclass(frozen=True, slots=True)
class DuplicateCounts:
    """The counts of a closed set: documents of different ids, those of them without a body, common keys, and the
    number of clusters of each size."""

    n_documents: int
    no_body: int
    common_keys: int
    sizes: Counter[int]


def find_distributed_duplicates(
    runner: StepRunner, plan: Plan, options: DuplicateOptions = DEFAULT_OPTIONS
) -> DuplicateCounts:
    """Find the same duplicates as `find_duplicates`; afterwards `load_output_rows` returns them document by document.

    A step has in memory a chunk, what is sent to it, or a part (a part contains whole components), and at most
    `plan.most_edges` pairs.
    """
    n_documents = assign_document_ids(runner, plan, options)
    common_keys = find_candidates(runner, plan)
    compare_pairs(runner, plan)
    judge_stories(runner, plan, options)
    sizes, no_body = write_output_rows(runner, plan, options)
    sizes[1] = n_documents - sum(size * clusters for size, clusters in sizes.items())
    return DuplicateCounts(n_documents, no_body, common_keys, sizes)
