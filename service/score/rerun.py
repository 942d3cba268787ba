"""The rows that an earlier run could not use, for a run of these alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.sources import BadInput

BROKEN_OFF = "unreadable_file"
"""The error of a file that could not be read further: nothing is known of the rows after it."""


@dataclass(slots=True)
class Places:
    """Positions in one file: some by themselves, and all from one on where the file broke off there."""

    positions: set[int] = field(default_factory=set)
    rest: int | None = None

    def hold(self, position: int) -> bool:
        """Tell whether a row at this position is meant."""
        return position in self.positions or (self.rest is not None and position >= self.rest)


def error_places(path: Path) -> dict[str, Places]:
    """Read the places that an `errors.jsonl` names, by file.

    Raises:
        BadInput: It cannot be read, or is none.
    """
    found: dict[str, Places] = {}
    try:
        with path.open("rb") as lines:
            for line in lines:
                row = json.loads(line)
                _note(found.setdefault(row["file"], Places()), int(row["position"]), row["code"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read as errors of copydesk score ({error!r}); name its errors.jsonl"
        ) from error
    return found


def _note(places: Places, position: int, code: str) -> None:
    if code == BROKEN_OFF:
        places.rest = position if places.rest is None else min(places.rest, position)
    else:
        places.positions.add(position)


def chosen_rows(rows: Iterable[InputRow], only: Mapping[str, Places] | None) -> Iterator[InputRow]:
    """Leave out the rows that are not meant; None means all."""
    for row in rows:
        if only is None or (row.file in only and only[row.file].hold(row.position)):
            yield row
