"""Finds the charset that a header or a page declares, and the codec that browsers use for it."""

from __future__ import annotations

import codecs
import re

import webencodings

PRESCAN = 65_536  # bytes of HTML that are searched for a declaration; browsers obey a late <meta>, too

# Instead of the codec that webencodings names: GB 18030 has all characters of GBK, and browsers read more of
# ISO-2022-JP than Python's codec of that name. A replacement is a charset that browsers refuse.
WIDER = {"gbk": "gb18030", "iso-2022-jp": "iso2022_jp_ext", "x-user-defined": "cp1252", "replacement": None}
NEC_ROWS = {12, 88, 89, 90, 91}  # rows 13 and 89 to 92, counted from 0
NO_CHARSETS = {"punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "mbcs", "oem"}

COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
META = re.compile(rb"<meta[\s/][^<>]*", re.IGNORECASE)
ATTRIBUTE = re.compile(rb"([\w-]{1,20})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:+-]+)", re.IGNORECASE)
XML = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']\s*([\w.:+-]+)")


def declared_codecs(data: bytes, header: str | None, *, html: bool) -> list[str]:
    """Return the codecs of the charsets that the header and the page declare, the header's first."""
    labels = []
    if header:
        value = header.lower().rpartition("charset=")[2].strip(" \t\r\n\"';")
        labels.append(re.split("[;,\"']", value)[0])
    label = _label_of_page(COMMENT.sub(b"", data[:PRESCAN])) if html else None
    if label:
        text = label.decode("ascii", "replace").lower()
        # A declaration that is readable as ASCII cannot be UTF-16; the page is UTF-8.
        labels.append("utf-8" if text.strip().startswith(("utf-16", "utf-32")) else text)
    return [codec for codec in map(codec_of, labels) if codec]


def _label_of_page(head: bytes) -> bytes | None:
    """Return the label of the first `<meta>` that declares a charset, else that of the XML declaration."""
    for tag in META.finditer(head):
        values = {name.lower(): b"".join(value) for name, *value in ATTRIBUTE.findall(tag.group())}
        if values.get(b"charset"):
            return values[b"charset"]
        # Without `http-equiv` a content is no declaration: a description may quote one.
        found = CHARSET.search(values.get(b"content", b"")) if b"http-equiv" in values else None
        if found:
            return found.group(1)
    found = XML.match(head)
    return found.group(1) if found else None


def codec_of(label: str) -> str | None:
    """Return the Python codec closest to what browsers use for a charset label, None for an unknown label.

    Source: WHATWG Encoding Standard, section 4.2 (labels), by webencodings.
    """
    try:
        known = webencodings.lookup(label)
        name = "" if known else codecs.lookup(label.strip()).name
        b"a".decode(name or "ascii", "replace")  # LookupError if the codec is not a charset, such as base64
    except (LookupError, ValueError):
        return None
    known = known or webencodings.lookup(name.replace("_", "-"))
    if known:
        return WIDER.get(known.name, known.codec_info.name)
    return None if name in NO_CHARSETS else name


def replace_undecodable(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return U+FFFD for bytes that a codec refuses, or the character if they are one of NEC's in Japanese charsets.

    Browsers read NEC's rows (①, ㈱, 髙) in EUC-JP and ISO-2022-JP, Python's codecs do not. Python's cp932 has the
    same rows; the bytes of the one charset follow from those of the other.
    """
    if isinstance(error, UnicodeDecodeError) and error.encoding in {"euc_jp", "iso2022_jp_ext"}:
        row, cell = (byte % 128 - 33 for byte in error.object[error.start : error.start + 2].ljust(2))
        if row in NEC_ROWS and 0 <= cell < 94:
            lead = row // 2 + (0x81 if row < 62 else 0xC1)
            trail = cell + (0x9F if row % 2 else 0x40 + (cell > 62))
            text = bytes([lead, trail]).decode("cp932", "ignore")
            if text:
                return text, error.start + 2
    return codecs.replace_errors(error)


REPLACE = "copydesk.replace"  # the name of `replace_undecodable` as an error handler
codecs.register_error(REPLACE, replace_undecodable)
