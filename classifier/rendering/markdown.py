"""Renders an article as Markdown (CommonMark, and the tables of GitHub) whose plain text is the article's own.

Every character that Markdown could take for markup is escaped, so no text changes how the rest is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from copydesk.classifier.rendering.inline import Inline, Piece, plain
from copydesk.classifier.rendering.outline import HEADINGS, LISTS, Group, Leaf, leaves_of, rows_of

_ESCAPED = re.compile(
    r"[\\`*\[\]]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word it is no emphasis
    r"|(?<=\S)~|~(?=~)"
    r"|<(?=[A-Za-z/!?]|\Z)|&(?=#?\w*(?:;|\Z))"
)
"""Characters that mean something inside a line."""
_LINE_START = re.compile(r"#{1,6}(?=\s|\Z)|[>|]|[-+](?=[\s\-|:]|\Z)|=+\Z|:(?=-)")
"""What begins a heading, a quote, a list or a table, or makes a heading or a table's head of the line before."""
_NUMBER = re.compile(r"[0-9]{1,9}(?=[.)](?:\s|\Z))")
"""What begins an ordered list."""
_BACKTICKS = re.compile(r"`+")
_IN_ADDRESS = re.compile(r"[\x00-\x20()<>\[\]\\\"`|\x7f-\x9f\ud800-\udfff]|&(?=#?\w+;)|\s")
_IPV6 = re.compile(r"https?://\[[0-9a-f:.]+\](?=[/:?#]|$)", re.IGNORECASE)
"""The beginning of an address whose host is an IPv6 address; its brackets are a part of it."""
"""What is percent-encoded in an address."""
_HARD_BREAK = "\v"  # placeholder, until lines are put together
_BREAKS = re.compile(r"\r\n?|\n|(\v)")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_MARKS = {"em": "_", "strong": "**"}
_LINE_END = re.compile(r"\r\n?")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def render_markdown(outline: Group, fields: Mapping[str, str | Sequence[str]]) -> str:
    """Render the tree of an article; the fields are put before it as YAML front matter."""
    body = _children(outline).replace("\0", "\ufffd")  # as every reader of Markdown does
    return "\n".join(filter(None, (_front_matter(fields), body and f"{body}\n")))


def _front_matter(fields: Mapping[str, str | Sequence[str]]) -> str:
    """Write fields as YAML; every string is quoted, so that none is read as a number, a time or a Boolean."""
    lines = [f"{name}: {_yaml(value)}\n" for name, value in fields.items()]
    return f"---\n{''.join(lines)}---\n" if lines else ""


def _yaml(value: str | Sequence[str]) -> str:
    """Write a value as JSON, which is YAML too, with escapes for characters that YAML does not allow."""
    text = json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


# Groups


def _children(group: Group, *, tight: bool = False) -> str:
    """Render what is in a group; in a tight item, a list follows without a blank line."""
    out: list[str] = []
    before, n_alike = "", 0
    for child in group.children:
        n_alike = n_alike + 1 if child.tag == before else 0
        before = child.tag
        text = _leaf(child) if isinstance(child, Leaf) else _group(child, other_marker=n_alike % 2 == 1)
        if text:
            close = tight and isinstance(child, Group) and child.start is None
            out.append(text if not out else f"\n{text}" if close else f"\n\n{text}")
    return "".join(out)


def _group(group: Group, *, other_marker: bool) -> str:
    if group.tag in LISTS:
        return _list(group, other_marker=other_marker)
    if group.tag == "table":
        return _table(group)
    text = _children(group)
    if group.tag == "blockquote" and text:
        return "\n".join([f"> {line}".rstrip() for line in text.split("\n")])
    return text


def _list(group: Group, *, other_marker: bool) -> str:
    """Render a list; lists that follow each other directly have different markers, else they would be one."""
    items = [child if isinstance(child, Group) else Group("li", children=[child]) for child in group.children]
    tight = all(_is_tight(item) for item in items)
    number = 1 if group.start is None else group.start
    out = []
    for item in items:
        content = _children(item, tight=tight)
        if not content:
            continue
        marker = "-*"[other_marker] if group.tag == "ul" else f"{number}{'.)'[other_marker]}"
        number += 1
        first, *others = content.split("\n")
        indent = " " * (len(marker) + 1)
        out.append("\n".join([f"{marker} {first}", *(line and indent + line for line in others)]))
    return ("\n" if tight else "\n\n").join(out)


def _is_tight(item: Group) -> bool:
    """Return whether an item is a paragraph and the lists below it."""
    return not item.children or (item.children[0].tag == "p" and all(each.tag in LISTS for each in item.children[1:]))


def _table(group: Group) -> str:
    """Render a table; Markdown has none without a head, so the first row is always the head."""
    rows = [[_cell(cell) for cell in row.children if isinstance(cell, Group)] for row in rows_of(group)]
    n_columns = max(map(len, rows))
    lines = [f"| {' | '.join([*cells, *[''] * (n_columns - len(cells))])} |" for cells in rows]
    return "\n".join([lines[0], f"|{' --- |' * n_columns}", *lines[1:]])


