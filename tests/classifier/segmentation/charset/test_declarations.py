"""Charsets that a header or a page declares, truly or not, by every name that browsers know."""

from __future__ import annotations

import pytest
from webencodings.labels import LABELS

from copydesk.classifier.segmentation.charset import decode
from copydesk.classifier.segmentation.charset.declarations import PRESCAN, REPLACE, codec_of, declared_codecs
from tests.support.sentences import CHARSETS, GERMAN, IDS, JAPANESE, RUSSIAN, page


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


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_that_browsers_know_has_a_codec(label: str) -> None:
    codec = codec_of(label)
    if LABELS[label] == "replacement":  # a charset that browsers refuse
        assert codec is None
    elif not LABELS[label].startswith("utf-16"):
        assert b"ferry".decode(str(codec)) == "ferry"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ("gb2312", "gb18030"),
        ("cp936", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("euc_kr", "cp949"),
        ("big5", "big5hkscs"),
        ("windows-874", "cp874"),
        ("cp850", "cp850"),
    ],
)
def test_labels_mean_the_larger_charset_that_browsers_use(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="description" content="How charset=gbk is misread">',
        '<script charset="gbk" src="/t.js"></script>',
        "<!-- <meta charset=gbk> -->",
        "<meta charset=''>",
        "<metadata charset=gbk>",
    ],
)
def test_what_only_looks_like_a_declaration_is_passed_over(head: str) -> None:
    assert declared_codecs(f"{head}<meta charset=koi8-r>".encode(), None, html=True)[-1:] == ["koi8-r"]
    assert declared_codecs(head.encode(), None, html=True) == []


@pytest.mark.parametrize(
    "header",
    [
        "koi8-r",
        "text/html; charset=koi8-r",
        'text/html; Charset="KOI8-R"',
        "text/html;charset='koi8-r'; boundary=x",
        " koi8-r ",
        "text/html; charset=koi8-r, text/html",
    ],
)
def test_headers_are_read_in_every_spelling(header: str) -> None:
    assert declared_codecs(b"", header, html=True) == ["koi8-r"]


NEC = "①橋脚の補強は㈱川辺建設、髙橋さん㍉Ⅳ"
"""With NEC's row 13 and a kanji of its row 92, which every browser reads."""


def euc_jp(text: str) -> bytes:
    """Encode in EUC-JP with NEC's characters, whose rows and cells are those of cp932."""
    data = bytearray()
    for character in text:
        try:
            data += character.encode("euc_jp")
        except UnicodeEncodeError:
            lead, trail = character.encode("cp932")
            row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1)) + (trail > 0x9E)
            data += bytes([row + 0xA1, (trail - 0x9F if trail > 0x9E else trail - 0x40 - (trail > 0x7E)) + 0xA1])
    return bytes(data)


def test_nec_characters_are_read_in_japanese_charsets() -> None:
    jis = b"\x1b$B" + bytes(byte & 127 for byte in euc_jp(NEC)) + b"\x1b(B."
    assert decode(euc_jp(NEC), html=False, declared="euc-jp") == NEC
    assert decode(jis, html=False, declared="iso-2022-jp") == f"{NEC}."
    assert decode(euc_jp(JAPANESE + NEC), html=False) == JAPANESE + NEC
    assert decode(NEC.encode("cp932"), html=False, declared="shift_jis") == NEC


def test_euc_jp_has_all_characters_of_nec_that_cp932_has() -> None:
    pairs = [bytes([lead, trail]) for lead in (0x87, 0xED, 0xEE) for trail in range(0x40, 0xFD)]
    text = "".join(character for pair in pairs if len(character := pair.decode("cp932", "replace")) == 1)
    text = text.replace("\ufffd", "").replace("￢", "")  # which the standard has as ¬
    assert len(text) > 400
    assert euc_jp(text).decode("euc_jp", REPLACE) == text


@pytest.mark.parametrize(("over", "charset"), [(-1, "cp1253"), (0, "cp1253"), (1, "cp1252")])
def test_a_declaration_is_read_within_the_first_64_kib(over: int, charset: str) -> None:
    tag = b"<meta charset=windows-1253>"
    data = b" " * (PRESCAN + over - len(tag) + 1) + tag + b"<p>\xf0"
    assert decode(data, html=True)[-1] == b"\xf0".decode(charset)


def test_a_utf16_declaration_that_could_be_read_as_ascii_means_utf8() -> None:
    source = page(GERMAN, "<meta charset=utf-16>")
    assert decode(source.encode(), html=True) == source
