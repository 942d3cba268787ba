"""The order of evidence for a page's charset, and damaged pages, which keep theirs."""

from __future__ import annotations

import codecs
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.segmentation.charset import decode, decode_html
from tests.support.sentences import CHARSETS, DOUBLE_BYTE, GERMAN, IDS, JAPANESE, RUSSIAN, THAI, page

SENTENCES = sorted({text for text, _ in CHARSETS})
SINGLE_BYTE = [pair for pair in CHARSETS if pair not in DOUBLE_BYTE and pair[1] != "iso-2022-jp"]


def check_bytes(data: bytes, declared: str | None) -> bool:
    """Check that both functions agree; return whether the bytes themselves were returned."""
    try:
        text = decode(data, html=True, declared=declared)
    except UnreadablePage as error:
        with pytest.raises(UnreadablePage, match=re.escape(str(error))):
            decode_html(data, declared=declared)
        return False
    found = decode_html(data, declared=declared)
    assert text == (found.decode() if isinstance(found, bytes) else found)
    return found is data


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(max_size=80), st.text(st.characters(codec="utf-8"), max_size=80).map(str.encode)),
    st.sampled_from([None, "utf-8", "iso-8859-1", "shift_jis"]),
)
def test_bytes_that_are_returned_are_the_text_in_utf8(data: bytes, declared: str | None) -> None:
    check_bytes(data, declared)


@pytest.mark.parametrize(("text", "charset"), CHARSETS, ids=IDS)
def test_bytes_are_returned_only_if_they_are_utf8(text: str, charset: str) -> None:
    assert check_bytes(page(text).encode(), None)
    assert check_bytes(page(text).encode(), "utf-8")
    assert check_bytes(page("Only ASCII").encode(), None)
    assert not check_bytes(page(text).encode(charset), charset)
    assert not check_bytes(codecs.BOM_UTF8 + page(text).encode(), None)
    assert not check_bytes(page(text).encode() + b"\xe2\x82", None)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])), st.booleans())
def test_utf8_is_returned_whatever_it_declares(text: str, html: bool) -> None:
    text = text.removeprefix("\ufeff")
    if not text.lstrip().startswith(("%PDF-", "GIF8")):
        assert decode(text.encode(), html=html, declared="utf-8") == text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.booleans(), st.none() | st.text(max_size=12) | st.sampled_from(["utf-16", "gbk"]))
def test_any_bytes_are_decoded_or_refused_as_binary(data: bytes, html: bool, declared: str | None) -> None:
    try:
        refusal = None
        text = decode(data, html=html, declared=declared)
    except UnreadablePage as error:
        refusal = error
        text = ""
    assert refusal is None or (
        refusal.code == "binary" and "expected the bytes of an HTML or text page" in str(refusal)
    )
    assert text.encode("utf-8", "surrogatepass").decode("utf-8") == text


@pytest.mark.parametrize(
    "declared", ["latin1", "iso-8859-1", "windows-1252", "koi8-r", "shift_jis", "big5", "us-ascii"]
)
@pytest.mark.parametrize("text", [GERMAN * 4, RUSSIAN, JAPANESE], ids=["German", "Russian", "Japanese"])
def test_utf8_declared_as_something_else_is_utf8(declared: str, text: str) -> None:
    assert decode(text.encode(), html=False, declared=declared) == text


def test_a_few_double_byte_letters_that_could_be_utf8_keep_their_declared_charset() -> None:
    data = b"\xc2\xa1\xc2\xa2 ok"
    assert decode(data, html=False, declared="euc-kr") == data.decode("cp949")
    assert decode(data, html=False, declared="latin1") == "\xa1\xa2 ok"


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("text", [GERMAN, JAPANESE, ""])
def test_byte_order_mark_wins_over_every_declaration_and_is_removed(mark: bytes, charset: str, text: str) -> None:
    assert decode(mark + text.encode(charset), html=False, declared="koi8-r") == text


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", [GERMAN, RUSSIAN, page(JAPANESE), "ab"], ids=["German", "Russian", "page", "two letters"]
)
def test_utf16_and_utf32_without_a_mark_are_recognised_by_their_nul_bytes(charset: str, text: str) -> None:
    assert decode(text.encode(charset), html=False, declared="utf-8") == text


