"""Names the files of `--output-dir`, one for each page, and writes them; none is ever removed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from copydesk.service.atomic_files import remove_unfinished, write_atomically
from copydesk.service.commands.arguments import WrongUsage
from copydesk.service.rows.jsonl import BadRow, PageRow, Row

MAX_NAME_BYTES = 150
"""Bytes of a file's name without its suffix, in UTF-8; file systems allow 255 in all."""

_UNSAFE = re.compile(r"[^\w.-]+")
_PAGE_SUFFIX = re.compile(r"(?:\.(?:html?|xhtml|mhtml?|txt|md))?(?:\.gz)?\Z", re.IGNORECASE)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
"""Names that Windows keeps for devices."""


class PageFiles:
    """A folder with a file for each page.

    Memory grows by the names of the files, which are kept so that no two pages have the same one.
    """

    def __init__(
        self, folder: Path, suffix: str, inputs: Sequence[str] = (), input_folders: Sequence[str] = ()
    ) -> None:
        """Take the folder, the suffix of its files, the inputs, which are never replaced, and folders of inputs."""
        self._folder = folder
        self._suffix = suffix
        self._input_folders = [Path(name) for name in input_folders]
        self._used: set[str] = set()
        self._inputs = {place for name in inputs if (place := _place(Path(name))) is not None}
        self._last: dict[str, int] = {}  # number of the last page of a name
        remove_unfinished(folder)

    def write(self, row: PageRow, content: bytes) -> None:
        """Write a page's file; one that is there is replaced, in one step, unless it is an input."""
        write_atomically(self._folder / self._name(row), lambda out: out.write(content))

    def reserve(self, row: BadRow) -> Path | None:
        """Keep the name of a page that failed from other pages.

        Returns:
            The file that has this name already, None if there is none. It stays: an earlier run may have written it, or
            somebody else.
        """
        if row.id is None and row.line is None:
            return None
        path = self._folder / self._name(row)
        return path if path.is_file() else None

    def _name(self, row: Row) -> str:
        """Return a name that no page had before, on file systems that ignore case too."""
        name = unique = safe_name(row, self._input_folders)
        number = self._last.get(name.casefold(), 1)
        while unique.casefold() in self._used or self._is_input(unique):
            number += 1
            unique = f"{name}-{number}"
        self._last[name.casefold()] = number
        self._used.add(unique.casefold())
        return f"{unique}{self._suffix}"

    def _is_input(self, name: str) -> bool:
        return bool(self._inputs) and _place(self._folder / f"{name}{self._suffix}") in self._inputs


def _place(path: Path) -> tuple[int, int] | None:
    """Return what two names of one file have in common, None if there is no file."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return stat.st_dev, stat.st_ino


def safe_name(row: Row, input_folders: Sequence[Path] = ()) -> str:
    """Return a name made of letters, digits, and `.`, `_`, `-`: of the page's id, or of the file that is the page.

    A file in one of the folders is named by its place in it, such as `north-ferry` for `north/ferry.html`.
    """
    if row.line is None:
        path = Path(str(row.id))
        folder = next((each for each in input_folders if path.is_relative_to(each)), path.parent)
        text = _PAGE_SUFFIX.sub("", str(path.relative_to(folder)))
    else:
        text = str(row.id) if row.id is not None else f"line {row.line}"
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", text)).strip("-.")
    name = name.encode()[:MAX_NAME_BYTES].decode(errors="ignore").rstrip("-.")
    return f"_{name}" if _RESERVED.match(name) else name or "page"


def make_folder(folder: Path) -> Path:
    """Make a folder for results, if it is not there.

    Raises:
        WrongUsage: It cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise WrongUsage(f"--output-dir is {str(folder)!r}, which is a file; name a folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongUsage(f"--output-dir is {str(folder)!r}, which cannot be made ({reason}); name another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongUsage(f"--output-dir is {str(folder)!r}, which cannot be written to; change its permissions")
    return folder
