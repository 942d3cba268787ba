"""Runs the external scorers on cross-validated answers and reads the tables that they print."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from copydesk.classifier import CopydeskError
from copydesk.training.evaluate import FORMS, PageResult

TIME_LIMIT = 900  # seconds for one run; 1,500 pages take about 60 on one core

Table = Mapping[str, Mapping[str, float]]
ScoreTables = Mapping[str, Table]


class ScorerError(CopydeskError):
    """An external scorer that did not start, did not end, or printed no table."""

    code = "scorer_error"


LABELLED = {"wcxb-dev": ("wcxb-dev", "wcxb-dev/html"), "fundus": ("news", "fundus")}
"""The folder of label files, below gold/labels, and the folder of pages, below corpora, of each labelled corpus."""
BODIES = "wcxb-dev"  # the corpus that score_bodies.py has references for


def run_scorers(results: Sequence[PageResult], shared: Path) -> ScoreTables:
    """Score answers with score_blocks.py and score_bodies.py.

    Args:
        results: Cross-validated answers.
        shared: Has the scorers in score/, label files in gold/labels/ and the pages in corpora/.

    Returns:
        Tables by name, each with rows by name and columns by name, ready for JSON:
        "blocks" with a row such as "wcxb-dev html" for each labelled corpus and form;
        "bodies html" and "bodies text" with a row for each page type and "all", whose
        "unanswered" counts pages that scored as empty; "languages html" and "languages
        text" with a row for each language of the labelled news pages.
        Tables without any answer are left out.

    Raises:
        ScorerError: A scorer is missing, exits with an error, takes too long or prints no table.
    """
    tables: dict[str, dict[str, dict[str, float]]] = {}
    for form in FORMS:
        for corpus, (label_folder, html_folder) in LABELLED.items():
            answers = [r for r in results if r.form == form and r.origin.corpus == corpus]
            if not answers:
                continue
            labels, html = shared / "gold" / "labels" / label_folder, shared / "corpora" / html_folder
            if labels.is_dir():
                tables.setdefault("blocks", {})[f"{corpus} {form}"] = score_blocks(answers, shared, labels, html)
            if corpus == BODIES:
                printed = _run(shared / "score" / "score_bodies.py", answers, shared / "corpora" / BODIES)
                tables[f"bodies {form}"] = parse_body_table(printed)
            elif labels.is_dir():
                tables[f"languages {form}"] = score_languages(answers, shared, labels, html)
    return tables


def score_blocks(results: Iterable[PageResult], shared: Path, labels: Path, html: Path) -> dict[str, float]:
    """Score answers of one form against a folder of label files; a labelled page without an answer is `missing`."""
    return parse_pairs(_run(shared / "score" / "score_blocks.py", results, labels, html))


def score_languages(
    results: Iterable[PageResult], shared: Path, labels: Path, html: Path
) -> dict[str, dict[str, float]]:
    """Score each language apart, with the label files of its own pages; languages in alphabetical order."""
    groups: dict[str, list[PageResult]] = {}
    for result in results:
        if (labels / f"{result.origin.id}.txt").is_file():
            groups.setdefault(result.origin.language, []).append(result)
    scores = {}
    for language, answers in sorted(groups.items()):
        with tempfile.TemporaryDirectory() as folder:
            for result in answers:
                shutil.copy(labels / f"{result.origin.id}.txt", folder)
            scores[language] = score_blocks(answers, shared, Path(folder), html)
    return scores


def write_answers(path: Path, results: Iterable[PageResult]) -> None:
    """Write answers as JSON lines, one per page.

    `text` is written for both forms: a scorer that makes its own plain text of a page may fold white
    space in another way than the text that was classified, and offsets must index the latter.
    """
    with path.open("w", encoding="utf-8") as lines:
        for result in results:
            blocks = [
                {"start": b.start, "end": b.end, "label": b.label, "probabilities": b.probabilities}
                for b in result.article.blocks
            ]
            row = {"id": result.origin.id, "text": result.article.text, "blocks": blocks, "body": result.article.body}
            lines.write(json.dumps(row) + "\n")


def parse_pairs(printed: str) -> dict[str, float]:
    """Read lines of a name and a number.

    Raises:
        ScorerError: There is no such line, or a line is of another shape.
    """
    try:
        pairs = {name: float(value) for name, value in (line.split() for line in _lines(printed))}
    except ValueError as error:
        raise ScorerError(
            f"score_blocks.py printed {printed[:200]!r}, expected lines of a name and a number"
        ) from error
    if not pairs:
        raise ScorerError("score_blocks.py printed nothing, expected lines of a name and a number")
    return pairs


def parse_body_table(printed: str) -> dict[str, dict[str, float]]:
    """Read the table by page type; the heading's count of unanswered pages becomes a column of the row "all".

    Raises:
        ScorerError: The text is not such a table.
    """
    try:
        heading, *lines = _lines(printed)
        names, _, rest = heading.partition("(unanswered")
        columns = names.split()[1:]
        rows = {name: dict(zip(columns, map(float, values), strict=True)) for name, *values in map(str.split, lines)}
        rows["all"]["unanswered"] = float(rest.strip(" )"))
    except (ValueError, KeyError) as error:
        raise ScorerError(
            f"score_bodies.py printed {printed[:200]!r}, expected a heading, a row 'all' and a row a page type"
        ) from error
    return rows


def _run(script: Path, results: Iterable[PageResult], *references: Path) -> str:
    """Run a scorer on answers and the folders to compare them with; return what it prints."""
    if not script.is_file():
        raise ScorerError(f"there is no {script}; give the folder that holds score_blocks.py and score_bodies.py")
    try:
        with tempfile.TemporaryDirectory() as folder:
            answers = Path(folder) / "answers.jsonl"
            write_answers(answers, results)
            command = [sys.executable, str(script), "report", *map(str, references), str(answers)]
            done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired as error:
        raise ScorerError(f"{script.name} ran for {TIME_LIMIT} s without an end; score fewer pages") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
        raise ScorerError(f"{script.name} exited with {done.returncode}, expected 0; it said: {last}")
    return done.stdout


def _lines(printed: str) -> Iterator[str]:
    return (line for line in printed.splitlines() if line.strip())
