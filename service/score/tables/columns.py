"""Finds the columns of a table that have the parts of a page, and says which there are if they are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

from copydesk.service.rows import BadField
from copydesk.service.score.options import ColumnNames

PAGE_FIELDS = ("html", "text")
"""A table has at least one column for one of these."""
SHOWN_COLUMNS = 20
"""Columns that a message names; a table may have thousands."""
MAX_NAME = 80
"""Characters of a column's name in a message."""

Fields = Mapping[str, str]
"""The column of each field of a page, by the field's name."""


def bad_columns(message: str) -> BadField:
    """Return the error of a table without the columns of a page, or whose columns are of types that cannot be read."""
    return BadField("bad_columns", message)


def find_fields(found: Sequence[str], wanted: ColumnNames) -> Fields:
    """Return the columns of a table with the fields of a page.

    Args:
        found: The names of the table's columns; those of nested columns are joined by dots.
        wanted: The names that were asked for.

    Raises:
        BadField: There is no column with a page, or one that the user named is missing.
    """
    names, named = wanted.read(), named_columns(wanted)
    present = set(found)
    fields = {field: name for field, name in names.items() if name in present}
    pages = [field for field in PAGE_FIELDS if field in named] or PAGE_FIELDS
    missing = [field for field in named if field not in fields and field not in PAGE_FIELDS]
    if not any(field in fields for field in pages):
        missing = [*pages, *missing]
    if not missing:
        return fields
    raise bad_columns(
        f"no column {' or '.join(_quoted(names[field]) for field in missing)}; {describe_columns(found)}"
        f"{suggest_options(found, {field: names[field] for field in missing})}"
    )


def check_single(column: str, found: Sequence[str]) -> None:
    """Check that only one of the columns of a table has this name.

    Raises:
        BadField: Several have it.
    """
    if (n := found.count(column)) > 1:
        raise bad_columns(f"{n} columns are named {column[:MAX_NAME]!r}, expected one; rename or remove the others")


@lru_cache
def named_columns(columns: ColumnNames) -> Fields:
    """Return the columns that the user named, by their fields.

    These are the columns whose names are not the usual ones, and that of the page if it is the only one that is read.
    """
    read, usual = columns.read(), ColumnNames().read()
    alone = [field for field in PAGE_FIELDS if field in read]
    return {field: name for field, name in read.items() if name != usual.get(field) or [field] == alone}


def describe_columns(found: Sequence[str], what: str = "columns") -> str:
    """List the columns that there are."""
    if not found:
        return f"there are no {what}"
    names = ", ".join(map(_quoted, found[:SHOWN_COLUMNS]))
    more = f" and {len(found) - SHOWN_COLUMNS:,} more" if len(found) > SHOWN_COLUMNS else ""
    return f"the {what} are {names}{more}"


def suggest_options(found: Iterable[str], missing: Mapping[str, str]) -> str:
    """Suggest an option for each field with a column of nearly the same name, else which options there are."""
    lower: dict[str, str] = {}
    for name in found:
        lower.setdefault(name.lower(), name)
        lower.setdefault(name.lower().rpartition(".")[2], name)
    options = []
    for field, name in missing.items():
        near = get_close_matches(name.lower(), list(lower)[:1000], n=1)
        options += [f"--{field}-column {_quoted(lower[near[0]])}"] if near else []
    if options:
        return f"; perhaps {' or '.join(options)}"
    return f"; name one with {' or '.join(f'--{field}-column' for field in missing)}"


def _quoted(name: str) -> str:
    return repr(name[:MAX_NAME])
