"""Decodes a page: by a byte order mark, a declared charset if the bytes fit it, or detection."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from charset_normalizer import from_bytes
from numpy.typing import NDArray

from copydesk.classifier.compiled import jit
from copydesk.classifier.errors import UnreadablePage

SAMPLE = 65_536  # bytes that are read to find NUL patterns and control characters, and to detect a charset
PRESCAN = 4_096  # bytes of HTML that are searched for a declaration; browsers read 1,024

# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

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
MAX_CONTROLS = 0.05  # share of control characters above which bytes are not text; random or compressed ones have 0.1
FEW_CONTROLS = 8  # fewer than these are allowed in any page, as damaged pages have a handful

# Labels for which browsers use a larger charset than Python's codec of the name (WHATWG Encoding Standard).
WIDER = {
    label: codec
    for codec, labels in {
        "cp1252": "ascii us-ascii iso8859-1 x-user-defined x-cp1252",
        "cp1254": "iso8859-9",
        "cp874": "iso8859-11 tis-620 windows-874",
        "cp932": "shift_jis x-sjis windows-31j",
        "cp949": "euc_kr windows-949",
        "gb18030": "gb2312 gbk x-gbk",
        "big5hkscs": "big5 x-x-big5",
        "iso8859-8": "iso-8859-8-i iso-8859-8-e",
        "mac-roman": "macintosh x-mac-roman",
        "mac-cyrillic": "x-mac-cyrillic",
        "cp1250": "x-cp1250",
        "cp1251": "x-cp1251",
        "utf-8": "unicode-1-1-utf-8",
        "utf-16-le": "unicode utf-16",
        "utf-32-le": "utf-32",
    }.items()
    for label in labels.split()
}
NO_CHARSETS = {"punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"}
UTF8_SURE = 16  # bytes outside ASCII; fewer, in a double-byte charset, may be valid UTF-8 by chance
MAX_DAMAGE = 0.05  # share of the characters outside ASCII that may be undecodable in a page of a charset

DECLARED = re.compile(rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
XML_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']\s*([\w.:+-]+)")
COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
TAG = re.compile(rb"<[^<>]*>")
NON_ASCII = re.compile(rb"[\x80-\xff]")
HIGH_BYTES = bytes(range(128, 256))

# Letter counts do not tell the Latin code pages apart, so alphabets of languages decide; of equals, the first.
ALPHABETS = {
    "cp1252": "àâæçèéêëîïôöùûüœ áéíñóúüçàèïòª äöüßéåæøà àáâãçéêíóôõúºª àèéìíîòóù áæéíðóöúýþ",
    "cp1250": "áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž ąćęłńóśźż áéíóöőúüű ăâîşţ čćđšž",
    "cp1254": "çğıöşüâîû",
    "cp1257": "āčēģīķļņšūž ąčęėįšųūž äõöüšž",
    "iso8859_2": "áčďéěíňóřšťúůýž ąćęłńóśźż",
}
DOUBLE_BYTE = {"cp932", "euc_jp", "cp949", "gb18030", "big5hkscs"}
OTHER_SCRIPTS = {"cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874"}
DETECTABLE = sorted(DOUBLE_BYTE | OTHER_SCRIPTS | ALPHABETS.keys())
SIGNS = frozenset("\xa0‘’‚“”„–—…«»‹›•·°§©®™€£¿¡´½²")


def decode(data: bytes, *, html: bool, declared: str | None = None) -> str:
    """Decode a page's bytes; a declared charset is used only if the bytes fit it.

    In this order: a byte order mark, UTF-16 or UTF-32 by its NUL bytes, `declared`, the page's own
    declaration, UTF-8, detection on at most 64 KiB, windows-1252. Bytes that do not fit become U+FFFD.

    Args:
        data: The page as it came, uncompressed.
        html: Whether to look for `<meta charset>` and an XML declaration.
        declared: The charset of an HTTP header, or the header's whole value.

    Raises:
        UnreadablePage: The bytes are not text; the code is `binary`.

    Source: WHATWG Encoding Standard (labels), HTML Standard section 13.2.3 (order of evidence).
    """
    return _decode(data, html=html, declared=declared).text


def decode_html(data: bytes, *, declared: str | None = None) -> str | bytes:
    """Decode the bytes of an HTML page as `decode` does, or return them if they are already UTF-8."""
    found = _decode(data, html=True, declared=declared)
    return data if found.is_utf8 else found.text


class _Decoded(NamedTuple):
    """A page's text, and whether its bytes are that text in UTF-8."""

    text: str
    is_utf8: bool = False


