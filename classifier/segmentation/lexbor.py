"""Finds the functions of lexbor, the HTML parser, in selectolax's own library, so that compiled code can read its tree.

selectolax has no interface for that. Its library exports lexbor's functions on Linux and macOS, but another build of it
may not, and the place of a text inside its node is no function at all. So a page is read both ways before it is relied
on; where anything is missing or different, pages are walked in Python, which gives the same blocks in more time.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from selectolax import lexbor
from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.arrays import Hashes
from copydesk.classifier.markup_arrays import hash_tags
from copydesk.classifier.segmentation.recorder import RECORDED
from copydesk.classifier.segmentation.tags import ACTIONS, BLOCK, SKIPPED
from copydesk.classifier.structure import TAGS

FUNCTIONS = ("lxb_dom_element_qualified_name", "lxb_dom_attr_local_name_noi")
"""The functions in the order of `Lexbor` in lexbor.h."""

_CHECKS = ("lxb_dom_element_first_attribute_noi", "lxb_dom_element_next_attribute_noi", "lxb_dom_attr_value_noi")
"""Functions that give what the C library reads in its own way; it is tested that both are the same."""

_NODE = {"next": 40, "prev": 48, "parent": 56, "first_child": 64, "last_child": 72}
_NAME_AT, _TYPE_AT, _TEXT_AT, _FIRST_ATTRIBUTE_AT = 8, 88, 96, 120
_CONTENT_AT = 176
_VALUE_AT, _OWNER_AT, _NEXT_AT = 112, 120, 128
"""Bytes before the values of nodes, in the second line of templates, in the last one of attributes; as in lexbor.h."""

MAX_TAGS = 256
"""Numbers of tags that lexbor knows by name are below; of any other tag the number is an address."""

_FIRST_KIND = 4  # the bit of the first kind below
_KINDS = (
    "h1 h2 h3 h4 h5 h6",
    "h1 h2 h3 h4 h5 h6 p div ul ol dl table section article form pre blockquote",
    "p dd span center",
    *("br", "img", "meta", "link", "script", "time", "title", "-comment", "script style svg"),
    "noscript template dialog",
    *("noscript", "span", "math", "picture", "source"),
)
"""Tags with something in common, in the order of the `T_` constants in html_walk.h from `T_HEADING` on."""

_RECORDED = 24
"""The first bit of the number in `TAGS` under which an element is recorded, as in html_walk.h."""

_BLOCKS = (
    "body li dt dd dir menu button figure figcaption nav header footer main aside article section hgroup address "
    "details summary fieldset legend optgroup option hr tbody thead tfoot caption col colgroup center"
)
"""Other tags that begin a block; a tag without a number of ours is written out at each of its elements."""

_PAGE = (
    "<title>a</title><body class=b id>"
    "<p class='c&#228;&amp;'>Some \u00e9 text<!-- d --><x-y hidden=''>e</x-y><br>f<template>g</template>"
)


class Lexbor(NamedTuple):
    """Addresses of `FUNCTIONS`, and by number what each tag does and is, its name and the hash of that."""

    functions: NDArray[np.uint64]
    tags: NDArray[np.uint32]
    names: tuple[str, ...]
    hashes: Hashes


@cache
def find_lexbor() -> Lexbor | None:
    """Return what compiled code needs to read a tree, None if it cannot."""
    try:
        library = ctypes.CDLL(lexbor.__file__)
        functions = {name: getattr(library, name) for name in (*FUNCTIONS, *_CHECKS)}
    except (OSError, AttributeError):
        return None
    numbers = _numbers_of_tags()
    if not _reads_as_selectolax(functions) or max(numbers.values()) >= MAX_TAGS:
        return None
    addresses = [ctypes.cast(functions[name], ctypes.c_void_p).value for name in FUNCTIONS]
    names = [""] * MAX_TAGS
    for name, number in numbers.items():
        names[number] = name
    return Lexbor(np.array(addresses, np.uint64), _table(numbers), tuple(names), hash_tags(names))


def _numbers_of_tags() -> dict[str, int]:
    """Return lexbor's number of each tag that the walk knows, but for elements of MathJax, which have none."""
    parser = LexborHTMLParser("<!doctype html><body>a<!-- b -->")
    assert parser.body is not None
    names = *ACTIONS, *" ".join((*_KINDS, _BLOCKS)).split()
    known = {name for name in names if name and name[0] != "-" and "-" not in name}
    numbers = {name: parser.create_node(name).tag_id for name in known}
    node = parser.body.first_child
    while node is not None:
        numbers[node.tag or ""] = node.tag_id
        node = node.next
    return numbers


