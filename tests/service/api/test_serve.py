"""`copydesk serve` as processes: logs, SIGTERM, workers that are killed, and refusals at start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from copydesk.service.cli import INTERRUPTED
from copydesk.service.commands import serve
from tests.conftest import COMMAND, ROOT, RunCommand, clean_environment
from tests.support.index_places import MakePlace, assert_whole, window
from tests.support.server_process import RunningServer, is_ready, run_server, wait_until

pytestmark = pytest.mark.slow

TEXT = "The pool beside the river will be filled again next spring, the council says."


def test_logs_are_json_lines_without_the_text(server: RunningServer) -> None:
    answer = httpx.post(f"{server.url}/v1/classify", json={"text": TEXT}, headers={"x-request-id": "mine"})
    assert answer.status_code == 200
    wait_until(lambda: any(line.get("request") == "mine" for line in server.lines()), "the request is logged", 10)
    assert "river" not in server.log.read_text()
    assert "server" not in answer.headers


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """Let what is started heed SIGINT, which a shell makes ignored for all that it starts in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_interrupts")
@pytest.mark.parametrize("closed", ["", "2>&-", "<&- >&- 2>&-"])
def test_interrupt_ends_the_server_with_its_status_whatever_is_closed(tmp_path: Path, closed: str) -> None:
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND]
    with run_server(tmp_path, command=command) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(60) == INTERRUPTED


def test_server_finishes_accepted_requests_after_sigterm(tmp_path: Path) -> None:
    with run_server(tmp_path) as server:
        answers: list[httpx.Response] = []

        def send() -> None:
            rows = "\n".join(json.dumps({"id": n, "text": f"{TEXT} {n}. " * 800}) for n in range(30))
            headers = {"content-type": "application/x-ndjson"}
            with httpx.stream(
                "POST", f"{server.url}/v1/classify/batch", content=rows.encode(), headers=headers
            ) as answer:
                started.set()
                answer.read()
                answers.append(answer)

        started = threading.Event()
        sender = threading.Thread(target=send)
        sender.start()
        assert started.wait(60)
        server.process.terminate()
        sender.join(120)
        assert len(answers[0].content.splitlines()) == 30
        server.process.wait(60)
        assert not is_ready(server)


@pytest.mark.attack
def test_acknowledged_articles_survive_workers_that_are_killed(tmp_path: Path, new_place: MakePlace) -> None:
    place = new_place("seen")
    with run_server(tmp_path, COPYDESK_WORKERS="2", COPYDESK_INDEX=place) as server:
        acknowledged: list[str] = []
        for number in range(20):
            if number == 8:
                kill_one_worker(server)
            name = f"a{number}"
            if put(server, name, window(number % 7, words=60)):
                acknowledged.append(name)
        assert len(acknowledged) >= 15
        wait_until(
            lambda: any(line["message"] == "a worker died" for line in server.lines()), "the death is logged", 20
        )
        wait_until(lambda: len(workers(server.process.pid)) == 2, "there are two workers again", 60)
        for name in acknowledged:
            assert httpx.get(f"{server.url}/v1/articles/{name}", timeout=60).status_code == 200
    assert set(acknowledged) <= set(assert_whole(place))


def put(server: RunningServer, name: str, text: str) -> bool:
    try:
        answer = httpx.put(f"{server.url}/v1/articles/{name}", json={"text": text}, timeout=60)
    except httpx.TransportError:  # its worker was killed
        return False
    return answer.status_code == 200


