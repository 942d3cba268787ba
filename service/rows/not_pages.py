"""Names inputs that are neither pages nor JSON lines, so that a table is not read as one page of text."""

from __future__ import annotations

import re
from pathlib import Path

MAGIC = (
    (rb"WARC/\d", "a WARC file"),
    (rb"filedesc://", "an ARC file"),
    (rb"PAR1", "a Parquet file"),
)
"""First bytes of formats that `copydesk score` reads, or refuses by name."""
SUFFIXES = {
    ".csv": "a CSV file",
    ".tsv": "a CSV file",
    ".parquet": "a Parquet file",
    ".warc": "a WARC file",
    ".arc": "an ARC file",
}
PAGE_COLUMNS, OTHER_COLUMNS = {"text", "html", "body"}, {"id", "url"}
"""The first line of a CSV file names at least one column of each."""

_JSON_ARRAY = re.compile(rb'\s*\[\s*(?:\{\s*["}]|\]|$)')
_JSON_OF_MANY_LINES = re.compile(rb"\s*[\[{]\s*\n|\s*[\[{]\s*$")
_HEADER = re.compile(rb'"?[\w .-]{1,40}"?(?:[,;\t|]"?[\w .-]{1,40}"?)+')


def describe_other_format(name: str, head: bytes) -> str | None:
    """Say what an input is if it is no page and no JSON lines, and which command reads it; None if it may be one.

    Args:
        name: The file's name.
        head: Its first bytes, at least the first line, decompressed.
    """
    found = _format(name, head.removeprefix(b"\xef\xbb\xbf"))
    if found is None:
        return None
    return (
        f"found {found}, expected a page or JSON lines; copydesk score reads tables and archives: "
        f"copydesk score {name if name != '-' else 'FILE'} --output FOLDER"
    )


def _format(name: str, head: bytes) -> str | None:
    for magic, format in MAGIC:
        if re.match(magic, head):
            return format
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if _JSON_ARRAY.match(head):
        return "a JSON array"
    first, _, more = head.strip().partition(b"\n")
    if _JSON_OF_MANY_LINES.match(head) or (suffix == ".json" and more and not first.rstrip().endswith(b"}")):
        return "JSON over several lines"
    columns = {part.strip(b'" ').decode("ascii", "ignore") for part in re.split(rb"[,;\t|]", first)}
    if _HEADER.fullmatch(first.rstrip()) and columns & PAGE_COLUMNS and columns & OTHER_COLUMNS:
        return "a CSV file"
    return None
