"""CPU time a page of this classifier and of other extractors on the same pages, its stages, and its memory."""

from __future__ import annotations

import argparse
import gzip
import importlib
import itertools
import platform
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.types import Page
from tests.bench.json_lines import report_lines
from tests.bench.measure import BAR, Contender, StageClock, Summary, bar, is_flat, race, table, watch_memory

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = CHECKOUT.parent / "shared" / "corpora" / "wcxb-dev" / "html"
COUNT = 150
WARM_UP = 10  # pages: compiled functions are loaded, caches are filled
MEMORY_PAGES, MEMORY_EVERY = 10_000, 1_000

OURS_HTML, OURS_TEXT = "copydesk, HTML", "copydesk, text"
BODY_ALONE = ", body alone"
"""The suffix of a contender whose answers are asked for nothing else."""
MADE_LATE = ("comments", "blocks")
"""Attributes of an article that are made when they are asked for; the first makes its fields too."""
RIVAL, INFORMATION = "trafilatura", "resiliparse"
LEAST_RATIO = {OURS_HTML: 5.0, OURS_TEXT: 15.0}  # how many times trafilatura's CPU time the project promises

# Where a page's time goes: for each stage, the names in copydesk.classifier.pipeline that do it.
STAGES: Mapping[str, Sequence[str]] = {
    "segment": ("segment",),
    "features and model": ("label_page", "expected_f1"),
    "assembling": ("collect_scores", "assemble"),
}

Answer = Callable[[Page], object]


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark and print its tables; 2 where pages or a contender are missing."""
    chosen = parse(arguments)
    try:
        pages = sample(page_files(chosen.pages), chosen.count)
        if chosen.memory:
            return report_memory(pages)
        htmls = [read_page(path) for path in pages]
        return report_lines(htmls, plain_texts(htmls), chosen.other) if chosen.json_lines else report_times(htmls)
    except (FileNotFoundError, ModuleNotFoundError) as error:
        print(f"bench classify: {error}", file=sys.stderr)
        return 2


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench classify", description=__doc__)
    parser.add_argument("--pages", type=Path, default=PAGES, help="folder of .html or .html.gz files")
    parser.add_argument("--count", type=int, default=COUNT, help=f"pages, taken evenly (default {COUNT})")
    parser.add_argument("--memory", action="store_true", help=f"resident memory over {MEMORY_PAGES:,} pages instead")
    parser.add_argument("--json-lines", action="store_true", help="CPU time of the command on JSON lines instead")
    parser.add_argument(
        "--other",
        metavar="COMMAND",
        type=shlex.split,
        default=[],
        help="another copydesk that gets the same JSON lines",
    )
    chosen = parser.parse_args(arguments)
    if chosen.count < 1:
        parser.error(f"--count is {chosen.count}, expected at least 1")
    return chosen


def page_files(folder: Path) -> list[Path]:
    """List a folder's pages by name.

    Raises:
        FileNotFoundError: There are none.
    """
    found = sorted([*folder.glob("*.html"), *folder.glob("*.html.gz")])
    if not found:
        raise FileNotFoundError(f"{folder} holds no .html or .html.gz file; give a folder of pages with --pages")
    return found


def sample(files: Sequence[Path], count: int) -> list[Path]:
    """Take `count` files evenly, all where there are no more."""
    count = min(count, len(files))
    return [files[i * len(files) // count] for i in range(count)]


def read_page(path: Path) -> str:
    """Read a page, unpacked, as UTF-8; every contender is given the same decoded text."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8", errors="replace")


def report_times(pages: Sequence[str]) -> int:
    """Print CPU milliseconds a page of every contender, the ratios to ours, and our stages."""
    answer = load_answer()
    answers = [answer(Page(id="", html=html)) for html in pages]
    texts = [plain_text(article) for article in answers]
    bodies = our_contenders(load_answer(body_alone=True), pages, texts, suffix=BODY_ALONE)
    contenders = [*our_contenders(answer, pages, texts), *bodies, rival(pages), *optional_peers(pages)]
    print(describe(pages, texts))
    unread = sum(isinstance(article, UnreadablePage) for article in answers)
    print(f"{unread} pages could not be read and took hardly any time" if unread else "every page could be read")
    times = race(contenders, warm_up=WARM_UP)
    print(f"\nCPU milliseconds a page; ratios are {RIVAL}'s time over the line's\n\n{times_table(times)}\n")
    for name, contender in zip((OURS_HTML, OURS_TEXT), contenders, strict=False):
        stages = stage_seconds(contender)
        print(f"Where the time goes: {name}\n\n{stage_table(stages, n_pages=len(pages))}\n")
    return 0


