"""Removes what makes an HTML parser slow: too deep nesting, formatting reopened too often, too many attributes.

In XHTML it also ends elements such as `<script/>`, which a parser of HTML takes for start tags.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from copydesk.classifier.arrays import Integers
from copydesk.classifier.compiled.library import core_function

MAX_DEPTH = 384
"""Depth of open elements from which tags are removed. Blink stops at 512; of 1,497 WCXB pages the deepest has 107."""

MAX_REOPENED = 1_000_000
"""Formatting elements reopened by a parser from which all formatting tags are removed; the same pages reach 3,381."""

MAX_ATTRIBUTES = 256
"""Attributes of one tag. More are cut off, since a parser compares each with all before it."""

MAX_ROOT_TAGS = 16
"""Start tags of `html` and `body` in one page. More are removed, since a parser adds the attributes of each to those of
the first and compares all of them; pages have one or two."""

_MAX_PIECES = 200_000  # pieces of a page, after which removed tags become spaces, not line breaks

_VOID, _RAW, _FORMATTING, _SPECIAL, _BARRIER, _CLOSES_P, _BREAKS_OUT, _HIDES, _MARKER = (1 << k for k in range(9))
_INTEGRATION, _FOREIGN, _HEADING, _REMOVED, _KEPT_DEEP, _P, _LI, _DEFINITION = (1 << k for k in range(9, 17))
_TABLE, _SECTION, _ROW, _CELL, _CAPTION, _LINK, _FORM, _TEMPLATE = (1 << k for k in range(17, 25))
_LIST, _BUTTON, _LOOSE, _ROOT = (1 << k for k in range(25, 29))

_FAMILIES = {
    _VOID: "area base basefont bgsound body br col embed frame head hr html image img input keygen link meta "
    "param source track wbr",
    _RAW: "script style textarea title xmp iframe noembed noframes",
    _FORMATTING: "b big code em font i nobr s small strike strong tt u",
    _SPECIAL: "address applet article aside blockquote button caption center colgroup dd details dialog dir div "
    "dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup li listing main "
    "marquee menu nav noscript object ol p plaintext pre search section select summary table tbody td template "
    "tfoot th thead tr ul foreignobject desc mi mo mn ms mtext annotation-xml",
    _BARRIER: "applet caption marquee object select table td template th foreignobject desc mi mo mn ms mtext "
    "annotation-xml",
    _CLOSES_P: "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup li listing main menu nav ol p plaintext pre search "
    "section summary ul",
    _BREAKS_OUT: "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li "
    "listing menu meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul var",
    _HIDES: "svg math select datalist object canvas video audio template map",
    _MARKER: "applet caption marquee object td template th",
    _INTEGRATION: "foreignobject desc title mi mo mn ms mtext annotation-xml",
    _FOREIGN: "svg math",
    _HEADING: "h1 h2 h3 h4 h5 h6",
    _P: "p",
    _LI: "li",
    _DEFINITION: "dd dt",
    _TABLE: "table",
    _SECTION: "tbody tfoot thead",
    _ROW: "tr",
    _CELL: "td th",
    _CAPTION: "caption colgroup",
    _LINK: "a",
    _FORM: "form",
    _TEMPLATE: "template",
    _LIST: "ol ul",
    _BUTTON: "button",
    _LOOSE: "address div",
    _ROOT: "html body",
}
"""What the HTML Standard's tree construction (section 13.2.6) does with each tag name, as far as it changes depth."""

_HEAD_BYTES = 4096
"""First bytes of a page in which its XML declaration or its element `html` begins."""
_XHTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml\s"
    rb"|(?:<!--.*?-->|<[!?][^>]*+>|\s++)*+<html\s[^>]*?xmlns\s*+=\s*+[\"']http://www\.w3\.org/1999/xhtml[\"'])",
    re.IGNORECASE | re.DOTALL,
)
"""The beginning of a page in XHTML: an XML declaration, or the namespace of its element `html`."""

_MASK = 1023  # of the hash table of names

_name_hash = core_function("cd_name_hash", "u8* i64", "i64")
_scan_nesting = core_function("cd_scan_nesting", "u8* i64 i64* i64* i64 i64 i64* i64 i64*", "memory")


def cap_nesting(page: bytes) -> bytes:
    """Remove the tags of an HTML page in UTF-8 that would nest too deep, and no text.

    The open elements of a parser are tracked tag by tag; any inexactness counts too many, never too few.
    Nearly every page is returned as the same object. In others, tags beyond `MAX_DEPTH` become line
    breaks, and if a parser would reopen more than `MAX_REOPENED` formatting elements, all formatting tags
    are removed. Takes time linear in the page's length.

    In XHTML, elements without content (`<script/>`, `<title/>`, `<video/>`) get an end tag where the text after them
    would else be theirs, and not be shown.

    Source: HTML Standard, sections 13.2.5 and 13.2.6.
    """
    xhtml = _XHTML.match(page, 0, _HEAD_BYTES) is not None
    cuts, reopened = _scan(page, formatting=True, xhtml=xhtml)
    if reopened > MAX_REOPENED:
        cuts, _ = _scan(page, formatting=False, xhtml=xhtml)
    return _without(page, cuts) if len(cuts) else page


def _scan(page: bytes, *, formatting: bool, xhtml: bool) -> tuple[Integers, int]:
    """Track the open elements through a page; without `formatting`, cut all formatting tags.

    Returns:
        Shape (n_cuts, 3): begin and end of each part to cut, in order, and its replacement: 0 for nothing,
        -1 for a line break, a place for the end tag of the element that begins there and a line break, -2 minus a
        place for the end of the start tag that begins there and its end tag. And the number of formatting elements
        that a parser would reopen.
    """
    cuts, reopened = np.empty((0, 3), np.int64), np.empty(1, np.int64)
    how = (page, len(page), *_families(), formatting, xhtml)
    while len(cuts) < (count := _scan_nesting(*how, cuts, len(cuts), reopened)):
        cuts = np.empty((count, 3), np.int64)
    return cuts, int(reopened[0])


def _without(page: bytes, cuts: Integers) -> bytes:
    """Copy a page with the cuts of `_scan` replaced."""
    pieces, at = [], 0
    for begin, end, place in cuts.tolist():
        pieces.append(page[at:begin])
        if place > 0:
            pieces.append(b"</%b>" % _tag_name(page, place))
        if place <= -2:
            pieces.append(b"></%b>" % _tag_name(page, -2 - place))
        elif place:
            pieces.append(b"<br><br>" if len(pieces) < _MAX_PIECES else b" ")
        at = end
    return b"".join(pieces) + page[at:]


def _tag_name(page: bytes, place: int) -> bytes:
    """Return the name of the tag that begins at a place; the names of families are short."""
    return re.split(rb"[\s/>]", page[place + 1 : place + 32], maxsplit=1)[0]


@cache
def _families() -> tuple[Integers, Integers]:
    """Return the hash table that the scan reads: hashes of the known names, 0 in a free slot, and families."""
    keys = np.zeros(_MASK + 1, np.int64)
    families = np.zeros(_MASK + 1, np.int64)
    for family, names in _FAMILIES.items():
        for name in names.split():
            key = _name_hash(np.frombuffer(name.encode(), np.uint8), len(name))
            slot = (key ^ key >> 8) & _MASK
            while keys[slot] not in (0, key):
                slot = (slot + 1) & _MASK
            keys[slot] = key
            families[slot] |= family
    return keys, families
