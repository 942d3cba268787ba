"""Cuts HTML into blocks and renders it as plain text, with the element tree around the blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, SelectolaxError

from copydesk.classifier.array_views import Rows
from copydesk.classifier.segmentation import block_builder, formulas, hidden
from copydesk.classifier.segmentation.block_builder import CELL_END, HEADINGS, LINE_END, BlockBuilder
from copydesk.classifier.segmentation.compiled_walk import walk_tree
from copydesk.classifier.segmentation.double_escapes import has_double_escapes, undo_double_escapes
from copydesk.classifier.segmentation.head import read_head
from copydesk.classifier.segmentation.lexbor import find_lexbor
from copydesk.classifier.segmentation.page_form import open_page_form
from copydesk.classifier.segmentation.parser_limits import cap_nesting
from copydesk.classifier.segmentation.recorder import RECORDED, RecordingBuilder, read_base
from copydesk.classifier.segmentation.streamed import place_streamed_parts
from copydesk.classifier.segmentation.tags import (
    ACTIONS,
    BLOCK,
    BREAK,
    CELL,
    FORMULA,
    IMAGE,
    INLINE,
    INLINE_TAGS,
    INSIDE,
    LINK,
    PRE,
    ROW,
    SKIPPED,
    TEMPLATE,
    TEXT,
)  # fmt: skip
from copydesk.classifier.segmentation.utf8 import to_utf8
from copydesk.classifier.segmentation.whole_page import forget_names, forget_names_of
from copydesk.classifier.types import Block, Blocks, Markup

MAX_ROW_CELLS = 40
"""Cells up to which a table row is one block; wider rows are grids, and each cell is a block."""

MAX_INLINE = 4
"""Inline elements of one block whose tags and names are kept."""

MAX_NAMES = 400
"""Characters of one element's names that are kept."""

MAX_HREF = 300
"""Characters of a link's target that are kept."""

HIDDEN = "hidden-part"
"""The name that is appended to those of a hidden element."""

_NO_EVENTS = int(LexborDocumentOptions.WO_EVENTS)
"""Without them the parser takes 3 % less time, and copies no chosen `option` into an element `selectedcontent`."""

_RARE = INLINE_TAGS | {"noscript", "template", "dialog"}
_SHOWN = frozenset(("shadowrootmode", "open"))
_PARAGRAPHS = frozenset(("p", "dd", "span", "center"))
_ROW_BREAKERS = HEADINGS | {"p", "div", "ul", "ol", "dl", "table", "section", "article", "form", "pre", "blockquote"}
Attributes = dict[str, str | None]
_NAME_ATTRIBUTES = ("class", "id", "role", "itemprop", "itemtype", "data-testid", "aria-label")
_OTHER_NAMES = frozenset(_NAME_ATTRIBUTES[1:])
_BREAK_CLASS = re.compile(r"(?<![^ \t\n\f\r])br(?![^ \t\n\f\r])")
"""The class name of an empty element by which some sites break lines."""

_TELLING = frozenset(("itemprop", "rel", "role", "aria-hidden", "datetime", "style", "hidden"))
"""Attributes of an inline element that may say more of it than its class names do."""


def segment_html(html: str | bytes, *, inline: bool = False) -> Blocks:
    """Cut a page into blocks and set it as plain text, a blank line between blocks.

    `inline` says whether inline elements and images are recorded.

    Hidden elements, `noscript` and declarative shadow roots are kept, and recognisable by names or tags,
    since some sites have the article there; copies of text that is shown are left out. A hidden remark inside a
    sentence becomes a block after it. Parts that React streams stand where the page has their placeholders, and the
    form that ASP.NET sets around a page is no element. Takes time linear in the page's length at any nesting. Lone
    surrogates, and bytes that are not UTF-8, become U+FFFD.
    """
    page = cap_nesting(html if isinstance(html, bytes) else to_utf8(html))
    try:
        parser = LexborHTMLParser(page, options=_NO_EVENTS)
    except SelectolaxError as error:  # it reads anything, so nothing but memory was missing
        raise MemoryError from error
    place_streamed_parts(parser, page)
    open_page_form(parser, page)
    walked = walk_tree(parser, len(page), inline=inline)
    base = read_base(parser, page) if inline else ""
    if walked is None:
        return _segment_in_python(parser, RecordingBuilder() if inline else None, base)
    copied, main = _find_hidden(walked.texts(), walked.hidden) if walked.hidden else ([], [])
    if copied or main or has_double_escapes(walked.text):
        return _finish(walked.to_builder(), copied, main, base)
    return walked._replace(markup=forget_names(walked.markup, len(walked.spans))).to_blocks(base)


