"""Tests of the model card, its pictures, its weak spots, and the running of external scorers."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from copydesk.classifier.types import Kind, Label
from copydesk.training import external_scorers
from copydesk.training.evaluate import evaluate
from copydesk.training.external_scorers import (
    ScorerError,
    parse_body_table,
    parse_pairs,
    run_scorers,
    write_answers,
)
from copydesk.training.model_card import (
    CARD,
    CONFUSION,
    RELIABILITY,
    manifest_list,
    markdown_table,
    scorer_section,
    write_card,
)
from copydesk.training.weak_spots import leaks, weak_spots
from tests.support.page_results import noisy, perfect, result

BODY_TABLE = """\
pages              n      F1       P       R    with without   (unanswered 3)
all               10  0.9000  0.9100  0.8900  0.7000  0.1000
article            6  0.9500  0.9600  0.9400  0.8000  0.0500
"""
SCORES = {
    "blocks": {"wcxb-dev html": {"pages": 10.0, "missing": 0.0, "block_macro_f1": 0.9312}},
    "bodies html": parse_body_table(BODY_TABLE),
}
# Stands in for a scorer: prints how many label files and answers it was given.
COUNTING_SCORER = """\
import sys, pathlib
verb, labels, html, answers = sys.argv[1:]
print("labels", len(list(pathlib.Path(labels).glob("*.txt"))))
print("answers", len(pathlib.Path(answers).read_text(encoding="utf-8").splitlines()))
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    for folder in ("score", "gold/labels/news", "corpora/fundus"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "score" / "score_blocks.py").write_text(COUNTING_SCORER, encoding="utf-8")
    return tmp_path


def test_card_holds_tables_credits_and_links_to_its_pictures(tmp_path: Path) -> None:
    write_card(tmp_path, noisy(15), SCORES, {"format": 1})
    card = (tmp_path / CARD).read_text(encoding="utf-8")
    for wanted in (CONFUSION, RELIABILITY, "CC-BY-4.0", "flairNLP/fundus", "CC0", "0.9312", "### By language", "| de "):
        assert wanted in card
    assert "3 pages had no answer" in card


def test_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_card(tmp_path / name, noisy(10), SCORES, {"format": 1})
    for file in (CARD, CONFUSION, RELIABILITY):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_pictures_are_small_svg_without_a_date(tmp_path: Path) -> None:
    write_card(tmp_path, noisy(10), {}, {})
    for file in (CONFUSION, RELIABILITY):
        picture = (tmp_path / file).read_bytes()
        assert ElementTree.fromstring(picture).tag.endswith("svg")
        assert len(picture) < 100_000
        assert b"<dc:date>" not in picture


@pytest.mark.parametrize("form", ["text", "html"])
def test_card_of_one_form_is_written(tmp_path: Path, form: str) -> None:
    write_card(tmp_path, [perfect("EBT", form=form)], {}, {})
    assert f"| {form} " in (tmp_path / CARD).read_text(encoding="utf-8")


def test_card_without_any_label_says_so_and_draws_nothing(tmp_path: Path) -> None:
    write_card(tmp_path, [result(("E", Label.BODY), labelled=False)], {}, {})
    assert "No page had block labels" in (tmp_path / CARD).read_text(encoding="utf-8")
    assert not (tmp_path / CONFUSION).exists()


