"""Charsets that are declared, not declared and wrongly declared; bytes that are not a page."""

from __future__ import annotations

import codecs
import gzip
import random
import re
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.segmentation.charset import FEW_CONTROLS, PRESCAN, decode, decode_html

GERMAN = "Gestern Abend kamen viele neue Bücher in die Stadtbücherei, und draußen standen die Kinder Schlange."
FRENCH = "Hier soir, la bibliothèque a reçu des livres neufs ; les élèves ont attendu très longtemps à l’entrée."
SPANISH = "Ayer llegaron muchos libros a la biblioteca y los niños esperaron en fila mañana y tarde, según la señora."
PORTUGUESE = "Ontem à noite chegaram muitos livros; as crianças não quiseram sair e a direção abriu o salão."
SWEDISH = "I går kväll kom många nya böcker till stadsbiblioteket och barnen väntade i kö på gården."
ICELANDIC = "Í gærkvöldi komu margar nýjar bækur á bókasafnið og börnin biðu í röð þar til það opnaði."
POLISH = "Wczoraj do biblioteki miejskiej dotarło wiele nowych książek, a dzieci śpiewały, stojąc w kolejce."
CZECH = "Včera večer přišlo do městské knihovny mnoho nových knih a děti čekaly ve frontě u řeky."
HUNGARIAN = "Tegnap este sok új könyv érkezett a városi könyvtárba, és a gyűrűs őr engedte be a szülőket."
TURKISH = "Dün akşam şehir kütüphanesine çok sayıda yeni kitap geldi, çocuklar sırada bekliyordu."
LITHUANIAN = "Vakar vakare į miesto biblioteką atvežė daug naujų knygų, o vaikai laukė eilėje prie durų."
RUSSIAN = "Вчера вечером в городскую библиотеку привезли много новых книг, и дети стояли в очереди."
UKRAINIAN = "Учора ввечері до міської бібліотеки привезли багато нових книжок, і діти стояли в черзі."
GREEK = "Χθες το βράδυ έφτασαν στη δημοτική βιβλιοθήκη πολλά καινούργια βιβλία και τα παιδιά περίμεναν."
HEBREW = "אתמול בערב הגיעו לספריה העירונית ספרים חדשים רבים והילדים עמדו בתור."
ARABIC = "وصلت مساء أمس كتب جديدة كثيرة إلى مكتبة المدينة وكان الأطفال ينتظرون."
THAI = "เมื่อวานตอนเย็นมีหนังสือใหม่มากมายมาถึงห้องสมุดประจำเมือง เด็กๆ เข้าแถวรอ"
JAPANESE = "昨日の夕方、町の図書館に新しい本がたくさん届きました。子どもたちは列を作って待っていました。"
KOREAN = "어제 저녁 마을 도서관에 새 책이 많이 들어왔습니다. 아이들은 줄을 서서 기다렸습니다."
SIMPLIFIED = "昨天晚上，镇上的图书馆收到了许多新书。孩子们排着队等候，老师在门口微笑。"
TRADITIONAL = "昨天晚上，鎮上的圖書館收到了許多新書。孩子們排著隊等候，老師在門口微笑。"

