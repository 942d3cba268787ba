"""Runs the external scorers on cross-validated answers and reads the tables that they print."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copydesk.classifier.errors import CopydeskError
from copydesk.classifier.types import Article
from copydesk.training.evaluate import FORMS, PageResult

TIME_LIMIT = 900  # seconds for one run; 1,500 pages take about 60 on one core

Table = Mapping[str, Mapping[str, float]]
ScoreTables = Mapping[str, Table]


class ScorerError(CopydeskError):
    """An external scorer that did not start, did not end, or printed no table."""

    code = "scorer_error"


@dataclass(frozen=True, slots=True)
class ScorerFolders:
    """Where the scorers and what they compare with lie.

    Attributes:
        scorers: Holds score_blocks.py and score_bodies.py.
        labels: Holds a folder of label files for each labelled corpus.
        corpora: Holds a folder for each corpus.
    """

    scorers: Path
    labels: Path
    corpora: Path

    @classmethod
    def under(cls, shared: Path) -> ScorerFolders:
        """Take the usual names below one folder."""
        return cls(shared / "score", shared / "gold" / "labels", shared / "corpora")


@dataclass(frozen=True, slots=True)
class _Labelled:
    corpus: str
    labels: str  # folder below ScorerFolders.labels
    html: str  # folder below ScorerFolders.corpora


LABELLED = (_Labelled("wcxb-dev", "wcxb-dev", "wcxb-dev/html"), _Labelled("fundus", "news", "fundus"))
BODIES = "wcxb-dev"  # the corpus that score_bodies.py has references for


def run_scorers(results: Sequence[PageResult], folders: ScorerFolders) -> ScoreTables:
    """Score answers with score_blocks.py and score_bodies.py.

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
        for corpus in LABELLED:
            answers = [r for r in results if r.form == form and r.corpus == corpus.corpus]
            if not answers:
                continue
            labels = folders.labels / corpus.labels
            if labels.is_dir():
                row = score_blocks(answers, folders, labels=labels, html=folders.corpora / corpus.html)
                tables.setdefault("blocks", {})[f"{corpus.corpus} {form}"] = row
            if corpus.corpus == BODIES:
                tables[f"bodies {form}"] = score_bodies(answers, folders)
            elif labels.is_dir():
                tables[f"languages {form}"] = score_languages(answers, folders, labels=labels, html=corpus.html)
    return tables


def score_blocks(
    results: Iterable[PageResult], folders: ScorerFolders, *, labels: Path, html: Path
) -> dict[str, float]:
    """Score answers of one form against a folder of label files; a labelled page without an answer is `missing`."""
    with tempfile.TemporaryDirectory() as folder:
        answers = write_answers(Path(folder) / "answers.jsonl", results)
        printed = _run(folders.scorers / "score_blocks.py", "report", labels, html, answers)
    return parse_pairs(printed)


def score_bodies(results: Iterable[PageResult], folders: ScorerFolders) -> dict[str, dict[str, float]]:
    """Score the bodies of one form against the WCXB references, by page type."""
    with tempfile.TemporaryDirectory() as folder:
        answers = write_answers(Path(folder) / "answers.jsonl", results)
        printed = _run(folders.scorers / "score_bodies.py", "report", folders.corpora / BODIES, answers)
    return parse_body_table(printed)


def score_languages(
    results: Iterable[PageResult], folders: ScorerFolders, *, labels: Path, html: str
) -> dict[str, dict[str, float]]:
    """Score each language apart, with the label files of its own pages; languages in alphabetical order."""
    groups: dict[str, list[PageResult]] = {}
    for result in results:
        if (labels / f"{result.id}.txt").is_file():
            groups.setdefault(result.language, []).append(result)
    scores = {}
    for language in sorted(groups):
        with tempfile.TemporaryDirectory() as folder:
            for result in groups[language]:
                shutil.copy(labels / f"{result.id}.txt", folder)
            scores[language] = score_blocks(groups[language], folders, labels=Path(folder), html=folders.corpora / html)
    return scores


def write_answers(path: Path, results: Iterable[PageResult]) -> Path:
    """Write answers as JSON lines in the contract of `copydesk classify`.

    `text` is written for both forms: a scorer that makes its own plain text of a page may fold white
    space in another way than the text that was classified, and offsets must index the latter.
    """
    with path.open("w", encoding="utf-8", errors="replace") as lines:
        for result in results:
            lines.write(json.dumps(_answer(result.id, result.article), ensure_ascii=False) + "\n")
    return path


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
        ScorerError: The text is no such table.
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


def _answer(page_id: str, article: Article) -> dict[str, object]:
    blocks = [{"start": b.start, "end": b.end, "label": str(b.label), "kind": str(b.kind)} for b in article.blocks]
    return {"id": page_id, "text": article.text, "blocks": blocks, "body": article.body}


def _run(script: Path, *arguments: str | Path) -> str:
    command = [sys.executable, str(script), *map(str, arguments)]
    if not script.is_file():
        raise ScorerError(f"there is no {script}; give the folder that holds score_blocks.py and score_bodies.py")
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired as error:
        raise ScorerError(f"{script.name} ran for {TIME_LIMIT} s without an end; score fewer pages") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
        raise ScorerError(f"{script.name} exited with {done.returncode}, expected 0; it said: {last}")
    return done.stdout


def _lines(printed: str) -> Iterator[str]:
    return (line for line in printed.splitlines() if line.strip())
