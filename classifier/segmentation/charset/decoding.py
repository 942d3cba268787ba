"""Decodes a page: by a byte order mark, as UTF-8, by a declared charset that fits the bytes, or by the likeliest."""

from __future__ import annotations

import codecs
import re

from copydesk.classifier.segmentation.charset.binary_formats import many_controls, refuse_controls, refuse_formats
from copydesk.classifier.segmentation.charset.declarations import REPLACE, declared_codecs
from copydesk.classifier.segmentation.charset.likelihood import DOUBLE_BYTE, Likelihoods, sample_of, score_charsets
from copydesk.classifier.segmentation.utf8 import count_utf8

SAMPLE = 65_536  # bytes that are read to find NUL patterns and control characters

# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UTF8_SURE = 4  # characters outside ASCII; fewer may be UTF-8 by chance in a charset with two bytes for a character
MAX_DAMAGE = 0.05  # share of the characters outside ASCII that may be undecodable in a page of a charset
MAX_WIDE_DAMAGE = 0.005  # the same by byte for UTF-16, of which random bytes have 0.03
# The first half of a quotation mark, dash or emoji in UTF-8, which makes no sense in other charsets.
HALF = re.compile(rb"\xe2[\x80-\x84](?![\x80-\xbf])|\xf0\x9f[\x80-\xbf]?(?![\x80-\xbf])")
# Half an emoji of UTF-16 in UTF-8, as some databases write it. Decoders give three U+FFFD for it.
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")

# A declared charset is wrong if the logarithm of another one's probability is larger by both of these. Of 3,075 pages
# that declare the truth, damaged ones among them, 1 had so much; of 148 that do not, 137.
DISPROOF = 40.0
DISPROOF_BY_BYTE = 0.6  # by byte of the sample outside ASCII
SAME_LETTERS = {"koi8-r": "koi8-u"}  # the difference is in signs that draw boxes
PLAUSIBLE = -5.5  # logarithm by byte outside ASCII; text in its own charset has more (-1 to -4.5)


def decode(data: bytes, *, html: bool, declared: str | None = None) -> str:
    """Decode a page's bytes; what a page declares is believed only if the bytes fit it.

    In this order: a byte order mark; UTF-16 or UTF-32 by its NUL bytes; UTF-8, if most characters outside ASCII
    are valid; `declared` and the page's own declaration, unless another charset is much more likely; the likeliest
    charset. Bytes that do not fit become U+FFFD.

    Args:
        data: The page as it came, uncompressed.
        html: Whether to look for `<meta charset>` and an XML declaration.
        declared: The charset of an HTTP header, or the header's whole value.

    Raises:
        UnreadablePage: The bytes are not text; the code is `binary`.
    """
    decoded = _decode(data, html=html, declared=declared)
    return data.decode() if decoded is None else decoded


def decode_html(data: bytes, *, declared: str | None = None) -> str | bytes:
    """Decode the bytes of an HTML page as `decode` does, or return them if they are already UTF-8."""
    decoded = _decode(data, html=True, declared=declared)
    return data if decoded is None else decoded


def _decode(data: bytes, *, html: bool, declared: str | None) -> str | None:
    """Decode a page's bytes; return None if they are its text in UTF-8."""
    for mark, codec in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    refuse_formats(data)
    sample = data[:SAMPLE]
    wide = _wide_charset(sample)
    if wide:
        return data.decode(wide, "replace")
    refuse_controls(sample)
    n_characters = count_utf8(data)
    if n_characters is None:
        return _decode_invalid(data, declared_codecs(data, declared, html=html))
    if n_characters == len(data):
        is_japanese = b"\x1b" in data and b"\x1b$" in data  # a search for one byte takes much less time
        japanese = data.decode("iso2022_jp_ext", REPLACE) if is_japanese else "\ufffd"
        return None if "\ufffd" in japanese else japanese
    # A character outside ASCII has at most three bytes more than one in ASCII.
    if len(data) - n_characters < 3 * UTF8_SURE and _count_foreign(data.decode()) < UTF8_SURE:
        for codec in declared_codecs(data, declared, html=html):
            if codec in DOUBLE_BYTE and _is_text(score_charsets(sample_of(data)), codec):
                return data.decode(codec, REPLACE)
    return None


def _decode_invalid(data: bytes, declared: list[str]) -> str:
    """Decode bytes that are not valid UTF-8: damaged UTF-8, or another charset."""
    utf8 = data.decode("utf-8", "replace")
    replaced = utf8.count("\ufffd")
    n_valid = _count_foreign(utf8) - replaced
    n_damaged = replaced - data.count(b"\xef\xbf\xbd")
    # In other charsets, at most two of three characters are valid UTF-8 by chance (Thai, EUC-JP).
    sample = sample_of(data)
    is_utf8 = n_valid >= n_damaged or n_valid + _count_oddities(sample) >= n_damaged
    if is_utf8 and (n_valid >= UTF8_SURE or DOUBLE_BYTE.isdisjoint(declared)):
        return utf8
    likelihoods = score_charsets(sample)
    for codec in declared:
        if codec != "utf-8" and _fits(data, codec, likelihoods):
            return data.decode(codec, REPLACE)
    best = likelihoods.best
    may_be_utf8 = "utf-8" in declared or n_valid > 0
    return utf8 if may_be_utf8 and not _is_text(likelihoods, best) else data.decode(best, REPLACE)


def _count_oddities(sample: bytes) -> int:
    """Count the U+FFFD in a text that do not speak against UTF-8."""
    return len(HALF.findall(sample)) + 3 * len(SURROGATE.findall(sample))


def _is_text(likelihoods: Likelihoods, codec: str) -> bool:
    return likelihoods.scores[codec] >= PLAUSIBLE * likelihoods.n_high


def _count_foreign(text: str) -> int:
    """Count the characters outside ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _fits(data: bytes, codec: str, likelihoods: Likelihoods) -> bool:
    """Return whether the bytes of a page may be in the charset that it declares."""
    score = likelihoods.scores.get(SAME_LETTERS.get(codec, codec))
    if score is not None:
        lead = likelihoods.scores[likelihoods.best] - score
        return lead < max(DISPROOF, DISPROOF_BY_BYTE * likelihoods.n_high)
    if codec.startswith(("utf-16", "utf-32")) and b"\0" not in data[:SAMPLE]:
        return False
    text = data.decode(codec, REPLACE)
    return text.count("\ufffd") <= MAX_DAMAGE * _count_foreign(text)


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
    no_bytes = many_controls(sample) > 0 or not _is_valid(sample, "utf-8")
    enough = max(even, odd) > (0.02 if no_bytes else 0.4)
    n_damaged = sample.decode(codec, "replace").count("\ufffd")
    fits = min(even, odd) * 10 < max(even, odd) and n_damaged <= max(1, MAX_WIDE_DAMAGE * len(sample))
    return codec if enough and fits else None


def _is_valid(data: bytes, codec: str) -> bool:
    """Return whether the bytes decode, but for half a character at the end."""
    try:
        codecs.getincrementaldecoder(codec)().decode(data)
    except UnicodeDecodeError:
        return False
    return True
