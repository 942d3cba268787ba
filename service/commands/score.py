"""The command `copydesk score`: labels the pages of large files in shards, so that a run can be interrupted."""

from __future__ import annotations

import argparse
import codecs
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from copydesk.classifier import BODY_PARTS
from copydesk.classifier.extras import require_extra
from copydesk.service.commands import arguments
from copydesk.service.score import (
    PAGE_SECONDS,
    SHARD_MB,
    ClusterOptions,
    ColumnNames,
    OutputFormat,
    ScoreOptions,
    WantedPages,
    is_remote,
)
from copydesk.service.settings import Settings

LEAST_SHARD_MB, MOST_SHARD_MB = 0.001, 4096.0
COLUMNS = {
    "id": "the page's id",
    "html": "the page's HTML; alone, no text is read",
    "text": "the page's plain text; alone, no HTML is read",
    "url": "the page's URL",
    "published": "the time of publication, in ISO 8601",
    "source": "the name of the publisher",
    "captured": "the time at which the page was fetched",
}
"""Contents of each column of the input; the key is the column's default name, but for `captured`, which has none."""


def add_score(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    command = arguments.add_command(
        commands,
        "score",
        help="label the pages of large files",
        description="Label all pages of files, folders, globs or URLs: WARC, JSON, JSONL, Parquet, CSV, HTML and "
        "plain text. The inputs are cut into shards; a run that was interrupted continues with the shards that are "
        "missing when the same command is given again. "
        "Exit status: 0 all pages were scored, 1 some could not be scored, 2 wrong usage.",
    )
    add = command.add_argument
    add(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="a file, folder, glob or URL (s3://, gs://, https://); the format is taken from the file name",
    )
    add(
        "--output",
        required=True,
        metavar="DIR",
        help="folder for the rows, the errors and the summary, or a URL (s3://, gs://) that they are uploaded to",
    )
    add(
        "--work-dir",
        type=Path,
        metavar="DIR",
        help="folder on this machine for a run whose output is a URL (default: one for temporary files)",
    )
    add("--format", choices=("parquet", "jsonl"), default="parquet", help="format of the rows (default: parquet)")
    arguments.add_shared(command, "--no-blocks", "--parts")
    add("--markdown", action="store_true", help="add the article as Markdown")
    add("--links", action="store_true", help="with links, emphasis and images in the Markdown")
    arguments.add_shared(command, "--workers")
    _add_limits(command)
    _add_columns(command)
    add("--report", action="store_true", help="write report.html, with charts, beside the rows")
    add("--only", type=Path, metavar="ERRORS", help="score only the rows in this errors.jsonl of an earlier run")
    add("--engine", choices=("local", "ray"), default="local", help="run on this machine, or on Ray (default: local)")
    add("--address", metavar="HOST:PORT", help="address of the Ray cluster (default: one that runs on this machine)")
    add("--dedup", action="store_true", help="also find the duplicates among all pages, as copydesk dedup does")
    add("--index", metavar="PATH_OR_URL", help="also compare pages with this index, and add them to it")
    add("--no-titles", action="store_true", help="do not store the pages' titles in the index")
    arguments.add_shared(command, *arguments.DUPLICATE_OPTIONS, "--model")
    command.set_defaults(command=score_command)


def _add_limits(command: argparse.ArgumentParser) -> None:
    """Add the options that say how long a page may take, how large shards are, and which pages are passed over."""
    add = command.add_argument
    add(
        "--page-seconds",
        type=float,
        default=PAGE_SECONDS,
        metavar="S",
        help="a page that takes longer becomes an error row (default: %(default)g)",
    )
    add(
        "--shard-mb",
        type=float,
        default=SHARD_MB,
        metavar="MB",
        help="megabytes of input in a shard (default: %(default)s)",
    )
    add("--only-articles", action="store_true", help="pass over pages that are no articles: they become no rows")
    add(
        "--min-confidence",
        type=float,
        default=0.0,
        metavar="X",
        help="pass over pages of a lower confidence, from 0 to 1 (default: %(default)g)",
    )


def _add_columns(command: argparse.ArgumentParser) -> None:
    """Add the options that say how tables are read."""
    add = command.add_argument
    for name, meaning in COLUMNS.items():
        default = "none" if name == "captured" else name
        add(f"--{name}-column", metavar="NAME", help=f"column or JSON field with {meaning} ({default})")
    add("--csv-delimiter", metavar="C", help="delimiter of CSV files, tab for a tab (default: it is found out)")
    add("--csv-encoding", metavar="NAME", help="encoding of CSV files, such as latin-1 (default: it is found out)")


def score_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk score`."""
    settings = arguments.load_settings(args.model, environment)
    _check_arguments(args)
    require_extra("score" if args.engine == "local" else "ray", "copydesk score")
    arguments.check_index_name(args.index)
    if args.index is not None:
        require_extra("index", "copydesk score --index")
    try:
        summary = _run(args, _options(args), settings)
    except KeyboardInterrupt:
        arguments.say("interrupted; the same command goes on from here")
        raise
    except ValueError as error:
        raise arguments.WrongUsage(str(error)) from error
    from copydesk.service.score import failures

    return arguments.SOME_FAILED if failures(summary) else arguments.OK


def _check_arguments(args: argparse.Namespace) -> None:
    if not 0 < args.page_seconds < 1e6:
        raise arguments.WrongUsage(f"--page-seconds is {args.page_seconds}, expected a number of seconds above 0")
    if not LEAST_SHARD_MB <= args.shard_mb <= MOST_SHARD_MB:
        raise arguments.WrongUsage(f"--shard-mb is {args.shard_mb}, expected {LEAST_SHARD_MB} to {MOST_SHARD_MB:g}")
    if not 0 <= args.min_confidence <= 1:
        raise arguments.WrongUsage(f"--min-confidence is {args.min_confidence}, expected a number from 0 to 1")
    if args.only is not None and not args.only.is_file():
        raise arguments.WrongUsage(
            f"--only is {str(args.only)!r}, which is not a file; name the errors.jsonl of an earlier run"
        )
    if args.links and not args.markdown:
        raise arguments.WrongUsage("--links is for Markdown, which the output does not have; add --markdown")
    _check_output(args.output, args.work_dir)
    if "-" in args.inputs:
        raise arguments.WrongUsage("- is among the inputs; standard input cannot be read again when a run is resumed")
    if args.address is not None and args.engine != "ray":
        raise arguments.WrongUsage(f"--address is {args.address!r}, but the engine is {args.engine}; add --engine ray")


def _check_output(name: str, work: Path | None) -> None:
    if name == "-":
        raise arguments.WrongUsage("--output is -, expected a folder: each shard is written to a file of its own")
    if is_remote(name):
        return
    if work is not None:
        raise arguments.WrongUsage(f"--work-dir is for an output that is a URL, and --output is {name!r}; leave it out")
    if Path(name).exists() and not Path(name).is_dir():
        raise arguments.WrongUsage(f"--output is {name!r}, which is no folder; name a new or an empty folder")


def _options(args: argparse.Namespace) -> ScoreOptions:
    return ScoreOptions(
        inputs=args.inputs,
        folder=_folder(args),
        remote=args.output if is_remote(args.output) else None,
        format=OutputFormat(args.format),
        blocks=not args.no_blocks,
        parts=arguments.read_part_names(args.parts) or BODY_PARTS,
        markdown=args.markdown,
        links=args.links,
        workers=arguments.count_workers(args.workers),
        columns=_read_columns(args),
        csv_delimiter=_read_delimiter(args.csv_delimiter),
        csv_encoding=_read_encoding(args.csv_encoding),
        shard_bytes=round(args.shard_mb * 1024 * 1024),
        page_seconds=args.page_seconds,
        wanted=WantedPages(args.only_articles, args.min_confidence),
        only=args.only,
        clustering=ClusterOptions(args.dedup, args.index, arguments.read_duplicate_options(args), not args.no_titles),
        report=args.report,
        version=arguments.copydesk_version(),
    )


def _read_columns(args: argparse.Namespace) -> ColumnNames:
    """Return the names of the columns; of HTML and text, one that is named alone is read alone."""
    named = {name: found for name in COLUMNS if (found := getattr(args, f"{name}_column")) is not None}
    alone: dict[str, Any] = {}
    if "html" in named and "text" not in named:
        alone["text"] = None
    elif "text" in named and "html" not in named:
        alone["html"] = None
    columns = ColumnNames(**named, **alone)
    if columns.html == columns.text:
        raise arguments.WrongUsage(
            f"--html-column and --text-column are both {columns.html!r}, expected two columns; leave one of them out"
        )
    return columns


def _folder(args: argparse.Namespace) -> Path:
    """Return the folder in which the run works."""
    if not is_remote(args.output):
        return Path(args.output)
    from copydesk.service.score import default_work_folder

    return args.work_dir or default_work_folder(args.output)


def _read_delimiter(name: str | None) -> str | None:
    delimiter = {"tab": "\t", "\\t": "\t"}.get(name or "", name)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '\r\n"\0 '):
        raise arguments.WrongUsage(f"--csv-delimiter is {name!r}, expected one character such as ; or the word tab")
    return delimiter


def _read_encoding(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        b"".decode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise arguments.WrongUsage(
            f"--csv-encoding is {name!r}, which is not known; expected a name such as latin-1, cp1251 or utf-16"
        ) from None


def _run(args: argparse.Namespace, options: ScoreOptions, settings: Settings) -> dict[str, Any]:
    from copydesk.service.score import score_files

    err = sys.stderr or io.StringIO()
    if args.engine == "local":
        return score_files(options, settings, err)
    from copydesk.service.score import ray_engine

    with ray_engine(args.address, workers=args.workers, page_seconds=options.page_seconds) as engine:
        return score_files(options, settings, err, engine=engine)
