"""Collects the blocks of an HTML page while its tree is walked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from copydesk.classifier.segmentation import formulas
from copydesk.classifier.segmentation.head import HeadFinder
from copydesk.classifier.segmentation.tags import INLINE_TAGS
from copydesk.classifier.types import clean

MAX_ELEMENTS = 200_000
"""Elements of one page that begin and end blocks, and blocks separated by `br`; further ones count as white space."""

MIN_KICKER = 3
"""Characters of a kicker's last word, at least; shorter pieces of a heading are initials and parts of words."""

MAX_KICKERS = 4
"""Kickers of one heading that are read."""

SEPARATORS = (":", "-", "–", "—", "|", "/", "·", "•")
"""Signs after a kicker that is set in one line with its headline."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

MAX_UNSEEN = 8
"""Characters up to which a text may consist of soft hyphens, zero-width spaces and the like, and is no block then."""

LINE_END, CELL_END = "\x0b", "\x0c"
"""Placeholders for `br` and for a cell's end until white space is folded."""


class BlockBuilder:
    """Collects elements and blocks with their columns of `Markup`, and the run: the content since the last block's end.

    Attributes:
        tags, names, parents, firsts, lasts: The columns of `Markup` for the elements.
        link: The target of the link that was opened last; it counts for each block in the link.
        formula_at: The number of a piece before which only white space follows the run's last formula; -1 without one.
        roles: The roles of inline elements by their class names, as `hidden.role_of` tells them.
        unseen: The numbers of the elements that are hidden, or that are there for some readers alone.
    """

    def __init__(self) -> None:
        self.tags = ["body"]
        self.names = [""]
        self.parents = [-1]
        self.firsts = [0]
        self.lasts = [0]
        self.unseen: list[int] = []
        self.texts: list[str] = []
        self.rows: list[tuple[int, int, int, int, str, str]] = []  # element, link_chars, links, images, inline, href
        self.pieces: list[str] = []
        self.inline: list[str] = []
        self.asides: list[tuple[str, str, str, bool]] = []  # tag, names, text, whether it is a link
        self.spoken: list[tuple[int, str, int]] = []  # number of the piece, text, in_link
        self.gaps: list[int] = []  # numbers of the pieces in place of asides and of spoken text
        self.kickers: list[int] = []  # numbers of the pieces after kickers
        self.roles: dict[str, str] = {}
        self.images = 0
        self.link = ""
        self.found = HeadFinder()
        self._begin()

    def _begin(self) -> None:
        self.pieces.clear()
        self.inline.clear()
        self.formula_at = -1
        if self.kickers:
            self.kickers.clear()
        self.link_chars = 0
        self.links = 0
        self.href = ""
        self.visible = False
        self.broken = False

    def begin_element(self, tag: str, names: str, parent: int) -> int:
        """Add an element before the next block, and return its number; its end is not known yet."""
        self.tags.append(tag)
        self.names.append(names)
        self.parents.append(parent)
        self.firsts.append(len(self.texts))
        self.lasts.append(0)
        return len(self.lasts) - 1

    def add_text(self, text: str, in_pre: int, in_link: int) -> None:
        """Add text; white space alone is not visible."""
        if text.isspace():
            self.pieces.append(text if in_pre else " ")
            return
        if not in_pre and (LINE_END in text or CELL_END in text):
            text = text.replace(LINE_END, " ").replace(CELL_END, " ")
        self.pieces.append(text)
        self.visible = True
        if in_link:
            self.link_chars += len(text.strip())
            self.links = self.links or 1
            self.href = self.href or self.link

    def add_formula(self, formula: str) -> None:
        """Add a formula, unless it is the one before in another form."""
        if not formula or self.follows_formula() or formulas.ends_with(self.pieces, formula):
            return
        self.pieces.append(formula)
        self.visible = True
        self.formula_at = len(self.pieces)

    def follows_formula(self) -> bool:
        """Return whether nothing visible has followed the run's last formula."""
        if self.formula_at >= 0:
            follows = not "".join(self.pieces[self.formula_at :]).strip()
            self.formula_at = len(self.pieces) if follows else -1
        return self.formula_at >= 0

    def add_aside(self, tag: str, names: str, text: str, *, is_link: bool, parts_words: bool) -> None:
        """Add text that stands inside a sentence without being part of it; it becomes a block after the sentence's.

        With `parts_words`, words on both sides of it are kept apart.
        """
        if parts_words:
            self.gaps.append(len(self.pieces))
        self.pieces.append("")
        if folded := " ".join(text.split()):
            self.asides.append((tag if tag not in INLINE_TAGS else "span", names, folded, is_link))

    def add_spoken(self, text: str, in_link: int) -> None:
        """Add text for screen readers alone; it is left out of a run with as much other text."""
        self.spoken.append((len(self.pieces), text, in_link))
        self.gaps.append(len(self.pieces))
        self.pieces.append("")

    def add_kicker(self, text: str, in_link: int) -> None:
        """Add text that is a line of its own where it is in a heading."""
        self.add_text(text, 0, in_link)
        self.kickers.append(len(self.pieces))
        self.pieces.append("")

    def end(self, element: int, in_pre: int) -> None:
        """End the run; two or more line breaks in a row end a block inside it."""
        if self.gaps:
            self.fill_gaps()
        if not self.visible:
            self.pieces.clear()
            if not self.inline and not self.broken and not self.asides:  # most often the white space between two tags
                return
        elif in_pre:
            text = "".join(self.pieces)
            self._add(text.replace(LINE_END, "\n").replace(CELL_END, "\t").strip("\r\n").rstrip(), element)
        else:
            if len(self.pieces) > 1 and self.tags[element] in HEADINGS:
                self._part_heading()
            if self.broken:
                self._add_lines(element)
            else:
                self._add(" ".join("".join(self.pieces).split()), element)
        if self.asides:
            self._add_asides(element)
        self._begin()

    def _add_lines(self, element: int) -> None:
        """Add the blocks of a run with line breaks."""
        parts = _fold_breaks("".join(self.pieces))
        room = max(0, MAX_ELEMENTS - len(self.texts))
        for part in parts if len(parts) <= room else [*parts[:room], "\n".join(parts[room:])]:
            self._add(part, element)

    def _add_asides(self, element: int) -> None:
        """Add the asides of a run, each as an element with a block."""
        for tag, names, text, is_link in self.asides:
            number = self.begin_element(tag, names, element)
            self.unseen.append(number)
            self.texts.append(text)
            self.lasts[number] = len(self.texts)
            self.rows.append((number, len(text) if is_link else 0, int(is_link), 0, "", ""))
        self.asides.clear()

    def _part_heading(self) -> None:
        """End a line after a kicker, and between two pieces of a heading whose words run into each other."""
        pieces = self.pieces
        if self.broken:
            return
        for at in self.kickers[:MAX_KICKERS]:
            before, after = "".join(pieces[:at]).rstrip(), "".join(pieces[at:]).lstrip()
            if not (before.endswith(SEPARATORS) or after.startswith(SEPARATORS)):
                pieces[at] = LINE_END
                self.broken = True
        for at in range(1, len(pieces)):
            if pieces[at][:1].isupper() and _run_together(pieces[at - 1], pieces[at]):
                pieces[at] = LINE_END + pieces[at]
                self.broken = True

    def fill_gaps(self) -> None:
        """Put spoken text in its place if it is a sign or longer than what is shown; keep words apart at other gaps."""
        shown = len("".join("".join(self.pieces).split()))
        for at, text, in_link in self.spoken:
            if shown < len("".join(text.split())) or not any(map(str.isalnum, text)):
                self.pieces[at] = text
                self.visible = True
                if in_link:
                    self.link_chars += len(text)
                    self.links = self.links or 1
                    self.href = self.href or self.link
        for at in self.gaps:
            if not self.pieces[at] and 0 < at < len(self.pieces) - 1:
                before, after = self.pieces[at - 1][-1:], self.pieces[at + 1][:1]
                self.pieces[at] = " " if before.isalnum() and after.isalnum() else ""
        self.spoken.clear()
        self.gaps.clear()

    def leave_out(self, left_out: Sequence[int]) -> list[int]:
        """Leave out blocks; return the new number of each block, or of the one after it, and one past the last."""
        out = set(left_out)
        numbers = list(accumulate((number not in out for number in range(len(self.texts))), initial=0))
        for number in left_out:  # images before a few of them count for the block after them
            if number - 1 not in out:
                last = next(n for n in range(number, len(self.rows) + 1) if n not in out)
                if last < len(self.rows):
                    element, link_chars, links, images, inline, href = self.rows[last]
                    self.rows[last] = element, link_chars, links, images + self.rows[number][3], inline, href
        self.texts[:] = [text for number, text in enumerate(self.texts) if number not in out]
        self.rows[:] = [row for number, row in enumerate(self.rows) if number not in out]
        self.firsts[:] = [numbers[first] for first in self.firsts]
        self.lasts[:] = [numbers[last] for last in self.lasts]
        self.found.renumber(numbers)
        return numbers

    def replace_texts(self, texts: Mapping[int, str]) -> None:
        """Give blocks other texts, by number."""
        for number, text in texts.items():
            element, link_chars, links, images, inline, href = self.rows[number]
            self.texts[number] = text
            self.rows[number] = element, min(link_chars, len(text)), links, images, inline, href

    def _add(self, text: str, element: int) -> None:
        if len(text) <= MAX_UNSEEN and not text.isascii() and not clean(text):
            return
        link_chars = min(self.link_chars, len(text))
        self.texts.append(text)
        self.rows.append((element, link_chars, self.links, self.images, " ".join(self.inline), self.href))
        self.images = 0


def _run_together(before: str, after: str) -> bool:
    """Return whether a piece of a heading ends in a word or a sign, where the next begins with a capital letter."""
    if len("".join(before[-MIN_KICKER:].split())) < MIN_KICKER:
        return False
    in_capitals = before[-1].isupper() and before.isupper() and after[1:2].islower()
    return before[-1].islower() or in_capitals or (before[-1] in ":!?" and before[-2].isalpha())


def _fold_breaks(text: str) -> list[str]:
    """Fold white space, turn one break into a line end and one cell end into a tab, and cut at a run of breaks."""
    parts: list[str] = []
    lines: list[str] = []
    for line in text.split(LINE_END):
        folded = "\t".join(filter(None, (" ".join(cell.split()) for cell in line.split(CELL_END))))
        if folded:
            lines.append(folded)
        elif lines:
            parts.append("\n".join(lines))
            lines = []
    if lines:
        parts.append("\n".join(lines))
    return parts