def kill_one_worker(server: RunningServer) -> None:
    """Kill a worker while its parent waits for the answer to a health check."""
    worker = workers(server.process.pid)[0]
    os.kill(worker, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(worker, signal.SIGKILL)


def workers(pid: int) -> Sequence[int]:
    """List the worker processes of a server."""
    pids = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            is_worker = b"spawn_main" in (folder / "cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if parent == pid and is_worker:
            pids.append(int(folder.name))
    return sorted(pids)


def test_address_that_is_not_loopback_requires_keys(run_command: RunCommand, tmp_path: Path) -> None:
    settings = {"COPYDESK_HOST": "0.0.0.0", "COPYDESK_KEYS": str(tmp_path / "keys.sqlite")}
    refused = run_command("serve", **settings)
    assert refused.returncode == 2
    assert b"the address is 0.0.0.0, where API keys are required" in refused.stderr
    assert b"copydesk keys add NAME" in refused.stderr


def test_model_that_is_not_there_is_refused_at_start(run_command: RunCommand, tmp_path: Path) -> None:
    refused = run_command("serve", "--model", tmp_path)
    assert refused.returncode == 2
    assert b"manifest.json cannot be read" in refused.stderr


@pytest.mark.attack
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with run_server(tmp_path, COPYDESK_WORKERS="2") as server:
        wait_until(lambda: len(workers(server.process.pid)) == 2, "both workers have started", 60)
        pids = workers(server.process.pid)
        server.process.kill()
        server.process.wait(10)
        wait_until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in pids), "the workers have ended", 40)
        with socket.socket() as again:
            again.bind(("127.0.0.1", server.port))
            assert again.getsockname()[1] == server.port  # the port is free again


@pytest.mark.parametrize("place", ["mysql://localhost/index", "postgresql://[/index"])
def test_index_that_cannot_be_meant_is_refused_at_start(run_command: RunCommand, place: str) -> None:
    refused = run_command("serve", COPYDESK_INDEX=place)
    assert refused.returncode == 2
    assert b"the index's URL" in refused.stderr
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize("host", ["127.0.0.1:80", "[::1]", "127.1", "999.1.1.1", "nowhere.invalid", "http://localhost"])
def test_host_that_is_no_address_is_refused_before_keys_are(run_command: RunCommand, tmp_path: Path, host: str) -> None:
    refused = run_command("serve", "--host", host, COPYDESK_KEYS=str(tmp_path / "keys.sqlite"))
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert (
        f"the host is {host!r}, expected an IP address such as 127.0.0.1 or ::1, or a name".encode() in refused.stderr
    )


def test_address_is_an_option_too(run_command: RunCommand, tmp_path: Path) -> None:
    refused = run_command("serve", "--host", "0.0.0.0", COPYDESK_KEYS=str(tmp_path / "keys.sqlite"))
    assert b"the address is 0.0.0.0, where API keys are required" in refused.stderr
    refused = run_command("serve", "--port", "65536")
    assert refused.returncode == 2
    assert b"'65536' is not a whole number from 0 to 65535" in refused.stderr


def test_port_in_use_ends_the_command_with_a_message(run_command: RunCommand, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run_command("serve", COPYDESK_PORT=str(port), COPYDESK_INDEX=str(tmp_path / "i"))
    assert refused.returncode == 1
    assert refused.stderr.decode() == f"copydesk: port {port} of 127.0.0.1 is in use; choose another with --port\n"


def test_other_commands_do_not_wait_for_the_server_to_load() -> None:
    code = "import sys, copydesk.service.cli\nheavy = ('fastapi', 'uvicorn', 'numpy', 'sqlite3')\n"
    code += "print([m for m in heavy if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("h.example", "h.example")],
)
def test_a_terminal_is_told_which_address_to_open(
    host: str, address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve._say_where(host, 8000)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    serve._say_where(host, 8000)
    assert capsys.readouterr().err == f"copydesk: open http://{address}:8000 (Ctrl-C ends it)\n"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs terminals as files")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_address_on_a_terminal_has_the_port_that_was_free(workers: str, tmp_path: Path) -> None:
    controller, terminal = os.openpty()
    environment = clean_environment(COPYDESK_PORT="0", COPYDESK_WORKERS=workers, COPYDESK_INDEX=str(tmp_path / "index"))
    with (
        subprocess.Popen([*COMMAND, "serve"], cwd=ROOT, env=environment, stderr=terminal) as process,
        os.fdopen(controller, encoding="utf-8", errors="replace") as shown,
    ):
        try:
            line = next(line for line in shown if "copydesk: open http" in line)
            address = line[line.index("http") :].split()[0]
            assert line.strip().endswith("(Ctrl-C ends it)")
            assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        finally:
            os.close(terminal)
            process.terminate()
