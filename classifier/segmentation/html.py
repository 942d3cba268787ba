"""HTML to linearised text and blocks, with the element tree around them."""

from __future__ import annotations

import re
from itertools import accumulate
from operator import sub

from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.segmentation.parser_limits import cap_nesting
from copydesk.classifier.types import Block, Blocks, Markup, records

MAX_ROW_CELLS = 40
"""Cells of one row that are set as one block; wider rows are grids, and their cells stand alone."""

MAX_INLINE = 4
"""Inline elements of one block whose tags and names are kept."""

MAX_NAMES = 400
"""Characters of one element's names that are kept."""

MAX_HREF = 300
"""Characters of a link's target that are kept."""

MAX_ELEMENTS = 200_000
"""Elements of one page that begin and end blocks, and blocks parted by breaks; beyond, they count as white space."""

HIDDEN = "hidden-part"
"""The name that a hidden element gets after its own."""

_TEXT, _SKIPPED, _BREAK, _INSIDE, _IMAGE, _INLINE, _LINK, _CELL, _TEMPLATE, _BLOCK, _PRE, _ROW = range(12)

_TAGS: tuple[tuple[int, str], ...] = (
    (_TEXT, "-text"),
    # What holds no text of the page.
    (
        _SKIPPED,
        "script style head svg math iframe object canvas video audio select datalist textarea map -comment -doctype "
        "meta link noframes noembed",
    ),
    (_BREAK, "br"),
    (_IMAGE, "img picture source input wbr"),
    # Phrasing content of the HTML Standard: a browser sets it inside a line.
    (
        _INLINE,
        "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span "
        "strike strong sub sup time tt u var nobr",
    ),
    (_LINK, "a"),
    (_CELL, "td th"),
    (_TEMPLATE, "template"),
    (_PRE, "pre"),
    (_ROW, "tr"),
)
_ACTIONS = {tag: action for action, tags in _TAGS for tag in tags.split()} | {"": _SKIPPED}
"""What a node is to the walk, by tag; elements that are not here are set as blocks."""

_INLINE_TAGS = frozenset(tag for tag, action in _ACTIONS.items() if action in (_INLINE, _LINK))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ROW_BREAKERS = _HEADINGS | {"p", "div", "ul", "ol", "dl", "table", "section", "article", "form", "pre", "blockquote"}
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NAME_ATTRIBUTES = ("class", "id", "role", "itemprop", "itemtype", "data-testid", "aria-label")
_LINE_END, _CELL_END = "\x0b", "\x0c"  # stand for `br` and for a cell's border until a run is folded


_Element = tuple[str, str, int, int]  # tag, names, parent, first
_BODY: _Element = ("body", "", -1, 0)


def segment_html(html: str | bytes) -> Blocks:
    """Cut a page into blocks and set it as plain text, a blank line between blocks.

    What a style attribute or `hidden` hides, and what `noscript` and declarative shadow roots hold, is
    kept in elements whose names or tags say so: some sites keep the article there. Linear in the page's
    length at any nesting. Lone surrogates become U+FFFD, and so does what is not UTF-8 where bytes are given.
    """
    parser = LexborHTMLParser(cap_nesting(html if isinstance(html, bytes) else to_utf8(html)))
    setter = _Setter()
    elements, lasts = _walk(parser.body, setter) if parser.body is not None else ([_BODY], [0])
    ends = list(accumulate(map(len, setter.texts), lambda end, size: end + 2 + size))
    blocks = records(Block, zip(map(sub, ends, map(len, setter.texts)), ends, strict=True))
    return Blocks("\n\n".join(setter.texts), blocks, _head_title(parser), _markup(elements, lasts, setter))


def to_utf8(html: str) -> bytes:
    """Encode a page; lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    try:
        return html.encode()
    except UnicodeEncodeError:
        return html.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _head_title(parser: LexborHTMLParser) -> str:
    node = parser.head.first_child if parser.head is not None else None
    while node is not None and node.tag != "title":
        node = node.next
    return "" if node is None else " ".join(node.text().split())


class _Setter:
    """The blocks so far with their columns of `Markup`, and what was seen since the last block's end: the run.

    `link` is the target of the link that was opened last; it counts for each of the blocks that stand in it.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows: list[tuple[int, int, int, int, str, str]] = []  # element, link_chars, links, images, inline, href
        self.pieces: list[str] = []
        self.inline: list[str] = []
        self.images = 0
        self.link = ""
        self._begin()

    def _begin(self) -> None:
        self.pieces.clear()
        self.inline.clear()
        self.link_chars = 0
        self.links = 0
        self.href = ""
        self.visible = False
        self.broken = False

    def note_text(self, text: str, in_pre: int, in_link: int) -> None:
        """Note text that is not all white space."""
        if not in_pre and (_LINE_END in text or _CELL_END in text):
            text = text.replace(_LINE_END, " ").replace(_CELL_END, " ")
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
            if not self.inline and not self.broken:  # most often the white space between two tags: nothing else to do
                return
        elif in_pre:
            text = "".join(self.pieces)
            self._add(text.replace(_LINE_END, "\n").replace(_CELL_END, "\t").strip("\r\n").rstrip(), element)
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


