"""Inputs that were made to be slow cost time in proportion to their length, through all that is done with a page."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from copydesk.classifier import Model, Page, UnreadablePage, classify_page, decode
from copydesk.classifier.duplicates import sign_texts
from copydesk.service.rows.contract import LabelledPage
from copydesk.service.rows.jsonl import PageRow, encode_row
from tests.attack.slow_pages import HTML, TEXT

pytestmark = [pytest.mark.attack, pytest.mark.slow]

SIZE = 50_000
"""Characters of the shortest of three inputs; the others have 2 and 4 times as many."""
MOST = 8.0
"""Times the time of the shortest that the longest may take: 4 if time grows in proportion, 16 if it grows as the
square."""
UNMEASURED_SECONDS = 0.15
"""CPU time of the longest input below which its growth is not looked at."""
ATTEMPTS = 3
"""A busy machine may make one measurement wrong."""


def everything(page: Page, model: Model) -> None:
    """Do with a page what commands and service do."""
    article = classify_page(page, model, explain=True, structure=True)
    article.to_markdown(links=True)
    article.to_html(links=True)
    encode_row(LabelledPage.of(PageRow(page.id, None, page), article, include_text=True))
    sign_texts([article.body, article.text])
    content = page.html if page.html is not None else page.text or ""
    with suppress(UnreadablePage):  # NUL bytes alone are no page
        decode(content.encode("utf-8", "surrogatepass"), html=page.html is not None)


def seconds(run: Callable[[], object]) -> float:
    """Return the CPU time of a call."""
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


@pytest.mark.parametrize(("form", "name"), [*(("html", name) for name in HTML), *(("text", name) for name in TEXT)])
def test_time_grows_in_proportion_to_the_length(form: str, name: str, model: Model) -> None:
    make = HTML[name] if form == "html" else TEXT[name]
    pages = [Page("", **{form: make(size)}) for size in (SIZE, 2 * SIZE, 4 * SIZE)]
    measured = []
    for _ in range(ATTEMPTS):
        took = [seconds(lambda page=page: everything(page, model)) for page in pages]  # type: ignore[misc]
        measured.append(took)
        if is_in_proportion(took):
            break
    assert is_in_proportion(took), f"{measured} seconds for {SIZE}, {2 * SIZE} and {4 * SIZE} characters"


def is_in_proportion(took: list[float]) -> bool:
    return took[-1] < max(UNMEASURED_SECONDS, MOST * took[0])