@pytest.mark.parametrize(("text", "charset"), [*DOUBLE_BYTE, (RUSSIAN, "utf-8"), (THAI, "utf-8")])
@pytest.mark.parametrize("declared", [True, False])
def test_half_a_character_at_the_end_keeps_the_charset(text: str, charset: str, declared: bool) -> None:
    whole = text + text[0]
    data = whole.encode(charset)[:-1]
    assert decode(data, html=False, declared=charset if declared else None)[: len(text)] == text


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SENTENCES),
    st.integers(0, 2_000),
    st.sampled_from(["dropped", "replaced", "inserted", "cut"]),
    st.integers(0x80, 0xFF),
    st.sampled_from(["utf-8", None, "iso-8859-1", "windows-1251", "shift_jis"]),
)
def test_a_damaged_byte_in_utf8_costs_one_character(
    text: str, place: int, damage: str, byte: int, declared: str | None
) -> None:
    data = (text + " " + text).encode()
    high = [index for index in range(len(text.encode()), len(data)) if data[index] > 127]
    at = high[place % len(high)]
    rest = {
        "dropped": data[at + 1 :],
        "replaced": bytes([byte]) + data[at + 1 :],
        "inserted": bytes([byte]) + data[at:],
    }
    found = decode(data[:at] + rest.get(damage, b""), html=False, declared=declared)
    whole = data[:at].decode("utf-8", "ignore")
    assert found.startswith(whole)
    assert damage == "cut" or found.endswith((text + " " + text)[len(whole) + 2 :])


def test_half_a_character_of_an_english_page_does_not_change_the_others() -> None:
    for text in ("The council’s café closed – for good. Old bridge\ufffd", "Old bridge over the river\ufffd, more"):
        data = page(text).encode().replace(b"\xef\xbf\xbd", b"\xe2\x80")
        for declared in ("utf-8", None, "iso-8859-1"):
            assert decode(data, html=True, declared=declared) == page(text)


def test_bytes_of_another_charset_in_a_utf8_page_are_replaced() -> None:
    data = RUSSIAN.encode() + b" \x93fianc\xe9e\x94 " + RUSSIAN.encode()
    for declared in (None, "utf-8", "iso-8859-1"):
        assert decode(data, html=False, declared=declared) == f"{RUSSIAN} \ufffdfianc\ufffde\ufffd {RUSSIAN}"


def test_one_latin1_letter_in_a_page_that_says_utf8_is_that_letter() -> None:
    assert decode(page("The café is open").encode("latin-1"), html=True, declared="utf-8") == page("The café is open")


def test_emoji_in_halves_do_not_hide_utf8() -> None:
    halves = "The ferry is back \ud83d\ude00\ud83d\ude00, the mayor’s aide said".encode("utf-8", "surrogatepass")
    found = decode(halves, html=False, declared="utf-8")
    assert found.replace("\ufffd", "") == "The ferry is back , the mayor’s aide said"


@pytest.mark.parametrize(("text", "charset"), SINGLE_BYTE)
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_damaged_byte_in_another_charset_costs_one_character(text: str, charset: str, is_declared: bool) -> None:
    data = bytearray((text * 3).encode(charset))
    at = next(index for index in range(len(text), len(data)) if data[index] > 127)
    data[at] = 0xFF
    found = decode(bytes(data), html=False, declared=charset if is_declared else None)
    assert found[:at] == (text * 3)[:at]
    assert found[at + 1 :] == (text * 3)[at + 1 :]


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_a_damaged_character_of_utf16_costs_one_character(charset: str) -> None:
    text = page(RUSSIAN)
    data = bytearray(text.encode(charset))
    data[100:102] = b"\xd8\xd8"
    assert decode(bytes(data), html=True, declared="utf-8") == f"{text[:50]}\ufffd{text[51:]}"


def test_single_nul_bytes_stay_in_the_text() -> None:
    assert decode(b"ferry\0 late \0 again", html=False) == "ferry\0 late \0 again"


def test_no_bytes_are_an_empty_text() -> None:
    assert decode(b"", html=True, declared="utf-16") == ""


@pytest.mark.parametrize(
    "unit", [b"\xe9", b"<meta ", b"<!--", b"\xe9\r", b"\x81\x20", b"\xe2\x82", RUSSIAN.encode("cp1251"), b"<" * 50]
)
@pytest.mark.slow
def test_five_megabytes_are_decoded_in_little_time(unit: bytes) -> None:
    data = unit * (5_000_000 // len(unit))
    started = time.process_time()
    assert decode(data, html=True, declared="utf-8")
    assert time.process_time() - started < 4
