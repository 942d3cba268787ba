"""Streams of the command: rows and messages, pipes, terminals, interrupts, results that cannot be written."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO
from unittest.mock import Mock

import pytest

from copydesk.service import cli
from tests.conftest import COMMAND, LIMIT_SECONDS, ROOT, RunCommand, clean_environment

pytestmark = pytest.mark.slow

with_model = pytest.mark.usefixtures("model")
PARAGRAPH = "The harbour master said on Monday that the old crane will be taken down before the winter storms begin."


def rows(n_rows: int) -> bytes:
    return b"".join(json.dumps({"id": i, "text": f"Home\n\n{PARAGRAPH} {i}"}).encode() + b"\n" for i in range(n_rows))


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
    """Start the command with pipes; gives the process, its standard input and its standard output.

    A test run in the background may ignore interrupts, and a child inherits that: the command starts as from a shell.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        cwd=ROOT,
        env=clean_environment(),
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process, process.stdin, process.stdout
        finally:
            process.kill()


def send(stream: IO[bytes], data: bytes) -> None:
    stream.write(data)
    stream.flush()


@with_model
def test_good_rows_exit_with_0_and_say_nothing_on_stderr(run_command: RunCommand) -> None:
    done = run_command("classify", "-", given=rows(3))
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1, 2]


@with_model
def test_one_bad_row_exits_with_1_and_is_counted_on_stderr(run_command: RunCommand) -> None:
    done = run_command("classify", given=rows(2) + b'{"id": "half", "te\n' + rows(1))
    assert done.returncode == 1
    assert done.stderr == b"copydesk: 1 of 4 pages could not be classified\n"
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in answer for answer in answers] == [False, False, True, False]
    assert answers[2]["line"] == 3


@with_model
def test_reader_that_leaves_early_ends_the_command_quietly() -> None:
    with started("classify", "-") as (process, given, out):
        send(given, rows(100))
        assert json.loads(out.readline())["id"] == 0
        out.close()
        process.stdout = None
        err = process.communicate(rows(100), timeout=60)[1]
        assert (process.returncode, err) == (128 + signal.SIGPIPE, b"")


@with_model
def test_each_answer_comes_before_the_input_ends() -> None:
    with started("classify", "-") as (process, given, out):
        for _ in range(3):
            send(given, rows(1))
            assert json.loads(out.readline())["id"] == 0
        assert process.poll() is None
        given.close()
        assert (out.read(), process.wait(60)) == (b"", 0)


@with_model
def test_interrupt_exits_with_130_and_no_traceback() -> None:
    with started("classify", "-") as (process, given, out):
        send(given, rows(1))
        out.readline()
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1]
        assert (process.returncode, err) == (130, b"")


@pytest.mark.skipif(os.name != "posix", reason="has no pseudo-terminals")
def test_command_that_waits_for_the_terminal_says_so(tmp_path: Path) -> None:
    terminal, end = os.openpty()
    try:
        process = subprocess.Popen(
            [*COMMAND, "dedup", "--output", str(tmp_path / "out.jsonl")],
            stdin=end,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=clean_environment(),
        )
        assert process.stderr is not None
        line = process.stderr.readline()
        os.write(terminal, b"\x04")
        process.communicate(timeout=30)
    finally:
        os.close(terminal)
        os.close(end)
    assert line == b"copydesk: reading rows from the terminal; end it with Ctrl-D\n"
    assert process.returncode == 1  # nothing was typed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "README.md", "--output", "{}/out"], "interrupted; the same command goes on from here"),
        (
            ["dedup", "README.md", "--output", "{}/out"],
            "interrupted; nothing was written to {}/out; the same command goes on from here",
        ),
        (["dedup", "--output", "{}/out"], "interrupted; nothing was written to {}/out; the same command starts again"),
        (["dedup", "--output", "-"], "interrupted; the results are not complete; the same command starts again"),
    ],
)
def test_interrupted_run_says_what_it_leaves(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("copydesk.service.score.score_files", Mock(side_effect=KeyboardInterrupt))
    monkeypatch.setattr("copydesk.service.dedup.dedup_files", Mock(side_effect=KeyboardInterrupt))
    assert cli.main([word.format(tmp_path) for word in arguments]) == 130
    assert capfd.readouterr().err == f"copydesk: {said.format(tmp_path)}\n"


def closing(redirection: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command from a shell that closes one of its streams."""
    line = f"{shlex.join([*COMMAND, *arguments])} {redirection}"
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, cwd=ROOT, env=clean_environment(), timeout=LIMIT_SECONDS, check=False
    )


@with_model
def test_closed_standard_output_is_an_error(sample_page: Path) -> None:
    done = closing(">&-", "classify", str(sample_page))
    assert done.returncode == 1
    assert done.stderr == b"copydesk: the results cannot be written: standard output is closed\n"


@with_model
def test_closed_standard_input_is_an_error_row() -> None:
    done = closing("<&-", "classify")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "unreadable_file"
    assert done.stderr == b"copydesk: 1 of 1 page could not be classified\n"


@with_model
def test_closed_standard_error_changes_no_answer(sample_page: Path) -> None:
    done = closing("2>&-", "classify", str(sample_page))
    assert done.returncode == 0
    assert json.loads(done.stdout)["id"] == str(sample_page)


@with_model
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_results_that_cannot_be_written_are_an_error(sample_page: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "classify", str(sample_page)], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"copydesk: the results cannot be written: ")
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("command", "unbuffered"),  # argparse ignores errors of a help that is not buffered
    [("--version", ""), ("--version", "1"), ("--help", ""), ("keys list", ""), ("keys list", "1")],
)
def test_words_for_people_that_cannot_be_written_are_an_error(command: str, unbuffered: str, tmp_path: Path) -> None:
    environment = clean_environment(PYTHONUNBUFFERED=unbuffered, COPYDESK_KEYS=str(tmp_path / "keys.sqlite"))
    made = subprocess.run([*COMMAND, "keys", "add", "a"], capture_output=True, cwd=ROOT, env=environment, check=False)
    assert made.returncode == 0
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *command.split()], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, env=environment, check=False
        )
    assert (done.returncode, done.stderr) == (
        1,
        b"copydesk: the results cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize(("error", "status"), [(OSError("no room"), 1), (BrokenPipeError(), cli.PIPE_CLOSED)])
def test_error_of_another_file_leaves_standard_output_open(
    error: OSError, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.service.commands.classify.classify_command", Mock(side_effect=error))
    with (tmp_path / "shown").open("w+") as shown:
        monkeypatch.setattr(sys, "stdout", shown)
        assert cli.main(["classify"]) == status
        print("still written")
        shown.seek(0)
        assert shown.read() == "still written\n"


@with_model
def test_named_pipe_is_read_like_a_file(tmp_path: Path, run_command: RunCommand) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    Thread(target=pipe.write_bytes, args=[rows(2)], daemon=True).start()
    done = run_command("classify", pipe)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1]
