"""Steps of a spread computation: rows that are grouped by a part's number, and the tables that lie between steps."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.service.score.distributed.chunks import Chunks

PART = "part"
"""The column that says which part a row goes to; whoever gathers a part gets its rows without it."""

MOST_EDGES = 20_000_000
"""Pairs that one machine joins in memory: some 2 GB while it does."""

Work = Callable[[int], int]
Emit = Callable[[int], pa.Table]
Gather = Callable[[int, pa.Table], int]


class Engine(Protocol):
    """Who runs steps, in any order and at any place that sees the tables; a step may run twice."""

    def each(self, n: int, work: Work) -> list[int]:
        """Do a piece of work for each number below n; gives what each returned, in order."""

    def exchange(self, n: int, emit: Emit, parts: int, gather: Gather) -> list[int]:
        """Let n emitters give rows, and every part below `parts`, an empty one too, be gathered once.

        The rows of a part come in no certain order. Gives what each part returned, in order.
        """


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables by name and number, each in an Arrow file that appears whole or not at all."""

    path: Path

    def write(self, name: str, number: int, table: pa.Table) -> None:
        """Write a table aside and rename it, as two machines may write the same one."""
        path = self.file(name, number)
        aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
        with pa.OSFile(str(aside), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
        aside.replace(path)

    def read(self, name: str, number: int) -> pa.Table:
        """Give a table back, mapped into memory."""
        with pa.memory_map(str(self.file(name, number))) as source, pa.ipc.open_file(source) as reader:
            return reader.read_all()

    def file(self, name: str, number: int) -> Path:
        """Name a table's file."""
        return self.path / f"{name}-{number:07}.arrow"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a computation lies and how it is cut; the answers do not depend on the cut.

    Attributes:
        chunks: The documents.
        tables: Everything between the steps.
        parts: Into how many parts keys, ids and components are cut.
        most_edges: Pairs up to which components are found in the memory of one machine.
    """

    chunks: Chunks
    tables: Tables
    parts: int
    most_edges: int = MOST_EDGES

    @property
    def n_chunks(self) -> int:
        """How many chunks there are."""
        return len(self.chunks)


def array(table: pa.Table, column: str) -> NDArray[Any]:
    """Return a column of numbers."""
    found: NDArray[Any] = table.column(column).to_numpy()
    return found


def with_part(parts: NDArray[Any], table: pa.Table) -> pa.Table:
    """Say to which part each row goes."""
    return table.append_column(PART, pa.array(parts.astype(np.int32)))


def names(numbers: NDArray[np.int64], chunk: int) -> NDArray[np.uint64]:
    """Name documents: the number in the order of all ids in the upper 32 bits, then the chunk that holds it."""
    found: NDArray[np.uint64] = numbers.astype(np.uint64) << np.uint64(32) | np.uint64(chunk)
    return found


def chunk_of(name: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Return the chunks that hold documents."""
    found: NDArray[np.int32] = (name & np.uint64(0xFFFFFFFF)).astype(np.int32)
    return found


def spread_by(name: NDArray[np.uint64], parts: int) -> NDArray[np.int32]:
    """Return the parts that documents, or what is named by one, go to."""
    found: NDArray[np.int32] = ((name >> np.uint64(32)) % np.uint64(parts)).astype(np.int32)
    return found


def emit_by_chunk(plan: Plan, source: str, part: int) -> pa.Table:
    """Send a part's rows to the chunks that hold their documents."""
    table = plan.tables.read(source, part)
    return with_part(chunk_of(array(table, "name")), table)


def write_by_name(plan: Plan, target: str, chunk: int, table: pa.Table) -> int:
    """Write a chunk's rows in the order of their documents."""
    plan.tables.write(target, chunk, table.take(pa.array(np.argsort(array(table, "name")))))
    return len(table)


def look_up(name: NDArray[np.uint64], known: NDArray[np.uint64], values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each name's value, itself where it has none.

    Args:
        name: Shape (n,).
        known: Shape (n_known,), sorted.
        values: Shape (n_known,).
    """
    if not len(known):
        return name
    at = np.minimum(np.searchsorted(known, name), len(known) - 1)
    return np.where(known[at] == name, values[at], name)
