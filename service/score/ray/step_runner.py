"""Runs distributed steps on a Ray cluster: an exchange is a group-by of Ray Data, which repeats lost calls."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import ray
import ray.data
from ray.data.context import DataContext, ShuffleStrategy

from copydesk.service.score.distributed.steps import PART, Emit, Gather, Task, array

MAX_TASKS = 1000
"""Most Ray tasks in a step. An exchange has the square of that in objects, each of which takes Ray some 100 bytes."""
ROWS = "rows"
"""Column with all rows that one task sends to one part, as an Arrow file: Ray sorts these files, not single rows."""


class RayStepRunner:
    """Runs steps on the cluster that this process is connected to; `n_bytes` counts what exchanges have moved."""

    def __init__(self) -> None:
        self.n_bytes = 0
        context = DataContext.get_current()
        context.enable_progress_bars = False
        # The hash shuffle keeps rows in actors; after the loss of a machine it had not ended in four minutes (Ray 2.60)
        context.shuffle_strategy = ShuffleStrategy.SORT_SHUFFLE_PULL_BASED

    def each(self, n: int, task: Task) -> list[int]:
        """Call the task with each number below n."""

        def run(numbers: pa.Table) -> pa.Table:
            found = [task(number) for number in numbers.column("id").to_pylist()]
            return pa.table({"number": numbers.column("id"), "found": pa.array(found, pa.int64())})

        rows = _numbers(n).map_batches(run, batch_format="pyarrow", batch_size=None).take_all()
        return _in_order(rows, n)

    def exchange(self, n: int, emit: Emit, parts: int, gather: Gather) -> list[int]:
        """Call `emit` with each number below n, then `gather` with each part and its rows."""

        def emit_rows(numbers: pa.Table) -> pa.Table:
            ids = numbers.column("id").to_pylist()
            by_part = _cut(pa.concat_tables([emit(number) for number in ids]), parts, all_parts=0 in ids)
            columns = pa.array(list(by_part), pa.int32()), pa.array(list(by_part.values()), pa.large_binary())
            return pa.table(dict(zip((PART, ROWS), columns, strict=True)))

        def gather_rows(group: pa.Table) -> pa.Table:
            part = group.column(PART)[0].as_py()
            table = pa.concat_tables([pa.ipc.open_stream(rows.as_buffer()).read_all() for rows in group.column(ROWS)])
            columns = {"number": [part], "found": [gather(part, table)], "n_bytes": [group.nbytes]}
            return pa.table({name: pa.array(value, pa.int64()) for name, value in columns.items()})

        sent = _numbers(n).map_batches(emit_rows, batch_format="pyarrow", batch_size=None)
        rows = sent.groupby(PART).map_groups(gather_rows, batch_format="pyarrow").take_all()
        self.n_bytes += sum(row["n_bytes"] for row in rows)
        return _in_order(rows, parts)


def _numbers(n: int) -> ray.data.Dataset:
    return ray.data.range(n, override_num_blocks=min(n, MAX_TASKS))


def _cut(table: pa.Table, parts: int, *, all_parts: bool) -> dict[int, bytes]:
    """Return the rows of each part; with `all_parts` also of parts without rows, so that each receives the columns."""
    to = array(table, PART)
    order = to.argsort(kind="stable")
    table, to = table.drop_columns([PART]).take(pa.array(order)), to[order]
    wanted = range(parts) if all_parts else sorted(set(to.tolist()))
    bounds = [to.searchsorted(list(wanted), side=side).tolist() for side in ("left", "right")]
    return {part: _arrow_bytes(table.slice(a, b - a)) for part, a, b in zip(wanted, *bounds, strict=True)}


def _arrow_bytes(rows: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, rows.schema) as writer:
        writer.write_table(rows)
    content: bytes = out.getvalue().to_pybytes()
    return content


def _in_order(rows: list[dict[str, Any]], n: int) -> list[int]:
    found = {row["number"]: row["found"] for row in rows}
    assert found.keys() == set(range(n)), f"Ray gave {sorted(found)} of {n}"
    return [found[number] for number in range(n)]
