"""The errors of this package, which survive pickling; training and service define theirs under the same base.

They are about the world: input, files, servers. A wrong argument raises ValueError.
"""

from __future__ import annotations


class CopydeskError(Exception):
    """Base of all errors of this package; `code` is a stable word for machines."""

    code = "error"


class UnreadablePage(CopydeskError):
    """A page that cannot be read: a bad row, bytes that are not text, more blocks than a page has."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # both, as pickle calls the class again with these arguments
        self.code = code

    def __str__(self) -> str:
        return str(self.args[1])


class ArtifactMismatch(CopydeskError):
    """A saved model that does not fit: missing, changed, or made for another version."""

    code = "artifact_mismatch"


class MissingCore(CopydeskError, ImportError):
    """The C library of the package is not there, or was made from other sources."""

    code = "missing_core"


class DamagedShingles(CopydeskError):
    """Stored shingles that were cut short or changed."""

    code = "damaged_shingles"
