"""An engine for the steps of a spread closed set that runs them here, one by one and some of them twice."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from copydesk.service.score.distributed.steps import PART, Emit, Gather, Work, array


@dataclass
class OneProcess:
    """Runs steps in a random order; rows come to a part in a random order too.

    Attributes:
        chance: Decides on every order.
        again: How probably a part is gathered twice, as after the loss of a machine.
    """

    chance: random.Random = field(default_factory=lambda: random.Random(1))
    again: float = 0.0

    def each(self, n: int, work: Work) -> list[int]:
        """Do a piece of work for each number."""
        found = {number: work(number) for number in self._order(n)}
        return [found[number] for number in range(n)]

    def exchange(self, n: int, emit: Emit, parts: int, gather: Gather) -> list[int]:
        """Send rows to parts."""
        given: defaultdict[int, list[pa.Table]] = defaultdict(list)
        empty: pa.Table | None = None
        for number in self._order(n):
            table = emit(number)
            to = array(table, PART)
            assert not len(to) or (to.min() >= 0 and to.max() < parts), "a row goes to a part that is none"
            table = table.drop_columns([PART])
            empty = table.schema.empty_table()
            for part in np.unique(to).tolist():
                given[part].append(table.filter(pa.array(to == part)))
        assert empty is not None
        gathered = {part: self._gather(gather, part, [empty, *given[part]]) for part in self._order(parts)}
        return [gathered[part] for part in range(parts)]

    def _gather(self, gather: Gather, part: int, tables: list[pa.Table]) -> int:
        if self.chance.random() < self.again:
            gather(part, self._mixed(pa.concat_tables(tables)))
        return gather(part, self._mixed(pa.concat_tables(tables)))

    def _mixed(self, table: pa.Table) -> pa.Table:
        order = list(range(len(table)))
        self.chance.shuffle(order)
        return table.take(pa.array(order, pa.int64()))

    def _order(self, n: int) -> list[int]:
        order = list(range(n))
        self.chance.shuffle(order)
        return order
