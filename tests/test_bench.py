"""Tests of the benchmarks' measuring, on small fakes with a clock of their own."""

from __future__ import annotations

import gzip
import importlib
import itertools
import types
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from copydesk.classifier.types import Label, Page
from tests.bench import classify, json_lines, measure
from tests.bench.measure import Contender, StageClock, Summary, bar, is_flat, race, table, watch_memory
from tests.support.page_results import result


class FakeClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def takes(self, seconds: float) -> Callable[[object], object]:
        """Make a call that takes this long."""

        def call(given: object) -> object:
            self.now += seconds
            return given

        return call


def test_race_times_every_contender_on_every_page() -> None:
    clock = FakeClock()
    slow, fast = (Contender(name, "abc", clock.takes(s)) for name, s in (("slow", 0.02), ("fast", 0.005)))
    times = race([slow, fast], warm_up=1, clock=clock)
    assert times["slow"] == pytest.approx([20.0] * 3)
    assert times["fast"] == pytest.approx([5.0] * 3)


def test_race_warms_up_and_then_goes_page_by_page_with_another_one_first() -> None:
    calls: list[str] = []
    one, two = (Contender(name, "12", lambda page, name=name: calls.append(name + page)) for name in "ab")  # type: ignore[misc]
    race([one, two], warm_up=1)
    assert calls == ["a1", "b1", "a1", "b1", "b2", "a2"]


@pytest.mark.parametrize(("n_pages", "p95"), [(1, 1), (19, 19), (20, 19), (21, 20), (100, 95)])
def test_p95_is_the_value_that_95_percent_stay_at_or_under(n_pages: int, p95: int) -> None:
    assert Summary.of([float(n) for n in range(n_pages, 0, -1)]).p95 == p95


def test_a_stage_is_charged_without_the_stages_inside_it() -> None:
    clock = FakeClock()
    module = types.ModuleType("road")
    module.inner = clock.takes(2.0)  # type: ignore[attr-defined]

    def outer(given: object) -> object:
        return clock.takes(1.0)(module.inner(given))

    module.outer = outer  # type: ignore[attr-defined]
    stages = StageClock(clock)
    with stages.watching(module, {"in": ["inner"], "out": ["outer"]}):
        assert module.outer("page") == "page"
    assert stages.seconds == {"in": 2.0, "out": 1.0}
    assert module.outer is outer


def test_methods_can_be_watched_and_are_put_back_after_an_error() -> None:
    class Machine:
        def work(self) -> None:
            raise ValueError("broken")

    module = types.ModuleType("road")
    module.Machine = Machine  # type: ignore[attr-defined]
    original, stages = Machine.work, StageClock(FakeClock())
    with pytest.raises(ValueError, match="broken"), stages.watching(module, {"work": ["Machine.work"]}):
        Machine().work()
    assert Machine.work is original
    assert stages.seconds == {"work": 0.0}


def test_an_unknown_stage_is_named() -> None:
    module = types.ModuleType("road")
    with pytest.raises(LookupError, match="road has no walk; name its stages anew"):  # noqa: SIM117
        with StageClock().watching(module, {"walk": ["walk"]}):
            pass


def test_memory_is_read_at_the_start_and_at_every_mark() -> None:
    readings = itertools.count(50.0)
    marks = list(watch_memory(range(7), every=3, read=lambda: next(readings)))
    assert marks == [(0, 50.0), (3, 51.0), (6, 52.0)]


@pytest.mark.parametrize(("last", "flat"), [(99.0, True), (105.0, True), (105.1, False)])
def test_memory_is_flat_within_five_percent_of_the_first_mark(last: float, flat: bool) -> None:
    assert is_flat([(0, 20.0), (1000, 100.0), (2000, 101.0), (3000, last)]) is flat


def test_this_process_has_memory() -> None:
    assert 5 < measure.memory() < 100_000


def test_table_is_aligned() -> None:
    lines = table(["name", "ms"], [["a", "10.00"], ["longer", "1.00"]]).splitlines()
    assert lines == ["name       ms", "-------------", "a       10.00", "longer   1.00"]


