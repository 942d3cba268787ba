"""Where a run of batch scoring is worked on: what the local engine and the Ray engine have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from copydesk.service.score.attach_clusters import Clustering
from copydesk.service.score.output import Folder
from copydesk.service.score.readers import Shard
from copydesk.service.score.tally import Tally
from copydesk.service.score.worker import Work


class Scorers(Protocol):
    """Who scores shards: `Pool`, or actors elsewhere.

    Attributes:
        pages: Pages begun so far.
    """

    @property
    def pages(self) -> int: ...

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, Tally] | None]:
        """Work on all shards; yields each with what was counted once it is done, and None now and then between."""

    def close(self) -> None:
        """End the work, done or not."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where the work is done.

    Attributes:
        scorers: Makes who scores shards.
        cluster: Finds the duplicates among the rows of so many scored shards, writes them, and counts clusters.
    """

    scorers: Callable[[Work], Scorers]
    cluster: Callable[[Folder, int, Clustering], dict[str, Any]]
