"""The metrics of the service, for Prometheus."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copydesk.classifier import LABELS, Article, Page
from copydesk.classifier.segmentation import count_utf8
from copydesk.classifier.types import EncodedPage
from copydesk.service.api.monitoring.logs import FIELDS
from copydesk.service.index import IndexAnswer, Stats

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
FOLDER_VARIABLES = ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir")
"""The variables in which prometheus_client finds the folder of several workers, at its first import. The second one is
the first one's old name."""
FILE_BYTES = {
    "counter": 2 * 1024 * 1024,
    "histogram": 256 * 1024,
    "summary": 64 * 1024,
    "gauge_livesum": 64 * 1024,
    "gauge_livemax": 64 * 1024,
}
"""The files of a worker, by the start of their names, and their sizes. The most metrics that there can be take half of
that: every route with every method and status has 1.1 MB of counters, and 85 kB of histograms."""

_LOG = logging.getLogger("copydesk.metrics")


class Metrics:
    """The metrics of one worker; several workers add theirs up in a folder.

    On a full disk, a worker has metrics of its own: its `/metrics` does not include the other workers then.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Create the metrics.

        Args:
            folder: Folder that the workers share, None for one worker. Only the first metrics of a process can use it,
                as prometheus_client chooses once how it stores numbers.
        """
        self._folder = folder = folder if folder is not None and _reserve_files(folder) else None
        for name in FOLDER_VARIABLES:
            os.environ.pop(name, None)
        if folder is not None:
            os.environ[FOLDER_VARIABLES[0]] = str(folder)
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary

        self._registry = registry = CollectorRegistry()

        def gauge(name: str, text: str, *labels: str, mode: Literal["livesum", "livemax"]) -> Gauge:
            return Gauge(name, text, labels, registry=registry, multiprocess_mode=mode)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=registry)

        self.requests = counter("copydesk_requests", "Requests answered", "route", "method", "status")
        self.seconds = Histogram(
            "copydesk_request_seconds", "Time to the last byte", ("route",), buckets=SECONDS, registry=registry
        )
        self.pages = counter("copydesk_pages", "Pages classified", "form")
        self.characters = counter("copydesk_page_characters", "Characters of classified pages")
        self.blocks = counter("copydesk_blocks", "Blocks by their label", "label")
        self.confidence = Summary(
            "copydesk_confidence", "Confidence of pages; sum over count is the mean", registry=registry
        )
        self.articles = counter("copydesk_articles", "Articles compared with the index", "seen", "added")
        self.queue = gauge("copydesk_queue", "Calls that wait or run", "queue", mode="livesum")
        self.body_bytes = gauge("copydesk_held_bytes", "Bytes of request bodies in memory", mode="livesum")
        self.index = gauge("copydesk_index", "Size of the index", "what", mode="livemax")
        self.model = gauge("copydesk_model", "The loaded model, by its digest", "digest", mode="livemax")
        self._text_pages, self._html_pages = (self.pages.labels(form) for form in ("text", "html"))
        self._labels = [self.blocks.labels(label.value) for label in LABELS]
        self._requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        """The metrics of each route, method and status: to look them up takes as long as to count."""

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        key = route, method, status
        found = self._requests.get(key)
        if found is None:
            found = self._requests[key] = self.requests.labels(*key), self.seconds.labels(route)
        found[0].inc()
        found[1].observe(seconds)

    def count_page(self, page: Page, article: Article) -> None:
        """Count a classified page."""
        (self._html_pages if page.text is None else self._text_pages).inc()
        self.characters.inc(_count_characters(page))
        self.confidence.observe(article.confidence)
        for counter, n in zip(self._labels, _count_labels(article), strict=True):
            counter.inc(n)

    def count_articles(self, answers: Sequence[IndexAnswer]) -> None:
        """Count articles that the index compared."""
        for answer in answers:
            self.articles.labels(str(answer.seen).lower(), str(answer.added).lower()).inc()

    def set_index(self, stats: Stats) -> None:
        """Set the gauges of the index."""
        for what, n in (("documents", stats.documents), ("clusters", stats.clusters), ("bytes", stats.n_bytes)):
            self.index.labels(what).set(n)

    def export(self) -> bytes:
        """Return the metrics of all workers in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if self._folder is not None:
            all_workers = CollectorRegistry()
            with suppress(OSError, ValueError):  # someone has deleted the folder
                MultiProcessCollector(all_workers, str(self._folder))  # type: ignore[no-untyped-call]
                return generate_latest(all_workers)
        return generate_latest(self._registry)


def _count_characters(page: Page) -> int:
    if isinstance(page, EncodedPage):
        return count_utf8(page.utf8) or 0
    return len(page.html or "" if page.text is None else page.text)


def _count_labels(article: Article) -> list[int]:
    """Return the number of blocks of each label, in `LABELS` order."""
    if article.scores is None:
        labels = article.labels()
        return [labels.count(label) for label in LABELS]
    numbers = article.scores.labels.tobytes()  # one byte each
    return [numbers.count(number) for number in range(len(LABELS))]


def drop_gauges(pid: int | None, folder: Path) -> None:
    """Delete the gauges of a worker that is gone; its counters stay."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


def _reserve_files(folder: Path) -> bool:
    """Create the files of this worker at their full size; return whether there is room.

    prometheus_client maps these files into memory. It makes them sparse, and a write to a page for which the disk has
    no room kills the process (SIGBUS).
    """
    try:
        for name, n_bytes in FILE_BYTES.items():
            _reserve_file(folder / f"{name}_{os.getpid()}.db", n_bytes)
    except OSError as error:
        message = "the metrics of all workers cannot be added up; this worker counts for itself"
        _LOG.warning(message, extra={FIELDS: {"folder": str(folder), "reason": error.strerror}})
        return False
    return True


def _reserve_file(path: Path, n_bytes: int) -> None:
    """Create a file of zeros that has its room on the disk; other workers never see a part of it."""
    unfinished = path.with_suffix(".new")
    try:
        with unfinished.open("wb", buffering=0) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, n_bytes)
            elif file.write(bytes(n_bytes)) < n_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
