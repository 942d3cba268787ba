"""Tests of `copydesk doctor`."""

from __future__ import annotations

import pytest

from copydesk.classifier import segmentation
from copydesk.classifier.compiled import library
from copydesk.service.commands import doctor
from tests.conftest import RunCommand


def test_it_tells_how_the_installation_was_built(run_command: RunCommand) -> None:
    done = run_command("doctor")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode().splitlines()
    topics = {line[:12].strip() for line in lines}
    assert topics >= {"copydesk", "Python", "core", "HTML", "start", "processors", "extras", "slow here"}
    assert f"compiled by {library.compiler()}" in done.stdout.decode()


def test_version_says_how_it_was_built(run_command: RunCommand) -> None:
    done = run_command("--version")
    assert done.returncode == 0
    assert f"(core compiled by {library.compiler()})" in done.stdout.decode()


def test_what_is_slow_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from copydesk.service.cli import main

    monkeypatch.setattr(library, "wide_vectors", lambda: False)
    monkeypatch.setattr(segmentation, "can_walk_in_c", lambda: False)
    monkeypatch.setattr(doctor, "SLOW_START", 0.0)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "without AVX2" in out
    assert "slow here   HTML is walked in Python: selectolax" in out
    assert "this machine is busy or slow" in out


def test_a_model_that_cannot_be_loaded_is_an_error(run_command: RunCommand) -> None:
    done = run_command("doctor", "--model", "nowhere")
    assert done.returncode == 2
    assert b"nowhere" in done.stderr
