"""Draws the answer to one page as a coloured table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from copydesk.classifier import LABELS, Article, Explanation, Kind, Label, ScoredBlock
from copydesk.classifier.types import OTHER_REASONS
from copydesk.service.rows import jsonl
from copydesk.service.terminal import Style, bar, clean, shortened, width

LABEL_STYLES = {Label.BODY: Style.GREEN, Label.BOILERPLATE: Style.DIM, Label.TEASER: Style.MAGENTA}
KIND_WORDS = {kind: kind.value.replace("_", " ") for kind in Kind} | {Kind.TEASER_HEADING: "heading"}
PLAIN_KINDS = (Kind.TEXT, Kind.FURNITURE, Kind.TEASER)
"""Kinds that add nothing to their label, and are left out."""
LABEL_COLUMNS = max(len(label.value) for label in Label)
KIND_COLUMNS = max(len(word) for word in KIND_WORDS.values() if word != "furniture")
BAR_COLUMNS = 8
MIN_COLUMNS = 60
MAX_REASONS = 5
MARK = "▌"


@dataclass(frozen=True, slots=True)
class Canvas:
    """Width and colours of the output that a table is drawn on."""

    columns: int
    color: bool

    def paint(self, text: str, style: Style) -> str:
        """Wrap text in the codes of a style, if the canvas has colours."""
        return f"\x1b[{style.value}m{text}\x1b[0m" if self.color else text


def table(row: jsonl.PageRow, article: Article, canvas: Canvas) -> str:
    """Draw a header and one line for each block; reasons are listed below their block."""
    lines = [*_header(row, article, canvas), ""]
    for block in article.blocks:
        lines.append(_block_line(block, article.text, canvas))
        if block.explanation is not None:
            lines.extend(_reason_lines(block, block.explanation, canvas))
    return "\n".join([*lines, ""])


def row_name(row_id: object, line: int | None) -> str:
    """Return the id of a row, or its line number if it has none."""
    return clean(str(row_id)) if row_id is not None else f"line {line}"


def _header(row: jsonl.PageRow, article: Article, canvas: Canvas) -> Iterator[str]:
    yield canvas.paint(shortened(row_name(row.id, row.line), canvas.columns), Style.CYAN)
    if article.title:
        yield canvas.paint(shortened(article.title, canvas.columns), Style.BOLD)
    page_type = article.page_type if article.blocks else "nothing to read"
    about = (", ".join(article.authors), article.published, article.site, article.language, page_type)
    if known := " · ".join(filter(None, about)):
        yield shortened(known, canvas.columns)
    counts = Counter(block.label for block in article.blocks)
    parts = [canvas.paint(f"{counts[label]} {label.value}", LABEL_STYLES[label]) for label in LABELS]
    sure = f"confidence {_percent(article.confidence).lstrip()} {bar(article.confidence, BAR_COLUMNS)}"
    yield f"{' · '.join(parts)}   {sure}".rstrip()


def _block_line(block: ScoredBlock, text: str, canvas: Canvas) -> str:
    style = LABEL_STYLES[block.label]
    kind = "" if block.kind in PLAIN_KINDS else KIND_WORDS[block.kind]
    left = f"{MARK} {block.label.value.ljust(LABEL_COLUMNS)} {kind.ljust(KIND_COLUMNS)} "
    sure = f"{_percent(block.confidence)} {bar(block.confidence, BAR_COLUMNS)} "
    room = max(canvas.columns, MIN_COLUMNS) - width(left) - width(sure)
    shown = shortened(text[block.start : block.end], room)
    shown = canvas.paint(shown, Style.DIM) if block.label is Label.BOILERPLATE else shown
    return f"{canvas.paint(left + sure, style)}{shown}".rstrip()


def _percent(share: float) -> str:
    """Return a whole percentage in four columns; a share below 1 that is rounded to 100 % is `>99%`."""
    whole = int(100 * share + 0.5)
    return ">99%" if whole == 100 and share < 1 else f"{whole:3d}%"


def _reason_lines(block: ScoredBlock, explanation: Explanation, canvas: Canvas) -> Iterator[str]:
    ranked = sorted(explanation.reasons, key=lambda reason: (reason.words == OTHER_REASONS, -abs(reason.contribution)))
    odds = f"{explanation.log_odds:+.2f}  {block.label.value}, not {explanation.runner_up.value}:"
    yield canvas.paint(f"{MARK}   {odds}", LABEL_STYLES[block.label])
    for reason in ranked[:MAX_REASONS]:
        yield _reason_line(reason.contribution, reason.words, block, canvas)
    if rest := ranked[MAX_REASONS:]:
        yield _reason_line(sum(reason.contribution for reason in rest), OTHER_REASONS, block, canvas)


def _reason_line(contribution: float, words: str, block: ScoredBlock, canvas: Canvas) -> str:
    mark = canvas.paint(MARK, LABEL_STYLES[block.label])
    amount = canvas.paint(f"{contribution:+.2f}", Style.GREEN if contribution > 0 else Style.RED)
    return f"{mark}     {amount}  {shortened(words, max(canvas.columns, MIN_COLUMNS) - 13)}"
