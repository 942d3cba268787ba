"""Tests of what people see of a batch run."""

from __future__ import annotations

import io
import time
from collections import Counter
from pathlib import Path

import pytest

from copydesk.service import cli
from copydesk.service.commands import score
from copydesk.service.score.progress import STARTING, Progress, summary_lines
from copydesk.service.score.tally import Tally


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its only place."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_plain_lines_come_now_and_then_where_nobody_watches(clock: list[float]) -> None:
    out = io.StringIO()
    shown = Progress(out, all_bytes=40_000_000)
    shown.earlier(10_000_000, Tally(blocks=Counter({"body": 1})))
    clock[0] += 5
    shown.look(3)
    assert out.getvalue() == ""
    clock[0] += 5
    shown.done(20_000_000, Tally(rows=7, blocks=Counter({"body": 2, "teaser": 1}), errors=Counter({"binary": 2})))
    shown.look(9)
    assert out.getvalue() == (
        "copydesk: 9 pages, 0.9 a second, 2.0 MB a second; blocks: 75% body, 25% teaser; 2 errors; 0:00:05 left\n"
    )


def test_time_before_the_first_page_is_named_and_not_counted(clock: list[float]) -> None:
    out = io.StringIO()
    shown = Progress(out, all_bytes=10)
    for _ in range(3):
        clock[0] += 10
        shown.look(0)
    assert out.getvalue() == f"copydesk: {STARTING}\n" * 3
    clock[0] += 10
    shown.look(20)
    assert out.getvalue().splitlines()[-1].startswith("copydesk: 20 pages, 2.0 a second, ")


def test_pages_that_begin_at_once_have_a_rate(clock: list[float]) -> None:
    out = io.StringIO()
    shown = Progress(out, all_bytes=10)
    clock[0] += 9.9995
    shown.look(0)
    clock[0] += 0.0006
    shown.look(2)
    assert out.getvalue().startswith("copydesk: 2 pages, 2,000.0 a second, ")


def test_terminal_has_one_line_that_is_wiped(clock: list[float]) -> None:
    out = Terminal()
    shown = Progress(out, all_bytes=10)
    clock[0] += 1
    shown.look(4)
    shown.end()
    assert out.getvalue() == (
        "\r4 pages, 4.0 a second, 0.0 MB a second; blocks: -; 0 errors; time left not known yet\x1b[K\r\x1b[K"
    )


def test_summary_names_errors_and_clusters() -> None:
    summary = {"shards": 2, **Tally(rows=1200, errors=Counter({"bad_row": 3})).fields()}
    assert summary_lines(summary)[0] == "1,200 pages scored in 2 shards, 3 errors (3 bad_row)"
    clusters = {"clusters": 1100, "duplicates": 100}
    assert summary_lines(summary | {"clusters": clusters})[-1] == "1,100 clusters, 100 duplicates"


@pytest.mark.parametrize(("engine", "extra"), [("local", "score"), ("ray", "ray")])
def test_missing_package_is_named_with_what_to_install(
    engine: str, extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(score, "NEEDED", {extra: ("sys", "a_package_that_is_not_there")})
    assert cli.main(["score", str(tmp_path), "--output", str(tmp_path / "out"), "--engine", engine]) == 2
    wanted = f"needs a_package_that_is_not_there; install it with: pip install 'copydesk[{extra}]'\n"
    assert capsys.readouterr().err == f"copydesk: copydesk score {wanted}"