@pytest.mark.parametrize(("share", "drawn"), [(0.0, ""), (0.5, "█" * 20), (1.0, "█" * 40), (1 / 80, "▌")])
def test_bar_is_as_long_as_its_share(share: float, drawn: str) -> None:
    assert bar(share) == drawn


def test_pages_are_found_sampled_evenly_and_unpacked(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.html.gz").write_bytes(gzip.compress(f"<p>page {number}".encode()))
    (tmp_path / "a.html").write_bytes(b"<p>caf\xc3\xa9 \xff")
    files = classify.page_files(tmp_path)
    assert [classify.read_page(path) for path in classify.sample(files[:10], 3)] == [
        "<p>page 0",
        "<p>page 3",
        "<p>page 6",
    ]
    assert classify.read_page(files[-1]) == "<p>café \ufffd"
    assert classify.sample(files, 50) == files


def test_a_folder_without_pages_ends_with_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert classify.main(["--pages", str(tmp_path)]) == 2
    assert "holds no .html or .html.gz file; give a folder of pages with --pages" in capsys.readouterr().err


def test_count_below_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        classify.parse(["--count", "0"])
    assert "--count is 0, expected at least 1" in capsys.readouterr().err


def test_ratios_say_how_many_times_ours_the_rival_takes() -> None:
    times = {classify.OURS_HTML: [10.0, 10.0], classify.OURS_TEXT: [2.0, 2.0], classify.RIVAL: [60.0, 60.0]}
    _, _, html, text, rival = classify.times_table(times).splitlines()
    assert html.split() == ["copydesk,", "HTML", "10.00", "10.00", "10.00", "6.0", "6.0", ">=", "5"]
    assert text.split()[5:7] == ["30.0", "30.0"]
    assert rival.split() == ["trafilatura", "60.00", "60.00", "60.00"]


def test_text_input_is_the_blocks_of_the_answer_with_blank_lines_between() -> None:
    article = result(("E", Label.BODY), ("T", Label.TEASER)).article
    assert classify.plain_text(article) == "word word word\n\nword word word"


def test_our_contenders_get_html_as_html_and_text_as_text() -> None:
    seen: list[Page] = []
    html, text = classify.our_contenders(seen.append, ["<p>x"], ["x"])
    html.run(html.inputs[0])
    text.run(text.inputs[0])
    assert seen == [Page(id="", html="<p>x"), Page(id="", text="x")]


def test_stage_shares_are_of_the_whole() -> None:
    lines = classify.stage_table({"segment": 0.03, "the rest": 0.01}, n_pages=10).splitlines()
    assert [line.split()[:4] for line in lines[2:4]] == [
        ["segment", "3.00", "75%", "█" * 30],
        ["the", "rest", "1.00", "25%"],
    ]
    assert lines[4].split() == ["all", "4.00"]


def test_stages_of_the_classifier_are_there() -> None:
    pipeline = importlib.import_module("copydesk.classifier.pipeline")
    assert not [name for names in classify.STAGES.values() for name in names if not hasattr(pipeline, name)]


def test_json_lines_take_what_many_pages_take_more_than_few(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cpu(command: Sequence[str]) -> float:
        n_pages = len(Path(command[-1]).read_text().splitlines())
        return 0.5 + n_pages * (0.004 if command[0] == "old" else 0.002)

    monkeypatch.setattr(json_lines, "_cpu", cpu)
    pages = [f"<p>{n}" for n in range(json_lines.FEW + 1)]
    assert json_lines.report_lines(pages, pages, ["old"]) == 0
    lines = capsys.readouterr().out.splitlines()[4:]
    assert [line.split()[-3:] for line in lines] == [
        *(["html", "2.00", "1.00"], ["html", "4.00", "0.50"], ["text", "2.00", "1.00"], ["text", "4.00", "0.50"]),
    ]
    assert json_lines.report_lines(pages[1:], pages[1:], []) == 2


def test_other_command_is_split_as_a_shell_does() -> None:
    assert classify.parse(["--json-lines", "--other", "python -m 'a b'"]).other == ["python", "-m", "a b"]
