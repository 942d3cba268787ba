"""The arguments of `copydesk score`: read and checked before the work begins."""

from __future__ import annotations

import argparse
import importlib.util
import io
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copydesk.service.commands.arguments import OK, SOME_FAILED, WrongUsage, chosen_settings, refuse, say
from copydesk.service.commands.dedup import check_workers
from copydesk.service.score import PAGE_SECONDS, SHARD_MB, ClusterOptions, ColumnNames, OutputFormat, ScoreOptions
from copydesk.service.settings import Settings

# What loads the numeric libraries is imported inside functions: --help and wrong usage need not wait for it.

NEEDED = {"score": ("pyarrow", "fastwarc"), "ray": ("pyarrow", "fastwarc", "ray")}
"""What has to be installed, by the extra that does."""
LEAST_SHARD_MB, MOST_SHARD_MB = 0.001, 4096.0
COLUMNS = ("id", "html", "text", "url", "published", "source")


def add_score(commands: argparse._SubParsersAction[argparse.ArgumentParser], *, version: Callable[[], str]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "score",
        help="label the pages of large files, in shards that can be gone on with",
        description="Label all pages of files, folders, globs or URLs: WARC, JSONL, Parquet, CSV, HTML and text. A run "
        "that was ended goes on where it stopped when it is started again. "
        "Exit status: 0 all pages scored, 1 some could not be, 2 wrong usage.",
        allow_abbrev=False,
    )
    add = command.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="files, folders, globs or URLs; their names say what they hold")
    add("--output", type=Path, required=True, metavar="DIR", help="folder of the rows, the errors and the summary")
    add("--format", choices=("parquet", "jsonl"), default="parquet", help="how rows are written (parquet)")
    add("--no-blocks", action="store_true", help="leave out the blocks and the text that they index")
    add("--workers", type=int, metavar="N", help="processes (as many as there are processors)")
    add("--page-seconds", type=float, default=PAGE_SECONDS, metavar="S", help=f"limit of a page ({PAGE_SECONDS:g})")
    add("--shard-mb", type=float, default=SHARD_MB, metavar="MB", help=f"megabytes of input a shard ({SHARD_MB})")
    for name in COLUMNS:
        add(f"--{name}-column", default=name, metavar="NAME", help=f"name of the column or field for this ({name})")
    add("--report", action="store_true", help="write report.html with pictures beside the rows")
    add("--only", type=Path, metavar="ERRORS", help="score the rows alone that this errors.jsonl names")
    add("--engine", choices=("local", "ray"), default="local", help="where the work is done: here (local), or on Ray")
    add("--address", metavar="HOST:PORT", help="of the Ray cluster (the one that runs on this machine)")
    add("--dedup", action="store_true", help="find the duplicates among all pages, as copydesk dedup does")
    add("--index", metavar="PATH_OR_URL", help="compare pages with a standing index, and add them to it")
    add("--prefer", nargs="+", default=[], metavar="SOURCE", help="sources to keep documents of, the best first")
    add("--model", type=Path, metavar="DIR", help="folder of the model (the one that ships with copydesk)")
    command.set_defaults(command=partial(score_command, version=version))


def score_command(args: argparse.Namespace, environment: Mapping[str, str], *, version: Callable[[], str]) -> int:
    """Run `copydesk score`."""
    try:
        settings = chosen_settings(args.model, environment)
        check_workers(args.workers)
        if not 0 < args.page_seconds < 1e6:
            raise WrongUsage(f"--page-seconds is {args.page_seconds}, expected a number of seconds above 0")
        if not LEAST_SHARD_MB <= args.shard_mb <= MOST_SHARD_MB:
            raise WrongUsage(f"--shard-mb is {args.shard_mb}, expected {LEAST_SHARD_MB} to {MOST_SHARD_MB:g}")
        if args.only is not None and not args.only.is_file():
            raise WrongUsage(f"--only is {str(args.only)!r}, which is no file; name the errors.jsonl of an earlier run")
        if "-" in args.inputs:
            raise WrongUsage("- is among the inputs; a run that can be gone on with needs files that stay")
        if args.dedup and args.index is not None:
            raise WrongUsage("--dedup and --index exclude each other, as both say a row's cluster; use one of them")
        if args.address is not None and args.engine != "ray":
            raise WrongUsage(f"--address is {args.address!r}, but the engine is {args.engine}; add --engine ray")
        _check_installed(args.engine)
    except (ValueError, WrongUsage) as error:
        return refuse(error)
    return _score(args, settings, version=version())


def _check_installed(engine: str) -> None:
    extra = "ray" if engine == "ray" else "score"
    missing = [name for name in NEEDED[extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise WrongUsage(
            f"copydesk score needs {' and '.join(missing)}; install it with: pip install 'copydesk[{extra}]'"
        )


def _score(args: argparse.Namespace, settings: Settings, *, version: str) -> int:
    from copydesk.classifier.errors import CopydeskError
    from copydesk.service.dedup.work_folder import StoppedWork
    from copydesk.service.worker_process import default_workers

    options = ScoreOptions(
        inputs=args.inputs,
        folder=args.output,
        format=OutputFormat(args.format),
        blocks=not args.no_blocks,
        workers=args.workers or default_workers(),
        columns=ColumnNames(**{name: getattr(args, f"{name}_column") for name in COLUMNS}),
        shard_bytes=round(args.shard_mb * 1024 * 1024),
        page_seconds=args.page_seconds,
        only=args.only,
        clustering=ClusterOptions(args.dedup, args.index, args.prefer),
        report=args.report,
        version=version,
    )
    try:
        summary = _run(args, options, settings)
    except StoppedWork as error:
        say(str(error))
        return SOME_FAILED
    except (CopydeskError, ValueError) as error:
        return refuse(error)
    except OSError as error:
        say(f"the run cannot go on: {error}")
        return SOME_FAILED
    repeated = (summary["clusters"] or {}).get("repeated_ids", 0)
    return SOME_FAILED if summary["errors"] or repeated else OK


def _run(args: argparse.Namespace, options: ScoreOptions, settings: Settings) -> dict[str, Any]:
    from copydesk.service.score import score_files

    err = sys.stderr or io.StringIO()
    if args.engine == "local":
        return score_files(options, settings, err)
    from copydesk.service.score import ray_engine

    with ray_engine(args.address, workers=args.workers, page_seconds=options.page_seconds) as engine:
        return score_files(options, settings, err, engine=engine)