def _decode(data: bytes, *, html: bool, declared: str | None) -> _Decoded:
    for mark, codec in MARKS:
        if data.startswith(mark):
            return _Decoded(data[len(mark) :].decode(codec, "replace"))
    _refuse_formats(data)
    wide = _wide_charset(data[:SAMPLE])
    if wide:
        return _Decoded(data.decode(wide, "replace"))
    controls = _many_controls(data[:SAMPLE])
    if controls:
        raise UnreadablePage(
            "binary",
            f"found {controls} control characters in the first {len(data[:SAMPLE])} bytes, expected the bytes of an "
            f"HTML or text page (at most {MAX_CONTROLS:.0%}); check that it is a page and not compressed",
        )
    for label in _labels(data, declared, html=html):
        found = _decode_declared(data, label)
        if found is not None:
            return found
    return _decode_undeclared(data, html=html)


def _labels(data: bytes, declared: str | None, *, html: bool) -> Iterator[str]:
    """Return the declared charsets; the page is searched only if the header's charset does not fit."""
    if declared:
        yield declared.lower().rpartition("charset=")[2].strip(" \t\"';").partition(";")[0]
    head = COMMENT.sub(b"", data[:PRESCAN]) if html else b""
    found = DECLARED.search(head) or XML_DECLARED.match(head)
    if found:
        label = found.group(1).decode("ascii", "replace").lower()
        # A declaration that is readable as ASCII cannot be UTF-16; the page is UTF-8.
        yield "utf-8" if label.startswith(("utf-16", "utf-32")) else label


def _refuse_formats(data: bytes) -> None:
    for magic, name, advice in MAGIC:
        if re.match(magic, data[:1024]):
            raise UnreadablePage("binary", f"found {name}, expected the bytes of an HTML or text page; {advice}")


def _many_controls(sample: bytes) -> int:
    """Count the control characters of bytes that have too many to be text; 0 if they may be text."""
    count = _count_controls(np.frombuffer(sample, np.uint8))
    return count if count >= FEW_CONTROLS and count > MAX_CONTROLS * len(sample) else 0


@jit
def _count_controls(values: NDArray[np.uint8]) -> int:
    """Count the control characters that no text contains: all but tabs, line ends and escape."""
    count = 0
    for value in values:  # without a branch, so that the compiler vectorises it
        count += (value < 32) & ((value < 9) | (value > 13)) & (value != 27) | (value == 127)
    return count


def _wide_charset(sample: bytes) -> str | None:
    """Recognise UTF-32 and UTF-16 without a mark by the places of their NUL bytes."""
    if b"\0" not in sample or len(sample) < 4:
        return None
    quarter = len(sample) // 4
    nuls = [sample[i::4].count(0) / quarter for i in range(4)]
    if nuls[3] > 0.99 and nuls[2] > 0.9 and nuls[0] < 0.5:
        return "utf-32-le"
    if nuls[0] > 0.99 and nuls[1] > 0.9 and nuls[3] < 0.5:
        return "utf-32-be"
    even, odd = nuls[0] + nuls[2], nuls[1] + nuls[3]
    codec = "utf-16-le" if odd > even else "utf-16-be"
    # Each share is out of 2. A page in a script far from ASCII has NULs only in its spaces and tags.
    no_bytes = _many_controls(sample) > 0 or not _is_valid(sample, "utf-8")
    enough = max(even, odd) > (0.02 if no_bytes else 0.4)
    if enough and min(even, odd) * 10 < max(even, odd) and _is_valid(sample, codec):
        return codec
    return None


