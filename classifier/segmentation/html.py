"""Cuts HTML into blocks and renders it as plain text, with the element tree around the blocks."""

from __future__ import annotations

import re
from itertools import accumulate
from operator import sub

from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.segmentation import block_builder
from copydesk.classifier.segmentation.block_builder import CELL_END, LINE_END, BlockBuilder
from copydesk.classifier.segmentation.head import read_head
from copydesk.classifier.segmentation.parser_limits import cap_nesting
from copydesk.classifier.segmentation.recorder import RECORDED, RecordingBuilder
from copydesk.classifier.types import Block, Blocks, Markup, records

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

_TEXT, _SKIPPED, _BREAK, _INSIDE, _IMAGE, _INLINE, _LINK, _CELL, _TEMPLATE, _BLOCK, _PRE, _ROW = range(12)

_TAGS = {
    _TEXT: "-text",
    # Elements without text of the page.
    _SKIPPED: "script style head svg math iframe object canvas video audio select datalist textarea map -comment "
    "-doctype meta link noframes noembed",
    _BREAK: "br",
    _IMAGE: "img picture source input wbr",
    # Phrasing content of the HTML Standard: a browser sets it inside a line.
    _INLINE: "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small "
    "span strike strong sub sup time tt u var nobr",
    _LINK: "a",
    _CELL: "td th",
    _TEMPLATE: "template",
    _PRE: "pre",
    _ROW: "tr",
}
_ACTIONS = {tag: action for action, tags in _TAGS.items() for tag in tags.split()} | {"": _SKIPPED}
"""Action per tag; an element of any other tag begins a block."""

_INLINE_TAGS = frozenset(tag for tag, action in _ACTIONS.items() if action in (_INLINE, _LINK))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ROW_BREAKERS = _HEADINGS | {"p", "div", "ul", "ol", "dl", "table", "section", "article", "form", "pre", "blockquote"}
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NAME_ATTRIBUTES = ("class", "id", "role", "itemprop", "itemtype", "data-testid", "aria-label")

_Element = tuple[str, str, int, int]  # tag, names, parent, first
_Tree = tuple[list[_Element], list[int]]
_BODY: _Element = ("body", "", -1, 0)


def segment_html(html: str | bytes, *, inline: bool = False) -> Blocks:
    """Cut a page into blocks and set it as plain text, a blank line between blocks.

    `inline` says whether inline elements and images are recorded.

    Hidden elements, `noscript` and declarative shadow roots are kept, and recognisable by names or tags,
    since some sites have the article there. Takes time linear in the page's length at any nesting. Lone
    surrogates, and bytes that are not UTF-8, become U+FFFD.
    """
    parser = LexborHTMLParser(cap_nesting(html if isinstance(html, bytes) else to_utf8(html)))
    recorder = RecordingBuilder() if inline else None
    builder = BlockBuilder() if recorder is None else recorder
    elements, lasts = _walk(parser.body, builder, recorder) if parser.body is not None else ([_BODY], [0])
    ends = list(accumulate(map(len, builder.texts), lambda end, size: end + 2 + size))
    blocks = records(Block, zip(map(sub, ends, map(len, builder.texts)), ends, strict=True))
    markup = _markup(elements, lasts, builder)
    recording = None if recorder is None else recorder.recording(parser)
    return Blocks("\n\n".join(builder.texts), blocks, read_head(parser, builder.found), markup, recording)


