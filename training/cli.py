"""The command `copydesk-train`: corpora in, a model with its manifest and card out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

from copydesk.classifier import CopydeskError
from copydesk.classifier.extras import MissingExtra, require_extra

ROW_SUFFIXES = (".jsonl", ".ndjson")
"""How names of files with labelled pages end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 a model was written, 1 a corpus does not fit or a file fails, 2 wrong usage."""
    chosen = parse(arguments)  # --help needs no extra
    try:
        require_extra("train", "training")
    except MissingExtra as error:
        print(f"copydesk-train: {error}", file=sys.stderr)
        return 2
    from copydesk.training.train import Clock, train

    try:
        train(chosen, Clock())
    except CopydeskError as error:
        print(f"copydesk-train: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"copydesk-train: a file cannot be read or written: {error.strerror or error}{where}; "
            "free space or mend the permissions, then train again",
            file=sys.stderr,
        )
        return 1
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="copydesk-train",
        description="Train a model from labelled pages: .jsonl files with a page per line, or folders of corrections. "
        "The model, its manifest and its card are written into a folder. "
        "Exit status: 0 a model was written, 1 the pages cannot be used or a file fails, 2 wrong usage.",
    )
    parser.add_argument(
        "corpora",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a .jsonl file of labelled pages, a folder of corrections, a folder of written pages such as "
        "training/pages, or a folder with corpora/ and gold/",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("artifacts"), metavar="DIR", help="folder for the model (artifacts)"
    )
    parser.add_argument("--folds", type=int, default=4, metavar="N", help="parts of the cross-validation, by site (4)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes and threads (2)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="folder that keeps labelled pages between runs")
    parser.add_argument(
        "--answers", type=Path, metavar="DIR", help="folder for the cross-validated predictions, as JSONL"
    )
    parser.add_argument(
        "--fold-models", type=Path, metavar="DIR", help="folder for the models of the folds, fold-0 and so on"
    )
    chosen = parser.parse_args(arguments)
    for name in ("folds", "jobs"):
        least = 2 if name == "folds" else 1
        if getattr(chosen, name) < least:
            parser.error(f"--{name} is {getattr(chosen, name)}, expected at least {least}")
    for path in chosen.corpora:
        if not path.exists():
            parser.error(f"{path} does not exist; expected a folder with corpora/ and gold/, or a .jsonl file")
        if not path.is_dir() and path.suffix not in ROW_SUFFIXES:
            parser.error(f"{path} is not a .jsonl file; expected labelled pages as JSON lines, one page per line")
    for name in ("output", "cache", "answers", "fold_models"):
        if (folder := getattr(chosen, name)) is not None and (reason := _why_unwritable(folder)) is not None:
            parser.error(
                f"--{name.replace('_', '-')} is {str(folder)!r}, which cannot be written to ({reason}); name another"
            )
    return chosen


def _why_unwritable(folder: Path) -> str | None:
    """Return why files cannot be written into a folder that need not exist, None if they can; leave nothing behind."""
    try:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        with TemporaryFile(dir=existing) as trial:
            trial.write(b"trial")
            trial.flush()
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


if __name__ == "__main__":
    sys.exit(main())
