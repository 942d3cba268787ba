"""Bodies that are bytes, and bodies that are text in any script."""

from __future__ import annotations

import base64
import random

import pytest

from copydesk.classifier import Model, Page, classify_page
from copydesk.classifier.not_text import is_text

BYTES = random.Random(1).randbytes(6000)


@pytest.mark.parametrize(
    "text",
    [
        BYTES.decode("latin-1"),
        BYTES.decode("utf-8", "replace"),
        BYTES.decode("utf-8", "ignore"),
        BYTES.decode("utf-8", "surrogateescape"),
        base64.encodebytes(BYTES).decode(),
        base64.b64encode(BYTES).decode(),
        BYTES.hex(),
        "\0" * 1000,
        "\ufffd" * 1000,
    ],
)
def test_bytes_are_no_text_and_no_article(text: str, model: Model) -> None:
    assert not is_text(text)
    for page in (Page("", text=text), Page("", html=text), Page("", html=f"<article><p>{text}</p></article>")):
        assert not classify_page(page, model).is_article


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Harbour",
        "The pilots of the harbour went back to work on Monday, see https://pier.example/" + "a" * 60,
        "港口的领航员在星期一恢复了工作。" * 30,
        "ท่าเรือเปิดทำการอีกครั้งในวันจันทร์" * 30,
        "The caf\ufffd by the quay reopened on Monday after nine days of repairs.",
    ],
)
def test_text_in_any_script_is_text(text: str) -> None:
    assert is_text(text)
