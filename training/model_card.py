"""Writes the model card: what the model is, what it learned from, how well it does and where it fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from copydesk.classifier import LABELS
from copydesk.classifier.model import GROUPS
from copydesk.classifier.plurals import counted
from copydesk.training.corpora import MADE
from copydesk.training.evaluate import FORMS, N_BINS, Evaluation, Ints, PageResult, evaluate_by
from copydesk.training.external_scorers import ScoreTables, Table
from copydesk.training.plots import FEW_BLOCKS, FORM_TITLES, draw_confusion, draw_reliability
from copydesk.training.weak_spots import weak_spots

CARD, CONFUSION, RELIABILITY = "MODEL_CARD.md", "confusion.svg", "reliability.svg"

CREDITS = {
    "wcxb-dev": (
        "WCXB development set, Foley 2026",
        "CC-BY-4.0",
        "https://github.com/Murrough-Foley/web-content-extraction-benchmark",
    ),
    "fundus": ("flairNLP/fundus, test data of its publisher parsers", "MIT", "https://github.com/flairNLP/fundus"),
    MADE: (
        "`training/pages`, written for training, with labels; they only teach",
        "Apache-2.0",
        "",
    ),
}
OWN_CREDIT = ("pages given by whoever trained this model", "as set by the owner of the pages", "")

WHAT = """\
A classifier of the blocks of a scraped page. Each block of a page, given as plain text or as HTML, gets one of
three labels with calibrated probabilities:

- **body**: the article itself, from headline to footnotes;
- **boilerplate**: what the site puts around its articles, with readers' comments and bylines as kinds of it;
- **teaser**: what exists to lead to another story, with the headings over such lists.

