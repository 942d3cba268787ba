"""What all handlers share: the settings, the loaded model, the index, and the queues in front of both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request

from copydesk.classifier import Article, Model, UnreadablePage, classify, classify_page, load_model
from copydesk.classifier.types import Page
from copydesk.service.api.intake.bodies import Held
from copydesk.service.api.intake.requests import Asked, Media, most_bytes
from copydesk.service.api.limits.rates import Rates
from copydesk.service.api.limits.work_queue import Work
from copydesk.service.api.monitoring.metrics import Metrics
from copydesk.service.api.monitoring.traces import Traces
from copydesk.service.api.problems import Problem
from copydesk.service.api_keys import KeyFile
from copydesk.service.corrections import FeedbackFolder
from copydesk.service.index import Answer, Document, Index, IndexMismatch, IndexUnavailable, open_index
from copydesk.service.settings import Settings

R = TypeVar("R")
INDEX_THREADS = 2
"""Readers of the index at a time; writers wait for each other in the database."""
HELD_BYTES = 256 * 1024 * 1024
"""Bodies that a worker holds in memory at a time; at least one of the largest always fits."""
WARM_UP = "<h1>A page to warm up with</h1><p>It has two blocks, so that every compiled loop runs once.</p>"


class State:
    """The service's own things; made once a process, before the first request."""

    def __init__(
        self, settings: Settings, metrics: Metrics, model: Model | None = None, traces: Traces | None = None
    ) -> None:
        """Load the model and run it once, so that the first request need not wait for compiled code.

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
        self.rates = Rates(server.rate, folder=server.shared)
        self.held = Held(max(HELD_BYTES, most_bytes(Media.JSON, settings.max_page_bytes)))
        self.model_work = Work("classifier", traces, threads=1, most=server.queue, seconds=server.timeout)
        self.index_work = Work("index", traces, threads=INDEX_THREADS, most=server.queue, seconds=server.timeout)
        self.counted_until = 0.0
        """When, on the monotonic clock, the index is to be counted anew."""
        self.overview: dict[str, Any] = {}
        self.overview_until = 0.0
        """The same of its overview."""
        self._index: Index | None = None
        self._opening = threading.Lock()
        for page in (Page("", html=WARM_UP), Page("", text=WARM_UP)):
            next(classify([page], self.model))

    def index(self) -> Index:
        """Open the index at the first call that succeeds; call it on a thread of `index_work`.

        Raises:
            Problem: It cannot be opened.
        """
        with self._opening:
            if self._index is None:
                self._index = open_index(self.settings.index, preferred=self.settings.server.prefer)
            return self._index

    async def with_index(self, function: Callable[[Index], R]) -> R:
        """Do something with the index.

        Raises:
            Problem: The index cannot be used, its queue is full, or it took too long.
        """
        return await self.index_work.run(lambda: named_errors(lambda: function(self.index())))

    def article_of(self, asked: Asked) -> Article:
        """Classify a page; call it on a thread of `model_work`.

        Raises:
            Problem: The page cannot be read.
        """
        try:
            article = classify_page(asked.row.page, self.model, explain=asked.explain)
        except UnreadablePage as error:
            raise Problem(error.code, str(error)) from None
        self.metrics.count_page(asked.row.page, article)
        return article

    def add(self, documents: Sequence[Document]) -> list[Answer]:
        """Add documents in one transaction; call it on a thread of `index_work`.

        Raises:
            Problem: The index cannot be used.
        """
        return self._counted(named_errors(lambda: self.index().add(documents, now=time.time())))

    def check(self, documents: Sequence[Document]) -> list[Answer]:
        """Answer what adding each would; call it on a thread of `index_work`.

        Raises:
            Problem: The index cannot be used.
        """
        return self._counted(named_errors(lambda: self.index().check(documents)))

    def _counted(self, answers: list[Answer]) -> list[Answer]:
        self.metrics.count_articles(answers)
        return answers

    def close(self) -> None:
        """Finish what was begun, then let go of the index."""
        self.model_work.close()
        self.index_work.close()
        if self._index is not None:
            self._index.close()
        self.keys.close()
        self.rates.close()


def named_errors(function: Callable[[], R]) -> R:
    """Do something with the index; what it cannot do becomes a problem.

    Raises:
        Problem: The index cannot be used.
    """
    try:
        return function()
    except (IndexUnavailable, IndexMismatch) as error:
        raise Problem("index_unavailable", str(error)) from None


def state_of(request: Request) -> State:
    """Take the state that the application was started with."""
    state: State = request.app.state.copydesk
    return state
