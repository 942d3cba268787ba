"""Reads the comments of readers from blocks of that kind: who wrote each, when, and what.

In HTML, the blocks of one comment are those in the same repeated element; in plain text, a comment begins with the line
of its author or its time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

import numpy as np

from copydesk.classifier.arrays import Integers, SmallIntegers, spans_of
from copydesk.classifier.comment_lines import HEADER, Piece, Role, cut_comment
from copydesk.classifier.markup_arrays import MarkupArrays
from copydesk.classifier.types import KINDS, Blocks, Comment, Kind, Markup, join_blocks

LOOKED_AT = 12
"""Elements around a block that are searched for the one around its comment."""

COVERED = 0.95
"""Share of the comments' blocks that the repeated elements have to enclose: a choice."""

LONG_TEXT = 40
"""Characters from which a block is surely a comment's text, and no name: a choice."""

WITH_TEXT = 0.5
"""Share of the repeated elements that have to have such a text: a choice; many comments are shorter."""

_COMMENT = KINDS.index(Kind.COMMENT)


def read_comments(page: Blocks, kinds: Integers | SmallIntegers) -> tuple[Comment, ...]:
    """Return the comments in page order; each block is used at most once, and reply buttons and votes are left out."""
    numbers = np.flatnonzero(kinds == _COMMENT).tolist()
    if not numbers:
        return ()
    texts = [page.text[start:end] for start, end in spans_of(page.blocks)[numbers].tolist()]
    units, names = _units_and_names(page.markup, numbers, texts)
    pieces = [piece for each in zip(texts, units, names, strict=True) for piece in cut_comment(*each)]
    return tuple(comment for group in _groups(pieces) if (comment := _comment(group)).text)


def _units_and_names(
    markup: Markup | None, numbers: Sequence[int], texts: Sequence[str]
) -> tuple[list[int], list[str]]:
    """Return the unit of each block, and the names of its first inline elements and of the two elements around it."""
    if markup is None:
        return [-1] * len(numbers), [""] * len(numbers)
    arrays = markup.to_arrays()
    parents = arrays.parents.data
    elements = arrays.elements[numbers].tolist()
    names = arrays.names.pick([each for element in elements for each in (element, max(parents[element], 0))])
    inline = arrays.inline.pick(numbers)
    of_blocks = [
        f"{own} {name} {around if parents[element] > 0 else ''}"
        for own, element, name, around in zip(inline, elements, names[::2], names[1::2], strict=True)
    ]
    return _units(elements, texts, arrays), of_blocks


def _units(innermost: Sequence[int], texts: Sequence[str], tree: MarkupArrays) -> list[int]:
    """Return for each block the innermost element of the sort that encloses one comment each; -1 without one.

    That is, of the repeated sorts that enclose nearly all blocks, the one with most texts in elements of their own; of
    equal ones the outermost.

    Args:
        innermost: The innermost element around each block.
        texts: The text of each block.
        tree: The elements of the page.
    """
    chains = [*_ancestors(tree, innermost)]
    sort_of = _sorts(tree, set(chain.from_iterable(chains)))
    elements: dict[str, set[int]] = defaultdict(set)
    for element, sort in sort_of.items():
        elements[sort].add(element)
    covered = Counter(chain.from_iterable({sort_of[element] for element in around} for around in chains))
    with_text = set(
        chain.from_iterable(around for text, around in zip(texts, chains, strict=True) if len(text) >= LONG_TEXT)
    )
    fitting = [
        sort
        for sort, count in covered.items()
        if len(elements[sort]) > 1
        and count >= COVERED * len(texts)
        and len(elements[sort] & with_text) >= WITH_TEXT * len(elements[sort])
    ]
    if not fitting:
        return [-1] * len(texts)
    chosen = elements[max(fitting, key=lambda sort: (len(elements[sort] & with_text), -min(elements[sort])))]
    return [next((element for element in around if element in chosen), -1) for around in chains]


def _ancestors(tree: MarkupArrays, innermost: Sequence[int]) -> Iterator[list[int]]:
    """Return for each of these elements itself and the elements around it, paragraphs left out."""
    parents, tags, names = tree.parents.data, tree.tags.data, tree.tag_names
    for element in innermost:
        around: list[int] = []
        for _ in range(LOOKED_AT):
            if element <= 0:
                break
            if names[tags[element]] != "p":
                around.append(element)
            element = parents[element]
        yield around


def _sorts(tree: MarkupArrays, elements: Collection[int]) -> dict[int, str]:
    """Return each element's tag and first name, without digits."""
    tags = tree.tags.data
    sorts = {}
    for element, names in zip(elements, tree.names.pick(elements), strict=True):
        name = names.split(maxsplit=1)
        sorts[element] = f"{tree.tag_names[tags[element]]} {name[0].rstrip('0123456789') if name else ''}"
    return sorts


def _groups(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Gather the pieces of one comment each."""
    group: list[Piece] = []
    roles: set[Role] = set()
    for number, piece in enumerate(pieces):
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        if group and _begins(piece, after, group, roles):
            yield group
            group, roles = [], set()
        group.append(piece)
        roles.add(piece.role)
    if group:
        yield group


def _begins(piece: Piece, after: Piece | None, group: Sequence[Piece], roles: set[Role]) -> bool:
    """Return whether a piece begins the next comment after a group of pieces with these roles."""
    if piece.unit != group[-1].unit:
        return True
    if group[0].role is Role.TEXT and group[-1].role in HEADER and piece.unit < 0:  # the header was below the text
        return True
    has_header = not roles.isdisjoint(HEADER)
    has_text = Role.TEXT in roles or (has_header and group[-1].role is Role.SHORT)
    if not has_text or (piece.unit >= 0 and not has_header):  # a header may stand below the text
        return False
    if piece.role is Role.SHORT:
        return after is not None and after.role is Role.TIME and not after.author and after.unit == piece.unit
    if piece.role is Role.AUTHOR or (piece.role is Role.TIME and piece.author):
        return not piece.below
    return piece.role is Role.TIME and Role.TIME in roles


def _comment(group: Sequence[Piece]) -> Comment:
    """Make a comment of its pieces; a short line is the author's name if no other line has it."""
    header = [number for number, piece in enumerate(group) if piece.role in HEADER]
    author = next((group[number].author for number in header if group[number].author), "")
    names = _name_before(group, header[0] if header else 0) if not author or group[0].role is Role.SHORT else range(0)
    texts = [each.text for number, each in enumerate(group) if each.role not in HEADER and number not in names]
    author = author or max((group[number].author for number in names), key=len, default="")
    time = next((group[number].time for number in header if group[number].time), "")
    return Comment(author, time, join_blocks(texts))


def _name_before(group: Sequence[Piece], header: int) -> range:
    """Return which short lines at the top of a comment are not its text: those above the time, or the first below."""
    first = header if header and all(piece.role is Role.SHORT for piece in group[:header]) else 0
    if first:
        return range(first)
    below = 1 if group[0].role is Role.TIME else 0
    has_more = len(group) > below + 1 and not any(piece.role in HEADER for piece in group[below:])
    return range(below, below + (has_more and group[below].role is Role.SHORT))