def can_walk_in_c() -> bool:
    """Return whether pages are walked in C; elsewhere they are walked in Python, with the same blocks."""
    return find_lexbor() is not None


def _segment_in_python(parser: LexborHTMLParser, recorder: RecordingBuilder | None, base: str = "") -> Blocks:
    """Cut a page into blocks without compiled code, which records no inline elements and knows no formulas."""
    builder = BlockBuilder() if recorder is None else recorder
    if parser.body is not None:
        _walk(parser.body, builder, recorder)
    builder.found.add_head(read_head(parser))
    unseen = (hidden.Hidden(element, builder.firsts[element], builder.lasts[element]) for element in builder.unseen)
    found = hidden.outermost(builder.texts, unseen)
    return _finish(builder, *_find_hidden(builder.texts, found), base)


def _find_hidden(texts: Sequence[str], found: Sequence[hidden.Hidden]) -> tuple[list[int], list[int]]:
    """Return the blocks that are copies of what is shown, and the hidden elements that are the page's main text."""
    copied = hidden.find_copies(texts, found)
    return copied, hidden.find_main(texts, found, copied)


def _finish(builder: BlockBuilder, copied: Sequence[int], main: Sequence[int], base: str) -> Blocks:
    """Leave out copies of what is shown, no longer call the page's main text hidden, and undo double escapes.

    The names of elements around the whole page are forgotten, as in `to_blocks`.
    """
    for number in main:
        builder.names[number] = builder.names[number].removesuffix(HIDDEN).rstrip()
    if copied:
        builder.leave_out(copied)
    forget_names_of(builder)
    undo_double_escapes(builder, "\n\n".join(builder.texts))
    sizes = np.fromiter(map(len, builder.texts), np.int64, len(builder.texts))
    ends = np.cumsum(sizes + 2) - 2
    blocks = Rows(Block, np.stack((ends - sizes, ends), axis=1))
    recording = builder.recording(base) if isinstance(builder, RecordingBuilder) else None
    return Blocks("\n\n".join(builder.texts), blocks, builder.found.to_head(), _markup(builder), recording)


def _walk(body: LexborNode, builder: BlockBuilder, recorder: RecordingBuilder | None) -> None:
    """Visit every node in page order. Nearly all time is spent here."""
    pieces, texts, parents, lasts = builder.pieces, builder.texts, builder.parents, builder.lasts
    stack: list[tuple[LexborNode, int]] = []
    element = in_link = in_pre = in_row = 0
    node = body.first_child
    while node is not None or stack:
        if node is None:
            node, action = stack.pop()
            if action >= BLOCK:
                if pieces:
                    builder.end(element, in_pre)
                in_pre -= action == PRE
                in_row -= action == ROW
                lasts[element] = len(texts)
                element = parents[element]
            in_link -= action == LINK
            if recorder is not None and recorder.open and recorder.open[-1][0] == len(stack):
                recorder.leave()
            node = node.next
            continue
        action = ACTIONS.get(tag := node.tag or "", BLOCK)
        if action == TEXT:
            builder.add_text(node.text_content or "", in_pre, in_link)
        elif action >= BLOCK:
            action = _add_remark(tag, action, node, builder, in_link) if builder.visible else action
        elif INLINE <= action <= LINK:
            action = _add_inline(tag, action, node, builder, in_link)
            in_link += action == LINK
        else:
            action = _add_other(tag, action, node, builder, in_row)
        if action <= SKIPPED:
            node = node.next
            continue
        if action >= BLOCK and len(lasts) >= block_builder.MAX_ELEMENTS:
            pieces.append(" ")
            action = INSIDE
        elif action >= BLOCK:
            if pieces:
                builder.end(element, in_pre)
            action = BLOCK if action == ROW and (in_row or not _is_data_row(node)) else action
            in_pre += action == PRE
            in_row += action == ROW
            element = _begin_element(tag, node, element, builder)
        if recorder is not None and tag in RECORDED:
            if action < BLOCK or tag == "ol":
                recorder.enter(tag, node, element, len(stack))
            elif tag in ("td", "th"):
                recorder.add_cell_size(node, element)
        stack.append((node, action))
        node = node.first_child if tag != "template" else _shadow_root(node)
    builder.end(element, in_pre)
    lasts[0] = len(texts)


