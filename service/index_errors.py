"""The errors of the index, apart from it: a program can name them where SQLAlchemy is not installed."""

from __future__ import annotations

from copydesk.classifier.errors import CopydeskError


class IndexUnavailable(CopydeskError):
    """The database cannot be reached, read or written."""

    code = "index_unavailable"


class IndexInterrupted(IndexUnavailable):
    """The database failed for a reason that passes: its disk is full, or others have been writing for too long."""

    code = "index_interrupted"


class NoIndex(IndexUnavailable):
    """There is no index at a place where one was expected."""

    code = "no_index"


class IndexMismatch(CopydeskError):
    """The index has another format, or was made under other settings."""

    code = "index_mismatch"
