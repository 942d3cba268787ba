"""Collects the blocks of an HTML page while its tree is walked."""

from __future__ import annotations

from copydesk.classifier.segmentation.head import HeadFinder

MAX_ELEMENTS = 200_000
"""Elements of one page that begin and end blocks, and blocks separated by `br`; further ones count as white space."""

LINE_END, CELL_END = "\x0b", "\x0c"
"""Placeholders for `br` and for a cell's end until white space is folded."""


class BlockBuilder:
    """Collects blocks with their columns of `Markup`, and the run: the content since the end of the last block.

    `link` is the target of the link that was opened last; it counts for each block in the link.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows: list[tuple[int, int, int, int, str, str]] = []  # element, link_chars, links, images, inline, href
        self.pieces: list[str] = []
        self.inline: list[str] = []
        self.images = 0
        self.link = ""
        self.found = HeadFinder()
        self._begin()

    def _begin(self) -> None:
        self.pieces.clear()
        self.inline.clear()
        self.link_chars = 0
        self.links = 0
        self.href = ""
        self.visible = False
        self.broken = False

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

    def end(self, element: int, in_pre: int) -> None:
        """End the run; two or more line breaks in a row end a block inside it."""
        if not self.visible:
            self.pieces.clear()
            if not self.inline and not self.broken:  # most often the white space between two tags
                return
        elif in_pre:
            text = "".join(self.pieces)
            self._add(text.replace(LINE_END, "\n").replace(CELL_END, "\t").strip("\r\n").rstrip(), element)
        elif self.broken:
            parts = _fold_breaks("".join(self.pieces))
            room = max(0, MAX_ELEMENTS - len(self.texts))
            for part in parts if len(parts) <= room else [*parts[:room], "\n".join(parts[room:])]:
                self._add(part, element)
        else:
            self._add(" ".join("".join(self.pieces).split()), element)
        self._begin()

    def _add(self, text: str, element: int) -> None:
        link_chars = min(self.link_chars, len(text))
        self.texts.append(text)
        self.rows.append((element, link_chars, self.links, self.images, " ".join(self.inline), self.href))
        self.images = 0


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
