"""Finds the column of each cell of a page's tables, so that cells stay in their columns where others are left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from copydesk.classifier.structure import GOES_ON, MAX_CELL_SPAN, TAGS, Recording
from copydesk.classifier.types import Markup

MAX_SHARED_COLUMNS = 100
"""Columns of a table in which cells over several rows leave places empty; each row takes time for them."""

_CELLS = ("td", "th")
_Cell = tuple[int, int, int]  # element, 0 if it is none; columns and rows that it is over
_Row = tuple[int, Sequence[_Cell], list[int]]  # element, cells, and the place that each begins at


def read_columns(markup: Markup, recording: Recording, tags: Mapping[int, str]) -> dict[int, tuple[int, ...]]:
    """Return the column of each cell, and the columns of the cells of each row, of the tables among some elements.

    Cells over several columns or rows leave no cells in these places. Columns that no cell begins in are not counted.

    Args:
        tags: The tags of the elements that matter, by element.
    """
    tables = {element for element, tag in tags.items() if tag == "table"}
    if not tables:
        return {}
    placed: dict[int, list[_Row]] = {table: [] for table in tables}
    for table, part in _parts_of(markup, recording, tables):
        placed[table] += _place(part)
    columns: dict[int, tuple[int, ...]] = {}
    for rows in placed.values():
        begun = sorted({place for *_, places in rows for place in places})
        column_of = {place: column for column, place in enumerate(begun)}
        for row, cells, places in rows:
            columns[row] = tuple([column_of[place] for place in places])
            for (element, *_), column in zip(cells, columns[row], strict=True):
                if element:
                    columns[element] = (column,)
    return columns


def _parts_of(
    markup: Markup, recording: Recording, tables: set[int]
) -> Iterator[tuple[int, Mapping[int, Sequence[_Cell]]]]:
    """Yield the parts of tables, such as head and body: the table, and the cells of each row of the part."""
    tag_of, parents = list(markup.tags), list(markup.parents)
    parts: dict[int, dict[int, list[_Cell]]] = {}
    of_row: dict[int, list[_Cell]] = {}
    for element, tag in enumerate(tag_of):
        if tag == "tr" and not tables.isdisjoint((parents[element], parents[parents[element]])):
            of_row[element] = parts.setdefault(parents[element], {})[element] = []
        elif tag in _CELLS and parents[element] in of_row:
            of_row[parents[element]].append((element, *_size(recording.numbers.get(element, -1))))
    for _, row, size in recorded_cells(markup, recording):
        if row in of_row and size != GOES_ON:
            of_row[row].append((0, *_size(size)))
    for part, rows in parts.items():
        yield part if part in tables else parents[part], rows


def recorded_cells(markup: Markup, recording: Recording) -> Iterator[tuple[int, int, int]]:
    """Yield the cells that are no elements, since their row is one block, and later parts of them.

    Each has the number of its span, the element of its row, and its size, or `GOES_ON`.
    """
    numbers = np.isin(recording.spans[:, 3], [TAGS.index(tag) for tag in _CELLS]).nonzero()[0]
    for number, (block, *_, size) in zip(numbers.tolist(), recording.spans[numbers].tolist(), strict=True):
        row = markup.elements[block]
        while row > 0 and markup.tags[row] != "tr":
            row = markup.parents[row]
        yield number, row, size


def _size(size: int) -> tuple[int, int]:
    """Return the columns and the rows of a cell by its size in a recording."""
    rows, columns = divmod(size, MAX_CELL_SPAN + 1) if size >= 0 else (1, 1)
    return columns, rows


def _place(part: Mapping[int, Sequence[_Cell]]) -> Iterator[_Row]:
    """Yield each row of a part of a table, its cells, and the place that each begins at."""
    free_from: dict[int, float] = {}  # the first row in which a place is free again
    for number, (row, cells) in enumerate(part.items()):
        at, places = 0, []
        for _, columns, rows in cells:
            while free_from.get(at, 0) > number:
                at += 1
            places.append(at)
            if rows != 1:
                over = range(at, min(at + columns, MAX_SHARED_COLUMNS))
                free_from.update(dict.fromkeys(over, number + rows if rows else math.inf))
            at += columns
        yield row, cells, places
