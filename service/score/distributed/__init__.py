"""The distributed closed set: finds the clusters that `duplicates.closed_set` finds, in steps that many machines share.

`docs/how-it-works.md` explains the steps and what they exchange.
"""

from copydesk.service.score.distributed.chunks import put_together
from copydesk.service.score.distributed.output_rows import load_output_rows
from copydesk.service.score.distributed.run import DuplicateCounts, find_distributed_duplicates
from copydesk.service.score.distributed.steps import Plan, StepRunner, Tables

__all__ = [
    "DuplicateCounts",
    "Plan",
    "StepRunner",
    "Tables",
    "find_distributed_duplicates",
    "load_output_rows",
    "put_together",
]