def _cell(cell: Group) -> str:
    text = " ".join([_one_line(_inline(leaf.content)) for leaf in leaves_of(cell)])
    return text.replace("|", "\\|")


# Leaves


def _leaf(leaf: Leaf) -> str:
    if leaf.tag == "pre":
        return _fenced(plain(leaf.content), leaf.language)
    if leaf.tag in HEADINGS:
        text = _one_line(_inline(_unwrapped(leaf.content)))
        n_hashes = len(text) - len(text.rstrip("#"))  # at the end they would be no text
        text = f"{text[:-n_hashes]}\\{text[-n_hashes:]}" if n_hashes else text
        return f"{'#' * int(leaf.tag[1])} {text}" if text else ""
    if leaf.tag == "figcaption":
        return _lines(_inline((Inline("em", leaf.content),)))
    return _lines(_inline(leaf.content))


def _fenced(code: str, language: str) -> str:
    """Render code between fences of more backticks than it has in a row."""
    code = _LINE_END.sub("\n", code).strip("\n")
    if not code.strip():
        return ""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(code)), default=0))
    return f"{fence}{language}\n{code}\n{fence}"


def _unwrapped(content: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Leave out emphasis of a whole heading."""
    while len(content) == 1 and isinstance(content[0], Inline) and content[0].tag in _MARKS:
        content = content[0].content
    return content


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> str:
    """Put the lines of a paragraph together, without empty ones, and escape what means something at their start."""
    out: list[str] = []
    hard = False
    for part in _BREAKS.split(text):
        if part == _HARD_BREAK:
            hard = True
        elif part and (line := part.strip()):
            number = _NUMBER.match(line)
            line = f"{number[0]}\\{line[number.end() :]}" if number else line
            line = f"\\{line}" if _LINE_START.match(line) else line
            out.append(line if not out else f"\\\n{line}" if hard else f"\n{line}")
            hard = False
    return "".join(out)


# Inside a line


def _inline(pieces: Sequence[Piece], before: str = "", after: str = "", around: str = "") -> str:
    """Render pieces after some Markdown and before a text; emphasis that readers would not see is left out."""
    out: list[str] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece, str):
            text = _escaped(piece)
        else:
            follower = plain(pieces[number + 1 : number + 2])[:1] or after
            text = _element(piece, out[-1] if out else before, follower, around)
            if text.startswith("`") and out and out[-1].endswith("`"):
                text = _escaped(plain([piece]))  # two spans of code that touch would be one
        if text.startswith("[") and out and out[-1].endswith("!"):
            out[-1] = f"{out[-1][:-1]}\\!"  # else the link would be an image
        if text:
            out.append(text)
    return "".join(out)


def _element(piece: Inline, before: str, after: str, around: str) -> str:
    if piece.tag == "br":
        return _HARD_BREAK
    if piece.tag == "img":
        return f"![{_one_line(_escaped(piece.alt))}]({_address(piece.target)})"
    if piece.tag == "code":
        return _code(plain(piece.content))
    if piece.tag == "a":
        return f"[{_inline(piece.content, '[', ']', around)}]({_address(piece.target)})"
    mark = _MARKS[piece.tag]
    if mark not in around:
        text = _inline(piece.content, mark, mark, around + mark)
        if _can_mark(mark, before, text, after):
            return f"{mark}{text}{mark}"
    return _inline(piece.content, before, after, around)


def _can_mark(mark: str, before: str, text: str, after: str) -> bool:
    """Return whether marks around rendered text open and close emphasis by CommonMark's rules for their neighbours."""
    first, last = text[:1], text[-1:]
    opens, closes = _is_edge(before[-1:]), _is_edge(after[:1])
    if not text or first.isspace() or last.isspace() or _ends_with_mark(before, mark):
        return False
    if mark == "_":
        return opens and closes
    return (opens or first.isalnum()) and (closes or last.isalnum())


def _ends_with_mark(markdown: str, mark: str) -> bool:
    """Return whether Markdown ends with a mark of this character, with which another one would make a longer mark."""
    if not markdown.endswith(mark[-1]):
        return False
    before = markdown[:-1]
    n_backslashes = len(before) - len(before.rstrip("\\"))
    return n_backslashes % 2 == 0  # else the character is escaped


def _is_edge(character: str) -> bool:
    return not character or character.isspace() or character in _PUNCTUATION


def _code(text: str) -> str:
    """Render code between more backticks than it has in a row; white space at its ends goes outside."""
    code = _one_line(text)
    if not code:
        return text
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(code)), default=0))
    space = " " if "`" in (code[0], code[-1]) else ""
    before, after = " " * text[0].isspace(), " " * text[-1].isspace()
    return f"{before}{fence}{space}{code}{space}{fence}{after}"


def _address(target: str) -> str:
    """Write an address so that nothing in it ends it or means something else."""
    ipv6 = _IPV6.match(target)
    end = ipv6.end() if ipv6 is not None else 0
    return target[:end] + _IN_ADDRESS.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), target[end:]
    )


def _escaped(text: str) -> str:
    return _ESCAPED.sub(_escape, text.replace(_HARD_BREAK, " "))


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}"
