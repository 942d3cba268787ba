"""Finds the pages in the folders that are named among the files of `copydesk classify`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from copydesk.service.commands.arguments import WrongUsage, say
from copydesk.service.rows.inputs import Format, format_of_name

HIDDEN = (".", "_")
"""First characters of the names of files and folders that are no pages, as for `copydesk score`."""
RESOURCES = "_files"
"""End of the name of the folder in which browsers save the images and frames of a page beside it."""


def is_folder(name: str) -> bool:
    """Return whether a name is that of a folder, False where the system cannot tell."""
    return os.path.isdir(name)  # noqa: PTH112 (Path.is_dir raises where it may not look)


def with_pages_of_folders(names: Sequence[str], *, leave_out: Path | None = None) -> list[str]:
    """Put in place of each folder the pages in it and below; a folder without pages is named on standard error.

    Args:
        names: Files, folders, and `-`.
        leave_out: A folder below them whose files are no pages, such as that of the output.

    Returns:
        The files, those of a folder sorted by name, folder after folder: HTML and text, no JSON lines.

    Raises:
        WrongUsage: There is no page at all, or a folder cannot be listed.
    """
    found: list[str] = []
    empty: list[str] = []
    for name in names:
        pages = list(_pages_below(name, leave_out)) if is_folder(name) else [name]
        found += pages
        if not pages:
            empty.append(f"the folder {name!r} has no page (.html, .mhtml, .txt and others)")
    if names and not found:
        raise WrongUsage(f"{'; '.join(empty)}; name files, or another folder")
    for words in empty:
        say(f"{words}; it is passed over")
    return found


def _pages_below(name: str, leave_out: Path | None) -> Iterator[str]:
    for folder, below, files in os.walk(name, onerror=_refuse):
        place = Path(folder)
        if _is_passed_over(place, leave_out):
            below.clear()
            continue
        below[:] = sorted(each for each in below if not each.startswith(HIDDEN))
        for file in sorted(files):
            form = None if file.startswith(HIDDEN) else format_of_name(file)
            if form in (Format.HTML, Format.TEXT) and (place / file).is_file():
                yield str(place / file)


def _is_passed_over(folder: Path, leave_out: Path | None) -> bool:
    """Return whether a folder is that of the output, or has what belongs to a saved page."""
    if leave_out is not None and leave_out.resolve() == folder.resolve():
        return True
    page = folder.name.removesuffix(RESOURCES)
    return page != folder.name and any(folder.with_name(page + suffix).is_file() for suffix in (".html", ".htm"))


def _refuse(error: OSError) -> None:
    raise WrongUsage(f"the folder {error.filename!r} cannot be listed ({error.strerror}); name the files") from error
