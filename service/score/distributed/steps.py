"""The building blocks of a distributed computation: steps that exchange rows, and tables on disk between the steps.

A step reads and writes tables by number (of a chunk or a part). In an exchange, rows are grouped by the part that they
are sent to, as in a group-by.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.service.score.distributed.chunks import Chunks

PART = "part"
"""The column with the part that a row is sent to; it is removed before the row arrives."""
MAX_EDGES = 20_000_000
"""Up to this many pairs, one machine finds the components in memory, with about 2 GB; above, they are distributed."""

Task = Callable[[int], int]
Emit = Callable[[int], pa.Table]
Gather = Callable[[int, pa.Table], int]
DocIds = NDArray[np.uint64]


class StepRunner(Protocol):
    """Runs the calls of a step, in any order and on any machine that can read the tables. A call may run twice."""

    def each(self, n: int, task: Task) -> list[int]:
        """Call the task with each number below n; return the results in order."""

    def exchange(self, n: int, emit: Emit, parts: int, gather: Gather) -> list[int]:
        """Call `emit` with each number below n, then `gather` with each part and all rows that were sent to it.

        Parts without rows are gathered too. The rows of a part arrive in any order. Return the parts' results in order.
        """


@dataclass(frozen=True, slots=True)
class Tables:
    """Arrow files in one folder, each with a name and a number; a file is complete or missing."""

    path: Path

    def write(self, name: str, number: int, table: pa.Table) -> None:
        """Write a table under a unique name, then rename it, as two machines may write the same table."""
        path = self.file(name, number)
        aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
        with pa.OSFile(str(aside), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
        aside.replace(path)

    def read(self, name: str, number: int) -> pa.Table:
        """Read a table, mapped into memory."""
        with pa.memory_map(str(self.file(name, number))) as source, pa.ipc.open_file(source) as reader:
            return reader.read_all()

    def file(self, name: str, number: int) -> Path:
        """Return the path of a table."""
        return self.path / f"{name}-{number:07}.arrow"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a computation is divided, and where its files are. The results do not depend on the division.

    Keys, ids and components are divided into `parts`. Components of up to `most_edges` pairs are found in memory.
    """

    chunks: Chunks
    tables: Tables
    parts: int
    most_edges: int = MAX_EDGES


def array(table: pa.Table, column: str) -> NDArray[Any]:
    """Return a numeric column."""
    found: NDArray[Any] = table.column(column).to_numpy()
    return found


def with_columns(table: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    """Add columns to a table."""
    for name, column in columns.items():
        table = table.append_column(name, pa.array(column))
    return table


def with_part(parts: NDArray[Any], table: pa.Table) -> pa.Table:
    """Add the part that each row is sent to."""
    return with_columns(table, {PART: parts.astype(np.int32)})


def document_ids(ranks: NDArray[np.int64], chunk: int) -> DocIds:
    """Return document ids: the rank among all row ids in the upper 32 bits, the chunk in the lower 32."""
    found: DocIds = ranks.astype(np.uint64) << np.uint64(32) | np.uint64(chunk)
    return found


def chunk_of(docs: DocIds) -> NDArray[np.int32]:
    """Return the chunk of each document."""
    found: NDArray[np.int32] = (docs & np.uint64(0xFFFFFFFF)).astype(np.int32)
    return found


def send_to_chunks(table: pa.Table, column: str) -> pa.Table:
    """Send each row to the chunk of the document in a column."""
    return with_part(chunk_of(array(table, column)), table)


def send_to_parts(plan: Plan, table: pa.Table, column: str) -> pa.Table:
    """Send each row to the part of the document in a column, or of the component or cluster that is named after it."""
    return with_part((array(table, column) >> np.uint64(32)) % np.uint64(plan.parts), table)


def write_sorted(plan: Plan, target: str, columns: Sequence[str], number: int, table: pa.Table) -> int:
    """Write the rows that arrived as a table, sorted by some columns; return their number."""
    order = np.lexsort([array(table, column) for column in reversed(columns)])
    plan.tables.write(target, number, table.take(pa.array(order)))
    return len(table)


def emit_by_chunk(plan: Plan, source: str, column: str, part: int) -> pa.Table:
    """Send the rows of a part's table to the chunks of the documents in a column."""
    return send_to_chunks(plan.tables.read(source, part), column)


def move_to_chunks(runner: StepRunner, plan: Plan, source: str, target: str, columns: Sequence[str]) -> None:
    """Move the rows of the parts' tables to the chunks of the documents in the first column, sorted by the columns."""
    emit = partial(emit_by_chunk, plan, source, columns[0])
    runner.exchange(plan.parts, emit, len(plan.chunks), partial(write_sorted, plan, target, columns))


def distinct_pairs(table: pa.Table, first: str, second: str) -> tuple[DocIds, DocIds]:
    """Return the pairs in two columns, sorted, each once."""
    a, b = array(table, first), array(table, second)
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    new = np.append(True, (a[1:] != a[:-1]) | (b[1:] != b[:-1]))[: len(order)]
    return a[new], b[new]


def look_up(docs: DocIds, known: DocIds, values: DocIds) -> DocIds:
    """Return each document's value, or the document itself if it is not among the known ones, which are sorted."""
    if not len(known):
        return docs
    at = np.minimum(np.searchsorted(known, docs), len(known) - 1)
    return np.where(known[at] == docs, values[at], docs)


def positions(docs: DocIds, wanted: DocIds) -> NDArray[np.int64]:
    """Return where each wanted document is among others, which need not be sorted."""
    order = np.argsort(docs)
    found: NDArray[np.int64] = order[np.searchsorted(docs[order], wanted)]
    return found
