"""The objects that all handlers of a worker share: settings, model, index, limits, and the queues for both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from starlette.requests import Request

from copydesk.classifier import Article, Model, Page, classify, classify_page, load_model
from copydesk.service.api.intake.bodies import BodyBudget, Incoming, read_body
from copydesk.service.api.intake.requests import ClassifyRequest, Media, max_body_bytes
from copydesk.service.api.limits.rates import RateLimiter
from copydesk.service.api.limits.work_queue import WorkQueue
from copydesk.service.api.monitoring.metrics import Metrics
from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem
from copydesk.service.api_keys import KeyFile
from copydesk.service.corrections import FeedbackFolder
from copydesk.service.index import Document, Index, IndexAnswer, IndexMismatch, IndexUnavailable, open_index
from copydesk.service.rows import BadRow, Row, classify_rows, contract
from copydesk.service.rows.classify_rows import ClassifiedRow
from copydesk.service.settings import Settings

R = TypeVar("R")
INDEX_THREADS = 2
"""Threads that read the index, side by side. One more thread writes, so that no read waits for the writer lock."""
BODY_BUDGET_BYTES = 256 * 1024 * 1024
"""Bytes of request bodies that a worker keeps in memory at a time; one body of the largest size always fits."""
WARM_UP = "<h1>A page to warm up with</h1><p>It has two blocks.</p>"


class State:
    """The shared objects of a worker process; created once, before the first request."""

    def __init__(
        self, settings: Settings, metrics: Metrics, model: Model | None = None, traces: Traces | None = None
    ) -> None:
        """Load the model and run it once, as weights are unpacked and tables are made at first use.

        Raises:
            ArtifactMismatch: The model cannot be loaded.
        """
        server = settings.server
        self.settings = settings
        self.model = model or load_model(settings.model)
        self.metrics = metrics
        metrics.model.labels(self.model.digest).set(1)
        self.keys = KeyFile(server.keys)
        self.feedback = FeedbackFolder(server.feedback)
        self.feedback.remove_unfinished()
        self.rates = RateLimiter(server.rate, folder=server.shared)
        self.body_budget = BodyBudget(max(BODY_BUDGET_BYTES, max_body_bytes(Media.JSON, settings.max_page_bytes)))
        limits: dict[str, Any] = {"limit": server.queue, "timeout": server.timeout}
        self.model_queue = WorkQueue("classifier", traces, threads=1, **limits)
        self.index_queue = WorkQueue("index", traces, threads=INDEX_THREADS, **limits)
        self.index_writes = WorkQueue("index writes", traces, threads=1, **limits)
        self.index_gauges_expire = 0.0
        """Monotonic time until which the metrics' numbers of the index are not read again."""
        self.index_overview: contract.IndexOverview | None = None
        """The last answer of `GET /v1/index`, reused until `index_overview_expires` on the monotonic clock."""
        self.index_overview_expires = 0.0
        self._index: Index | None = None
        self._opening = threading.Lock()
        for page in (Page("", html=WARM_UP), Page("", text=WARM_UP)):
            next(classify([page], self.model))

    async def process_body(self, request: Incoming, media: Media, function: Callable[[bytes], R]) -> R:
        """Read a request's body and call a function with it on the classifier's thread.

        Raises:
            Problem: The body is refused, there is no room for it or in the queue, or the call took too long.
            ClientDisconnect: The client went away.
        """
        limit = max_body_bytes(media, self.settings.max_page_bytes)
        idle = self.settings.server.idle
        body = await read_body(request, self.body_budget, limit=limit, idle=idle)
        try:
            return await self.model_queue.run(lambda: function(body))
        finally:
            self.body_budget.release(len(body))

    def classify(self, request: ClassifyRequest, *, structure: bool = False) -> Article:
        """Classify a page, with its structure for Markdown and HTML if wanted; call it on the classifier's thread.

        Raises:
            UnreadablePage: The page cannot be read.
        """
        explain = request.options.explain
        article = classify_page(request.row.page, self.model, explain=explain, structure=structure, read_all=True)
        self.metrics.count_page(request.row.page, article)
        return article

    def classify_rows(
        self, rows: Sequence[Row], *, explain: bool = False, structure: bool = False
    ) -> list[ClassifiedRow | BadRow]:
        """Classify the pages of rows, in less time than one by one; call it on the classifier's thread.

        A page that cannot be classified becomes a bad row.
        """
        classifier = partial(classify, model=self.model, explain=explain, structure=structure, read_all=True)
        answers = classify_rows.classify_together(rows, classifier)
        for answer in answers:
            if isinstance(answer, ClassifiedRow):
                self.metrics.count_page(answer.row.page, answer.article)
        return answers

    def index(self) -> Index:
        """Return the index, opened by the first call that succeeds; call it on a thread of the index.

        Raises:
            IndexUnavailable, IndexMismatch: It cannot be opened.
        """
        with self._opening:
            if self._index is None:
                self._index = open_index(self.settings.index, self.settings.server.duplicates)
            return self._index

    async def with_index(self, function: Callable[[Index], R], *, write: bool = False) -> R:
        """Call a function with the index on one of the threads that read it, or on the one that writes.

        Raises:
            Problem: The index cannot be used, its queue is full, or the call took too long.
        """
        queue = self.index_writes if write else self.index_queue
        return await queue.run(lambda: index_errors_as_problems(lambda: function(self.index())))

    def compare(self, documents: Sequence[Document], *, add: bool) -> list[IndexAnswer]:
        """Compare documents with the index, and add them in the same transaction; call it on a thread of the index.

        Raises:
            Problem: The index cannot be used.
        """

        def call() -> list[IndexAnswer]:
            index = self.index()
            return index.add(documents, now=time.time()) if add else index.check(documents)

        answers = index_errors_as_problems(call)
        self.metrics.count_articles(answers)
        return answers

    def close(self) -> None:
        """Finish the calls that run, then close the index and the files."""
        self.model_queue.close()
        self.index_queue.close()
        self.index_writes.close()
        if self._index is not None:
            self._index.close()
        self.keys.close()
        self.rates.close()


def index_errors_as_problems(function: Callable[[], R]) -> R:
    """Call a function that uses the index.

    Raises:
        Problem: The index cannot be used.
    """
    try:
        return function()
    except (IndexUnavailable, IndexMismatch) as error:
        raise Problem("index_unavailable", str(error)) from None


def state_of(request: Request) -> State:
    """Return the state of the application that handles a request."""
    state: State = request.app.state.copydesk
    return state