def _add_other(tag: str, action: int, node: LexborNode, builder: BlockBuilder, in_row: int) -> int:
    """Add a node that is neither text nor inline nor a block, and return what the walk does with it."""
    if action == IMAGE:
        if tag == "img":
            if (builder.visible or _is_in_paragraph(node)) and (formula := formulas.read_image(node.attributes)):
                builder.add_formula(formula)
                return SKIPPED
            builder.images += 1
        return INSIDE
    if tag in ("meta", "link", "script"):
        builder.add_formula(builder.found.add(tag, node))
        return SKIPPED
    if action == FORMULA:
        builder.add_formula(formulas.read_math(node))
        return SKIPPED
    if action == TEMPLATE:
        return BLOCK if "shadowrootmode" in node.attributes or hidden.holds_article(node) else SKIPPED
    if action == BREAK or (action == CELL and in_row):
        builder.pieces.append(LINE_END if action == BREAK else CELL_END)
        builder.broken = True
        return INSIDE
    return BLOCK if action == CELL else SKIPPED


def _is_in_paragraph(node: LexborNode) -> bool:
    return node.parent is not None and node.parent.tag in _PARAGRAPHS


def _add_inline(tag: str, action: int, node: LexborNode, builder: BlockBuilder, in_link: int) -> int:
    """Add an inline element, and return what the walk does with it: a link, a hidden block, or nothing special."""
    attributes = node.attributes
    if not attributes:
        if len(builder.inline) < MAX_INLINE:
            builder.inline.append(f"{tag}  ")
        return INSIDE
    get = attributes.get
    classes = get("class") or ""
    if len(builder.inline) < MAX_INLINE:
        builder.inline.append(f"{tag} {classes} {get('itemprop') or ''}")
    href = get("href") if action == LINK else None
    if not _TELLING.isdisjoint(attributes):
        if tag == "time" and (moment := get("datetime")):
            builder.found.add_time(len(builder.texts), moment)
        if "itemprop" in attributes or "rel" in attributes:
            builder.found.add_property(len(builder.texts), node, attributes)
        if builder.formula_at >= 0 and get("aria-hidden") == "true" and builder.follows_formula():
            return SKIPPED
        if get("role") == "tooltip":
            return _add_by_role(tag, hidden.POPUP, node, builder, in_link)
        if hidden.is_hidden(attributes):
            return _add_hidden(tag, node, attributes, builder, is_link=in_link > 0 or href is not None)
    if classes and not href:
        if node.first_child is None and _BREAK_CLASS.search(classes):
            builder.pieces.append(LINE_END)
            builder.broken = True
            return INSIDE
        role = builder.roles.get(classes)
        if role is None:
            role = builder.roles[classes] = hidden.role_of(classes)
        if role:
            return _add_by_role(tag, role, node, builder, in_link)
    if not href:
        return INSIDE
    builder.links += 1
    builder.link = href[:MAX_HREF]
    builder.href = builder.href or builder.link
    return LINK


def _add_by_role(tag: str, role: str, node: LexborNode, builder: BlockBuilder, in_link: int) -> int:
    """Add an inline element that is read out, explains a term or is a kicker, and return what the walk does with it."""
    text = hidden.text_of_aside(node)
    if text is None or not text.strip():
        return INSIDE
    if role == hidden.SPOKEN:
        builder.add_spoken(text, in_link)
    elif role == hidden.KICKER:
        builder.add_kicker(text, in_link)
    elif builder.visible and (role == hidden.POPUP or len(text.split()) >= hidden.MIN_EXPLANATION):
        builder.add_aside(tag, _names(node.attributes), text, is_link=in_link > 0, parts_words=True)
    else:
        return INSIDE
    return SKIPPED


