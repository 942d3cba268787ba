"""Names and links that lost the space to what is beside them."""

from __future__ import annotations

import pytest

from copydesk.classifier.fields.glued_words import is_row_of_links, without_glued_weekday
from copydesk.classifier.fields.names import clean_names
from copydesk.classifier.types import Kind
from tests.support.page_fields import BODY, of_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada QuillSamedi", "Ada Quill"),
        ("Ada QuillSaturday", "Ada Quill"),
        ("Ада КвилСуббота", "Ада Квил"),
        ("سلمى البحريالسبت", "سلمى البحري"),
        ("سارة عبدالأحد", "سارة عبدالأحد"),
        ("Ada MacQuill", "Ada MacQuill"),
        ("Ada Domingo", "Ada Domingo"),
        ("QuillSamedi", "QuillSamedi"),
    ],
)
def test_a_weekday_glued_to_a_name_is_cut_off(text: str, expected: str) -> None:
    assert without_glued_weekday(text) == expected
    assert clean_names([text], shown=True) == (expected,)


def test_a_byline_with_a_weekday_glued_to_its_name_is_read() -> None:
    fields = of_text((Kind.BYLINE, "Par Ada QuillSamedi 4 mai 2024 à 17 h 15"), (Kind.TEXT, BODY))
    assert (fields.authors, (fields.published or "")[:10]) == (("Ada Quill",), "2024-05-04")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PrintSendShare", True),
        ("TisknoutPoslatSdílet", True),
        ("DelaMejlaKopiera länk", True),
        ("Ada MacQuill", False),
        ("Ada QuillBen Reed", False),
        ("Ada McQuillReed", False),
        ("ADA QUILL", False),
        ("", False),
    ],
)
def test_a_row_of_links_is_three_words_glued(text: str, expected: bool) -> None:
    assert is_row_of_links(text) is expected


def test_a_row_of_links_is_no_author_but_behind_by() -> None:
    assert of_text((Kind.BYLINE, "PrintSendShare"), (Kind.TEXT, BODY)).authors == ()
    assert of_text((Kind.BYLINE, "By TheHarbourPost"), (Kind.TEXT, BODY)).authors == ("TheHarbourPost",)
