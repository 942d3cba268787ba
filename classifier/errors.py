"""The few errors that are about the world, not about a caller's argument."""

from __future__ import annotations


class CopydeskError(Exception):
    """Base of all errors of this package; `code` is a stable word for machines."""

    code = "error"


class UnreadablePage(CopydeskError):
    """A page that cannot be read: a bad row, bytes that are no text, nothing where a page should be."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ArtifactMismatch(CopydeskError):
    """A saved model that does not fit: missing, changed, or made for another version."""

    code = "artifact_mismatch"


class DamagedSet(CopydeskError):
    """A packed set of shingles that was cut short or changed."""

    code = "damaged_set"
