"""What the environment says, read once at start and passed on as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_PAGE_BYTES = 20 * 1024 * 1024
"""Default limit of one page, decompressed; the largest page of the training corpora is under 8 MiB."""
INDEX = "copydesk-index.sqlite"
"""Default place of the standing index: a file in the working folder."""
LARGEST_LIMIT = 1024**3
"""A page is held in memory several times over, so a limit above this would be none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of every door.

    Attributes:
        model: Folder of the model; None is the model that ships with the package.
        max_page_bytes: A page of more bytes is answered with an error; one of exactly as many is read.
        index: File or URL of the standing index.
    """

    model: Path | None = None
    max_page_bytes: int = MAX_PAGE_BYTES
    index: str = INDEX


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the variables COPYDESK_MODEL, COPYDESK_MAX_PAGE_BYTES and COPYDESK_INDEX; unset or empty is the default.

    Raises:
        ValueError: A value that cannot be used.
    """
    folder = environment.get("COPYDESK_MODEL", "")
    limit = environment.get("COPYDESK_MAX_PAGE_BYTES", "")
    return Settings(
        model=_model_folder(folder) if folder else None,
        max_page_bytes=_page_bytes(limit) if limit else MAX_PAGE_BYTES,
        index=environment.get("COPYDESK_INDEX") or INDEX,
    )


def _model_folder(value: str) -> Path:
    folder = Path(value)
    if not folder.is_dir():
        raise ValueError(f"COPYDESK_MODEL is {value!r}, which is no folder; name the folder that holds manifest.json")
    return folder


def _page_bytes(value: str) -> int:
    fits = value.isascii() and value.isdigit() and len(value) <= len(str(LARGEST_LIMIT))
    if not fits or not 1 <= int(value) <= LARGEST_LIMIT:
        raise ValueError(
            f"COPYDESK_MAX_PAGE_BYTES is {value!r}, expected a whole number of bytes from 1 to {LARGEST_LIMIT}; "
            f"leave it unset for {MAX_PAGE_BYTES}"
        )
    return int(value)