def report_memory(files: Sequence[Path]) -> int:
    """Print resident memory while a stream of pages is answered; 1 where it grows."""
    classify, model = _program()
    stream = (Page(id=str(n), html=read_page(path)) for n, path in enumerate(itertools.cycle(files)))
    print(f"Resident memory over {MEMORY_PAGES:,} HTML pages ({len(files)} files, again and again), model loaded\n")
    marks = []
    answers = classify(itertools.islice(stream, MEMORY_PAGES), model)
    for mark in watch_memory(answers, every=MEMORY_EVERY):
        marks.append(mark)
        print(f"{mark[0]:7,} pages  {mark[1]:8.1f} MB  {bar(mark[1] / 1024)}", flush=True)
    flat = is_flat(marks)
    verdict = "flat" if flat else "GROWING"
    print(f"\n{verdict}: {marks[1][1]:.1f} MB after {MEMORY_EVERY:,} pages, {marks[-1][1]:.1f} MB at the end")
    return 0 if flat else 1


def load_answer(*, body_alone: bool = False) -> Answer:
    """Load the model once and give the call that answers one page, with all its values, or with its body alone."""
    classify, model = _program()

    def answer(page: Page) -> object:
        article = next(iter(classify([page], model)))
        if not body_alone:
            for name in MADE_LATE:
                getattr(article, name, None)
        return article

    return answer


def plain_text(answer: object) -> str:
    """Give a page as text: its blocks joined by blank lines; empty where it could not be read."""
    blocks, text = getattr(answer, "blocks", ()), getattr(answer, "text", "")
    return "\n\n".join(text[block.start : block.end] for block in blocks)


def plain_texts(htmls: Sequence[str]) -> list[str]:
    """Give pages of HTML as text."""
    answer = load_answer()
    return [plain_text(answer(Page(id="", html=html))) for html in htmls]


def our_contenders(answer: Answer, pages: Sequence[str], texts: Sequence[str], *, suffix: str = "") -> list[Contender]:
    """Give this program on both forms of the same pages; parsing is part of the HTML one's time."""
    return [
        Contender(OURS_HTML + suffix, pages, lambda html: answer(Page(id="", html=html))),
        Contender(OURS_TEXT + suffix, texts, lambda text: answer(Page(id="", text=text))),
    ]


def rival(pages: Sequence[str]) -> Contender:
    """Give trafilatura with its defaults.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    try:
        trafilatura = importlib.import_module("trafilatura")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "trafilatura is not installed; install this project with its extra 'bench'"
        ) from error
    return Contender(RIVAL, pages, trafilatura.extract)


def optional_peers(pages: Sequence[str]) -> list[Contender]:
    """Give resiliparse where it is installed: fast, rule-based, and weaker; for information."""
    try:
        html2text = importlib.import_module("resiliparse.extract.html2text")
    except ModuleNotFoundError:
        return []
    return [Contender(INFORMATION, pages, lambda html: html2text.extract_plain_text(html, main_content=True))]


def describe(pages: Sequence[str], texts: Sequence[str]) -> str:
    """Say what is measured, on what."""
    html, text = (sum(map(len, given)) / len(given) / 1000 for given in (pages, texts))
    return (
        f"{len(pages)} pages, {html:.0f} thousand characters of HTML and {text:.1f} of text a page on average\n"
        f"one thread, CPU time of the process, model loaded, {WARM_UP} pages of warm-up, contenders interleaved\n"
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"trafilatura {version('trafilatura')}"
    )


def times_table(times: Mapping[str, Sequence[float]]) -> str:
    """Set each contender's times, and how many times ours the rival takes."""
    summaries = {name: Summary.of(found) for name, found in times.items()}
    other = summaries[RIVAL]
    rows = []
    for name, found in summaries.items():
        ratios = [f"{other.mean / found.mean:.1f}", f"{other.median / found.median:.1f}"] if name != RIVAL else ["", ""]
        promise = f">= {LEAST_RATIO[name]:.0f}" if name in LEAST_RATIO else ""
        rows.append([name, *(f"{value:.2f}" for value in (found.mean, found.median, found.p95)), *ratios, promise])
    header = ["", "mean", "median", "p95", "ratio of means", "of medians", "promised"]
    return table(header, rows)


def stage_seconds(contender: Contender) -> dict[str, float]:
    """Time our stages over all pages; what no stage holds is "the rest"."""
    clock = StageClock()
    run = clock.wrap("the rest", contender.run)
    with clock.watching(importlib.import_module("copydesk.classifier.pipeline"), STAGES):
        for given in contender.inputs:
            run(given)
    return {stage: clock.seconds[stage] for stage in (*STAGES, "the rest") if stage in clock.seconds}


def stage_table(seconds: Mapping[str, float], *, n_pages: int) -> str:
    """Set milliseconds a page and shares of the whole."""
    total = sum(seconds.values())
    rows = [
        [stage, f"{found / n_pages * 1000:.2f}", f"{found / total:.0%}", bar(found / total).ljust(BAR)]
        for stage, found in seconds.items()
    ]
    return table(["stage", "ms a page", "share", ""], [*rows, ["all", f"{total / n_pages * 1000:.2f}", "", ""]])


def _program() -> tuple[Callable[..., Iterator[object]], object]:
    """Import the program and load its model; here, as tests of this module need neither."""
    classifier = importlib.import_module("copydesk")
    return classifier.classify, classifier.load_model()
