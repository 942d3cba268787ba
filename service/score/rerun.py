"""The option `--only`: scores again only the rows that an earlier run reported as errors.

Rows are found by their id and content, wherever they are now; those whose content is not known, by their place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from copydesk.service.score.arrow_schema import InputRow, storable
from copydesk.service.score.sources import BadInput

UNREADABLE_FILE = "unreadable_file"
"""Error code of a file that could not be read further: every row after this position is scored again."""
BAD_COLUMNS = "bad_columns"
"""Error code of a table without the columns of a page: every row is scored again."""
DIGEST_BYTES = 8

RowKey = tuple[str, str]
Place = tuple[str, int]


@dataclass(slots=True)
class ErrorRows:
    """The rows that an `errors.jsonl` lists.

    Attributes:
        path: The `errors.jsonl`.
        files: The files that they are in.
        rows: Ids and digests of contents; the id is empty if it was made of the file's name and the position.
        places: Files and positions of rows whose content is not known.
        rest: By file, the position from which on all rows are scored again.
    """

    path: Path
    files: set[str] = field(default_factory=set)
    rows: set[RowKey] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    rest: dict[str, int] = field(default_factory=dict)

    def includes_file(self, name: str) -> bool:
        """Return whether rows of a file are listed."""
        return file_key(name) in self.files

    def check_found(self, n_rows: int) -> None:
        """Raise `BadInput` if fewer rows than are listed were found in the inputs."""
        n_listed = len(self.rows) + len(self.places)
        if n_rows < n_listed:
            raise BadInput(
                f"{n_listed - n_rows:,} of the {n_listed:,} rows that {self.path} lists are not in the inputs, which "
                "are others or have changed since; name the same inputs, or score these without --only"
            )


def file_key(name: str) -> str:
    """Return what all spellings of a file's name have in common."""
    return name if "://" in name else str(Path(name).resolve())


def content_digest(content: bytes | None) -> str | None:
    """Return a digest of a row's content, by which it is found again; None if the content is not known."""
    return None if content is None else hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def read_error_rows(path: Path) -> ErrorRows:
    """Read which rows an `errors.jsonl` lists.

    Raises:
        BadInput: It cannot be read, or is not an `errors.jsonl`.
    """
    found = ErrorRows(path)
    try:
        with path.open("rb") as lines:
            for line in lines:
                row = json.loads(line)
                file, position, digest = file_key(row["file"]), int(row["position"]), row["digest"]
                found.files.add(file)
                if row["code"] in (UNREADABLE_FILE, BAD_COLUMNS):
                    found.rest[file] = min(position, found.rest.get(file, position))
                elif digest is None:
                    found.places.add((file, position))
                else:
                    found.rows.add((_own_id(row["id"], row["file"], position), str(digest)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read as errors of copydesk score ({error!r}); name its errors.jsonl"
        ) from error
    return found


def _own_id(id: str, file: str, position: int) -> str:
    """Return the id that a row has in its file, an empty text if it has none."""
    return "" if id in (file, f"{file}:{position}") else id


def select_rows(
    rows: Iterable[InputRow], only: ErrorRows | None, count: Callable[[], None] = lambda: None
) -> Iterator[InputRow]:
    """Drop the rows that are not listed; None keeps all. `count` is called for each one that is listed by itself."""
    if only is None:
        yield from rows
        return
    ids = {id for id, _ in only.rows}
    for row in rows:
        file = file_key(row.file)
        id = _own_id(storable(row.id), storable(row.file), row.position)
        if (file, row.position) in only.places or (id in ids and (id, content_digest(row.content)) in only.rows):
            count()
            yield row
        elif row.position >= only.rest.get(file, row.position + 1):
            yield row
