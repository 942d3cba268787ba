"""Tells the language of a page: as it declares it, by the words of its body, and which of the two is believed."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

MIN_LETTERS = 40
"""Letters of a body from which its language is detected; with fewer a few names decide: a choice."""

SAMPLE = 300
"""Characters of a body that are looked at. Of 1,612 pages of Fundus and WCXB, CLD3 gives 5 another language than they
declare (at least 3 of them are in it), and none to 26, mostly lists of names. It takes 0.08 ms."""

SHORT_SAMPLE, SURE = 90, 0.99
"""Characters of a body that are looked at first if the page declares a language, and the probability from which that
language is believed. The answer is that of the whole sample on all pages of Fundus and WCXB with and without markup;
three quarters of their declarations are confirmed so, in 0.04 instead of 0.10 ms."""

_ENGLISH = frozenset(
    "the of and to that with for from by have has been was were are this which their they his would is in on it as at "
    "be not but you your we our he she will can more about".split()
)
"""Short words of English."""

_ENGLISH_ALONE = frozenset("and that with from has been this which their they would about you your are".split())
"""Those of them that languages with similar words, such as Dutch, do not have."""

ENGLISH_WORDS, WITHOUT_TWO_THE, IN_EACH_HALF, WITHOUT_THE = 5, 7, 2, 3
"""How many different words of `_ENGLISH` a sample without accents has, and each half of its words, from which it is
English, if the page declares no other language: fewer if "the" is in both halves than else. Without any "the", so many
have to be of `_ENGLISH_ALONE`. The detector, which takes ten times as long, is then not called. It gives "en" for all
such bodies, 1,313 of 1,941 pages of Fundus, WCXB and others; of 119,394 passages of these pages and of those that were
made in 66 languages, for all of 49,138 but 28, all of which are English too."""

_FOREIGN = re.compile(r"[^\x00-\x7f\xa0-\xbf\xd7\u2010-\u206f\u20a0-\u20cf\u2122\u2190-\u21ff]")
"""A character beyond ASCII but for punctuation, currencies, arrows, and signs such as those of trade marks."""

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:$|[-_.@,;\s])", re.IGNORECASE)
_RENAMED = dict(
    pair.split(":")
    for pair in (
        "iw:he in:id ji:yi jp:ja cz:cs dk:da gr:el kr:ko ua:uk eng:en deu:de ger:de fra:fr fre:fr spa:es ita:it por:pt "
        "nld:nl dut:nl rus:ru pol:pl jpn:ja kor:ko tur:tr swe:sv english:en deutsch:de german:de français:fr french:fr "
        "español:es spanish:es italiano:it italian:it português:pt portuguese:pt dutch:nl russian:ru polish:pl "
        "turkish:tr arabic:ar chinese:zh japanese:ja korean:ko hindi:hi"
    ).split()
)
"""Old, longer and wrong names of languages that pages use."""

_SAME = {"nb": "no", "nn": "no", "hr": "sr", "bs": "sr", "ms": "id", "cmn": "zh", "yue": "zh", "fil": "tl"}
"""Languages that count as one when the declared and the detected one are compared."""

_NONE = frozenset(("und", "zxx", "mul", "mis", "xx", "htm"))
_REGIONS = {"UK": "GB", "EN": ""}


def normalize_language(value: str) -> str:
    """Return a language in the form of BCP 47, such as "de-AT" for "de_at.UTF-8"; empty if it is none."""
    value = value.strip()[:100]
    renamed = _RENAMED.get(value.lower())
    found = _TAG.match(value)
    if renamed or found is None:
        return renamed or ""
    language, script, region = found.groups()
    language = _RENAMED.get(language.lower(), language.lower())
    if language in _NONE:
        return ""
    region = _REGIONS.get(region.upper(), region.upper()) if region else ""
    return "-".join(filter(None, (language, script.title() if script else "", region)))


def detect_language(body: str, *, declared: str = "") -> str:
    """Return the language of a body by its words, in the form of BCP 47; empty if it is too short to tell.

    `declared` is what the page declares: if the first words are surely in that language, no more are looked at.
    """
    sample = body[:SAMPLE]
    if len(tuple(islice(filter(str.isalpha, sample), MIN_LETTERS))) < MIN_LETTERS:
        return ""
    if declared.partition("-")[0] in ("", "en") and _is_surely_english(sample):
        return "en"
    sample = sample.encode("utf-8", "replace").decode()
    if declared:
        language, probability = _find_language(sample[:SHORT_SAMPLE])
        if probability >= SURE and language == declared.partition("-")[0]:
            return language
    return _find_language(sample)[0]


def _is_surely_english(sample: str) -> bool:
    if not sample.isascii() and _FOREIGN.search(sample) is not None:
        return False
    words = sample.lower().split()
    first, second = map(_ENGLISH.intersection, (words[: len(words) // 2], words[len(words) // 2 :]))
    if min(len(first), len(second)) < IN_EACH_HALF:
        return False
    if "the" in first and "the" in second:
        return len(first | second) >= ENGLISH_WORDS
    found = first | second  # Dutch has "of is in was we", Afrikaans "by is in was"
    return len(found) >= WITHOUT_TWO_THE and ("the" in found or len(found & _ENGLISH_ALONE) >= WITHOUT_THE)


def _find_language(sample: str) -> tuple[str, float]:
    """Return the detector's answer, empty where it is not reliable, and its probability."""
    found = _identifier().FindLanguage(sample)
    if not found.is_reliable or (found.language == "ja" and not any(map(_is_japanese, sample))):
        return "", 0.0
    return normalize_language(found.language), found.probability


def _is_japanese(letter: str) -> bool:
    """Return whether a letter is kana or kanji. CLD3 answers "ja" for text in scripts that it does not know."""
    return "\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff"


def decide_language(declared: str, detected: str) -> str:
    """Return the declared language if the text agrees or is too short to tell, else the detected one."""
    return declared if declared and (not detected or _primary(declared) == _primary(detected)) else detected


def _primary(tag: str) -> str:
    language = tag.partition("-")[0]
    return _SAME.get(language, language)


@cache
def _identifier() -> Any:
    """Load the detector, a network of 1 MB."""
    import gcld3

    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * SAMPLE)
