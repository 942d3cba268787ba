"""Recognises text that a browser does not show, and finds which of it is a copy of text that it does show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from copydesk.classifier.segmentation import tags

MIN_COPY = 50
"""Characters of a hidden block from which it may be a copy of an article's paragraph; menus and labels are shorter."""

BEGINNING = 30
"""Characters that two blocks have in common at their beginning where one is a copy of the other, or of a part of it."""

COPIED = 0.8
"""Share of the characters of a hidden block or element, in sentences that are shown too, from which it is a copy."""

MAIN = 1.25
"""How many times the characters of the paragraphs that are shown a hidden element has if it is what the page is for."""

MAX_ASIDE_NODES = 20
"""Nodes of a hidden element up to which it may be a remark inside a sentence; one with more is a part of the page."""

MIN_PARAGRAPH, MIN_PARAGRAPHS = 80, 3
"""Characters of a paragraph, and such paragraphs, from which a `template` holds an article and no form to fill in."""

SPOKEN, POPUP, TERM, KICKER = "spoken", "popup", "term", "kicker"
"""Text that is only read out; text that is opened by a pointer or set beside the line; either that, or the term that it
explains, or a word that only some screens show; and text above a headline."""

MIN_EXPLANATION = 4
"""Words from which an element named a tooltip, or hidden by its class, is no term and no part of the sentence."""

_OF_NOTE = r"[-_]*(?:text|content|popup|popover|body|tooltip|note)(?![\w-])"
_NOT_SHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|left\s*:\s*-\d{4}|clip\s*:\s*rect\(0|text-indent\s*:\s*-\d{4}"
)
_SPOKEN = re.compile(
    r"sr(?<![\w:-]sr)-?_?only(?![\w-])|visually[-_]?hidden(?!-focus)|hidden-?visually|screen-?reader|show-for-sr"
    r"|element-invisible|assistive-?text|off(?<![\w-]off)-?screen(?![\w-])|a-off(?<![\w-]a-off)-?screen(?![\w-])"
)
_POPUP = re.compile(
    r"tool-?tip(?:s?[-_]*)(?:text|content|inner|body|box|bubble|popup)|popover-?_*(?:content|body|inner)"
    rf"|foot-?note{_OF_NOTE}|end-?note{_OF_NOTE}"
    r"|side(?<![\w-]side)-?note(?![\w-])|margin(?<![\w-]margin)-?note(?![\w-])"
)
_SHOWN_WHERE_WIDE = re.compile(r"(?:sm|md|lg|xl)(?::|-)(?:inline|block|flex|show)")
_TERM = re.compile(
    r"(?:tool-?tips?|popovers?|hover-?card)(?![\w-])|hid(?<![\w:-]hid)(?:e|den)(?!\S)|d-none(?<![\w:-]d-none)(?!\S)"
)
_KICKER = re.compile(r"kicker|over-?(?:line|title)|eyebrow|dachzeile|spitzmarke|top-?line|pre-?title|super-?title")
"""For class names in lower case. Without IGNORECASE, and with a letter at the start of each choice, a search only tries
the places of these letters: 1 instead of 12 microseconds for one element's names."""

_WORDS = tuple(
    "only hid reader for-sr visib assist off tip over note kicker eyebrow zeile marke top title none".split()
)
"""Each match of these patterns has one of these in it, which is found in less time."""

_PLACEHOLDER = re.compile(r"\{\{|\$\{|<%|\[\[")
_SENTENCE_ENDS = (".\n", ". ", "? ", "! ", "。", "！", "？", "। ", "\t")


class Hidden(NamedTuple):
    """An element that is not shown: its number, its first block, and one past its last."""

    element: int
    first: int
    last: int


def is_hidden(attributes: Mapping[str, str | None]) -> bool:
    """Return whether an element with these attributes is not shown, as far as they alone say it."""
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _NOT_SHOWN.search(style.lower()) is not None)


def role_of(classes: str) -> str:
    """Return one of the four roles or an empty string, by the class names of an element."""
    names = classes.lower()
    if not any(map(names.__contains__, _WORDS)):
        return ""
    if _SPOKEN.search(names):
        return SPOKEN
    if _POPUP.search(names):
        return POPUP
    if _KICKER.search(names):
        return KICKER
    return TERM if _TERM.search(names) and not _SHOWN_WHERE_WIDE.search(names) else ""


