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

FUNCTIONS = (
    *("lxb_dom_node_first_child_noi", "lxb_dom_node_last_child_noi", "lxb_dom_node_next_noi", "lxb_dom_node_prev_noi"),
    *("lxb_dom_node_parent_noi", "lxb_dom_element_first_attribute_noi", "lxb_dom_element_next_attribute_noi"),
    *("lxb_dom_node_tag_id_noi", "lxb_dom_node_type_noi", "lxb_dom_element_qualified_name"),
    *("lxb_dom_attr_local_name_noi", "lxb_dom_attr_value_noi"),
)
"""The functions in the order of `Lexbor` in lexbor.h."""

MAX_TAGS = 256
"""Numbers of tags that lexbor knows by name are below; of any other tag the number is an address."""

_TEXT_AT = 96  # bytes before the text of a text node, as in lexbor.h
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

_PAGE = "<title>a</title><body class=b id><p class='c&#228;&amp;'>Some \u00e9 text<!-- d --><x-y hidden=''>e</x-y><br>f"


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
        functions = [getattr(library, name) for name in FUNCTIONS]
    except (OSError, AttributeError):
        return None
    numbers = _numbers_of_tags()
    if not _reads_as_selectolax(dict(zip(FUNCTIONS, functions, strict=True))) or max(numbers.values()) >= MAX_TAGS:
        return None
    addresses = [ctypes.cast(function, ctypes.c_void_p).value for function in functions]
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
    """Compare a page as the functions read it with what selectolax reads."""
    for name, function in functions.items():
        function.restype = (
            ctypes.c_uint32 if "type" in name else ctypes.c_size_t if "tag_id" in name else ctypes.c_void_p
        )
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


def _is_same_node(node: LexborNode, functions: dict[str, Any]) -> bool:
    at = ctypes.c_void_p(node.mem_id)
    for name in ("first_child", "last_child", "next", "prev", "parent"):
        other = getattr(node, name)
        if (functions[f"lxb_dom_node_{name}_noi"](at) or 0) != (0 if other is None else other.mem_id):
            return False
    if functions["lxb_dom_node_tag_id_noi"](at) != node.tag_id:
        return False
    if (functions["lxb_dom_node_type_noi"](at) == 1) != node.is_element_node:
        return False
    if node.is_text_node:  # the size is compared first, as without it there is no address either
        text = (node.text_content or "").encode()
        size = ctypes.c_size_t.from_address(node.mem_id + _TEXT_AT + ctypes.sizeof(ctypes.c_void_p)).value
        data = ctypes.c_void_p.from_address(node.mem_id + _TEXT_AT).value
        return size == len(text) and data is not None and ctypes.string_at(data, size) == text
    return not node.is_element_node or _string(functions["lxb_dom_element_qualified_name"], at) == node.tag


def _has_same_attributes(node: LexborNode, functions: dict[str, Any]) -> bool:
    found: dict[str | None, str | None] = {}
    at = (
        functions["lxb_dom_element_first_attribute_noi"](ctypes.c_void_p(node.mem_id)) if node.is_element_node else None
    )
    while at and len(found) < MAX_TAGS:
        name = _string(functions["lxb_dom_attr_local_name_noi"], ctypes.c_void_p(at))
        found[name] = _string(functions["lxb_dom_attr_value_noi"], ctypes.c_void_p(at))
        at = functions["lxb_dom_element_next_attribute_noi"](ctypes.c_void_p(at))
    return found == (node.attributes if node.is_element_node else {})


def _string(function: Any, at: ctypes.c_void_p) -> str | None:
    size = ctypes.c_size_t()
    data = function(at, ctypes.byref(size))
    return ctypes.string_at(data, size.value).decode() if data else None