def to_utf8(html: str) -> bytes:
    """Encode a page in UTF-8, which has no lone surrogates: they become U+FFFD."""
    try:
        return html.encode()
    except UnicodeEncodeError:
        return html.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _walk(body: LexborNode, builder: BlockBuilder, recorder: RecordingBuilder | None) -> _Tree:
    """Visit every node in page order; return the elements and their `lasts`. Nearly all time is spent here."""
    pieces, rows, elements, lasts = builder.pieces, builder.rows, [_BODY], [0]
    stack: list[tuple[LexborNode, int]] = []
    element = in_link = in_pre = in_row = 0
    node = body.first_child
    while node is not None or stack:
        if node is None:
            node, action = stack.pop()
            if action >= _BLOCK:
                if pieces:
                    builder.end(element, in_pre)
                in_pre -= action == _PRE
                in_row -= action == _ROW
                lasts[element] = len(rows)
                element = elements[element][2]
            in_link -= action == _LINK
            if recorder is not None and recorder.open and recorder.open[-1][0] == len(stack):
                recorder.leave()
            node = node.next
            continue
        action = _ACTIONS.get(tag := node.tag or "", _BLOCK)
        if action == _TEXT:
            builder.add_text(node.text_content or "", in_pre, in_link)
        elif action in (_INLINE, _LINK):
            action = _add_inline(tag, action, node, builder)
            in_link += action == _LINK
        elif action < _BLOCK:
            action = _add_other(tag, action, node, builder, in_row)
        if action <= _SKIPPED:
            node = node.next
            continue
        if action >= _BLOCK and len(lasts) >= block_builder.MAX_ELEMENTS:
            pieces.append(" ")
            action = _INSIDE
        elif action >= _BLOCK:
            if pieces:
                builder.end(element, in_pre)
            action = _BLOCK if action == _ROW and (in_row or not _is_data_row(node)) else action
            in_pre += action == _PRE
            in_row += action == _ROW
            element = _begin_element(tag, node, element, builder, elements)
            lasts.append(0)
        if recorder is not None and tag in RECORDED and (action < _BLOCK or tag == "ol"):
            recorder.enter(tag, node, element, len(stack))
        stack.append((node, action))
        node = node.first_child if tag != "template" else _shadow_root(node)
    if pieces:
        builder.end(element, in_pre)
    return elements, lasts


def _add_other(tag: str, action: int, node: LexborNode, builder: BlockBuilder, in_row: int) -> int:
    """Add a node that is neither text nor inline nor a block, and return what the walk does with it."""
    if action == _IMAGE:
        builder.images += tag == "img"
        return _INSIDE
    if tag in ("meta", "link", "script"):
        builder.found.add(tag, node)
        return _SKIPPED
    if action == _TEMPLATE:
        return _BLOCK if "shadowrootmode" in node.attributes else _SKIPPED
    if action == _BREAK or (action == _CELL and in_row):
        builder.pieces.append(LINE_END if action == _BREAK else CELL_END)
        builder.broken = True
        return _INSIDE
    return _BLOCK if action == _CELL else _SKIPPED


def _add_inline(tag: str, action: int, node: LexborNode, builder: BlockBuilder) -> int:
    """Add an inline element, and return what the walk does with it: a link, a hidden block, or nothing special."""
    attributes = node.attributes
    if not attributes:
        if len(builder.inline) < MAX_INLINE:
            builder.inline.append(f"{tag}  ")
        return _INSIDE
    get = attributes.get
    if len(builder.inline) < MAX_INLINE:
        builder.inline.append(f"{tag} {get('class') or ''} {get('itemprop') or ''}")
    if tag == "time" and (moment := get("datetime")):
        builder.found.add_time(len(builder.texts), moment)
    if "itemprop" in attributes or "rel" in attributes:
        builder.found.add_property(len(builder.texts), node, attributes)
    if _is_hidden(attributes):
        return _BLOCK
    href = get("href") if action == _LINK else None
    if not href:
        return _INSIDE
    builder.links += 1
    builder.link = href[:MAX_HREF]
    builder.href = builder.href or builder.link
    return _LINK


def _begin_element(tag: str, node: LexborNode, parent: int, builder: BlockBuilder, elements: list[_Element]) -> int:
    """Add an element that begins a block, keep its microdata, and return its number."""
    attributes = node.attributes
    first = len(builder.texts)
    if "itemprop" in attributes:
        builder.found.add_property(first, node, attributes)
    elements.append(("span" if tag in _INLINE_TAGS else tag, _names(attributes), parent, first))
    return len(elements) - 1


def _names(attributes: dict[str, str | None]) -> str:
    """Return an element's names in one string; if it is too long, the part before `HIDDEN` is cut."""
    if len(attributes) == 1 and "class" in attributes:
        return (attributes["class"] or "")[:MAX_NAMES]
    if not attributes:
        return ""
    names = " ".join([value for key in _NAME_ATTRIBUTES if (value := attributes.get(key))])
    if _is_hidden(attributes):
        return f"{names[: MAX_NAMES - len(HIDDEN) - 1]} {HIDDEN}"
    return names[:MAX_NAMES]


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _DISPLAY_NONE.search(style) is not None)


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


def _markup(elements: list[_Element], lasts: list[int], builder: BlockBuilder) -> Markup:
    lasts[0] = len(builder.rows)
    tags, names, parents, firsts = zip(*elements, strict=True)
    of_blocks = zip(*builder.rows, strict=True) if builder.rows else [()] * 6
    return Markup(tags, names, parents, firsts, tuple(lasts), *of_blocks)
