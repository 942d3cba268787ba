"""Tracks the open elements of an HTML parser tag by tag, and says which tags would nest too deep."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Integers
from copydesk.classifier.segmentation.parser_limits import MAX_DEPTH, MAX_REOPENED, MAX_ROOT_TAGS
from tests.oracle import html_scanner as scanner
from tests.oracle.jit import jit

_WINDOW = 512  # open elements that are searched for each tag
_MAX_ACTIVE = 4096  # formatting elements that are tracked

_VOID, _RAW, _FORMATTING, _SPECIAL, _BARRIER, _CLOSES_P, _BREAKS_OUT, _HIDES, _MARKER = (1 << k for k in range(9))
_INTEGRATION, _FOREIGN, _HEADING, _REMOVED, _KEPT_DEEP, _P, _LI, _DEFINITION = (1 << k for k in range(9, 17))
_TABLE, _SECTION, _ROW, _CELL, _CAPTION, _LINK, _FORM, _TEMPLATE = (1 << k for k in range(17, 25))
_LIST, _BUTTON, _LOOSE, _ROOT = (1 << k for k in range(25, 29))
_TABLE_PARTS = _SECTION | _ROW | _CELL | _CAPTION

_DEPTH, _ACTIVE, _FLOOR, _REOPENED, _KEPT, _KEPT_AT, _AT, _TABLES, _ROOTS = range(
    9
)  # columns of the counters of a scan
_MASK = 1023  # of the hash table of names


@jit
def scan_nesting(
    data: scanner.Bytes, keys: Integers, families: Integers, formatting: bool, xhtml: bool
) -> tuple[Integers, int]:
    """Track the open elements through a page; without `formatting`, cut all formatting tags.

    Returns:
        Shape (n_cuts, 3): begin and end of each part to cut, in order, and its replacement: 0 for nothing,
        -1 for a line break, a place for the end tag of the element that begins there and a line break, -2 minus a
        place for the end of the start tag that begins there and its end tag. And the number of formatting elements
        that a parser would reopen.
    """
    n = len(data)
    stack = np.empty((256, 3), np.int64)  # of each open element: name, family, and for markers the floor below
    active = np.empty(_MAX_ACTIVE, np.int64)  # names of the active formatting elements
    counts = np.zeros(9, np.int64)
    cuts = np.empty((4, 3), np.int64)
    n_cuts = 0
    raw = True
    i = scanner.next_tag(data, 0)
    while i < n - 2:
        closing = data[i + 1] == scanner.SLASH
        at = i + 2 if closing else i + 1
        if not 97 <= data[at] | 32 <= 122:
            i = scanner.next_tag(data, scanner.after_non_tag(data, i, _is_foreign(stack, counts[_DEPTH])))
            continue
        name, at = scanner.name_hash(data, at)
        family = _family(keys, families, name)
        end, excess, closed = scanner.tag_end(data, at)
        if end == n:
            break
        if n_cuts == len(cuts):
            cuts = _twice_as_long(cuts)
        if counts[_DEPTH] == len(stack):
            stack = _twice_as_long(stack)
        foreign = counts[_DEPTH] > 0 and stack[counts[_DEPTH] - 1, 1] & _FOREIGN != 0
        kept, counts[_AT] = counts[_KEPT], i
        counts[_ROOTS] += family & _ROOT != 0 and not closing
        removed = family & _ROOT != 0 and not closing and counts[_ROOTS] > MAX_ROOT_TAGS
        removed = removed or (family & _FORMATTING != 0 and not formatting)
        empty = xhtml and closed and not closing and not foreign
        empty = empty and family & (_RAW | _HIDES) != 0 and family & _FOREIGN == 0
        if closing and not removed:
            removed = _close(stack, active, counts, name, family)
        elif not removed and not empty:
            removed = _open(stack, active, counts, name, family, closed)
        if removed:
            breaks = family & _SPECIAL != 0 and (n_cuts == 0 or cuts[n_cuts - 1, 1] != i)
            cuts[n_cuts] = i, end + 1, counts[_KEPT_AT] if counts[_KEPT] < kept else -1 if breaks else 0
        elif empty:
            cuts[n_cuts] = excess if excess > 0 else end - 1, end + 1, -2 - i
        elif excess > 0:
            cuts[n_cuts] = excess, end, 0
        n_cuts += removed or empty or excess > 0
        i = end + 1
        if raw and family & _RAW and not closing and not foreign and not empty:
            after = scanner.raw_end(data, i, name)
            raw = after >= 0
            i = max(i, after)
        i = scanner.next_tag(data, i)
        if counts[_REOPENED] > MAX_REOPENED:
            break
    return cuts[:n_cuts], counts[_REOPENED]


@jit
def _family(keys: Integers, families: Integers, name: int) -> int:
    """Look up a name's hash; unknown names are inline elements."""
    slot = (name ^ name >> 8) & _MASK
    while keys[slot] != name and keys[slot] != 0:
        slot = (slot + 1) & _MASK
    return int(families[slot])


