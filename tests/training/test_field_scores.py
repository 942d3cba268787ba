"""Scores of authors and dates."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.types import Fields
from copydesk.training.field_scores import FieldReference, read_references, score_fields

NAMES = st.lists(st.sampled_from(["Ada Quill", "Ben Reed", "Cy Marsh"]), unique=True).map(tuple)


@given(st.dictionaries(st.text(), st.tuples(NAMES, NAMES, st.sampled_from(["", "2024-05-03"]))))
def test_scores_are_shares_and_perfect_for_the_references_themselves(
    pages: dict[str, tuple[tuple[str, ...], ...]],
) -> None:
    references = {page: FieldReference(expected, str(day)) for page, (_, expected, day) in pages.items()}
    scores = score_fields({page: Fields(authors=found) for page, (found, _, _) in pages.items()}, references)
    assert all(0 <= value <= 1 for name, value in scores.items() if name not in ("pages", "dated pages"))
    own = {page: Fields(authors=each.authors, published=each.published or None) for page, each in references.items()}
    perfect = score_fields(own, references)
    assert perfect["authors f1"] == (1 if any(each.authors for each in references.values()) else 0)
    assert perfect["date accuracy"] == (1 if any(each.published for each in references.values()) else 0)


def test_names_are_counted_over_all_pages() -> None:
    references = {
        "a": FieldReference(("Ada Quill", "Ben Reed"), "2024-05-03T08:00:00+02:00"),
        "b": FieldReference((), ""),
    }
    answers = {
        "a": Fields(authors=("ADA  QUILL",), published="2024-05-03"),
        "b": Fields(authors=("Cy Marsh",), published="2024-05-03"),
        "without a reference": Fields(authors=("Ben Reed",)),
    }
    assert score_fields(answers, references) == {
        "pages": 2,
        "authors precision": 0.5,
        "authors recall": 0.5,
        "authors f1": 0.5,
        "dated pages": 1,
        "date accuracy": 1.0,
    }


@pytest.mark.parametrize("day", ["2024-05-02", None])
def test_another_day_and_no_day_are_wrong(day: str | None) -> None:
    scores = score_fields({"a": Fields(published=day)}, {"a": FieldReference((), "2024-05-03")})
    assert scores["date accuracy"] == 0


def test_references_are_read_of_the_record_that_fits_the_page(tmp_path: Path) -> None:
    def body(text: str) -> dict[str, object]:
        return {"summary": [], "sections": [{"headline": [], "paragraphs": [text]}]}

    (tmp_path / "corpora/fundus/de").mkdir(parents=True)
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold/linearise.py").write_text("def blocks(html):\n    return html.split('|')\n")
    old = {"authors": ["Ben Reed"], "publishing_date": "2020-01-01 08:00:00", "body": body("Etwas anderes.")}
    new = {"authors": ["Ada Quill"], "publishing_date": "2024-05-03 08:00:00+02:00", "body": body("Ein Satz.")}
    stored = tmp_path / "corpora/fundus/de/Posten.json"
    stored.write_text(json.dumps({"V1": {"Posten_1": old}, "V2": {"Posten_1": new}}))
    for name, text in (("Posten_2024_05_03", "Kopf|Ein Satz."), ("Kurier_2024_05_03", "Nur Text")):
        with gzip.open(stored.parent / f"{name}.html.gz", "wt") as file:
            file.write(text)
    expected = FieldReference(("Ada Quill",), "2024-05-03T08:00:00+02:00")
    assert read_references(tmp_path) == {"Posten_2024_05_03": expected}