def text_of_aside(node: LexborNode) -> str | None:
    """Return the text of a small element without blocks and with one line and one link at most; None for any other."""
    pieces: list[str] = []
    left = [node.first_child]
    count = breaks = links = 0
    while left:
        inner = left.pop()
        if inner is None:
            continue
        action = tags.ACTIONS.get(inner.tag or "", tags.BLOCK)
        count += 1
        breaks += action == tags.BREAK
        links += action == tags.LINK
        if count > MAX_ASIDE_NODES or action > tags.LINK or breaks > 1 or links > 1:
            return None
        left.append(inner.next)
        if action == tags.TEXT:
            pieces.append(inner.text_content or "")
        elif action == tags.BREAK:
            pieces.append(" ")
        elif action != tags.SKIPPED:
            left.append(inner.first_child)
    return "".join(pieces)


def holds_formula(node: LexborNode) -> bool:
    """Return whether an element only wraps MathML, which pages hide beside an image of the formula."""
    child = node.first_child
    for _ in range(3):
        if child is None or child.tag == "math":
            break
        child = child.first_child
    return child is not None and child.tag == "math"


def holds_article(template: LexborNode) -> bool:
    """Return whether a `template` has paragraphs of text, and not a form with places that a script fills in."""
    count = 0
    for fragment in template.template_fragments():
        for paragraph in fragment.css("p"):
            text = paragraph.text()
            count += len(text) >= MIN_PARAGRAPH and not _PLACEHOLDER.search(text)
            if count == MIN_PARAGRAPHS:
                return True
    return False


def outermost(texts: Sequence[str], elements: Iterable[Hidden]) -> list[Hidden]:
    """Return the hidden elements with a long block that are in no other one; `elements` are in page order."""
    found: list[Hidden] = []
    done = 0
    for hidden in elements:
        if done <= hidden.first < hidden.last:
            done = hidden.last
            if max(map(len, texts[hidden.first : hidden.last])) >= MIN_COPY:
                found.append(hidden)
    return found


def find_main(texts: Sequence[str], elements: Sequence[Hidden], copied: Sequence[int]) -> list[int]:
    """Return the hidden elements, of those by `outermost`, that have more paragraphs than all that is shown.

    A script shows them later, so they are not hidden from a reader.
    """
    sizes = [len(text) if len(text) >= MIN_COPY else 0 for text in texts]
    for number in copied:
        sizes[number] = 0
    inside = [sum(sizes[first:last]) for _, first, last in elements]
    shown = sum(sizes) - sum(inside)
    return [hidden.element for hidden, size in zip(elements, inside, strict=True) if size > MAIN * shown]


def find_copies(texts: Sequence[str], elements: Sequence[Hidden]) -> list[int]:
    """Return the numbers of the blocks that are copies of text that stands elsewhere on the page and is shown.

    If most of a hidden element is a copy, all its blocks count as copied. Of two hidden elements with the same
    text one is kept. `elements` are those by `outermost`.
    """
    spans = [(first, last) for _, first, last in elements]
    copied: list[int] = []
    if not _may_have_copies(texts, spans):
        return copied
    shown = _shown_sentences(texts, spans)
    for first, last in spans:
        sentences = [_sentences(text) for text in texts[first:last]]
        sizes = [sum(map(len, own)) for own in sentences]
        found = [sum(len(sentence) for sentence in own if sentence in shown) for own in sentences]
        copies = [n for n, size in enumerate(sizes) if size >= MIN_COPY and found[n] >= COPIED * size]
        if copies and sum(found) >= COPIED * sum(sizes):
            copies = list(range(last - first))
        copied += [first + n for n in copies]
        for n in set(range(last - first)).difference(copies):
            shown.update(sentences[n])
    return copied


def _may_have_copies(texts: Sequence[str], spans: Iterable[tuple[int, int]]) -> bool:
    """Return whether a long block of these ranges begins as another does: one may be a part of the other."""
    beginnings = [text[:BEGINNING] for text in texts if len(text) >= MIN_COPY]
    repeated = set(beginnings)
    if len(repeated) == len(beginnings):
        return False
    counts = Counter(beginnings)
    return any(counts[text[:BEGINNING]] > 1 for first, last in spans for text in texts[first:last])


def _shown_sentences(texts: Sequence[str], spans: Iterable[tuple[int, int]]) -> set[str]:
    """Return the sentences of all blocks outside some ranges."""
    at = 0
    shown: list[str] = []
    for first, last in spans:
        shown += texts[at:first]
        at = last
    return set(_sentences("\n".join(shown + list(texts[at:]))))


def _sentences(text: str) -> list[str]:
    """Cut a text into its sentences, as far as their ends are plain to see."""
    for end in _SENTENCE_ENDS:
        text = text.replace(end, "\n")
    return text.rstrip(".?!").split("\n")
