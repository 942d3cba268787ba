"""The command `copydesk-train`: corpora in, a model with its manifest and card out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from copydesk.classifier import CopydeskError
from copydesk.classifier.extras import MissingExtra, require_extra

ROW_SUFFIXES = (".jsonl", ".ndjson")
"""How names of files with labelled pages end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when a model was written, 1 when a corpus does not fit, 2 for wrong usage."""
    try:
        require_extra("train", "training")
    except MissingExtra as error:
        print(f"copydesk-train: {error}", file=sys.stderr)
        return 2
    chosen = parse(arguments)
    from copydesk.training.train import Clock, train

    try:
        train(chosen, Clock())
    except CopydeskError as error:
        print(f"copydesk-train: {error}", file=sys.stderr)
        return 1
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="copydesk-train",
        description="Train a model from labelled pages: .jsonl files with a page per line, or folders of corrections. "
        "The model, its manifest and its card are written into a folder. "
        "Exit status: 0 a model was written, 1 the pages cannot be used, 2 wrong usage.",
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
    return chosen


if __name__ == "__main__":
    sys.exit(main())
