"""Builds the inside of a story's box: its paragraphs, and what stands between them in boxes of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from copydesk.training.made_elements import (
    PROSE_CHARS,
    SHORT_CHARS,
    STORY_CODES,
    Dice,
    Elements,
    Written,
    without_links,
    wrap,
)
from copydesk.training.made_ways import Ways

LINE_TAGS: Mapping[str, Sequence[str]] = {
    "E": ("",),
    "L": ("",),
    "S": ("b", "i", "strong", ""),
    "U": ("b", "b", "strong", "b u", "font b"),
    "K": ("i", "small", ""),
    "A": ("i", "b", ""),
    "D": ("small", "font", ""),
}
"""Tags of a line by its code, on pages whose paragraphs are lines between `br`."""

ALWAYS_LINES, LINE_SHARE = "EULS", 0.6
"""Codes that are lines on all such pages, and share of those pages on which each other code is."""

LINE_BOXES = ("", "", "div", "p", "font")
BREAKS = ("<br><br>", "<br><br>\n", "<br/><br/>", "<br>\n<br>\n")

BARE_SHARE = 0.33
"""Share of paragraphs that are bare text, on pages that have some."""

LOCKED_SHARE = 0.5
COPY_CHARS = 30
"""Share of paragraphs marked as hidden, on pages that have some; and characters that no other block begins with there,
as the segmenter leaves out a hidden block that is a copy of a shown one."""

LEAST_ENTRIES = 4
"""Entries that make a ticker."""

ENTRY_TAGS = ("article", "article", "li", "section", "div")
ENTRY_NAMES = ("entry", "ticker-item", "liveblog-post", "post", "update", "")
TIME_TAGS = ("time", "p time", "div time", "time strong")

HEADING_TAGS = ("h3", "h4", "div", "strong")
FURNITURE_BOXES = ("div", "div", "aside", "section")
FURNITURE_NAMES = ("newsletter", "promo", "consent", "paywall", "widget", "")
BUTTONS_NAMES = ("utilities", "utilities", "widget", "promo", "")
TEASER_BOXES = ("div", "aside", "aside", "section")
TEASER_NAMES = ("related", "widget", "read-more", "promo", "inline-teaser", "")

FACT_BOXES, FACT_NAMES = ("aside", "div", "div"), ("infobox", "factbox", "box", "")
FACT_LISTS = ("li", "dl", "p", "div")

_ENTRY = re.compile(r"(?:D[AM]*U?|UD)[EQKLX][EQKLXM]*b*")
_FACTS = re.compile(rf"(?:UE?L+)+(?=[^{STORY_CODES}]*\Z)")
_FURNITURE = re.compile(r"[Bb]+|[HT]+")
_LIST = re.compile(r"E?L{2,}|.", re.DOTALL)


class StoryBuilder:
    """Builds the runs of a page's story, all in the same ways."""

    def __init__(self, elements: Elements, ways: Ways, dice: Dice, texts: Sequence[str]) -> None:
        self._elements = elements
        self._ways = ways
        self._dice = dice
        self._beginnings = Counter(without_links(text)[:COPY_CHARS] for text in texts)
        self._lines = {code: dice.choose(tags) for code, tags in LINE_TAGS.items()}
        self._line_codes = ALWAYS_LINES + "".join(code for code in "KAD" if dice.chance(LINE_SHARE))
        self._line_box, self.line_end = dice.choose(LINE_BOXES), dice.choose(BREAKS)
        self._heading = dice.choose(HEADING_TAGS)
        self._entry, self._time = dice.choose(ENTRY_TAGS), dice.choose(TIME_TAGS)
        self._entry_name = elements.attributes(ENTRY_NAMES, dice)

    def build(self, blocks: Sequence[Written]) -> str:
        """Return a run of blocks of the story."""
        build = {
            "loose": self._build_loose,
            "entries": self._build_entries,
            "facts": self._build_facts,
            "furniture": self._build_furniture,
            "teasers": self._build_teasers,
        }
        parts = cut_story(blocks, self._ways)
        return "".join(
            build[part]([block for _, block in run])
            for part, run in groupby(zip(parts, blocks, strict=True), key=lambda pair: pair[0])
        )

    def _build_loose(self, blocks: Sequence[Written]) -> str:
        if self._ways.lines:
            return self._build_lines(blocks)
        return self._build_bare(blocks) if self._ways.bare else "".join(map(self._block, blocks))

    def _block(self, block: Written) -> str:
        text, code = block
        may_lock = self._ways.locked and code == "E" and self._beginnings[without_links(text)[:COPY_CHARS]] == 1
        if may_lock and self._dice.chance(LOCKED_SHARE):
            return self._elements.element(text, self._elements.tags["E"], ' class="paywall" aria-hidden="true"')
        return self._elements.block(text, code)

    def _build_lines(self, blocks: Sequence[Written]) -> str:
        """Return blocks of which the paragraphs and some others are lines; two breaks in a row end a block."""
        built = ""
        for are_lines, run in groupby(blocks, key=lambda block: block[1] in self._line_codes):
            if not are_lines:
                built += "".join(map(self._block, run))
                continue
            lines = [self._elements.inline(text, self._lines[code]) + self.line_end for text, code in run]
            built += wrap("".join(lines), self._line_box)
        return built

    def _build_bare(self, blocks: Sequence[Written]) -> str:
        """Return blocks of which some are bare text, each between elements that begin blocks."""
        pieces: list[str] = []
        after_text = False
        for match in _LIST.finditer(_codes_of(blocks)):
            run = list(blocks[match.start() : match.end()])
            if len(run) > 1:
                if run[0][1] == "E" and self._dice.chance(0.5):
                    pieces.append(self._block(run.pop(0)))
                first, *items = (text for text, _ in run)
                listed = "".join(self._elements.element(item, "li") for item in items)
                pieces.append(f"<ul>\n{self._elements.inline(first)}\n{listed}</ul>")
                after_text = False
            elif run[0][1] == "E" and not after_text and self._dice.chance(BARE_SHARE):
                pieces.append(f"\n{self._elements.inline(run[0][0])}\n")
                after_text = True
            else:
                pieces.append(self._block(run[0]))
                after_text = False
        return "".join(pieces)

    def _build_entries(self, blocks: Sequence[Written]) -> str:
        """Return the entries of a ticker, each in an element of its own."""
        entries = [
            "".join(
                self._elements.element(text, self._time, self._elements.names["D"])
                if code == "D"
                else self._elements.block(text, code)
                for text, code in blocks[match.start() : match.end()]
            )
            for match in _ENTRY.finditer(_codes_of(blocks))
        ]
        built = "".join(wrap_item(entry, self._entry, self._entry_name) for entry in entries)
        return wrap(built, "ul" if self._entry == "li" else "div")

    def _build_facts(self, blocks: Sequence[Written]) -> str:
        """Return the lists at the end of a story in a box, with their headings."""
        kind = self._dice.choose(FACT_LISTS)
        built = ""
        for code, run in groupby(blocks, key=lambda block: block[1]):
            texts = [text for text, _ in run]
            if code == "L":
                tags = {"dl": ("dt", "dd")}.get(kind, (kind, kind))
                items = [wrap(self._elements.inline(text), tags[number % 2]) for number, text in enumerate(texts)]
                built += wrap("".join(items), {"dl": "dl", "li": "ul"}.get(kind, ""))
            elif code == "U":
                built += "".join(self._elements.element(text, self._heading) for text in texts)
            else:
                built += "".join(self._elements.block(text, code) for text in texts)
        return wrap(built, self._dice.choose(FACT_BOXES), self._elements.attributes(FACT_NAMES, self._dice))

    def _build_furniture(self, blocks: Sequence[Written]) -> str:
        """Return furniture in a box: with a heading or as a form on some pages, unless it is buttons alone."""
        texts = [text for text, _ in blocks]
        is_offer = len(texts) > 1 and any(len(text) > SHORT_CHARS for text in texts)
        names = FURNITURE_NAMES if is_offer else BUTTONS_NAMES
        has_heading = is_offer and len(texts[0]) <= PROSE_CHARS and self._dice.chance(0.5)
        is_form = is_offer and len(texts[-1]) <= SHORT_CHARS and self._dice.chance(0.7)
        middle = blocks[int(has_heading) : len(blocks) - int(is_form)]
        inner = self._elements.element(texts[0], self._heading) if has_heading else ""
        inner += "".join(map(self._block, middle))
        inner += f'<input type="email">{self._elements.inline(texts[-1], "button")}' if is_form else ""
        tags = "form" if is_form else self._dice.choose(FURNITURE_BOXES)
        return wrap(inner, tags, self._elements.attributes(names, self._dice))

    def _build_teasers(self, blocks: Sequence[Written]) -> str:
        """Return teasers inside the story in a box, with its heading."""
        inner = "".join(
            self._elements.element(text, self._heading) if code == "H" else self._elements.block(text, code)
            for text, code in blocks
        )
        return wrap(inner, self._dice.choose(TEASER_BOXES), self._elements.attributes(TEASER_NAMES, self._dice))


