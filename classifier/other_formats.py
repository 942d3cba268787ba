"""Names content that is a table, an archive or JSON in place of one page, so that it is not read as a page of text."""

from __future__ import annotations

import re
import zlib

from copydesk.classifier.errors import UnreadablePage

HEAD_BYTES = 8192
"""First bytes of the content that are looked at."""
GZIP_MAGIC = b"\x1f\x8b"
GZIP = 16 + zlib.MAX_WBITS
"""zlib's window size with gzip's header and checksum."""
MAGIC = (
    (rb"WARC/\d", "a WARC file"),
    (rb"filedesc://", "an ARC file"),
    (rb"PAR1", "a Parquet file"),
)
"""First bytes of formats that `copydesk score` reads, or refuses by name."""
PAGE_COLUMNS, OTHER_COLUMNS = {"text", "html", "body", "content"}, {"id", "url"}
"""The first line of a CSV file names at least one column of each, in any case."""
MIN_COLUMNS = 3
"""Columns from which on two lines with as many are likely a table; lines of text with one comma have two parts."""
JSON_OBJECT = "a JSON object"
READ_JSON = "write it to a file of one object a line, with an id and a text or an html, and use: copydesk classify FILE"
READ_OTHERS = "write it to a file and use: copydesk score FILE --output FOLDER"

MAX_ADDRESS = 500
"""Characters up to which content may be an address or the name of a file, given by mistake."""

_ADDRESS = re.compile(
    r"(?:https?|file|s3|gs)://\S+|(?:[^\s<>]+|(?:[~.]{0,2}|[a-z]:)[/\\][^\n<>]+)"
    r"\.(?:x?html?|mhtml?|txt|md|jsonl?|csv|xml|pdf|warc|gz|zst|parquet)",
    re.IGNORECASE,
)
_JSON_ARRAY = re.compile(rb'\s*\[\s*(?:\{\s*["}]|\]|$)')
_JSON_OF_MANY_LINES = re.compile(rb"\s*[\[{]\s*\n|\s*[\[{]\s*$")
_FIRST_KEY = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.){0,200}"\s*:')
_HEADER = re.compile(rb'"?[\w .-]{1,40}"?(?:[,;\t|]"?[\w .-]{1,40}"?)+')


def is_address(content: str) -> bool:
    """Return whether content is only an address or the name of a file, given in place of a page."""
    return len(content) <= MAX_ADDRESS and _ADDRESS.fullmatch(content.strip()) is not None


def name_table_or_archive(head: bytes) -> str | None:
    """Return the format of first bytes, decompressed, that are no page; None for a page and for JSON lines."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    for magic, format in MAGIC:
        if re.match(magic, head):
            return format
    if _JSON_ARRAY.match(head):
        return "a JSON array"
    if _JSON_OF_MANY_LINES.match(head):
        return "JSON over several lines"
    first = head.strip().partition(b"\n")[0].rstrip()
    columns = {part.strip(b'" ').decode("ascii", "ignore").lower() for part in re.split(rb"[,;\t|]", first)}
    if _HEADER.fullmatch(first) and columns & PAGE_COLUMNS and columns & OTHER_COLUMNS:
        return "a CSV file"
    return None


def is_likely_table(head: bytes) -> bool:
    """Return whether the first line has names of columns, and the second as many values, whatever the names are."""
    first, second, *_ = [*head.removeprefix(b"\xef\xbb\xbf").strip().splitlines()[:2], b"", b""]
    counts = {sign: first.count(sign) + 1 for sign in (b",", b";", b"\t", b"|")}
    sign, n_columns = max(counts.items(), key=lambda each: each[1])
    return n_columns >= MIN_COLUMNS and _HEADER.fullmatch(first) is not None and second.count(sign) + 1 >= n_columns


def refuse_other_formats(content: bytes, *, json: str = READ_JSON, others: str = READ_OTHERS) -> None:
    """Check that the bytes of a page are not those of a table, an archive or JSON.

    Args:
        content: The bytes; of gzip data, what is compressed is looked at.
        json: What reads JSON, for the message.
        others: What reads tables and archives, for the message.

    Raises:
        UnreadablePage: They are; the code is `not_a_page`.
    """
    head = content[:HEAD_BYTES]
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):  # a tag, with which none of them begins
        return
    if head.startswith(GZIP_MAGIC):
        head = _decompressed(head)
    found = name_table_or_archive(head)
    if found is None and _FIRST_KEY.match(head.removeprefix(b"\xef\xbb\xbf")):
        found = JSON_OBJECT
    if found is not None:
        advice = json if "JSON" in found else others
        raise UnreadablePage("not_a_page", f"found {found}, expected one HTML or text page; {advice}")


def _decompressed(head: bytes) -> bytes:
    """Return the first decompressed bytes of gzip data, none if it is damaged."""
    try:
        return zlib.decompressobj(GZIP).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""
