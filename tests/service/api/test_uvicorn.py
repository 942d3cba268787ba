"""The parts of uvicorn that the service uses though its documentation does not name them.

`pyproject.toml` bounds uvicorn's version. Before the bound is raised, these tests and those in `test_serve.py` have to
pass with the new version.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import signal
import tomllib
from importlib.metadata import version
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from packaging.requirements import Requirement
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from copydesk.service.api.limits.protocol import LimitedProtocol
from copydesk.service.api.monitoring.logs import FIELDS
from copydesk.service.api.server import Workers
from tests.conftest import ROOT

ADDED = {"_update_head_timer", "_pause_before_long_body", "_take_whole", "_send_whole"}
ADDED |= {"repeat_head", "_is_answering", "_start_timer", "_stop_timer"}
"""Methods of `LimitedProtocol` that override nothing."""
PROTOCOL_ATTRIBUTES = ("cycle", "flow", "headers", "loop", "parser", "pipeline", "scope", "transport")
CYCLE_ATTRIBUTES = ["body", "default_headers", "disconnected", "keep_alive", "message_event", "more_body"]
CYCLE_ATTRIBUTES += ["on_response", "response_complete", "response_started", "scope", "waiting_for_100_continue"]


def test_version_is_within_bounds_and_the_next_minor_version_is_not() -> None:
    serve = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["serve"]
    (requirement,) = (found for found in map(Requirement, serve) if found.name == "uvicorn")
    installed = version("uvicorn")
    major, minor = map(int, installed.split(".")[:2])
    assert requirement.specifier.contains(installed)
    assert not requirement.specifier.contains(f"{major}.{minor + 1}")


def test_protocol_has_every_method_that_is_overridden() -> None:
    overridden = {name for name, value in vars(LimitedProtocol).items() if inspect.isfunction(value)} - ADDED
    assert len(overridden) >= 10
    assert not [
        name for name in overridden if name not in vars(HttpToolsProtocol) and not hasattr(asyncio.Protocol, name)
    ]


def test_protocol_and_its_request_have_every_attribute_that_is_used() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        """Stand in for an application."""

    config = uvicorn.Config(app, ws="none", log_config=None)
    with asyncio.Runner() as runner:
        protocol = HttpToolsProtocol(config, ServerState(), {}, runner.get_loop())
    parameters: dict[str, Any] = dict.fromkeys(inspect.signature(RequestResponseCycle).parameters)
    cycle = RequestResponseCycle(**parameters)
    assert not [name for name in PROTOCOL_ATTRIBUTES if not hasattr(protocol, name)]
    assert not [name for name in CYCLE_ATTRIBUTES if not hasattr(cycle, name)]


class FakeProcess:
    """A worker process of uvicorn's supervisor that is never started."""

    def __init__(self, *_: object, pid: int = 3, exitcode: int | None = None) -> None:
        self.pid, self.exitcode = pid, exitcode
        self.parent_conn, self.child_conn = Pipe()

    def is_alive(self, timeout: float) -> bool:
        return self.exitcode is None

    def start(self) -> None:
        """Do nothing."""

    kill = join = start


def test_worker_that_died_is_replaced_and_logged_and_its_gauges_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("counter_1", "gauge_livesum_1", "gauge_livemax_1", "gauge_livesum_2"):
        (tmp_path / f"{name}.db").touch()
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr("uvicorn.supervisors.multiprocess.Process", FakeProcess)
    caplog.set_level(logging.WARNING, "copydesk.server")
    workers = Workers(uvicorn.Config("app:app", workers=2, log_config=None), [], tmp_path)
    workers.processes = [FakeProcess(pid=1, exitcode=-9), FakeProcess(pid=2)]  # type: ignore[list-item]
    workers.keep_subprocess_alive()
    assert [worker.pid for worker in workers.processes] == [3, 2]
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["counter_1", "gauge_livesum_2"]
    (record,) = caplog.records
    assert (record.getMessage(), getattr(record, FIELDS)) == ("a worker died", {"pid": 1, "exit": -9})
