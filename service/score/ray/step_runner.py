"""Steps on a Ray cluster: every exchange is a group-by of Ray Data, which moves rows and tries again what is lost."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import ray
import ray.data
from ray.data.context import DataContext, ShuffleStrategy

from copydesk.service.score.distributed.steps import PART, Emit, Gather, Work, array

MOST_TASKS = 1000
"""Tasks of a step at most: an exchange keeps the square of that in objects, and Ray a few hundred bytes of each."""

ROWS = "rows"
"""The rows that one task sends to one part, as a small Arrow file: Ray sorts a few of these and not each row."""


class RayStepRunner:
    """Runs steps as tasks of Ray Data on the cluster that this process is connected to.

    Attributes:
        n_bytes: That exchanges have moved so far.
    """

    def __init__(self) -> None:
        self.n_bytes = 0
        context = DataContext.get_current()
        context.enable_progress_bars = False
        # The other way, by hash, keeps rows in actors: with a machine lost it had not ended in four minutes (Ray 2.60).
        context.shuffle_strategy = ShuffleStrategy.SORT_SHUFFLE_PULL_BASED

    def each(self, n: int, work: Work) -> list[int]:
        """Do a piece of work for each number below n."""

        def run(numbers: pa.Table) -> pa.Table:
            found = [work(number) for number in numbers.column("id").to_pylist()]
            return pa.table({"number": numbers.column("id"), "found": pa.array(found, pa.int64())})

        rows = _numbers(n).map_batches(run, batch_format="pyarrow", batch_size=None).take_all()
        return _in_order(rows, "number", n)

    def exchange(self, n: int, emit: Emit, parts: int, gather: Gather) -> list[int]:
        """Let n emitters give rows, and every part be gathered."""

        def send(numbers: pa.Table) -> pa.Table:
            own = numbers.column("id").to_pylist()
            sent = _cut(pa.concat_tables([emit(number) for number in own]), parts, everywhere=0 in own)
            columns = pa.array(list(sent), pa.int32()), pa.array(list(sent.values()), pa.large_binary())
            return pa.table(dict(zip((PART, ROWS), columns, strict=True)))

        def receive(group: pa.Table) -> pa.Table:
            part = group.column(PART)[0].as_py()
            table = pa.concat_tables([pa.ipc.open_stream(rows.as_buffer()).read_all() for rows in group.column(ROWS)])
            columns = {"number": [part], "found": [gather(part, table)], "n_bytes": [group.nbytes]}
            return pa.table({name: pa.array(value, pa.int64()) for name, value in columns.items()})

        sent = _numbers(n).map_batches(send, batch_format="pyarrow", batch_size=None)
        rows = sent.groupby(PART).map_groups(receive, batch_format="pyarrow").take_all()
        self.n_bytes += sum(row["n_bytes"] for row in rows)
        return _in_order(rows, "number", parts)


def _numbers(n: int) -> ray.data.Dataset:
    return ray.data.range(n, override_num_blocks=min(n, MOST_TASKS))


def _cut(table: pa.Table, parts: int, *, everywhere: bool) -> dict[int, bytes]:
    """Cut rows by their parts; where asked to, even parts without rows get their columns."""
    to = array(table, PART)
    order = to.argsort(kind="stable")
    table, to = table.drop_columns([PART]).take(pa.array(order)), to[order]
    wanted = range(parts) if everywhere else sorted(set(to.tolist()))
    bounds = [to.searchsorted(list(wanted), side=side).tolist() for side in ("left", "right")]
    return {part: _written(table.slice(a, b - a)) for part, a, b in zip(wanted, *bounds, strict=True)}


def _written(rows: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, rows.schema) as writer:
        writer.write_table(rows)
    written: bytes = out.getvalue().to_pybytes()
    return written


def _in_order(rows: list[dict[str, Any]], column: str, n: int) -> list[int]:
    found = {row[column]: row["found"] for row in rows}
    assert found.keys() == set(range(n)), f"Ray gave {sorted(found)} of {n}"
    return [found[number] for number in range(n)]
