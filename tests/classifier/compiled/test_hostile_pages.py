"""Pages that were cut and damaged at random go through all steps; `test_sanitized` runs this with its checks."""

from __future__ import annotations

import os
import random

import pytest

from copydesk.classifier import Model, Page, UnreadablePage, classify_page, decode
from copydesk.classifier.duplicates import Document, deduplicate
from tests.attack.slow_pages import HTML, TEXT
from tests.support.mutations import mutate

pytestmark = pytest.mark.attack

CASES = int(os.environ.get("COPYDESK_FUZZ_CASES", "150"))
"""Damaged pages; set the variable for more."""
LONGEST = 3000
WORDS = (
    *(
        b"<",
        b">",
        b"</",
        b"<!--",
        b"-->",
        b"<script>",
        b"</script>",
        b"<svg>",
        b"<math>",
        b"<table><tr><td>",
        b"<template>",
    ),
    *(
        b"<select><option>",
        b"<noscript>",
        b"<plaintext>",
        b"<textarea>",
        b"<title>",
        b"<h1>a</h1>",
        b"<body a=1>",
        b"<br>" * 9,
    ),
    *(b"\0", b"\xed\xa0\x80", b"\xf0\x9f", b"\xc2", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xcc\x81" * 50, b"\xc4\xb0"),
    *(
        b"&",
        b"&#x110000;",
        b" " * 300,
        b"\n\n",
        b"\r",
        b"-" * 70,
        b"9" * 400,
        b"By Ann Lee, 3 May 2024",
        b"2 January 2026",
    ),
)
"""Bytes that mean something to the parser or to a step after it."""


def test_damaged_pages_have_blocks_in_order_and_copies(model: Model) -> None:
    source, texts = random.Random(5), []
    forms = [("html", make) for make in HTML.values()] + [("text", make) for make in TEXT.values()]
    for number in range(CASES):
        form, make = source.choice(forms)
        content = make(source.randrange(20, LONGEST)).encode("utf-8", "surrogatepass")
        for _ in range(source.randrange(1, 5)):
            content = mutate(content, source, WORDS)
        try:
            text = decode(content, html=form == "html") if number % 2 else content.decode("utf-8", "surrogateescape")
            article = classify_page(
                Page("", **{form: text}), model, explain=number % 10 == 0, structure=number % 3 == 0
            )
        except UnreadablePage:
            continue
        last = 0
        for block in article.blocks:
            assert last <= block.start < block.end <= len(article.text)
            assert sum(block.probabilities) == pytest.approx(1.0)
            last = block.end
        article.to_markdown(links=True)
        texts.append(article.text)
    copies = [Document(f"{number} again", text[: len(text) * 2 // 3]) for number, text in enumerate(texts)]
    found = deduplicate([*copies, *(Document(str(number), text) for number, text in enumerate(texts))])
    assert len(found.clusters) <= len(copies) + len(texts)
