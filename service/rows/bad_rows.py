"""Words on standard error about rows that could not be used, so that their reasons need not be looked for in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from copydesk.classifier.plurals import counted
from copydesk.service.rows.contract import ErrorRow
from copydesk.service.terminal import clean


@dataclass(slots=True)
class BadRows:
    """The number of rows that could not be used, and the first of each error code."""

    n: int = 0
    first: dict[str, ErrorRow] = field(default_factory=dict)

    def add(self, rows: Iterable[ErrorRow]) -> None:
        """Count rows."""
        for row in rows:
            self.n += 1
            self.first.setdefault(row.error.code, row)

    def describe(self, n_rows: int) -> list[str]:
        """Say how many of all rows these are, and the first error of each code; nothing without any."""
        if not self.n:
            return []
        lines = [f"{self.n:,} of {counted(n_rows, 'row')} could not be used; the first error of each code:"]
        return lines + [clean(f"{code}: {_place(row)}{row.error.message}") for code, row in self.first.items()]


def _place(row: ErrorRow) -> str:
    """Return the name of a file that is one page. The message about a line begins with its number."""
    return "" if row.id is None or row.error.message.startswith("line ") else f"{row.id}: "