def _codec(label: str) -> str | None:
    """Return the Python codec closest to what browsers use for a charset label, None for an unknown label."""
    try:
        name = codecs.lookup(WIDER.get(label, label)).name
        b"a".decode(name, "replace")  # LookupError if the codec is not a charset, such as base64
    except (LookupError, ValueError):
        return None
    return None if name in NO_CHARSETS else WIDER.get(name, name)


def _decode_declared(data: bytes, label: str) -> _Decoded | None:
    """Decode by a declared charset; return None if the bytes do not fit it."""
    codec = _codec(label)
    if codec is None:
        return None
    if codec != "utf-8":
        n_high = len(data) - len(data.translate(None, HIGH_BYTES))
        enough = UTF8_SURE if codec in DOUBLE_BYTE else 1
        if n_high >= enough and _is_valid(data, "utf-8", cut_short=False):
            return None
    return _decode_damaged(data, codec)


def _decode_damaged(data: bytes, codec: str) -> _Decoded | None:
    """Decode with U+FFFD for bytes that do not fit; return None if they are too many for a damaged page.

    Half a character at the very end does not count, so that a truncated file keeps its charset.
    """
    try:
        return _Decoded(data.decode(codec), codec == "utf-8")
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    damage = text.count("\ufffd") - data.count(b"\xef\xbf\xbd") * (codec == "utf-8")
    cut_short = _is_valid(data, codec)
    return _Decoded(text) if cut_short or damage <= MAX_DAMAGE * foreign else None


def _is_valid(data: bytes, codec: str, *, cut_short: bool = True) -> bool:
    """Return whether the bytes decode; `cut_short` allows half a character at the end."""
    try:
        codecs.getincrementaldecoder(codec)().decode(data, not cut_short)
    except UnicodeDecodeError:
        return False
    return True


def _decode_undeclared(data: bytes, *, html: bool) -> _Decoded:
    """Decode as UTF-8 if the bytes are valid, else by a detected charset."""
    high = NON_ASCII.search(data)
    if high is None:
        codec = "iso2022_jp" if b"\x1b$" in data and _is_valid(data, "iso2022_jp") else "ascii"
        return _Decoded(data.decode(codec, "replace"), codec == "ascii")
    # One high byte at the very end is a letter of a single-byte charset, not half a character of UTF-8.
    found = None if high.end() == len(data) else _decode_damaged(data, "utf-8")
    if found is not None:
        return found
    return _Decoded(data.decode(_detect(_sample(data, high.start(), html=html)), "replace"))


def _sample(data: bytes, first: int, *, html: bool) -> bytes:
    """Cut out a part around the first byte outside ASCII, without half characters and without tags."""
    start = max(0, first - 1024)
    sample = data[start : start + SAMPLE]
    if start + SAMPLE < len(data):
        end = max(sample.rfind(b) for b in (b" ", b"\n", b"<"))
        sample = sample[:end] if end > first - start else sample
    return TAG.sub(b" ", sample) if html else sample


def _detect(sample: bytes) -> str:
    """Return the likeliest charset; also tries without the last byte, which may be half a character."""
    samples = [sample, sample[:-1]] if sample[-1] > 0x7F else [sample]
    found = [from_bytes(data, cp_isolation=DETECTABLE, enable_fallback=False).best() for data in samples]
    matches = [match for match in found if match is not None and match.encoding in DETECTABLE]
    if not matches:
        return "cp1252"
    best = min(matches, key=lambda match: match.chaos)
    return _latin(sample) if best.encoding in ALPHABETS else best.encoding


def _latin(sample: bytes) -> str:
    """Choose the Latin code page in which most characters are of one language's alphabet."""
    scores: dict[str, float] = {}
    for codec, alphabets in ALPHABETS.items():
        foreign = [c for c in sample.decode(codec, "replace").lower() if c > "\x7f"]
        known = [sum(c in SIGNS or c in letters for c in foreign) for letters in alphabets.split()]
        scores[codec] = max(known) / max(1, len(foreign))
    return max(scores, key=lambda codec: scores[codec])
