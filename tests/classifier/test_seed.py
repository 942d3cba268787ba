"""The page that this project began with; its text belongs to others, so it is read from beside the checkout."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from copydesk.classifier import Model
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.result import Article
from copydesk.classifier.types import Label, Page
from tests.conftest import ROOT

SEED = ROOT.parent / "shared" / "seed" / "page.txt"
FURNITURE = ["Inline Feedbacks", "View all comments", "guest"]
N_TEASERS = 40  # twenty headlines, each with its summary


def lines_with_labels(article: Article) -> list[tuple[str, set[Label]]]:
    """Return every line that is not blank with the labels of the blocks that it lies in."""
    found = []
    start = 0
    for line in article.text.splitlines(keepends=True):
        end = start + len(line)
        if line.strip():
            found.append((line.strip(), {b.label for b in article.blocks if b.start < end and b.end > start}))
        start = end
    return found


def not_labelled(lines: Sequence[tuple[str, set[Label]]], label: Label) -> list[str]:
    """Name the lines that are not wholly of a label."""
    return [f"{line[:30]!r} is {sorted(labels)}" for line, labels in lines if labels != {label}]


def test_seed_page_comes_out_right(model: Model) -> None:
    if not SEED.exists():
        pytest.skip(f"{SEED.relative_to(ROOT.parent)} is not beside the checkout: the seed page was NOT checked")
    lines = lines_with_labels(classify_page(Page("seed", text=SEED.read_text(encoding="utf-8")), model))
    texts = [line for line, _ in lines]
    source = next(number for number, line in enumerate(texts) if line.startswith("Source: http"))
    assert texts[source + 1 : source + 4] == FURNITURE
    assert len(texts) == source + 4 + N_TEASERS
    assert not_labelled(lines[2:source], Label.BODY) == []
    assert not_labelled(lines[source + 1 : source + 4], Label.BOILERPLATE) == []
    assert not_labelled(lines[source + 4 :], Label.TEASER) == []
