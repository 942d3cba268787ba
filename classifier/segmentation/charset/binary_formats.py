"""Refuses bytes that are not text: files of other formats, compressed and random bytes."""

from __future__ import annotations

import re

from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.errors import UnreadablePage

UNPACK = "decompress it first"
CONVERT = "convert it to HTML or text first"
LEAVE_OUT = "leave it out"
# First bytes of formats that are not text, from their specifications.
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (rb"\x1f\x8b", "gzip data", UNPACK),
    (rb"BZh[1-9]1AY&SY", "bzip2 data", UNPACK),
    (rb"\xfd7zXZ\0", "xz data", UNPACK),
    (rb"\x28\xb5\x2f\xfd", "zstandard data", UNPACK),
    (rb"PK[\x03\x05][\x04\x06]", "a ZIP archive or office document", "take the pages out of it first"),
    (rb"7z\xbc\xaf|Rar!\x1a\x07", "an archive", "take the pages out of it first"),
    (rb"\s*%PDF-\d", "a PDF document", CONVERT),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document", CONVERT),
    (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|(?s:RIFF....WEBP)|II\*\0|MM\0\*", "an image", LEAVE_OUT),
    (rb"\0\0(?s:..)ftyp|ID3[\x02-\x04]|OggS\0|\x1aE\xdf\xa3|(?s:RIFF....(?:WAVE|AVI))", "sound or video", LEAVE_OUT),
    (rb"\x7fELF|\0asm|SQLite format 3\0|wOF[F2]\x00\x01", "a program or data file", LEAVE_OUT),
)
MAGIC_BYTES = 1024  # that are searched for these
_ANY_MAGIC = re.compile(b"|".join(b"(?:%b)" % magic for magic, _, _ in MAGIC))
MAX_CONTROLS = 0.05  # share of control characters above which bytes are not text; random or compressed ones have 0.1
FEW_CONTROLS = 8  # fewer than these are allowed in any page, as damaged pages have a handful

_count_controls = core_function("cd_count_controls", "u8* i64", "i64")


def refuse_formats(data: bytes) -> None:
    """Raise `UnreadablePage` if the first bytes are those of a format that is not text."""
    if not _ANY_MAGIC.match(data, 0, MAGIC_BYTES):
        return
    for magic, name, advice in MAGIC:
        if re.match(magic, data[:MAGIC_BYTES]):
            raise UnreadablePage("binary", f"found {name}, expected the bytes of an HTML or text page; {advice}")


def refuse_controls(sample: bytes) -> None:
    """Raise `UnreadablePage` if the bytes have too many control characters to be text."""
    controls = many_controls(sample)
    if controls:
        raise UnreadablePage(
            "binary",
            f"found {controls} control characters in the first {len(sample)} bytes, expected the bytes of an "
            f"HTML or text page (at most {MAX_CONTROLS:.0%}); check that it is a page and not compressed",
        )


def many_controls(sample: bytes) -> int:
    """Count the control characters of bytes that have too many to be text; 0 if they may be text."""
    count = _count_controls(sample, len(sample))
    return count if count >= FEW_CONTROLS and count > MAX_CONTROLS * len(sample) else 0
