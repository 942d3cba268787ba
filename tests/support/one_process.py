"""A step runner for tests: runs the calls in this process, in a random order and some of them twice."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from copydesk.service.score.distributed.steps import PART, Emit, Gather, Task, array


@dataclass
class OneProcess:
    """Runs calls in a random order; the rows of a part arrive in a random order too.

    Attributes:
        chance: Chooses every order.
        again: Probability that a part is gathered twice, as after the loss of a machine.
    """

    chance: random.Random = field(default_factory=lambda: random.Random(1))
    again: float = 0.0

    def each(self, n: int, task: Task) -> list[int]:
        """Call the task with each number."""
        found = {number: task(number) for number in self._order(n)}
        return [found[number] for number in range(n)]

    def exchange(self, n: int, emit: Emit, parts: int, gather: Gather) -> list[int]:
        """Call `emit` with each number, then `gather` with each part and its rows."""
        sent: defaultdict[int, list[pa.Table]] = defaultdict(list)
        empty: pa.Table | None = None
        for number in self._order(n):
            table = emit(number)
            to = array(table, PART)
            assert not len(to) or (to.min() >= 0 and to.max() < parts), "a row is sent to a part that does not exist"
            table = table.drop_columns([PART])
            empty = table.schema.empty_table()
            for part in np.unique(to).tolist():
                sent[part].append(table.filter(pa.array(to == part)))
        assert empty is not None
        gathered = {part: self._gather(gather, part, [empty, *sent[part]]) for part in self._order(parts)}
        return [gathered[part] for part in range(parts)]

    def _gather(self, gather: Gather, part: int, tables: list[pa.Table]) -> int:
        if self.chance.random() < self.again:
            gather(part, self._shuffled(pa.concat_tables(tables)))
        return gather(part, self._shuffled(pa.concat_tables(tables)))

    def _shuffled(self, table: pa.Table) -> pa.Table:
        order = list(range(len(table)))
        self.chance.shuffle(order)
        return table.take(pa.array(order, pa.int64()))

    def _order(self, n: int) -> list[int]:
        order = list(range(n))
        self.chance.shuffle(order)
        return order