CHARSETS = [
    (GERMAN, "iso-8859-1"),
    (FRENCH, "windows-1252"),
    (SPANISH, "iso-8859-1"),
    (PORTUGUESE, "iso-8859-1"),
    (SWEDISH, "iso-8859-1"),
    (ICELANDIC, "iso-8859-1"),
    (POLISH, "iso-8859-2"),
    (POLISH, "windows-1250"),
    (CZECH, "windows-1250"),
    (HUNGARIAN, "windows-1250"),
    (TURKISH, "iso-8859-9"),
    (LITHUANIAN, "windows-1257"),
    (RUSSIAN, "windows-1251"),
    (RUSSIAN, "koi8-r"),
    (UKRAINIAN, "windows-1251"),
    (GREEK, "windows-1253"),
    (HEBREW, "windows-1255"),
    (ARABIC, "windows-1256"),
    (THAI, "tis-620"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (JAPANESE, "iso-2022-jp"),
    (KOREAN, "euc-kr"),
    (SIMPLIFIED, "gb18030"),
    (SIMPLIFIED, "gb2312"),
    (TRADITIONAL, "big5"),
]
IDS = [f"{charset} {text[:5]}" for text, charset in CHARSETS]
DOUBLE_BYTE = [pair for pair in CHARSETS if pair[1] in {"shift_jis", "euc-jp", "euc-kr", "gb18030", "big5"}]


def page(text: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}<title>Town</title></head><body><p>{text}</p></body></html>"


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


@pytest.mark.parametrize(("text", "charset"), CHARSETS, ids=IDS)
def test_charset_of_the_header_is_used(text: str, charset: str) -> None:
    assert decode(text.encode(charset), html=False, declared=charset) == text
    assert decode(text.encode(charset), html=True, declared=f"text/html; charset={charset.upper()}") == text


@pytest.mark.parametrize(("text", "charset"), CHARSETS, ids=IDS)
@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="{}">',
        "<META CHARSET={} >",
        '<meta http-equiv="Content-Type" content="text/html; charset={}">',
        "<!-- <meta charset=koi8-u> --><meta charset='{}'/>",
    ],
)
def test_charset_declared_in_the_page_is_used(text: str, charset: str, head: str) -> None:
    source = page(text, head.format(charset))
    assert decode(source.encode(charset), html=True) == source


@pytest.mark.parametrize(("text", "charset"), CHARSETS, ids=IDS)
def test_charset_that_is_not_declared_is_detected(text: str, charset: str) -> None:
    assert decode((text * 3).encode(charset), html=False) == text * 3
    assert decode(page(text * 3).encode(charset), html=True) == page(text * 3)


@pytest.mark.parametrize(("text", "charset"), [pair for pair in CHARSETS if pair[1] != "iso-2022-jp"])
def test_invalid_utf8_that_is_declared_as_utf8_is_detected(text: str, charset: str) -> None:
    source = page(text * 3, '<meta charset="utf-8">')
    assert decode(source.encode(charset), html=True, declared="utf-8") == source


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
    "declared", ["no-such-charset", "", "base64", "rot13", "utf-7", "idna", "\0", "\udc80", "charset="]
)
def test_label_that_is_not_a_charset_is_ignored(declared: str) -> None:
    assert decode(RUSSIAN.encode("koi8-r"), html=False, declared=declared) == RUSSIAN


def test_latin1_means_windows_1252_with_its_quotation_marks() -> None:
    data = "The owner’s “café” – open".encode("cp1252")
    assert decode(data, html=False, declared="iso-8859-1") == "The owner’s “café” – open"


def test_the_header_wins_over_the_page_where_both_fit() -> None:
    source = page(RUSSIAN, "<meta charset=koi8-r>")
    assert decode(source.encode("cp1251"), html=True, declared="windows-1251") == source


def test_page_that_does_not_fit_its_header_is_decoded_by_its_own_declaration() -> None:
    source = page(JAPANESE, "<meta charset=euc-jp>")
    assert decode(source.encode("euc-jp"), html=True, declared="utf-8") == source


def test_xml_declaration_counts_only_in_html() -> None:
    source = f'<?xml version="1.0" encoding="koi8-r"?><html><p>{RUSSIAN}</p></html>'
    assert decode(source.encode("koi8-r"), html=True) == source
    short = '<?xml version="1.0" encoding="cp1250"?> \xe9'
    assert decode(short.encode("cp1252"), html=False) == short


@pytest.mark.parametrize(("over", "charset"), [(-1, "cp1253"), (0, "cp1253"), (1, "cp1252")])
def test_a_declaration_is_read_within_the_first_4096_bytes(over: int, charset: str) -> None:
    tag = b"<meta charset=windows-1253>"
    data = b" " * (PRESCAN + over - len(tag) + 1) + tag + b"<p>\xf0"
    assert decode(data, html=True)[-1] == b"\xf0".decode(charset)


