"""Names inputs that are neither pages nor JSON lines, so that a table is not read as one page of text."""

from __future__ import annotations

from pathlib import Path

from copydesk.classifier.other_formats import name_table_or_archive

SUFFIXES = {
    ".csv": "a CSV file",
    ".tsv": "a CSV file",
    ".parquet": "a Parquet file",
    ".warc": "a WARC file",
    ".arc": "an ARC file",
}


def describe_other_format(name: str, head: bytes) -> str | None:
    """Say what an input is if it is no page and no JSON lines, and which command reads it; None if it may be one.

    Args:
        name: The file's name.
        head: Its first bytes, at least the first line, decompressed.
    """
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    found = name_table_or_archive(head) or SUFFIXES.get(suffix)
    first, _, more = head.strip().partition(b"\n")
    if found is None and suffix == ".json" and more and not first.rstrip().endswith(b"}"):
        found = "JSON over several lines"
    if found is None:
        return None
    return (
        f"found {found}, expected a page or JSON lines; copydesk score reads tables and archives: "
        f"copydesk score {name if name != '-' else 'FILE'} --output FOLDER"
    )
