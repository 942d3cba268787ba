"""Bytes that are not a page: other formats, compressed bytes, control characters."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.segmentation.charset import decode
from copydesk.classifier.segmentation.charset.binary_formats import FEW_CONTROLS


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
