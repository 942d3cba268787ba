"""Charsets that are not declared, or falsely: the likeliest one is taken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.segmentation.charset import decode
from copydesk.classifier.segmentation.charset.likelihood import SAMPLE, sample_of, score_charsets
from tests.support.sentences import CHARSETS, DOUBLE_BYTE, GERMAN, IDS, JAPANESE, KOREAN, RUSSIAN, page

HIGH_BYTES = [pair for pair in CHARSETS if pair[1] != "iso-2022-jp"]


@pytest.mark.parametrize(("text", "charset"), CHARSETS, ids=IDS)
def test_charset_that_is_not_declared_is_detected(text: str, charset: str) -> None:
    assert decode((text * 3).encode(charset), html=False) == text * 3
    assert decode(page(text * 3).encode(charset), html=True) == page(text * 3)


@pytest.mark.parametrize(("text", "charset"), [pair for pair in CHARSETS if pair[1] != "iso-2022-jp"])
def test_invalid_utf8_that_is_declared_as_utf8_is_detected(text: str, charset: str) -> None:
    source = page(text * 3, '<meta charset="utf-8">')
    assert decode(source.encode(charset), html=True, declared="utf-8") == source


def test_letters_after_a_megabyte_of_ascii_are_detected() -> None:
    text = "<script>var a = 1;</script>\n" * 40_000 + JAPANESE * 3
    assert decode(text.encode("euc-jp"), html=True) == text


def test_a_cut_sample_does_not_hide_the_charset() -> None:
    text = "\n".join([JAPANESE] * 2_000)
    assert decode(text.encode("shift_jis"), html=False) == text


def test_one_letter_at_the_very_end_is_not_half_a_character() -> None:
    assert decode(b"the town caf\xe9", html=False) == "the town café"


@pytest.mark.parametrize(("text", "charset"), CHARSETS, ids=IDS)
def test_one_sentence_is_enough(text: str, charset: str) -> None:
    assert decode(text.encode(charset), html=False) == text


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(HIGH_BYTES), st.text(st.characters(max_codepoint=127, exclude_categories=["Cc"]), max_size=80))
def test_ascii_around_a_text_changes_nothing(pair: tuple[str, str], ascii_text: str) -> None:
    text, charset = pair
    data = f"{ascii_text}\n{text}\n{ascii_text}".encode(charset)
    if not ascii_text.lstrip().startswith(("%PDF-", "GIF8")):
        assert decode(data, html=False) == data.decode(charset)


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        (RUSSIAN, "windows-1251", "iso-8859-1"),
        (RUSSIAN, "koi8-r", "windows-1251"),
        (RUSSIAN, "windows-1251", "koi8-r"),
        (JAPANESE, "shift_jis", "iso-8859-1"),
        (JAPANESE, "shift_jis", "euc-jp"),
        (JAPANESE, "euc-jp", "shift_jis"),
        (JAPANESE, "euc-jp", "gb2312"),
        (KOREAN, "euc-kr", "gb2312"),
        (KOREAN, "euc-kr", "utf-16"),
    ],
)
def test_a_declared_charset_that_makes_nonsense_of_a_page_is_not_used(text: str, charset: str, declared: str) -> None:
    assert decode((text * 3).encode(charset), html=False, declared=declared) == text * 3


@pytest.mark.parametrize("charset", ["cp850", "iso-8859-3", "mac-roman", "johab"])
def test_a_declared_charset_that_cannot_be_compared_is_used(charset: str) -> None:
    text = KOREAN if charset == "johab" else GERMAN
    assert decode(text.encode(charset), html=False, declared=charset) == text


@pytest.mark.parametrize("word", ["Zoë", "£12m", "“Yes”", "it’s", "naïve café", "5\xa0km"])
def test_a_word_of_an_english_page_is_western(word: str) -> None:
    assert decode(page(word).encode("cp1252"), html=True) == page(word)


@pytest.mark.parametrize(("text", "charset"), DOUBLE_BYTE)
def test_a_damaged_byte_does_not_hide_the_charset(text: str, charset: str) -> None:
    data = bytearray((text + "\n").encode(charset) * 3)
    data[len(data) // 2] = 0xFF
    assert decode(bytes(data), html=False).count(text) == 2


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_a_sample_has_all_bytes_outside_ascii_and_their_neighbours(data: bytes) -> None:
    high = bytes(range(128))
    assert sample_of(data).translate(None, high) == data.translate(None, high)
    assert sample_of(data + b"ascii " * 9) == sample_of(data) or len(sample_of(data)) < len(data) + 2
    assert score_charsets(sample_of(data)).n_high == len(data.translate(None, high))


def test_a_sample_is_short() -> None:
    assert len(sample_of(b"\xe9\xe8" * SAMPLE)) == SAMPLE
