"""Reasons in words that add up to the log-odds."""

from __future__ import annotations

import math
from unittest import mock

import pytest

from copydesk.classifier import pipeline
from copydesk.classifier.model import ALL_COLUMNS
from copydesk.classifier.model.explain import MAX_REASONS, describe_column, explain_block
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.types import LABELS, Explanation, Label, Page, ScoredBlock
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
PAGES = [Page("t", text=TEXT_PAGE), Page("h", html=HTML_PAGE)]


def explained(page: Page) -> list[tuple[ScoredBlock, Explanation]]:
    blocks = classify_page(page, MODEL, explain=True).blocks
    return [(block, block.explanation) for block in blocks if block.explanation is not None]


@pytest.mark.parametrize("page", PAGES, ids=["text", "html"])
def test_reasons_sum_to_the_log_odds_of_label_against_runner_up(page: Page) -> None:
    found = explained(page)
    assert len(found) == len(classify_page(page, MODEL).blocks) > 5
    for block, why in found:
        by_label = dict(zip(LABELS, block.probabilities, strict=True))
        assert why.log_odds == pytest.approx(
            math.log(by_label[block.label] / by_label[why.runner_up]), rel=1e-9, abs=1e-9
        )
        assert sum(r.contribution for r in why.reasons) == pytest.approx(why.log_odds, rel=1e-9, abs=1e-9)


def test_the_pages_hold_decisions_of_every_sort() -> None:
    pairs = {(block.label, why.runner_up) for page in PAGES for block, why in explained(page)}
    assert {label for label, _ in pairs} == set(LABELS)
    assert any(Label.BODY in pair for pair in pairs)
    assert any(Label.BODY not in pair for pair in pairs)


@pytest.mark.parametrize("page", PAGES, ids=["text", "html"])
def test_the_runner_up_is_the_likeliest_of_the_others(page: Page) -> None:
    for block, why in explained(page):
        by_label = dict(zip(LABELS, block.probabilities, strict=True))
        assert why.runner_up is not block.label
        assert by_label[why.runner_up] == max(by_label[label] for label in LABELS if label is not block.label)


@pytest.mark.parametrize("page", PAGES, ids=["text", "html"])
def test_the_strongest_reasons_come_first_and_are_few(page: Page) -> None:
    for _, why in explained(page):
        sizes = [abs(reason.contribution) for reason in why.reasons[:-1]]
        assert sizes == sorted(sizes, reverse=True)
        assert len(why.reasons) <= MAX_REASONS + 1
        assert len({reason.words for reason in why.reasons}) == len(why.reasons)


def test_explaining_changes_no_label() -> None:
    for page in PAGES:
        plain = classify_page(page, MODEL).blocks
        assert all(block.explanation is None for block in plain)
        with_reasons = [(b.label, b.kind, b.probabilities) for b, _ in explained(page)]
        assert with_reasons == [(b.label, b.kind, b.probabilities) for b in plain]


@pytest.mark.attack
@pytest.mark.parametrize(("n_blocks", "n_explained"), [(2, 2), (3, 3), (4, 3), (40, 3)])
@pytest.mark.parametrize("form", ["text", "html"])
def test_only_the_first_blocks_of_a_long_page_are_explained(
    form: str, n_blocks: int, n_explained: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MAX_EXPLAINED_BLOCKS", 3)
    between = "<p>" if form == "html" else "\n\n"
    page = Page("long", **{form: between.join(f"The ferry left pier {number}." for number in range(n_blocks))})
    counted = mock.Mock(side_effect=explain_block)
    monkeypatch.setattr(pipeline, "explain_block", counted)
    blocks = classify_page(page, MODEL, explain=True).blocks
    assert [block.explanation is not None for block in blocks] == [k < n_explained for k in range(n_blocks)]
    assert counted.call_count == n_explained


def test_words_quoted_as_reasons_are_words_of_the_block() -> None:
    quoted = 0
    for page in PAGES:
        text = classify_page(page, MODEL).text
        for block, why in explained(page):
            for reason in why.reasons:
                if "such as" in reason.words:
                    words = [part.split("”")[0] for part in reason.words.split("“")[1:]]
                    assert all(word in text[block.start : block.end] for word in words)
                    quoted += len(words)
    assert quoted


def test_every_column_has_words_without_underscores() -> None:
    words = [describe_column(name) for name in ALL_COLUMNS if not name.startswith("own ")]
    assert all(words)
    assert [each for each in words if "_" in each] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text 1 before", "text before it"),
        ("teaser 3 after", "teasers after it"),
        ("comment in 8 around", "comments around it"),
        ("teaser in container 0", "teasers in the elements around it"),
        ("text set alike", "text among the blocks set like it"),
        ("page comment", "the page as a whole"),
        ("link_share", "its links and images"),
    ],
)
def test_columns_are_put_into_words(name: str, words: str) -> None:
    assert name in ALL_COLUMNS
    assert describe_column(name) == words