def test_a_utf16_declaration_that_could_be_read_as_ascii_means_utf8() -> None:
    source = page(GERMAN, "<meta charset=utf-16>")
    assert decode(source.encode(), html=True) == source


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


def test_one_letter_at_the_very_end_is_not_half_a_character() -> None:
    assert decode(b"the town caf\xe9", html=False) == "the town café"


def test_a_long_utf8_page_with_one_bad_byte_stays_utf8() -> None:
    data = RUSSIAN.encode() + b"\xff" + RUSSIAN.encode()
    assert decode(data, html=False) == RUSSIAN + "\ufffd" + RUSSIAN
    assert decode(data, html=False, declared="utf-8") == RUSSIAN + "\ufffd" + RUSSIAN


def test_letters_after_a_megabyte_of_ascii_are_detected() -> None:
    text = "<script>var a = 1;</script>\n" * 40_000 + JAPANESE * 3
    assert decode(text.encode("euc-jp"), html=True) == text


def test_a_cut_sample_does_not_hide_the_charset() -> None:
    text = "\n".join([JAPANESE] * 2_000)
    assert decode(text.encode("shift_jis"), html=False) == text


def test_single_nul_bytes_stay_in_the_text() -> None:
    assert decode(b"ferry\0 late \0 again", html=False) == "ferry\0 late \0 again"


@pytest.mark.parametrize(
    ("data", "found", "advice"),
    [
        (gzip.compress(b"<p>a page</p>", mtime=0), "gzip", "decompress it first"),
        (b"PK\x03\x04\x14\0\0\0", "ZIP", "take the pages out of it"),
        (b"\n%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF", "convert it to HTML or text first"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image", "leave it out"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image", "leave it out"),
        (b"GIF89a\x01\0\x01\0", "image", "leave it out"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image", "leave it out"),
        (b"\0\0\0\x18ftypmp42", "video", "leave it out"),
        (b"\0" * 200, "200 control characters", "check that it is a page"),
        (zlib.compress(random.Random(5).randbytes(4_000))[2:], "control characters", "not compressed"),
    ],
)
def test_binary_data_is_refused_by_name_and_with_advice(data: bytes, found: str, advice: str) -> None:
    with pytest.raises(UnreadablePage, match=rf"found .*{found}.*, expected .*; .*{advice}") as caught:
        decode(data, html=True)
    assert caught.value.code == "binary"


@pytest.mark.parametrize(
    ("n_controls", "refused"), [(FEW_CONTROLS - 1, False), (FEW_CONTROLS, True), (FEW_CONTROLS + 1, True)]
)
def test_a_handful_of_control_characters_is_still_a_page(n_controls: int, refused: bool) -> None:
    data = b"text " * 4 + b"\x01" * n_controls
    if refused:
        with pytest.raises(UnreadablePage, match=f"found {n_controls} control characters"):
            decode(data, html=False)
    else:
        assert decode(data, html=False) == data.decode("ascii")


@pytest.mark.parametrize(("n_letters", "refused"), [(189, True), (190, False), (191, False)])
def test_control_characters_above_one_in_twenty_are_refused(n_letters: int, refused: bool) -> None:
    data = bytes(range(14, 24)) + b"a" * n_letters
    if refused:
        with pytest.raises(UnreadablePage, match="found 10 control characters in the first 199 bytes"):
            decode(data, html=False)
    else:
        assert decode(data, html=False) == data.decode("ascii")


@pytest.mark.parametrize("byte", [*range(1, 32), 127])
def test_tabs_line_ends_and_escapes_do_not_count_as_control_characters(byte: int) -> None:
    data = b"text " * 4 + bytes([byte]) * FEW_CONTROLS
    if byte in b"\t\n\v\f\r\x1b":
        assert decode(data, html=False) == data.decode("ascii")
    else:
        with pytest.raises(UnreadablePage, match=f"found {FEW_CONTROLS} control characters"):
            decode(data, html=False)


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