@jit
def _open(stack: Integers, active: Integers, counts: Integers, name: int, family: int, closed: bool) -> bool:
    """Track a start tag; return whether to remove it."""
    depth = counts[_DEPTH]
    foreign = depth > 0 and stack[depth - 1, 1] & _FOREIGN != 0
    if foreign and family & _BREAKS_OUT:
        while depth > 0 and stack[depth - 1, 1] & _FOREIGN:
            depth -= 1
        _pop(stack, counts, depth)
        foreign = False
    if foreign:
        if closed:
            return False
        family = (family & _INTEGRATION) or (family | _FOREIGN)
    elif family & (_VOID | _RAW):
        return False
    else:
        _close_implied(stack, counts, family)
    depth = counts[_DEPTH]
    if depth >= MAX_DEPTH:
        if family & _HIDES and counts[_KEPT] == 0:
            family |= _KEPT_DEEP
            counts[_KEPT] = 1
            counts[_KEPT_AT] = counts[_AT]
        else:
            family = (family | _REMOVED) & ~(_MARKER | _FOREIGN | _FORMATTING) | (_FOREIGN if foreign else 0)
    if family & _MARKER:
        stack[depth, 2] = counts[_FLOOR]
        counts[_FLOOR] = counts[_ACTIVE]
    if family & _FORMATTING:
        if counts[_ACTIVE] == _MAX_ACTIVE:
            counts[_REOPENED] = MAX_REOPENED + 1
            return False
        active[counts[_ACTIVE]] = name
        counts[_ACTIVE] += 1
    counts[_TABLES] += family & _TABLE != 0
    stack[depth, 0] = name
    stack[depth, 1] = family
    counts[_DEPTH] = depth + 1
    return family & _REMOVED != 0


@jit
def _close_implied(stack: Integers, counts: Integers, family: int) -> None:
    """Close the elements that a start tag closes without an end tag."""
    depth = counts[_DEPTH]
    if family & (_LI | _DEFINITION):
        _pop(stack, counts, _find(stack, depth, family & (_LI | _DEFINITION), _SPECIAL, _LOOSE | _P))
    if family & _CLOSES_P:
        _pop(stack, counts, _find(stack, counts[_DEPTH], _P, _SPECIAL, 0))
    if family & _LINK:
        _pop(stack, counts, _find(stack, depth, _LINK, _SPECIAL, 0))
    depth = counts[_DEPTH]
    if family & _HEADING and depth > 0 and stack[depth - 1, 1] & _HEADING:
        _pop(stack, counts, depth - 1)
    if counts[_TABLES] == 0:
        return
    if family & _TABLE:
        _pop(stack, counts, _find(stack, depth, _TABLE, _CELL | _CAPTION | _TEMPLATE | _FOREIGN, 0))
    if family & _TABLE_PARTS:
        table = _find(stack, depth, _TABLE, _TEMPLATE | _FOREIGN, 0)
        if table < depth:
            keep = table + 1
            if family & (_ROW | _CELL) and keep < depth and stack[keep, 1] & _SECTION:
                keep += 1
            if family & _CELL and keep < depth and stack[keep, 1] & _ROW:
                keep += 1
            _pop(stack, counts, keep)


@jit
def _close(stack: Integers, active: Integers, counts: Integers, name: int, family: int) -> bool:
    """Track an end tag; return whether to remove it, because its start tag was removed."""
    if family & _FORMATTING:
        _forget(active, counts, name)
    depth = counts[_DEPTH]
    stop = _BARRIER if family & _SPECIAL else _SPECIAL
    if family & _P:
        stop |= _BUTTON
    elif family & _LI:
        stop |= _LIST
    elif family & _TABLE_PARTS:
        stop = _TABLE | _TEMPLATE
    elif family & _TABLE:
        stop = _TEMPLATE
    elif family & _TEMPLATE:
        stop = 0
    k, lowest = depth - 1, max(0, depth - _WINDOW)
    while k >= lowest and stack[k, 0] != name and not (family & _HEADING and stack[k, 1] & _HEADING):
        if stack[k, 1] & stop:
            return False
        k -= 1
    if k < lowest:
        return False
    removed = bool(stack[k, 1] & _REMOVED)
    if not family & _FORM or k == depth - 1:
        _pop(stack, counts, k)
    else:
        stack[k, 0] = 0  # a parser removes the form and leaves the elements in it open
    return removed


@jit
def _is_foreign(stack: Integers, depth: int) -> bool:
    """Return whether the innermost open element is of SVG or MathML itself, not HTML inside one."""
    for k in range(depth - 1, -1, -1):
        family = stack[k, 1]
        if family & _FOREIGN:
            return True
        if family & _INTEGRATION and k < depth - 1:
            return False
    return False


@jit
def _find(stack: Integers, depth: int, wanted: int, stop: int, passed: int) -> int:
    """Return the place of the innermost open element of a family, or `depth` if one of `stop` comes first."""
    for k in range(depth - 1, max(0, depth - _WINDOW) - 1, -1):
        if stack[k, 1] & wanted:
            return k
        if stack[k, 1] & stop and not stack[k, 1] & passed:
            break
    return depth


@jit
def _pop(stack: Integers, counts: Integers, depth: int) -> None:
    """Close the elements above `depth`, and count the formatting elements that the parser will reopen."""
    if depth == counts[_DEPTH]:
        return
    for k in range(counts[_DEPTH] - 1, depth - 1, -1):
        if stack[k, 1] & _MARKER:
            counts[_ACTIVE] = counts[_FLOOR]
            counts[_FLOOR] = stack[k, 2]
        if stack[k, 1] & _KEPT_DEEP:
            counts[_KEPT] = 0
        counts[_TABLES] -= stack[k, 1] & _TABLE != 0
    counts[_DEPTH] = depth
    counts[_REOPENED] += counts[_ACTIVE] - counts[_FLOOR]


@jit
def _forget(active: Integers, counts: Integers, name: int) -> None:
    """Remove the last formatting element of a name from the active ones."""
    last = counts[_ACTIVE]
    for k in range(last - 1, max(counts[_FLOOR], last - _WINDOW) - 1, -1):
        if active[k] == name:
            for m in range(k, last - 1):
                active[m] = active[m + 1]
            counts[_ACTIVE] -= 1
            return


@jit
def _twice_as_long(rows: Integers) -> Integers:
    more = np.empty((2 * len(rows), 3), np.int64)
    more[: len(rows)] = rows
    return more