def test_table_columns_are_aligned_and_bars_escaped() -> None:
    lines = markdown_table(["name", "n"], [["a|b", 1234], ["c", 5]]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "a\\|b" in lines[2]
    assert "1,234" in lines[2]


def test_manifest_is_listed_one_level_deep() -> None:
    listed = manifest_list({"format": 1, "libraries": {"numpy": "2.0"}, "labels": ["a", "b"], "deep": {"x": {"y": 1}}})
    assert listed.splitlines() == ["- format: 1", "- libraries: numpy 2.0", "- labels: a, b"]


def test_wide_score_tables_are_turned() -> None:
    wide = {"x": dict.fromkeys(("one", "two", "three"), 0.5)}
    lines = "\n".join(scorer_section({"blocks": wide})).splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| t")] == ["two", "three"]


def test_language_tables_keep_the_columns_that_fit() -> None:
    row = {"pages": 3.0, "word_f1_teaser": 0.4321, "page_body_f1_mean": 0.9876}
    section = "\n".join(scorer_section({"languages html": {"de": row, "fr": row, "it": row}}))
    assert "0.9876" in section
    assert "word_f1_teaser" not in section


def test_leak_of_comments_into_the_body_is_named_with_its_share() -> None:
    pages = [result(*[("C", Label.BODY)] * 4, *[("C", Kind.COMMENT)] * 6, form="text") for _ in range(5)]
    assert leaks(evaluate(pages)) == ["40% of 50 blocks of readers' comments were called body"]


def test_perfect_answers_leak_nothing() -> None:
    assert leaks(evaluate([perfect("EEEEBBBBTTTTCCCCHHHHMMMM" * 10)])) == []


def test_weak_language_and_worst_page_are_named() -> None:
    good = [perfect("EEB", page_id=f"good{number}") for number in range(5)]
    bad = result(("E", Label.TEASER), ("B", Label.BOILERPLATE), page_id="bad", language="tr")
    found = " ".join(weak_spots([*good, bad]))
    assert "language tr has a body F1 of 0.000 on 1 page, where the average is 0.833" in found
    assert "the pages with the lowest body F1 are own/bad 0.00" in found


def test_answers_carry_text_blocks_and_body(tmp_path: Path) -> None:
    page = result(("E", Label.BODY), ("T", Label.TEASER))
    path = tmp_path / "answers.jsonl"
    write_answers(path, [page])
    row = json.loads(path.read_text(encoding="utf-8"))
    said = [(row["text"][block["start"] : block["end"]], block["label"]) for block in row["blocks"]]
    assert said == [("word word word", "body"), ("word word word", "teaser")]
    assert (row["id"], row["body"]) == ("one", "word word word")


def test_lone_surrogates_do_not_stop_the_writing_of_answers(tmp_path: Path) -> None:
    page = result(("E", Label.BODY), page_id="odd\ud800")
    path = tmp_path / "answers.jsonl"
    write_answers(path, [page])
    assert json.loads(path.read_text(encoding="utf-8"))["id"] == "odd\ud800"


def test_languages_are_scored_with_the_labels_of_their_own_pages(shared: Path) -> None:
    pages = [perfect("EB", page_id=f"p{i}", corpus="fundus", language=("de", "fr", "fr")[i]) for i in range(3)]
    for page in [*pages, perfect("E", page_id="not_answered")]:
        (shared / "gold" / "labels" / "news" / f"{page.origin.id}.txt").write_text("0-1 E\n", encoding="utf-8")
    unlabelled = result(("E", Label.BODY), page_id="p9", corpus="fundus", labelled=False)
    assert run_scorers([*pages, unlabelled], shared) == {
        "blocks": {"fundus text": {"labels": 4.0, "answers": 4.0}},
        "languages text": {"de": {"labels": 1.0, "answers": 1.0}, "fr": {"labels": 2.0, "answers": 2.0}},
    }


def test_a_failing_scorer_is_quoted(shared: Path) -> None:
    (shared / "score" / "score_blocks.py").write_text("raise SystemExit('no such page')", encoding="utf-8")
    with pytest.raises(ScorerError, match=r"score_blocks\.py exited with 1, expected 0; it said: no such page"):
        run_scorers([perfect("E", corpus="fundus")], shared)


def test_a_missing_scorer_says_what_to_give(shared: Path) -> None:
    with pytest.raises(ScorerError, match=r"there is no .*score_bodies.py; give the folder that holds"):
        run_scorers([perfect("E", corpus="wcxb-dev")], shared)


def test_an_endless_scorer_is_stopped(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shared / "score" / "score_blocks.py").write_text("import time; time.sleep(60)", encoding="utf-8")
    monkeypatch.setattr(external_scorers, "TIME_LIMIT", 0.2)
    with pytest.raises(ScorerError, match=r"ran for 0.2 s without an end"):
        run_scorers([perfect("E", corpus="fundus")], shared)


def test_body_table_is_read_by_page_type() -> None:
    table = parse_body_table(BODY_TABLE)
    assert table["article"] == {"n": 6, "F1": 0.95, "P": 0.96, "R": 0.94, "with": 0.8, "without": 0.05}
    assert table["all"]["unanswered"] == 3


@pytest.mark.parametrize(
    "printed", ["", "nonsense here", "pages n F1\nall one 0.5\n", "pages n (unanswered 0)\narticle 3\n"]
)
def test_another_body_table_is_refused(printed: str) -> None:
    with pytest.raises(ScorerError, match="expected a heading, a row 'all'"):
        parse_body_table(printed)


@pytest.mark.parametrize("printed", ["", "name", "name word", "a 1 2"])
def test_another_list_of_pairs_is_refused(printed: str) -> None:
    with pytest.raises(ScorerError, match="expected lines of a name and a number"):
        parse_pairs(printed)
