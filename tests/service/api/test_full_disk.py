"""Two workers whose temporary folder fills up: batches are refused, and everything else goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import ROOT, RunCommand
from tests.service.api.test_serve import workers
from tests.support.mounted_disk import DISK_BYTES, fill
from tests.support.server_process import RunningServer, run_server, wait_until

pytestmark = [pytest.mark.attack, pytest.mark.slow]

TEXT = "The pool beside the river will be filled again next spring, the council says."


def send_batch(server: RunningServer) -> httpx.Response:
    rows = "".join(json.dumps({"id": n, "text": TEXT, "more": "x" * 400_000}) + "\n" for n in range(25))
    headers = {"content-type": "application/x-ndjson"}
    return httpx.post(f"{server.url}/v1/classify/batch", content=rows.encode(), headers=headers, timeout=60)


def requests_counted(server: RunningServer) -> float:
    text = httpx.get(f"{server.url}/metrics", timeout=60).raise_for_status().text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    return sum(sample.value for sample in families["copydesk_requests"].samples if sample.name.endswith("_total"))


def test_full_temporary_folder_costs_batches_alone(small_disk: Path, tmp_path: Path) -> None:
    with run_server(tmp_path, COPYDESK_WORKERS="2", TMPDIR=str(small_disk)) as server:
        wait_until(lambda: len(list(small_disk.glob("*/counter_*.db"))) == 2, "both workers have started", 60)
        pids = workers(server.process.pid)
        last = json.loads(send_batch(server).text.splitlines()[-1])
        assert (last["id"], last["error"]["code"]) == (None, "no_space")
        fill(small_disk)
        for _ in range(10):
            assert send_batch(server).status_code in (200, 507)  # a worker's first batch looks for another folder
            for method, path in (("GET", "/readyz"), ("DELETE", "/v1/articles/none"), ("PATCH", "/v1/index")):
                assert httpx.request(method, server.url + path, timeout=60).status_code < 500
            assert httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}, timeout=60).status_code == 200
        assert requests_counted(server) >= 50
        assert workers(server.process.pid) == pids


def test_worker_that_starts_on_a_full_disk_counts_for_itself(small_disk: Path, tmp_path: Path) -> None:
    with run_server(tmp_path, COPYDESK_WORKERS="2", TMPDIR=str(small_disk)) as server:
        wait_until(lambda: len(list(small_disk.glob("*/counter_*.db"))) == 2, "both workers have started", 60)
        fill(small_disk)
        for pid in workers(server.process.pid):
            os.kill(pid, 9)
        warning = "the metrics of all workers cannot be added up; this worker counts for itself"
        wait_until(lambda: [line["message"] for line in server.lines()].count(warning) == 2, "both warn", 60)
        wait_until(lambda: httpx.get(f"{server.url}/readyz", timeout=60).status_code == 200, "the server is ready", 60)
        pids = workers(server.process.pid)
        before = requests_counted(server)
        for _ in range(20):
            httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}, timeout=60).raise_for_status()
        assert requests_counted(server) >= before
        assert workers(server.process.pid) == pids


def test_disk_without_room_for_the_workers_folder_is_named_at_start(run_command: RunCommand, small_disk: Path) -> None:
    fill(small_disk)
    with (small_disk / "filling").open("rb+") as file:
        file.truncate(DISK_BYTES - 16 * 1024)
    refused = run_command("serve", TMPDIR=str(small_disk), COPYDESK_WORKERS="2", COPYDESK_PORT="0")
    assert refused.returncode == 1
    assert b"cannot serve without room in the temporary folder" in refused.stderr
    assert b"Traceback" not in refused.stderr


def test_metrics_that_need_the_most_room_fit_their_files(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from copydesk.service.api import create_app
from copydesk.service.api.openapi import ENDPOINTS
from copydesk.service.api.page.pages import ASSETS
from copydesk.service.api.problems import PROBLEM_KINDS
from copydesk.service.settings import ServerSettings, Settings
folder = Path({str(tmp_path)!r})
app = create_app(Settings(server=ServerSettings(shared=folder)), model=object())
(metrics,) = (each.kwargs["metrics"] for each in app.user_middleware if "metrics" in each.kwargs)
sizes = {{path: path.stat().st_size for path in folder.iterdir()}}
paths = {{path for _, path in ENDPOINTS}} | {{f"/assets/{{name}}" for name in ASSETS}}
for route in [*paths, "/", "/docs", "/openapi.json", "none"]:
    metrics.seconds.labels(route).observe(1)
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "OTHER"):
        for status in {{kind.status for kind in PROBLEM_KINDS.values()}} | {{200, 201, 204, 304, 307, 499}}:
            metrics.requests.labels(route, method, status).inc()
assert sizes == {{path: path.stat().st_size for path in folder.iterdir()}}
print(*(len(path.read_bytes().rstrip(bytes(1))) for path in sorted(sizes)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 5