def _walk(body: LexborNode, setter: _Setter) -> tuple[list[_Element], list[int]]:
    """Visit every node in page order, and return the elements and their `lasts`; nearly all our time goes here."""
    pieces, rows = setter.pieces, setter.rows
    elements: list[_Element] = [_BODY]
    lasts = [0]
    stack: list[tuple[LexborNode, int]] = []
    element = in_link = in_pre = in_row = 0
    node = body.first_child
    while node is not None or stack:
        if node is None:
            node, action = stack.pop()
            if action >= _BLOCK:
                if pieces:
                    setter.end(element, in_pre)
                in_pre -= action == _PRE
                in_row -= action == _ROW
                lasts[element] = len(rows)
                element = elements[element][2]
            elif action == _LINK:
                in_link -= 1
            node = node.next
            continue
        tag = node.tag or ""
        action = _ACTIONS.get(tag, _BLOCK)
        if action == _TEXT:
            text = node.text_content or ""
            if text.isspace():
                pieces.append(text if in_pre else " ")
            else:
                setter.note_text(text, in_pre, in_link)
            node = node.next
            continue
        if action in (_INLINE, _LINK):
            action = _note_inline(tag, action, node.attributes, setter)
            in_link += action == _LINK
        elif action < _BLOCK:
            action = _note_other(tag, action, node, setter, in_row)
        if action == _SKIPPED:
            node = node.next
            continue
        if action >= _BLOCK and len(lasts) >= MAX_ELEMENTS:
            pieces.append(" ")
            action = _INSIDE
        elif action >= _BLOCK:
            if pieces:
                setter.end(element, in_pre)
            if action == _ROW and (in_row or not _is_data_row(node)):
                action = _BLOCK
            in_pre += action == _PRE
            in_row += action == _ROW
            elements.append(("span" if tag in _INLINE_TAGS else tag, _names(node.attributes), element, len(rows)))
            element = len(lasts)
            lasts.append(0)
        stack.append((node, action))
        node = node.first_child if tag != "template" else _shadow_root(node)
    if pieces:
        setter.end(element, in_pre)
    lasts[0] = len(rows)
    return elements, lasts


def _note_other(tag: str, action: int, node: LexborNode, setter: _Setter, in_row: int) -> int:
    """Note what stands in a run without being text or inline, and return what the node is to the walk."""
    if action == _IMAGE:
        setter.images += tag == "img"
        return _INSIDE
    if action == _TEMPLATE:
        return _BLOCK if "shadowrootmode" in node.attributes else _SKIPPED
    if action == _BREAK or (action == _CELL and in_row):
        setter.pieces.append(_LINE_END if action == _BREAK else _CELL_END)
        setter.broken = True
        return _INSIDE
    return _BLOCK if action == _CELL else _SKIPPED


def _note_inline(tag: str, action: int, attributes: dict[str, str | None], setter: _Setter) -> int:
    """Note an inline element, and return what it is to the walk: a link, a hidden block, or nothing special."""
    if not attributes:
        if len(setter.inline) < MAX_INLINE:
            setter.inline.append(f"{tag}  ")
        return _INSIDE
    get = attributes.get
    if len(setter.inline) < MAX_INLINE:
        setter.inline.append(f"{tag} {get('class') or ''} {get('itemprop') or ''}")
    if _is_hidden(attributes):
        return _BLOCK
    href = get("href") if action == _LINK else None
    if not href:
        return _INSIDE
    setter.links += 1
    setter.link = href[:MAX_HREF]
    setter.href = setter.href or setter.link
    return _LINK


def _names(attributes: dict[str, str | None]) -> str:
    """Return an element's names in one string; `HIDDEN` stays at its end where the rest is cut."""
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
    """Tell a row of data from one that lays out a page: a few cells, and nothing in them that is set as blocks."""
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
    """Return the first node in a template; its content hangs beside the tree."""
    fragments = template.template_fragments()
    return fragments[0].first_child if fragments else None


def _fold_breaks(text: str) -> list[str]:
    """Fold white space; keep one break as a line end and one cell border as a tab; cut at a run of breaks."""
    parts: list[str] = []
    lines: list[str] = []
    for line in text.split(_LINE_END):
        folded = "\t".join(filter(None, (" ".join(cell.split()) for cell in line.split(_CELL_END))))
        if folded:
            lines.append(folded)
        elif lines:
            parts.append("\n".join(lines))
            lines = []
    if lines:
        parts.append("\n".join(lines))
    return parts


def _markup(elements: list[_Element], lasts: list[int], setter: _Setter) -> Markup:
    tags, names, parents, firsts = zip(*elements, strict=True)
    of_blocks = zip(*setter.rows, strict=True) if setter.rows else [()] * 6
    return Markup(tags, names, parents, firsts, tuple(lasts), *of_blocks)
