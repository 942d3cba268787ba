"""What the service counts, for Prometheus."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from copydesk.classifier import Article
from copydesk.classifier.types import LABELS, Page
from copydesk.service.index import Answer, Stats

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The numbers of one worker; where there are several they are added up in a folder.

    The library takes the folder's name from the variable PROMETHEUS_MULTIPROC_DIR, before it is first imported.
    """

    def __init__(self, folder: Path | None = None) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._folder = folder
        if folder is not None:
            forget_the_dead(folder)
        self.requests = Counter(
            "copydesk_requests", "Requests answered", ("route", "method", "status"), registry=registry
        )
        self.seconds = Histogram(
            "copydesk_request_seconds", "Time to the last byte", ("route",), buckets=SECONDS, registry=registry
        )
        self.pages = Counter("copydesk_pages", "Pages classified", ("form",), registry=registry)
        self.characters = Counter("copydesk_page_characters", "Characters of classified pages", registry=registry)
        self.blocks = Counter("copydesk_blocks", "Labels given", ("label",), registry=registry)
        self.confidence = Summary(
            "copydesk_confidence", "Confidence of pages; sum over count is the mean", registry=registry
        )
        self.articles = Counter("copydesk_articles", "Articles compared", ("seen", "added"), registry=registry)
        self.queue = Gauge(
            "copydesk_queue", "Work that waits or is done", ("queue",), registry=registry, multiprocess_mode="livesum"
        )
        self.held = Gauge("copydesk_held_bytes", "Bodies in memory", registry=registry, multiprocess_mode="livesum")
        self.index = Gauge(
            "copydesk_index", "What the index holds", ("what",), registry=registry, multiprocess_mode="livemax"
        )
        self.model = Gauge(
            "copydesk_model",
            "The loaded model, by its digest",
            ("digest",),
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._labels = [(label, self.blocks.labels(label.value)) for label in LABELS]
        for form in ("text", "html"):
            self.pages.labels(form)

    def count_page(self, page: Page, article: Article) -> None:
        """Count a page that was classified."""
        content = page.html if page.html is not None else page.text or ""
        self.pages.labels("text" if page.html is None else "html").inc()
        self.characters.inc(len(content))
        self.confidence.observe(article.confidence)
        labels = [block.label for block in article.blocks]
        for label, counter in self._labels:
            counter.inc(labels.count(label))

    def count_articles(self, answers: Sequence[Answer]) -> None:
        """Count articles that were compared."""
        for answer in answers:
            self.articles.labels(str(answer.seen).lower(), str(answer.added).lower()).inc()

    def set_index(self, stats: Stats) -> None:
        """Say how much the index holds."""
        for what, n in (("documents", stats.documents), ("clusters", stats.clusters), ("bytes", stats.n_bytes)):
            self.index.labels(what).set(n)

    def written(self) -> bytes:
        """Write all numbers in Prometheus' text format, those of all workers together."""
        if self._folder is None:
            return generate_latest(self._registry)
        every = CollectorRegistry()
        MultiProcessCollector(every, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(every)


def forget_the_dead(folder: Path) -> None:
    """Remove the present values of workers that were killed; what they counted stays."""
    for path in folder.glob("gauge_live*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not _lives(int(pid)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
