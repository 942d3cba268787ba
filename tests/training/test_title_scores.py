"""Scores of titles."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.training.title_scores import read_title_references, score_titles


@given(st.dictionaries(st.text(), st.tuples(st.text("ab .-", max_size=8), st.text("ab", min_size=1, max_size=8))))
def test_scores_are_shares_and_perfect_for_the_references_themselves(pages: dict[str, tuple[str, str]]) -> None:
    references = {page: right for page, (_, right) in pages.items()}
    scores = score_titles({page: found for page, (found, _) in pages.items()}, references)
    assert 0 <= scores["equal"] <= scores["contained"] <= scores["contained at any length"] <= 1
    assert score_titles(references, references)["equal"] == (1 if pages else 0)


@pytest.mark.parametrize(
    ("title", "scored"),
    [
        ("“FERRY waits”  for\u00ad a pump!", ["equal", "contained", "contained at any length"]),
        ("Ferry waits for a pump | Post", ["contained", "contained at any length"]),
        ("Ferry", ["contained at any length"]),
        ("Ferry waits for pumps", []),
        ("", ["empty"]),
    ],
)
def test_case_and_punctuation_do_not_count_and_half_of_a_title_is_contained(title: str, scored: list[str]) -> None:
    scores = score_titles({"a": title, "no reference": "x"}, {"a": "Ferry waits for a pump", "no title": "y"})
    assert scores.pop("pages") == 1
    assert [name for name, value in scores.items() if value == 1] == scored
    assert set(scores.values()) <= {0, 1}


def test_references_are_those_of_articles_and_of_the_record_that_fits_the_page(tmp_path: Path) -> None:
    wcxb, fundus, gold = tmp_path / "corpora" / "wcxb-dev", tmp_path / "corpora" / "fundus" / "uk", tmp_path / "gold"
    for folder in (wcxb / "html", wcxb / "ground-truth", fundus, gold):
        folder.mkdir(parents=True)
    (gold / "linearise.py").write_text("def blocks(html):\n    return html.split('|')\n")
    kinds = {"1": "article", "2": "forum", "3": "article"}
    (wcxb / "pages.json").write_text(json.dumps({page: {"page_type": kind} for page, kind in kinds.items()}))
    for page in kinds:
        (wcxb / "html" / f"{page}.html.gz").write_bytes(gzip.compress(b"<p>x"))
        title = None if page == "3" else f"Title {page}"
        (wcxb / "ground-truth" / f"{page}.json").write_text(json.dumps({"ground_truth": {"title": title}}))
    (fundus / "Post_2024_05_03.html.gz").write_bytes(gzip.compress(b"One.|Two."))
    bodies = [{"title": text, "body": {"summary": [text], "sections": []}} for text in ("Three.", "Two.")]
    (fundus / "Post.json").write_text(json.dumps(dict(enumerate(bodies))))
    found = read_title_references(tmp_path)
    assert found == {"wcxb-dev": {"1": "Title 1"}, "fundus": {"Post_2024_05_03": "Two."}}