def _table(numbers: dict[str, int]) -> NDArray[np.uint32]:
    table = np.full(MAX_TAGS, BLOCK, np.uint32)
    table[0] = SKIPPED  # a processing instruction
    for name, number in numbers.items():
        table[number] = ACTIONS.get(name, BLOCK) | 1 << _FIRST_KIND
        for bit, names in enumerate(_KINDS, _FIRST_KIND + 1):
            table[number] |= (name in names.split()) << bit
        table[number] |= TAGS.index(RECORDED.get(name, "")) << _RECORDED
    return table


def _reads_as_selectolax(functions: dict[str, Any]) -> bool:
    """Compare a page as the C library reads it with what selectolax reads."""
    for function in functions.values():
        function.restype = ctypes.c_void_p
    parser = LexborHTMLParser(_PAGE)
    left = [parser.root]
    while left:
        node = left.pop()
        if node is None:
            continue
        if not (_is_same_node(node, functions) and _has_same_attributes(node, functions)):
            return False
        left += [node.next, node.first_child]
    return True


def _pointer(address: int) -> int:
    return ctypes.c_void_p.from_address(address).value or 0


def _is_same_node(node: LexborNode, functions: dict[str, Any]) -> bool:
    for name, place in _NODE.items():
        other = getattr(node, name)
        if _pointer(node.mem_id + place) != (0 if other is None else other.mem_id):
            return False
    if _pointer(node.mem_id + _NAME_AT) != node.tag_id:
        return False
    if (ctypes.c_uint32.from_address(node.mem_id + _TYPE_AT).value == 1) != node.is_element_node:
        return False
    if node.tag == "template" and _pointer(node.mem_id + _CONTENT_AT) != node.template_fragments()[0].mem_id:
        return False
    if node.is_text_node:
        return _has_text(node.mem_id + _TEXT_AT, (node.text_content or "").encode())
    at = ctypes.c_void_p(node.mem_id)
    return not node.is_element_node or _string(functions["lxb_dom_element_qualified_name"], at) == node.tag


def _has_text(address: int, text: bytes) -> bool:
    """Compare a string with a text: its size first, as without that there is no address either."""
    data, size = _pointer(address), _pointer(address + ctypes.sizeof(ctypes.c_void_p))
    return size == len(text) and data != 0 and ctypes.string_at(data, size) == text


def _has_same_attributes(node: LexborNode, functions: dict[str, Any]) -> bool:
    if not node.is_element_node:
        return True
    first, following, value_of = (functions[name] for name in _CHECKS)
    found: dict[str | None, str | None] = {}
    at = _pointer(node.mem_id + _FIRST_ATTRIBUTE_AT)
    if at != (first(ctypes.c_void_p(node.mem_id)) or 0):
        return False
    while at and len(found) < MAX_TAGS:
        attribute, after = ctypes.c_void_p(at), _pointer(at + _NEXT_AT)
        if _pointer(at + _OWNER_AT) != node.mem_id or after != (following(attribute) or 0):
            return False
        value, string = _string(value_of, attribute), _pointer(at + _VALUE_AT)
        if (string != 0) != (value is not None) or (value and not _has_text(string, value.encode())):
            return False
        found[_string(functions["lxb_dom_attr_local_name_noi"], attribute)] = value
        at = after
    return found == node.attributes


def _string(function: Any, at: ctypes.c_void_p) -> str | None:
    size = ctypes.c_size_t()
    data = function(at, ctypes.byref(size))
    return ctypes.string_at(data, size.value).decode() if data else None
