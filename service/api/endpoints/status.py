"""The endpoints about the service itself: index, model, health, readiness and metrics."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import load_manifest
from copydesk.classifier.artifact import default_folder
from copydesk.service.api.encoding import json_response
from copydesk.service.api.limits.access import require_scope
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import state_of
from copydesk.service.api_keys import Scope
from copydesk.service.index import Index
from copydesk.service.rows import contract, index_numbers, indexed_article, iso_time

LATEST_CLUSTERS = 20
"""Clusters that `GET /v1/index` lists."""
GROWTH_DAYS = 366
"""Days of growth that `GET /v1/index` lists."""
MODEL_CARD = "MODEL_CARD.md"
GAUGE_SECONDS = 30
"""Metrics reuse the index's numbers for this time, as counting reads whole tables."""

NOT_BLANK = r"\S"
"""Words to search for have at least one character that is not white space."""
LARGE_INDEX = 50_000
SLOW_SECONDS = 0.5
CACHE_FACTOR = 20
"""If the index has at least `LARGE_INDEX` documents and counting took at least `SLOW_SECONDS`, `GET /v1/index` reuses
the answer for `CACHE_FACTOR` times as long as counting took, so that counting costs at most 5 % of a core. Otherwise
every request counts."""

Words = Annotated[str, Query(pattern=NOT_BLANK, max_length=500, description="Words of the titles.", examples=["ferry"])]
Most = Annotated[int, Query(ge=1, le=100, description="How many articles are answered at most.")]

router = APIRouter()


@router.get("/v1/index", dependencies=[require_scope(Scope.READ)])
async def get_index(request: Request) -> Response:
    """Read the size of the index, its latest clusters, and its growth by day and by size of cluster.

    Counting reads whole tables. An answer about a large index is therefore cached for 20 times as long as it took.
    """
    state = state_of(request)
    if time.monotonic() >= state.index_overview_expires:
        overview, seconds = await state.with_index(_timed_overview)
        state.index_overview = overview
        if seconds >= SLOW_SECONDS and overview.documents >= LARGE_INDEX:
            state.index_overview_expires = time.monotonic() + CACHE_FACTOR * seconds
    return json_response(state.index_overview)


@router.get("/v1/index/search", dependencies=[require_scope(Scope.READ)])
async def search_index(request: Request, q: Words, most: Most = 20) -> Response:
    """Find articles by words of their titles, or by how the words begin; the last added first."""

    def find(index: Index) -> contract.FoundArticles:
        try:
            return contract.FoundArticles(tuple(map(indexed_article, index.search(q, most=most))))
        except ValueError as error:
            raise Problem("bad_request", str(error)) from None

    return json_response(await state_of(request).with_index(find))


@router.get("/v1/model", dependencies=[require_scope(Scope.READ)])
async def get_model(request: Request) -> Response:
    """Read the model's manifest with its scores, and its model card."""
    folder = state_of(request).settings.model or default_folder()
    card = folder / MODEL_CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else None
    return json_response(contract.ModelInfo(load_manifest(folder), text))


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def get_health() -> Response:
    """Return 200 while the process runs."""
    return json_response(contract.ServiceStatus("ok"))


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
async def get_readiness(request: Request) -> Response:
    """Answer 200 when the model is loaded and the index can be read."""
    state = state_of(request)
    await state.with_index(lambda index: index.get("ready"))
    return json_response(contract.ServiceStatus("ready", state.model.digest))


@router.get("/metrics", dependencies=[require_scope(Scope.READ)])
async def get_metrics(request: Request) -> Response:
    """Read the metrics in Prometheus' text format; the index is counted at most every 30 seconds."""
    state = state_of(request)
    queues = {"classifier": state.model_queue, "index": state.index_queue, "index writes": state.index_writes}
    for name, queue in queues.items():
        state.metrics.queue.labels(name).set(queue.n_unfinished)
    state.metrics.body_bytes.set(state.body_budget.n_bytes)
    if time.monotonic() >= state.index_gauges_expire:
        state.index_gauges_expire = time.monotonic() + GAUGE_SECONDS
        with suppress(Problem):  # if the index cannot be read, its gauges keep their values
            state.metrics.set_index(await state.with_index(lambda index: index.stats()))
    return Response(state.metrics.export(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _timed_overview(index: Index) -> tuple[contract.IndexOverview, float]:
    start = time.monotonic()
    overview = index_overview(index)
    return overview, time.monotonic() - start


def index_overview(index: Index) -> contract.IndexOverview:
    """Return the answer of `GET /v1/index`; times are in ISO 8601."""
    latest = [
        contract.LatestCluster(cluster.id, cluster.documents, iso_time(cluster.added), cluster.title)
        for cluster in index.latest_clusters(LATEST_CLUSTERS)
    ]
    days = [contract.DayTotals(**asdict(day)) for day in index.growth(GROWTH_DAYS)]
    return contract.IndexOverview(**index_numbers(index.stats()), latest=latest, growth=days)
