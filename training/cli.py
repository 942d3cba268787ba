"""The command `copydesk-train`: corpora in, a model with its manifest and card out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from copydesk.classifier import CopydeskError
from copydesk.classifier.extras import MissingExtra, require_extra


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
    parser = argparse.ArgumentParser(prog="copydesk-train", description=__doc__)
    parser.add_argument(
        "corpora", nargs="+", type=Path, help="folders with corpora/ and gold/ or with feedback, or .jsonl files"
    )
    parser.add_argument("--output", type=Path, default=Path("artifacts"), help="folder for the model (artifacts)")
    parser.add_argument("--folds", type=int, default=4, help="parts of the cross-validation, by site (4)")
    parser.add_argument("--jobs", type=int, default=2, help="processes and threads (2)")
    parser.add_argument("--cache", type=Path, help="folder that keeps labelled pages between runs")
    parser.add_argument("--answers", type=Path, help="folder for the cross-validated predictions, as JSONL")
    parser.add_argument("--fold-models", type=Path, help="folder for the models of the folds, fold-0 and so on")
    chosen = parser.parse_args(arguments)
    for name in ("folds", "jobs"):
        least = 2 if name == "folds" else 1
        if getattr(chosen, name) < least:
            parser.error(f"--{name} is {getattr(chosen, name)}, expected at least {least}")
    for path in chosen.corpora:
        if not path.exists():
            parser.error(f"{path} does not exist; expected a folder with corpora/ and gold/, or a .jsonl file")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
