"""Duplicates: signatures a second against other tools; time, memory, precision and recall of closed sets; the curve."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from copydesk.classifier.duplicates.bands import banding_for
from copydesk.classifier.duplicates.types import DEFAULT_BANDING, DEFAULT_SCHEME
from tests.bench import partial, signatures, standing, syndication, templated
from tests.bench.generated import Generated, count_pairs
from tests.bench.measure import run_measured

COUNT, WORKERS = 20_000, 2
SEEDS = (7, 11, 13)
PROMISE = (0.3, 0.95)

MOST_SECONDS, MOST_MEGABYTES, AT = 300.0, 4096.0, 1_000_000
"""What the project promises for a closed set of so many articles on two cores."""

LEAST_PRECISION, LEAST_RECALL = 0.995, 0.985

Part = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Run the parts that are asked for, all where none is named; 1 where a promise is broken."""
    chosen = parse(arguments)
    if chosen.curve:
        return draw_curve(chosen.curve)
    if chosen.fold_models:
        return syndication.held_out_report(chosen.fold_models, chosen.seeds)
    return max([PARTS[name](chosen) for name in chosen.only or PARTS])


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench duplicates", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="run this part; may be given again")
    parser.add_argument("--count", type=int, default=COUNT, help=f"generated articles (default {COUNT:,})")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"of the closed set (default {WORKERS})")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the syndication set")
    parser.add_argument("--pages", type=Path, help="answers of copydesk classify to the first seed's set in page form")
    parser.add_argument(
        "--fold-models", type=Path, metavar="DIR", help="of copydesk-train: score the page form by fold"
    )
    parser.add_argument("--curve", type=Path, metavar="FILE", help="draw the curve of bands as SVG, and no more")
    chosen = parser.parse_args(arguments)
    for name in ("count", "workers"):
        if getattr(chosen, name) < 1:
            parser.error(f"--{name} is {getattr(chosen, name)}, expected at least 1")
    return chosen


def closed_set(n_articles: int, workers: int) -> int:
    """Print time and memory of `copydesk dedup` over generated articles, found and false; 1 for a broken promise."""
    generated = Generated(n_articles)
    with tempfile.TemporaryDirectory() as folder:
        given, output = Path(folder) / "articles.jsonl", Path(folder) / "answers.jsonl"
        generated.write(given)
        size = given.stat().st_size / 1e6
        command = [sys.executable, "-m", "copydesk.service.cli", "dedup", str(given), "--output", str(output)]
        seconds, megabytes = run_measured([*command, "--workers", str(workers)])
        with output.open("rb") as rows:
            clusters = [int(json.loads(row)["cluster"]) for row in rows]
    pairs = count_pairs(generated.groups(), clusters)
    print(f"Closed set: {n_articles:,} generated articles ({size:,.0f} MB, a fifth are copies), {workers} workers\n")
    print(f"{seconds:.1f} s ({n_articles / seconds:,.0f} articles a second), at most {megabytes:,.0f} MB of memory")
    print(
        f"precision {pairs.precision:.5f}, recall {pairs.recall:.5f}: {_counts(pairs.found, pairs.true, pairs.false)}"
    )
    if n_articles == AT:
        print(f"promised: {MOST_SECONDS:.0f} s, {MOST_MEGABYTES:,.0f} MB")
    print()
    slow = n_articles == AT and (seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES)
    return int(slow or pairs.precision < LEAST_PRECISION or pairs.recall < LEAST_RECALL)


def _counts(found: int, true: int, false: int) -> str:
    return f"{found:,} of {true:,} true pairs in one cluster, {false:,} false ones"


def draw_curve(path: Path) -> int:
    """Draw the default banding and one that keeps a promise; 2 where matplotlib is not installed."""
    promised = banding_for(*PROMISE, num_perm=DEFAULT_SCHEME.num_perm)
    curves = {
        f"default: {DEFAULT_BANDING.bands} bands of {DEFAULT_BANDING.rows} values": DEFAULT_BANDING,
        f"for the promise: {promised.bands} bands of {promised.rows}": promised,
    }
    try:
        pictures = importlib.import_module("tests.bench.band_curve")
    except ModuleNotFoundError as error:
        print(f"bench duplicates: {error.name} is not installed; install this project with its extra 'train'")
        return 2
    pictures.draw_bands(path, curves, PROMISE)
    print(f"drew {path}")
    return 0


PARTS: Mapping[str, Part] = {
    "signatures": lambda _: signatures.report(),
    "closed": lambda chosen: closed_set(chosen.count, chosen.workers),
    "index": lambda chosen: standing.report(chosen.count),
    "syndication": lambda chosen: syndication.report(chosen.seeds, chosen.pages),
    "templated": lambda _: templated.report(),
    "partial": lambda _: partial.report(),
}
"""The parts in the order they run. A part prints its tables and gives 1 where one of its promises is broken."""
