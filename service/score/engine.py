"""The interface that the local engine and the Ray engine implement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from copydesk.service.score.options import ClusterOptions
from copydesk.service.score.output import OutputFolder
from copydesk.service.score.readers import Shard
from copydesk.service.score.tally import Tally
from copydesk.service.score.worker import ScoreJob


class ShardScorer(Protocol):
    """Scores shards: the local `Pool`, or actors on a cluster."""

    @property
    def pages(self) -> int:
        """Pages begun so far."""

    @property
    def waits_for(self) -> str:
        """What the first page waits for."""

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally] | None]:
        """Score all shards. Yields each shard with its counts when it is finished, and sometimes None."""

    def close(self) -> None:
        """Stop, finished or not."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where a run is computed: a scorer of its shards, and a function like `cluster_shards` that gets their number."""

    scorer: Callable[[ScoreJob], ShardScorer]
    cluster: Callable[[OutputFolder, int, ClusterOptions], dict[str, Any]]
