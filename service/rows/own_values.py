"""What a row itself says of its time and its source, beside its page."""

from __future__ import annotations

from typing import NamedTuple

from copydesk.service.rows import times

EXPECTED = {"published": times.EXPECTED, "source": "a text or a number", "captured": times.EXPECTED}
"""What fields should be whose values are not used if they are something else."""
FROM_ROW = "row"
"""In `found_in`: the time of publication is that of the input, not of the page."""


class Unused(NamedTuple):
    """A field whose value could not be used, and the beginning of the value as JSON."""

    field: str
    value: str

    def describe(self) -> str:
        """Say so in the answer to the row."""
        return f"{self.field} is {self.value}, expected {EXPECTED[self.field]}; it is not used"
