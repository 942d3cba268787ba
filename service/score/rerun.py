"""The option `--only`: scores again only the rows that an earlier run reported as errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.sources import BadInput

UNREADABLE_FILE = "unreadable_file"
"""Error code of a file that could not be read further: every row after this position is scored again."""
BAD_COLUMNS = "bad_columns"
"""Error code of a table without the columns of a page: every row is scored again."""


@dataclass(slots=True)
class RowPositions:
    """Positions in one file: single positions, and every position >= `rest` if that is set."""

    positions: set[int] = field(default_factory=set)
    rest: int | None = None

    def include(self, position: int) -> bool:
        """Tell whether a position is one of these."""
        return position in self.positions or (self.rest is not None and position >= self.rest)


def read_error_positions(path: Path) -> dict[str, RowPositions]:
    """Read the positions that an `errors.jsonl` lists, by file.

    Raises:
        BadInput: It cannot be read, or is not an `errors.jsonl`.
    """
    found: dict[str, RowPositions] = {}
    try:
        with path.open("rb") as lines:
            for line in lines:
                row = json.loads(line)
                places, position = found.setdefault(row["file"], RowPositions()), int(row["position"])
                if row["code"] in (UNREADABLE_FILE, BAD_COLUMNS):
                    places.rest = position if places.rest is None else min(places.rest, position)
                else:
                    places.positions.add(position)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read as errors of copydesk score ({error!r}); name its errors.jsonl"
        ) from error
    return found


def select_rows(rows: Iterable[InputRow], only: Mapping[str, RowPositions] | None) -> Iterator[InputRow]:
    """Drop the rows whose positions are not listed; None keeps all."""
    for row in rows:
        if only is None or (row.file in only and only[row.file].include(row.position)):
            yield row