It works in two stages. The first is linear: TF-IDF over a block's words and parts of words, its shape and, for
HTML, its markup. The second judges a block by its company: the first stage's answers for the blocks around it,
its place on the page and its siblings in the tree.
"""

USE = """\
Meant for cutting archives of news and other article pages down to what each page says: before searching,
counting, deduplicating or training on them. Every block keeps its probabilities, so that a caller may set its own
threshold. Not meant for deciding whether a text is true, lawful to use, or written by a person; nor for pages
without an article, such as front pages, where "body" has no settled meaning. The text of the pages that it learned
from is not part of the model; weights of single words are.
"""

METHOD = """\
Every number below is cross-validated: a page is answered by a model that was fitted without any page of the same
site. (As is usual in stacking, the second stage's training rows carry first-stage scores made without their own fold,
but not without the answered page's.) Block labels compare with the hand labels: article text is body, teasers and the
headings over them are teaser, comments and furniture are boilerplate. Metadata (byline, date, tags) counts neither
way in the label tables, as readers differ on it; the table of kinds shows it. A score without any case is 1.
"""

HOW_SCORED = {
    "blocks": "Hand-labelled pages, words aligned with any segmentation (`score_blocks.py`)",
    "bodies html": "Bodies from HTML against the WCXB references, word F1 by page type (`score_bodies.py`)",
    "bodies text": "Bodies from plain text against the WCXB references, word F1 by page type (`score_bodies.py`)",
    "titles": "Titles against those of WCXB articles and Fundus, normalised words (`title_scores.py`)",
    "fields": "Authors and dates against what Fundus stored (`field_scores.py`)",
    "choices html": "Which parts make the best body, from HTML: word F1 against the references (`article_scores.py`)",
    "choices text": "Which parts make the best body, from plain text (`article_scores.py`)",
    "parts html": "Kinds, block by block, on the pages whose parts are labelled by hand, from HTML",
    "parts text": "Kinds, block by block, on the same pages, from plain text",
    "confidence": "Confidence against the word F1 of the body; pages without an article are made for this",
    "dresses html": "Hand-labelled pages as they came and changed, from HTML: mean word F1 of the body",
    "dresses text": "The same from plain text",
    "languages html": "Hand-labelled news pages by language, from HTML (`score_blocks.py`)",
    "languages text": "Hand-labelled news pages by language, from plain text (`score_blocks.py`)",
}

NUMBER = re.compile(r"[\d.,]+%?|-")
COUNTS = {"pages", "dated pages", "missing", "n", "without article"}  # the scorers' columns that are whole numbers
# Of the scorer's fifteen columns, those that fit in a table by language.
LANGUAGE_COLUMNS = (
    "pages",
    "word_f1_body",
    "word_macro_f1",
    "block_macro_f1",
    "page_body_f1_mean",
    "pages_without_teaser_in_body",
)

Rows = Iterable[Sequence[object]]


def write_card(
    folder: Path, results: Sequence[PageResult], scores: ScoreTables, manifest: Mapping[str, object]
) -> None:
    """Write MODEL_CARD.md and its two pictures; the same arguments give the same bytes.

    Args:
        folder: Made when it does not exist.
        results: Cross-validated answers; pages without block labels count only in the list of data.
        scores: Tables of the external scorers, empty where they did not run.
        manifest: The model's manifest; its scalars and lists are listed, one level deep.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_form = evaluate_by(results, lambda result: result.form)
    evaluations = {form: by_form[form] for form in FORMS if form in by_form}
    parts = ["# Model card: copydesk block classifier", "## What it is", WHAT, "## What it is for", USE]
    parts += ["## What it learned from", *data_section(results)]
    parts += ["## How well it does", METHOD, *scorer_section(scores)]
    if evaluations:
        draw_confusion(folder / CONFUSION, evaluations)
        draw_reliability(folder / RELIABILITY, evaluations)
        parts += [*label_section(evaluations), *group_of_kinds_section(evaluations), *calibration_section(evaluations)]
        parts += [*group_section("language", results, lambda result: result.origin.language)]
        parts += [*group_section("page type", results, lambda result: result.origin.page_type)]
    parts += ["## Limits and weak spots", *weak_section(results), "## Settings and versions", manifest_list(manifest)]
    text = "\n\n".join(part.strip("\n") for part in parts if part) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8", newline="\n")


def markdown_table(header: Sequence[str], rows: Rows) -> str:
    """Set a table, columns of numbers to the right and others to the left; a bar in a cell is escaped."""
    columns = [_column(name, [_cell(value) for value in values]) for name, *values in zip(header, *rows, strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in zip(*columns, strict=True))


def data_section(results: Sequence[PageResult]) -> list[str]:
    """List each corpus with its pages, sites, languages, licence and source."""
    rows, sources = [], []
    for corpus in sorted({result.origin.corpus for result in results}):
        pages = [result.origin for result in results if result.origin.corpus == corpus]
        what, licence, source = CREDITS.get(corpus, OWN_CREDIT)
        labelled = len({page.id for page in pages if page.codes is not None})
        counts = [len({getattr(page, name) for page in pages}) for name in ("id", "site", "language")]
        rows.append([corpus, counts[0], labelled, *counts[1:], licence])
        sources.append(f"- {corpus}: {what}; licence {licence}" + (f"; <{source}>" if source else "") + ".")
    sources.append("- block labels: every block labelled by reading the page, made for this project; CC0-1.0.")
    only_taught, with_parts = (
        len({result.origin.id for result in results if result.origin.scored == what and result.origin.corpus != MADE})
        for what in ("nothing", "groups")
    )
    if only_taught or with_parts:
        sources.append(
            f"- `training/labels`: further labels of the same kind, Apache-2.0: of {counted(only_taught, 'page')} "
            f"without any, and the parts of {counted(with_parts, 'page')} without parts. They only teach: no score "
            "is computed from them."
        )
    table = markdown_table(["corpus", "pages", "with block labels", "sites", "languages", "licence"], rows)
    return [table, "Credits:", "\n".join(sources)]


def scorer_section(scores: ScoreTables) -> list[str]:
    """Set the external scorers' tables, columns as the scorers name them."""
    parts = []
    for name in sorted(scores, key=lambda name: list(HOW_SCORED).index(name) if name in HOW_SCORED else 99):
        table = scores[name]
        if name.startswith("languages"):
            table = {row: {k: cells[k] for k in LANGUAGE_COLUMNS if k in cells} for row, cells in table.items()}
        parts += [f"### {HOW_SCORED.get(name, name)}", *_scorer_table(table)]
    return parts


def label_section(evaluations: Mapping[str, Evaluation]) -> list[str]:
    """Show precision, recall and F1 of each label, block by block, with the heat map."""
    rows = [
        [form, score.label, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", score.n_blocks]
        for form, evaluation in evaluations.items()
        for score in evaluation.scores
    ]
    means = "; ".join(
        f"from {FORM_TITLES[form]} macro-F1 {found.macro_f1:.3f}, body word F1 a page {found.body_f1:.3f}, "
        f"{found.teaser_free:.0%} of {found.n_pages} pages without any teaser in the body"
        for form, found in evaluations.items()
    )
    picture = f"![Heat map of gold label against answered label]({CONFUSION})"
    table = markdown_table(["form", "label", "precision", "recall", "F1", "blocks"], rows)
    return ["### Labels, block by block", picture, table, means[0].upper() + means[1:] + "."]


def group_of_kinds_section(evaluations: Mapping[str, Evaluation]) -> list[str]:
    """Show the confusion of groups of kinds, one table per form, a row for each hand-labelled group."""
    parts = ["### Groups of kinds, block by block", "A row is a gold group, a column the group of the answered kind."]
    for form, evaluation in evaluations.items():
        header = ["gold group", *GROUPS, "recall"]
        parts += [f"From {FORM_TITLES[form]}:", markdown_table(header, _group_rows(evaluation.groups))]
    return parts


def calibration_section(evaluations: Mapping[str, Evaluation]) -> list[str]:
    """Show calibration errors with the reliability diagram."""
    header = ["form", "answered label", *map(str, LABELS), "mean of the three", "answered label, with metadata"]
    rows = []
    for form, found in evaluations.items():
        errors = (found.top_error, *found.class_errors, found.class_error, found.all_top_error)
        rows.append([form, *(f"{error:.4f}" for error in errors)])
    note = f"Expected calibration error, {N_BINS} bins of equal width, every block weighs the same; "
    note += f"a hollow mark stands for fewer than {FEW_BLOCKS} blocks."
    picture = f"![Reliability diagram: predicted probability against share that came true]({RELIABILITY})"
    return ["### Calibration", picture, note, markdown_table(header, rows)]


def group_section(name: str, results: Sequence[PageResult], key: Callable[[PageResult], str]) -> list[str]:
    """Show the main scores for each language or page type, both forms."""
    header = [name, "form", "pages", "blocks", "macro-F1", *(f"{label} F1" for label in LABELS)]
    header += ["page body F1", "no teaser in body"]
    rows = []
    for (value, form), found in _by_form(results, key):
        scores = [f"{f1:.3f}" for f1 in (found.macro_f1, *(score.f1 for score in found.scores), found.body_f1)]
        rows.append([value, form, found.n_pages, found.n_blocks, *scores, f"{found.teaser_free:.0%}"])
    return [f"### By {name}", markdown_table(header, rows)]


def weak_section(results: Sequence[PageResult]) -> list[str]:
    """List the weak spots, or state that no labelled pages were there to compute them from."""
    found = weak_spots(results)
    if not found:
        return ["No page had block labels, so none could be computed."]
    return ["Computed from the same cross-validated answers:", "\n".join(f"- {sentence}" for sentence in found)]


def manifest_list(manifest: Mapping[str, object]) -> str:
    """List the manifest's scalars and lists, one level deep; deeper tables are left to the manifest itself."""
    lines = []
    for name, value in manifest.items():
        if isinstance(value, Mapping):
            inner = [f"{key} {_plain(item)}" for key, item in value.items() if not isinstance(item, Mapping)]
            lines += [f"- {name}: {', '.join(inner)}"] if inner else []
        else:
            lines.append(f"- {name}: {_plain(value)}")
    return "\n".join(lines)


def _by_form(
    results: Sequence[PageResult], key: Callable[[PageResult], str]
) -> list[tuple[tuple[str, str], Evaluation]]:
    """Evaluate each group and form apart, groups in alphabetical order, text before HTML."""
    found = [
        ((value, form), evaluation)
        for form in FORMS
        for value, evaluation in evaluate_by((r for r in results if r.form == form), key).items()
    ]
    return sorted(found, key=lambda row: row[0][0])  # stable: FORMS stay in their order


def _scorer_table(table: Table) -> list[str]:
    """Set one table; columns of the row "all" alone, such as unanswered pages, go into a line of their own."""
    columns = list(dict.fromkeys(name for row in table.values() for name in row if name != "unanswered"))
    rows = [[name, *(_number(column, row.get(column)) for column in columns)] for name, row in table.items()]
    unanswered = sum(row.get("unanswered", 0) for row in table.values())
    note = [f"{unanswered:.0f} pages had no answer and count as empty."] if unanswered else []
    if len(columns) > len(rows):  # long names read better down the side
        flipped = [[column, *(row[i + 1] for row in rows)] for i, column in enumerate(columns)]
        return [markdown_table(["", *table], flipped), *note]
    return [markdown_table(["", *columns], rows), *note]


def _group_rows(counts: Ints) -> Rows:
    for row, group in enumerate(GROUPS):
        total = int(counts[row].sum())
        recall = f"{counts[row, row] / total:.3f}" if total else "-"
        yield [group, *map(int, counts[row]), recall]


def _number(column: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if column in COUNTS else f"{value:.4f}"


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


def _column(name: str, cells: Sequence[str]) -> list[str]:
    """Pad a column's heading, rule and cells to one width."""
    width = max(3, len(name), *map(len, cells)) if cells else max(3, len(name))
    if all(NUMBER.fullmatch(cell) for cell in cells):
        return [name.rjust(width), "-" * (width - 1) + ":", *(cell.rjust(width) for cell in cells)]
    return [name.ljust(width), "-" * width, *(cell.ljust(width) for cell in cells)]


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
