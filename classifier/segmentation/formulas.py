"""Reads the text of formulas: of MathML, and of the images that stand for one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborNode

MAX_FORMULA = 2_000
"""Characters and nodes of a formula beyond which it is cut off."""

MAX_SHORT = 12
"""Characters up to which an image's description may be a formula without any sign of one, such as "x" or "pH"."""

_LAYOUT = frozenset("mfrac msqrt mroot msup msub msubsup mover munder munderover mtable mmultiscripts".split())
"""Elements whose meaning is lost where only their characters are left: 10 to the power of 6 would read 106."""

_ANNOTATIONS = ("annotation", "annotation-xml")
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
"""Signs such as the invisible times."""

_STYLE = re.compile(r"\s*\{?\\(?:display|text)style\b\s*(.*?)\}?\s*", re.DOTALL)
_SIGN = re.compile(r"[\\^_{}=+<>]")
_IS_TEX = re.compile(r"\\[a-zA-Z]{2,}|[\w)}][\^_]\{?[\w\\]")
_OF_TEX = re.compile(r"(?<![a-z])(?:la)?tex(?![a-z])|mwe-math", re.IGNORECASE)
_OF_FORMULA = re.compile(r"(?<![a-z])math(?![a-z])|formula|equation", re.IGNORECASE)
_DRAWN_BY = re.compile(r"latex\.php|/math/render/|/(?:mime|math)?tex\b|codecogs|chart\.(?:apis\.)?google.*cht=tx")


def read_math(math: LexborNode) -> str:
    """Return the characters of a `math` element, or its TeX where characters alone would mislead."""
    pieces: list[str] = []
    tex = math.attributes.get("alttext") or ""
    tex = tex if "\\" in tex or "^" in tex or "_" in tex else ""
    has_layout = False
    length = 0
    left = [math.first_child]
    while left and length < MAX_FORMULA:
        node = left.pop()
        if node is None:
            continue
        tag = node.tag
        left.append(node.next)
        if tag == "-text":
            pieces.append((node.text_content or "").strip(" \t\r\n\f"))
            length += len(pieces[-1])
        elif tag == "annotation" and "tex" in (node.attributes.get("encoding") or "").lower():
            tex = tex or node.text()
        elif tag not in _ANNOTATIONS:
            has_layout |= tag in _LAYOUT
            left.append(node.first_child)
        length += 1
    shown = _INVISIBLE.sub("", "".join(pieces))
    chosen = tex if tex and (has_layout or not shown) else shown or math.attributes.get("alttext") or ""
    return _plain(chosen)


def read_image(attributes: Mapping[str, str | None]) -> str:
    """Return the formula that an image stands for, empty for any other image."""
    alt = attributes.get("alt")
    if not alt:
        return ""
    names, address = attributes.get("class") or "", attributes.get("src") or ""
    if _OF_TEX.search(names) or _DRAWN_BY.search(address[:MAX_FORMULA]) or _IS_TEX.search(alt[:MAX_FORMULA]):
        return _plain(alt)
    return _plain(alt) if _OF_FORMULA.search(names) and (len(alt) <= MAX_SHORT or _SIGN.search(alt)) else ""


def _plain(formula: str) -> str:
    """Return a formula cut to `MAX_FORMULA`, without the TeX that only sets its size."""
    styled = _STYLE.fullmatch(formula[:MAX_FORMULA])
    return " ".join((styled[1] if styled else formula[:MAX_FORMULA]).split())


def ends_with(pieces: Sequence[str], formula: str) -> bool:
    """Return whether the last pieces of a run have the characters of a formula, white space aside."""
    wanted = "".join(formula.split())
    found = ""
    for piece in reversed(pieces[-4 * MAX_SHORT :]):
        found = "".join(piece[-MAX_FORMULA:].split()) + found
        if len(found) >= len(wanted):
            return bool(wanted) and found.endswith(wanted)
    return False