def cut_story(blocks: Sequence[Written], ways: Ways) -> list[str]:
    """Return for each block of a story what part it is built in: a box, the entries of a ticker, or loose."""
    codes = _codes_of(blocks)
    parts = ["loose"] * len(codes)
    entries = list(_ENTRY.finditer(codes))
    if ways.entries and len(entries) >= LEAST_ENTRIES:
        for match in entries:
            parts[match.start() : match.end()] = ["entries"] * len(match[0])
    if ways.facts and (found := _FACTS.search(codes)) and "entries" not in parts[found.start() :]:
        parts[found.start() : found.end()] = ["facts"] * len(found[0])
    story = [number for number, code in enumerate(codes) if code in STORY_CODES]
    for match in _FURNITURE.finditer(codes) if ways.boxed and story else ():
        if story[0] < match.start() < story[-1] and set(parts[match.start() : match.end()]) == {"loose"}:
            part = "teasers" if match[0][0] in "HT" else "furniture"
            parts[match.start() : match.end()] = [part] * len(match[0])
    return parts


def wrap_item(inner: str, tag: str, attributes: str) -> str:
    """Return one of several items in an element, a `div` where a list's item in it would end it."""
    return wrap(inner, "div" if tag == "li" and "<li" in inner else tag, attributes)


def _codes_of(blocks: Sequence[Written]) -> str:
    """Return the codes in one string, `b` for a short `B`."""
    return "".join("b" if code == "B" and len(text) <= SHORT_CHARS else code for text, code in blocks)
