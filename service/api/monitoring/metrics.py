"""The metrics of the service, for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from copydesk.classifier import LABELS, Article, Page
from copydesk.service.index import IndexAnswer, Stats

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one worker; several workers add theirs up in a folder.

    prometheus_client reads the folder's name from the variable PROMETHEUS_MULTIPROC_DIR when it is first imported.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
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
        self._labels = [(label, self.blocks.labels(label.value)) for label in LABELS]
        for form in ("text", "html"):
            self.pages.labels(form)

    def count_page(self, page: Page, article: Article) -> None:
        """Count a classified page."""
        content = page.html if page.html is not None else page.text or ""
        self.pages.labels("text" if page.html is None else "html").inc()
        self.characters.inc(len(content))
        self.confidence.observe(article.confidence)
        labels = [block.label for block in article.blocks]
        for label, counter in self._labels:
            counter.inc(labels.count(label))

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
        if self._folder is None:
            return generate_latest(self._registry)
        all_workers = CollectorRegistry()
        MultiProcessCollector(all_workers, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(all_workers)
