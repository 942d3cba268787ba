"""The whole road of a spread closed set: chunks of signed documents in, each document's cluster and matches out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from copydesk.service.score.distributed.candidate_pairs import pair_documents
from copydesk.service.score.distributed.compare_pairs import verify
from copydesk.service.score.distributed.document_ids import number_documents
from copydesk.service.score.distributed.judge_stories import judge
from copydesk.service.score.distributed.output_rows import answer
from copydesk.service.score.distributed.steps import Engine, Plan


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be told of a spread closed set.

    Attributes:
        n_documents: That count.
        common_keys: Keys so common that only a part of their pairs was compared.
        n_common: Shingles that many stories hold; they were no evidence.
        sizes: How many clusters there are of each size.
    """

    n_documents: int
    common_keys: int
    n_common: int
    sizes: Counter[int]


def find_distributed_duplicates(engine: Engine, plan: Plan, *, prefer: Sequence[str] = ()) -> Found:
    """Find the duplicates among documents in chunks, the same as `find_duplicates` of all of them would.

    No step holds more than its chunk, what is sent there, or its part in memory, nor more pairs than `most_edges`;
    a part holds whole components. Afterwards `load_answers` gives the answers.

    Args:
        prefer: Sources to keep documents of, the best first.
    """
    n_documents = number_documents(engine, plan, prefer)
    common_keys = pair_documents(engine, plan)
    n_common = verify(engine, plan)
    judge(engine, plan)
    sizes = answer(engine, plan, prefer)
    sizes[1] = n_documents - sum(size * clusters for size, clusters in sizes.items())
    return Found(n_documents, common_keys, n_common, sizes)
