"""Tests of `normalized_words`: what counts as one word, and which texts have the same ones."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.normalized_words import read_words, text_digests

ANY_TEXT = st.text(st.characters(), max_size=60)
"""Lone surrogates and NUL included."""

FOLDING = st.text(
    st.sampled_from("aAeE\u0301\u0345\u0327ﬁßſKΩœ½²…㎏한글각ก็เக்ோ中\u302a\uf9d0ﷺ-\n ' ’\u00ad\u200bİıΣς"), max_size=30
)


def hashes(text: str) -> list[int]:
    return [int(value) for value in read_words([text]).hashes]


def split_words(text: str) -> list[str]:
    words = read_words([text])
    return [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The crew’s boat", "the crew's BOAT"),
        ("dont", "don't"),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301"),
        ("café", "cafe"),
        ("ﬁne", "fine"),
        ("ｆｉｎｅ １２", "fine 12"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("۱۵ مه", "15 مه"),
        ("१५ मई", "15 मई"),
        ("๑๕ พฤษภาคม", "15 พฤษภาคม"),
        ("ก๑๕ข", "ก15ข"),
        ("\U0001d7d7x", "9x"),
        ("exam-\nple", "example"),
        ("exam-\r\nple", "example"),
        ("exam\u00adple", "example"),
        ("zero\u200bwidth", "zerowidth"),
        ("a — b", "a, b"),
        ("“one”…two", '"one"... two'),
        ("well-known", "well known"),
        ("한국", unicodedata.normalize("NFD", "한국")),
        ("\u6f22\ufe00", "\u6f22"),
        ("ΟΔΟΣ", "οδος"),
    ],
)
def test_forms_of_one_text_have_the_same_words(one: str, other: str) -> None:
    assert hashes(one) == hashes(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("one two", "two one"),
        ("one two", "onetwo"),
        ("well-known", "wellknown"),
        ("page 1-\n2 is", "page 12 is not"),
        ("hill", "hall"),
        ("कि", "का"),
        ("東京", "京東"),
        ("x2", "x3"),
        ("١٥", "١٦"),
    ],
)
def test_other_words_have_other_hashes(one: str, other: str) -> None:
    assert hashes(one) != hashes(other)


def test_digit_of_every_script_is_read_as_its_value() -> None:
    digits = [chr(point) for point in range(0x110000) if chr(point).isdecimal()]
    assert {digit for digit in digits if hashes(digit) != hashes(str(int(digit)))} == set()


def test_words_know_their_places_in_the_text() -> None:
    assert split_words("  “Don’t go”, exam-\nple; naïve…end") == ["Don’t", "go", "exam-\nple", "naïve", "end"]


def test_scripts_without_spaces_give_a_word_a_character() -> None:
    words = read_words(["東京で two ไทย"])
    assert split_words("東京で two ไทย") == ["東", "京", "で", "two", "ไ", "ท", "ย"]
    assert (words.hashes & 1).tolist() == [1, 1, 1, 0, 1, 1, 1]


def test_han_beyond_the_first_planes_are_words_too() -> None:
    assert len(hashes("\U00020001\U0002f800\U00030001")) == 3
    assert hashes("\U0002f800") == hashes(unicodedata.normalize("NFKC", "\U0002f800"))
    assert hashes("\U0001f600\U000e0041\U0010fffd") == []


def test_one_code_point_may_hold_several_words() -> None:
    assert len(hashes("ﷺ" * 50)) == 50 * 3 + 1
    assert len(hashes(" ﷺ" * 50)) == 50 * 4


@settings(max_examples=150, deadline=None)
@given(st.one_of(ANY_TEXT, FOLDING))
@example("e\u0345\u0301")
def test_normal_forms_have_the_same_words(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert hashes(unicodedata.normalize(form, text)) == hashes(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(ANY_TEXT, FOLDING), max_size=5))
def test_texts_together_and_one_by_one_have_the_same_words(texts: list[str]) -> None:
    words = read_words(texts)
    for number, text in enumerate(texts):
        span = slice(int(words.bounds[number]), int(words.bounds[number + 1]))
        assert words.hashes[span].tolist() == hashes(text)
        starts, ends = words.starts[span].tolist(), words.ends[span].tolist()
        assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
        assert starts == sorted(starts)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["one", "two", "three"]), max_size=6), st.sampled_from([" ", "\n", ", ", " – "]))
def test_what_parts_words_does_not_matter(parts: list[str], gap: str) -> None:
    assert text_digests(read_words([gap.join(parts)])) == text_digests(read_words([" ".join(parts)]))


def test_digest_tells_order_and_number_of_words() -> None:
    digests = text_digests(read_words(["a b", "b a", "a b b", "A, b!", "", "…"]))
    assert digests[0] == digests[3]
    assert len(set(digests[:3].tolist())) == 3
    assert digests[4:].tolist() == [0, 0]


def test_importing_builds_no_table() -> None:
    code = (
        "import copydesk.classifier.duplicates.closed_set, copydesk.classifier.duplicates.normalized_words as w;"
        "assert w.fold_table.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
