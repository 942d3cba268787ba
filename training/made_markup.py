"""Writes the made pages as HTML, each built in a way of its own: as sites of many kinds are, not as one template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from copydesk.training.made_comments import build_comments, join_comments
from copydesk.training.made_elements import SHORT_CHARS, STORY_CODES, Dice, Elements, Written, without_links, wrap
from copydesk.training.made_story import StoryBuilder
from copydesk.training.made_tables import Run, build_table, build_teaser_lines
from copydesk.training.made_ways import choose_ways

UNTITLED, WITH_SITE = 0.1, 0.6
SITE_CHARS = 20
"""Share of pages without a title, share without or with one that ends like a site's name, and most characters of that.
"""

SOCIAL, DESCRIBED = 0.5, 0.4
"""Shares of pages with `og:title`, and with a description."""

LEAST_ENTRIES = 3
"""Entries that make a menu."""

TEASER_LINES = 0.5
"""Share of the pages whose paragraphs are lines on which the teasers are too."""

MISLEADING_NAMES = "has-sidebar newsletter-free related-off comments-open footer-fixed paywall is-premium".split()
MISLEADING_BODY = 0.3
"""Names of a story's box that tell what the page has or has not, not what the box is; and share of them on `body`."""


def as_html(page_id: str, language: str, texts: Sequence[str], codes: Sequence[str]) -> str:
    """Return a page of HTML with the blocks in order, which the segmenter finds again one by one.

    The same page is always built the same way.

    Args:
        page_id: Decides how the page is built.
        language: Declared by the page.
        texts: The blocks, with `[[` and `]]` around what is a link.
        codes: Of PART_CODES, one a block.
    """
    dice = Dice("markup" + page_id)
    builder = _PageBuilder(page_id, Elements(dice), texts)
    head = _build_head(dice, texts, codes)
    body, attributes = builder.build_body(texts, codes)
    return f'<!doctype html><html lang="{escape(language)}"><head>{head}</head><body{attributes}>{body}</body></html>'


def _build_head(dice: Dice, texts: Sequence[str], codes: Sequence[str]) -> str:
    """Return the page's head: on most pages a title, on some more."""
    title, headline = _find_title(dice, texts, codes)
    found = '<meta charset="utf-8">'
    if title:
        found += f"<title>{escape(title)}</title>"
    if headline and dice.chance(SOCIAL):
        found += f'<meta property="og:title" content="{escape(headline)}">'
    first = next((text for text, code in zip(texts, codes, strict=True) if code in "SE"), "")
    if first and dice.chance(DESCRIBED):
        found += f'<meta name="description" content="{escape(without_links(first)[:160])}">'
    return found


def _find_title(dice: Dice, texts: Sequence[str], codes: Sequence[str]) -> tuple[str, str]:
    """Return the title, the headline on most pages with something of the site, and the headline."""
    pairs = list(zip(map(without_links, texts), codes, strict=True))
    headline = next((text for text, code in pairs if code == "N"), "")
    site = next((text for text, code in pairs if code == "B" and len(text) < SITE_CHARS), "")
    way = dice.share()
    if way < UNTITLED:
        return "", headline
    what = headline or next((text for text, code in pairs if code in "MB"), "")
    return f"{what}{dice.choose((' | ', ' - ', ' – '))}{site}" if way < WITH_SITE and site else what, headline


def _places(texts: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return for each block what part of the page it stands in."""
    story = [i for i, code in enumerate(codes) if code in STORY_CODES]
    first, last = (story[0], story[-1]) if story else _message(texts, codes)
    inside = "story" if story else "message"
    places = []
    for i, code in enumerate(codes):
        if code in "TH" and not story:
            places.append("list")
        elif first <= i <= last or code in "AMD":
            places.append(inside)
        elif code in "TH":
            places.append("list")
        elif code == "C":
            places.append("talk")
        else:
            places.append("start" if i < first else "end")
    return places


def _message(texts: Sequence[str], codes: Sequence[str]) -> tuple[int, int]:
    """Return the first and the last block of a page without an article that is not in a menu at its start or end."""
    entries = [code == "B" and len(text) <= SHORT_CHARS for text, code in zip(texts, codes, strict=True)]
    first = next((i for i, entry in enumerate(entries) if not entry), 0)
    last = next((i for i in range(len(entries) - 1, -1, -1) if not entries[i]), len(entries) - 1)
    return first if first >= LEAST_ENTRIES else 0, last if len(entries) - 1 - last >= LEAST_ENTRIES else len(
        entries
    ) - 1


class _PageBuilder:
    """Builds the parts of one page. Its rarer ways have dice of their own, so that other pages stay as they were."""

    def __init__(self, page_id: str, elements: Elements, texts: Sequence[str]) -> None:
        self._elements = elements
        self._dice = Dice("ways" + page_id)
        self._ways = choose_ways(self._dice)
        self._story = StoryBuilder(elements, self._ways, self._dice, texts)
        self._teaser_lines = self._ways.table or (self._ways.lines and self._dice.chance(TEASER_LINES))

    def build_body(self, texts: Sequence[str], codes: Sequence[str]) -> tuple[str, str]:
        """Return the inside of the page's body, and the attributes of `body`."""
        places = _places(texts, codes)
        if self._ways.comments:
            places = join_comments(places, codes)
        blocks = list(zip(texts, codes, strict=True))
        cut = [(place, [blocks[i] for i in run]) for place, run in groupby(range(len(blocks)), key=places.__getitem__)]
        if self._ways.table and "story" in places:
            runs = [Run(place, len(own), self._build_run(place, own)) for place, own in self._cut_menu(cut)]
            return build_table(runs, self._dice), ""
        attributes = self._mislead() if "story" in places else ""
        body = "".join(
            wrap(self._build_run(place, own), self._elements.boxes[place], self._elements.names[place])
            for place, own in cut
        )
        return body, attributes

    def _build_run(self, place: str, blocks: Sequence[Written]) -> str:
        """Return a run of blocks of one part of the page, without a box around it."""
        if place == "message":
            return "".join(
                self._elements.message_block(text, code, first=not number) for number, (text, code) in enumerate(blocks)
            )
        if place == "story":
            return self._story.build(blocks)
        if place == "talk" and self._ways.comments:
            return build_comments(self._elements, self._dice, blocks)
        if place == "list" and self._teaser_lines:
            return build_teaser_lines(self._elements, self._dice, blocks, self._story.line_end)
        return "".join(self._elements.block(text, code) for text, code in blocks)

    def _cut_menu(self, runs: Iterable[tuple[str, list[Written]]]) -> Iterable[tuple[str, list[Written]]]:
        """Cut the furniture before a story in two: a row above the story's, and a cell beside it."""
        for place, own in runs:
            above = self._dice.choose((0, 1, len(own) // 2)) if place == "start" else 0
            if above:
                yield place, own[:above]
            if own[above:]:
                yield place, own[above:]

    def _mislead(self) -> str:
        """Add to the names of the story's box, or return such a name as an attribute of `body`."""
        if not (self._ways.misleading and self._elements.is_named):
            return ""
        name = self._dice.choose(MISLEADING_NAMES)
        if self._dice.chance(MISLEADING_BODY):
            return f' class="{name}"'
        self._elements.names["story"] = self._elements.names["story"].removesuffix('"') + f' {name}"'
        return ""
