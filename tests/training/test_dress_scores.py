"""Scores of pages in other dresses: a row for each dress, and one for languages that no model learned from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copydesk.classifier import Page
from copydesk.classifier.pipeline import assemble, collect_scores, predict
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import LANGUAGES_APART, TrainingPage
from copydesk.training.dress_scores import score_dresses
from copydesk.training.evaluate import PageResult
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model


def made_page(form: str, language: str, number: int) -> LabelledPage:
    blocks = segment_html(HTML_PAGE) if form == "html" else segment_text(TEXT_PAGE)
    codes = ("E",) * len(blocks.blocks)
    source = TrainingPage(f"p{number}", "own", "a.example", "news", language, "", (), codes, None)
    return LabelledPage(source, form, blocks, codes, codes, gold=True)


def answer(page: LabelledPage) -> PageResult:
    model = small_model().form(markup=page.form == "html")
    scores = collect_scores(page.blocks, predict(page.blocks, model), 0.0)
    article = assemble(Page(page.origin.id, text=scores.text), scores, "made")
    return PageResult(page.origin, page.form, page.codes, article)


@pytest.mark.parametrize("form", ["html", "text"])
def test_every_dress_has_a_score_of_all_labelled_pages(form: str) -> None:
    pages = [made_page(form, language, number) for number, language in enumerate(("en", LANGUAGES_APART[0], "de"))]
    table = score_dresses([*pages, replace(pages[0], gold=False)], form, answer)
    assert {"as they came", "article alone", "foreign letters"} <= table.keys()
    assert ("utility classes" in table) == (form == "html")
    for name, row in table.items():
        assert row["pages"] == (1 if name == "languages never learnt from" else 3)
        assert 0.0 <= row["body F1"] <= 1.0


def test_without_pages_in_those_languages_there_is_no_such_row() -> None:
    assert "languages never learnt from" not in score_dresses([made_page("text", "en", 1)], "text", answer)