def _is_text(node: LexborNode | None) -> bool:
    return node is not None and node.tag == "-text"


def _add_hidden(tag: str, node: LexborNode, attributes: Attributes, builder: BlockBuilder, *, is_link: bool) -> int:
    """Add a hidden element inside a line as an aside; one with blocks inside or with much text is a block."""
    if hidden.holds_formula(node):
        return INSIDE
    text = hidden.text_of_aside(node) if builder.visible else None
    if text is None or len(builder.lasts) + len(builder.asides) >= block_builder.MAX_ELEMENTS:
        return BLOCK
    parts_words = not (_is_text(node.prev) and _is_text(node.next))  # else a word may go on after it
    builder.add_aside(tag, _names(attributes), text, is_link=is_link, parts_words=parts_words)
    return SKIPPED


def _add_remark(tag: str, action: int, node: LexborNode, builder: BlockBuilder, in_link: int) -> int:
    """Return what the walk does with an element that begins a block, but is in the middle of a line."""
    attributes = node.attributes
    if tag == "noscript" or hidden.is_hidden(attributes):
        hidden_action = _add_hidden(tag, node, attributes, builder, is_link=in_link > 0)
        return hidden_action if hidden_action == SKIPPED else action
    return action


def _begin_element(tag: str, node: LexborNode, parent: int, builder: BlockBuilder) -> int:
    """Add an element that begins a block, keep its microdata, and return its number."""
    attributes = node.attributes
    if not attributes:
        names = ""
    elif len(attributes) == 1 and "class" in attributes:
        names = (attributes["class"] or "")[:MAX_NAMES]
    else:
        names = _names(attributes)
        if "itemprop" in attributes:
            builder.found.add_property(len(builder.texts), node, attributes)
        if names.endswith(HIDDEN) or attributes.get("aria-hidden") == "true":
            builder.unseen.append(len(builder.lasts))
    if tag in _RARE:
        if tag in INLINE_TAGS:
            tag = "span"
        elif _SHOWN.isdisjoint(attributes):
            builder.unseen.append(len(builder.lasts))
    return builder.begin_element(tag, names, parent)


def _names(attributes: Attributes) -> str:
    """Return an element's names in one string; if it is too long, the part before `HIDDEN` is cut."""
    names = attributes.get("class") or ""
    if not _OTHER_NAMES.isdisjoint(attributes):
        names = " ".join([value for key in _NAME_ATTRIBUTES if (value := attributes.get(key))])
    if ("style" in attributes or "hidden" in attributes) and hidden.is_hidden(attributes):
        return f"{names[: MAX_NAMES - len(HIDDEN) - 1]} {HIDDEN}"
    return names[:MAX_NAMES]


def _is_data_row(row: LexborNode) -> bool:
    """Return whether a row is data and not page layout: it has a few cells, and no blocks in them."""
    cells = 0
    child = row.first_child
    while child is not None and cells <= MAX_ROW_CELLS:
        cells += child.tag in ("td", "th")
        child = child.next
    if not 1 < cells <= MAX_ROW_CELLS:
        return False
    return not any(node.tag in _ROW_BREAKERS or (node.tag == "br" and _follows_break(node)) for node in row.traverse())


def _follows_break(node: LexborNode) -> bool:
    before = node.prev
    while before is not None and before.tag in ("-text", "-comment"):
        before = before.prev
    return before is not None and before.tag == "br"


def _shadow_root(template: LexborNode) -> LexborNode | None:
    """Return the first node in a template, whose content is not among its children."""
    fragments = template.template_fragments()
    return fragments[0].first_child if fragments else None


def _markup(builder: BlockBuilder) -> Markup:
    of_blocks = zip(*builder.rows, strict=True) if builder.rows else [()] * 6
    return Markup(
        tuple(builder.tags),
        tuple(builder.names),
        tuple(builder.parents),
        tuple(builder.firsts),
        tuple(builder.lasts),
        *of_blocks,
    )
