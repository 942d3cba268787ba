"""Teasers between paragraphs: words in many languages, headlines of the page's own fold, links where they are."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.classifier.segmentation import segment_text
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import TrainingPage
from copydesk.training.dataset import fold_of
from copydesk.training.in_text_teasers import HEADS, Line, collect_headlines, write_teaser

HEADLINES = ["Ferry sinks in the harbour", "Bridge opens to traffic", "Council sells the lighthouse"]


def made_page(headline: str = "Tram stops", site: str = "a.example", language: str = "en") -> LabelledPage:
    blocks = segment_text(f"Home\n\n{headline}\n\nOn Monday the Northern Tram of Hollow Bay stopped near the harbour.")
    source = TrainingPage(headline, "own", site, "news", language, "", (), ("B", "N", "E"), None)
    return LabelledPage(source, "text", blocks, ("B", "E", "E"), ("B", "N", "E"), gold=True)


def test_headlines_are_collected_by_fold_and_language() -> None:
    pages = [made_page(f"Story {n}", f"site{n}.example", "de" if n % 2 else "en") for n in range(8)]
    pages.append(made_page("x" * 200))
    found = collect_headlines(pages, n_folds=2)
    for page in pages[:-1]:
        assert page.origin.id in found[fold_of(page.origin.site, 2), page.origin.language]
    assert sum(map(len, found.values())) == 8


@pytest.mark.parametrize("language", sorted(HEADS))
def test_a_teaser_is_a_few_lines_of_teasers_with_links_no_longer_than_they_are(language: str) -> None:
    looks = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        lines = write_teaser(made_page(), HEADLINES, rng, language)
        assert lines == write_teaser(made_page(), HEADLINES, np.random.default_rng(seed), language)
        assert 1 <= len(lines) <= 5
        assert [line.code for line in lines[1:]] == ["T"] * (len(lines) - 1)
        assert all(0 <= line.link_chars <= len(line.text) for line in lines)
        assert not any("{" in line.text for line in lines)
        looks.add((lines[0].code, lines[0].text in HEADLINES, any(text in lines[0].text for text in HEADLINES)))
    assert looks >= {("H", False, False), ("T", True, True), ("T", False, True), ("T", False, False)}


def test_the_headline_that_shares_most_words_with_the_page_is_likelier_and_its_own_is_not_taken() -> None:
    found = [
        line.text
        for seed in range(80)
        for line in write_teaser(made_page(), [*HEADLINES, "Tram stops"], np.random.default_rng(seed), "en")
    ]
    assert sum("harbour" in text for text in found) > sum("lighthouse" in text for text in found)
    assert not any("Tram stops" in text for text in found)


def test_only_links_lead_somewhere() -> None:
    assert Line("Read more: Bridge opens", "T", 12).target() == "/read-more-bridge-opens"
    assert Line("Bridge opens", "T").target() == ""
