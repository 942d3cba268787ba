"""Tells how likely bytes are in each charset, by the letters and signs that they would be.

A wrong charset turns frequent letters into rare ones, puts capitals and signs inside words, mixes scripts, or has no
characters at the bytes. All of these lower the likelihood, so that one sum compares charsets of all scripts.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.segmentation.charset.alphabets import ALPHABETS, HANGUL, KANA, RARE, SIMPLIFIED, TRADITIONAL
from copydesk.classifier.segmentation.charset.declarations import REPLACE

SAMPLE = 4_096  # bytes of a sample; a hundred tell most charsets apart

# Logarithms of probabilities, set by hand and checked on texts in 40 languages. Two charsets differ by hundreds on a
# page, so that none of the numbers needs to be precise.
CAPITAL = -2.5  # a capital, compared with its small letter
SIGN = -4.0  # a quotation mark, a dash, a no-break space
OTHER_LETTER = -8.0  # a letter that is not in the alphabet of the language
OTHER_SIGN = -9.0
NO_CHARACTER = -11.0  # a byte that means nothing or a control character
MIXED = -3.0  # a Chinese, Japanese or Korean character that touches a Latin letter
BESIDE_LATIN = re.compile(r"[A-Za-z](?=[^\x00-\x7f])|[^\x00-\x7f](?=[A-Za-z])")
SIGNS = frozenset("\xa0‘’‚“”„–—…«»‹›•·°§©®™€£¿¡´½²№")
JOINERS = frozenset("\xa0’…–—“”„«»·\xad")  # signs that may touch letters
ACCENTS = (("\u0300", "\u036f"), ("\u0591", "\u05c7"), ("\u064b", "\u0652"), ("\u0e31", "\u0e4e"))  # and vowels

SPACE, SMALL, CAPITAL_LETTER, ACCENTED, ACCENTED_CAPITAL, FOREIGN, FOREIGN_CAPITAL, INNER_SIGN = range(8)
LATIN = (SMALL, CAPITAL_LETTER, ACCENTED, ACCENTED_CAPITAL)
OTHER_SCRIPT = (FOREIGN, FOREIGN_CAPITAL)
NEIGHBOURS: tuple[tuple[tuple[int, ...], tuple[int, ...], float], ...] = (
    ((SMALL, ACCENTED), (CAPITAL_LETTER, ACCENTED_CAPITAL), -4.0),
    ((FOREIGN,), (FOREIGN_CAPITAL,), -4.0),
    (LATIN, OTHER_SCRIPT, -4.0),
    (OTHER_SCRIPT, LATIN, -4.0),
    ((ACCENTED, ACCENTED_CAPITAL), (ACCENTED, ACCENTED_CAPITAL), -1.5),
    ((*LATIN, FOREIGN), (INNER_SIGN,), -0.7),
    ((INNER_SIGN,), (SMALL, ACCENTED, FOREIGN), -2.0),
    ((SPACE,), OTHER_SCRIPT, -1.2),
    (OTHER_SCRIPT, (SPACE,), -1.2),
)
"""What two neighbouring characters cost, by the kind of the left and of the right one."""

COMMON: dict[str, frozenset[str]] = {
    "cp932": frozenset(KANA),
    "euc_jp": frozenset(KANA),
    "gb18030": frozenset(SIMPLIFIED),
    "big5hkscs": frozenset(TRADITIONAL),
    "cp949": frozenset(HANGUL),
}
"""The frequent characters of the charsets with two bytes for a character."""

COMMON_SCORES = {"cp932": -4.0, "euc_jp": -4.0, "gb18030": -6.0, "big5hkscs": -6.0, "cp949": -5.3}
FIRST_LEVEL = {
    "cp932": (b"\x88\x9f", b"\x98\x72"),
    "euc_jp": (b"\xb0\xa1", b"\xcf\xd3"),
    "gb18030": (b"\xb0\xa1", b"\xd7\xf9"),
    "big5hkscs": (b"\xa4\x40", b"\xc6\x7e"),
}
"""The first and last of the common Chinese characters, which have a level of their own in each standard."""

DOUBLE_BYTE = COMMON.keys()
JAPANESE = ("cp932", "euc_jp")


class Likelihoods(NamedTuple):
    """The logarithm of a sample's probability in each charset, by the name of Python's codec."""

    scores: dict[str, float]
    n_high: int
    """Bytes of the sample outside ASCII."""

    @property
    def best(self) -> str:
        return max(self.scores, key=lambda codec: self.scores[codec])


def sample_of(data: bytes) -> bytes:
    """Cut out the bytes outside ASCII, the byte before them and two behind, from the front until there are 4 KiB.

    Neighbours tell letters from signs, and the second byte of a double-byte character may be ASCII.
    """
    values = np.frombuffer(data, np.uint8)
    high = values > 127
    near = high.copy()
    near[:-1] |= high[1:]
    near[1:] |= high[:-1]
    near[2:] |= high[:-2]
    return values[near][:SAMPLE].tobytes()


def score_charsets(sample: bytes) -> Likelihoods:
    """Compute the logarithm of the probability that a sample's bytes outside ASCII have in each charset."""
    values = np.frombuffer(b" " + sample + b" ", np.uint8).astype(np.intp)
    pairs, times = np.unique(values[:-1] * 256 + values[1:], return_counts=True)
    has_high = (pairs % 256 > 127) | (pairs // 256 > 127)
    pairs, times = pairs[has_high], times[has_high]
    counts = np.bincount(values, minlength=256)
    tables = _tables()
    context = _costs()[tables.kinds[:, pairs // 256], tables.kinds[:, pairs % 256]] @ times
    scores: dict[str, float] = {}
    for codec, letters in zip(tables.codecs, tables.letters @ counts, strict=True):
        scores[codec] = max(scores.get(codec, -np.inf), float(letters))
    for codec, cost in zip(scores, context, strict=True):
        scores[codec] += float(cost) + RARE.get(codec, 0.0)
    scores |= {codec: _score_double_byte(sample, codec) for codec in COMMON}
    return Likelihoods(scores, int(counts[128:].sum()))


class _Tables(NamedTuple):
    """What each byte means, for `score_charsets`."""

    codecs: list[str]
    """The codec of each row of `letters`."""
    letters: NDArray[np.float64]
    """Shape (pairs of alphabet and codec, 256): the logarithm of the probability of a byte; 0 for ASCII."""
    kinds: NDArray[np.intp]
    """Shape (codecs, 256): the kind of a byte's character, in the order in which codecs first occur."""


@cache
def _tables() -> _Tables:
    characters = {
        codec: [bytes([byte]).decode(codec, "replace") for byte in range(256)]
        for names, _ in ALPHABETS
        for codec in names.split()
    }
    pairs = [(codec, alphabet) for names, alphabet in ALPHABETS for codec in names.split()]
    letters = np.array([[_letter_score(c, alphabet) for c in characters[codec]] for codec, alphabet in pairs])
    kinds = np.array([[_kind(c) for c in characters[codec]] for codec in characters])
    return _Tables([codec for codec, _ in pairs], letters, kinds)


def _letter_score(character: str, alphabet: str) -> float:
    """Return the logarithm of a character's probability among those outside ASCII.

    Of an alphabet of n letters the most frequent has 3.5/n, and the last a thirtieth of that (a geometric series).
    """
    if character < "\x80":
        return 0.0
    for candidate, cost in ((character, 0.0), (character.lower(), CAPITAL)):
        if candidate in alphabet:
            n = len(alphabet)
            return cost - log(n / 3.5) - 3.5 / n * alphabet.index(candidate)
    if character in SIGNS:
        return SIGN
    if character == "\ufffd" or character < "\xa0":
        return NO_CHARACTER
    return OTHER_LETTER if character.isalpha() else OTHER_SIGN


def _kind(character: str) -> int:
    if character < "\x80":
        return SMALL if character.islower() else CAPITAL_LETTER if character.isupper() else SPACE
    if character in JOINERS:
        return SPACE
    if not (character.isalpha() or any(first <= character <= last for first, last in ACCENTS)):
        return INNER_SIGN
    if character < "\u0370" or "\u1e00" <= character < "\u1f00":
        return ACCENTED_CAPITAL if character.isupper() else ACCENTED
    return FOREIGN_CAPITAL if character.isupper() else FOREIGN


@cache
def _costs() -> NDArray[np.float64]:
    costs = np.zeros((8, 8))
    for lefts, rights, cost in NEIGHBOURS:
        costs[np.ix_(lefts, rights)] = cost
    return costs


def _score_double_byte(sample: bytes, codec: str) -> float:
    """Sum the logarithms of the probabilities of the characters outside ASCII, with two bytes each."""
    text = sample.decode(codec, "replace")
    if codec == "euc_jp" and text.count("\ufffd") < len(text) // 2:
        text = sample.decode(codec, REPLACE)  # which is slow where much is undecodable
    mixed = len(BESIDE_LATIN.findall(text)) * MIXED
    return mixed + sum(times * _character_score(c, codec) for c, times in Counter(text).items() if c > "\x7f")


@lru_cache(maxsize=16_384)
def _character_score(character: str, codec: str) -> float:
    if character == "\ufffd" or "\ue000" <= character <= "\uf8ff":  # for private use
        return NO_CHARACTER - 5.0
    if character in COMMON[codec]:
        return COMMON_SCORES[codec]
    if "、" <= character <= "】" or "！" <= character <= "～" or character in SIGNS:
        return -5.0
    if codec == "cp949":
        return -8.0 if "가" <= character <= "힣" else -12.0
    if "ぁ" <= character <= "ヿ":
        return -5.5 if codec in JAPANESE else -12.0
    if "一" <= character <= "鿿":
        return -8.3 if _is_first_level(character, codec) else -12.0
    return -11.0


def _is_first_level(character: str, codec: str) -> bool:
    """Return whether a standard has a character on its first level, the three to five thousand common ones."""
    first, last = FIRST_LEVEL[codec]
    code = character.encode(codec, "replace")
    return first <= code <= last and len(code) == 2
