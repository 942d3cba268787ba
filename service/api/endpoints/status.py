"""The endpoints that tell about the service itself: its index, its model, and whether it is ready."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from copydesk.classifier import load_manifest
from copydesk.classifier.artifact import default_folder
from copydesk.service.api.encoding import json_response
from copydesk.service.api.endpoints.articles import told_time
from copydesk.service.api.limits.access import needs
from copydesk.service.api.problems import Problem
from copydesk.service.api.state import state_of
from copydesk.service.api_keys import Scope
from copydesk.service.index import Index
from copydesk.service.index.growth import growth, latest_clusters

LATEST = 20
"""Clusters that the overview names."""
DAYS = 366
"""Days that the overview counts."""
CARD = "MODEL_CARD.md"
COUNTED_SECONDS = 30
"""How long the counts of the index stay as they are, since counting reads whole tables."""

LARGE = 50_000
LONG_SECONDS = 0.5
COUNTED_TIMES = 20
"""So counting takes at most a twentieth of a processor; an index of fewer documents than `LARGE`, or that is counted
faster, is told as it is."""

router = APIRouter()


@router.get("/v1/index", dependencies=[needs(Scope.READ)])
async def get_index(request: Request) -> Response:
    """Tell how much the index holds, its latest clusters, and how it grew, also by size of cluster.

    It reads whole tables, so a large index is not counted anew at every request: an answer stands for
    `COUNTED_TIMES` as long as it took.
    """
    state = state_of(request)
    if time.monotonic() >= state.overview_until:
        state.overview, took = await state.with_index(_timed_fields)
        if took >= LONG_SECONDS and state.overview["documents"] >= LARGE:
            state.overview_until = time.monotonic() + COUNTED_TIMES * took
    return json_response(state.overview)


@router.get("/v1/model", dependencies=[needs(Scope.READ)])
async def get_model(request: Request) -> Response:
    """Give the model's manifest, scores included, and its card."""
    folder = state_of(request).settings.model or default_folder()
    card = folder / CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else None
    return json_response({"manifest": load_manifest(folder), "card": text})


@router.get("/healthz")
async def get_health() -> Response:
    """Tell that the process answers."""
    return json_response({"status": "ok"})


@router.get("/readyz")
async def get_readiness(request: Request) -> Response:
    """Tell that the model is loaded and the index answers."""
    state = state_of(request)
    await state.with_index(lambda index: index.get("ready"))
    return json_response({"status": "ready", "model": state.model.digest})


@router.get("/metrics", dependencies=[needs(Scope.READ)])
async def get_metrics(request: Request) -> Response:
    """Give the numbers for Prometheus; those of the index are counted anew every half a minute at most."""
    state = state_of(request)
    for name, work in (("classifier", state.model_work), ("index", state.index_work)):
        state.metrics.queue.labels(name).set(work.taken)
    state.metrics.held.set(state.held.n_bytes)
    if time.monotonic() >= state.counted_until:
        state.counted_until = time.monotonic() + COUNTED_SECONDS
        with suppress(Problem):  # an index that cannot be used leaves its numbers as they were
            state.metrics.set_index(await state.with_index(lambda index: index.stats()))
    return Response(state.metrics.written(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _timed_fields(index: Index) -> tuple[dict[str, Any], float]:
    start = time.monotonic()
    fields = index_fields(index)
    return fields, time.monotonic() - start


def index_fields(index: Index) -> dict[str, Any]:
    """Write the overview; times are in ISO 8601."""
    told = {
        name: told_time(value) if name.endswith(("_added", "_published")) and value is not None else value
        for name, value in asdict(index.stats()).items()
    }
    latest = [asdict(each) | {"added": told_time(each.added)} for each in latest_clusters(index, LATEST)]
    return told | {"latest": latest, "growth": [asdict(day) for day in growth(index, DAYS)]}
