"""Tests of the duplicates benchmark: its sets, its counting and its tables, on small values."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier.duplicates.types import Banding
from tests.bench import duplicates, partial, signatures, syndication
from tests.bench.band_curve import draw_bands
from tests.bench.generated import COPY_EVERY, LONGEST, SHORTEST, Generated, Pairs, count_pairs
from tests.bench.measure import run_measured


def test_every_fifth_generated_article_copies_an_earlier_original() -> None:
    groups = Generated(500).groups()
    copies = [number for number, original in enumerate(groups) if original != number]
    assert copies == list(range(COPY_EVERY - 1, 500, COPY_EVERY))
    assert all(groups[groups[number]] == groups[number] < number for number in copies)


def test_generated_articles_depend_on_seed_and_number_alone() -> None:
    assert Generated(10).text(7) == Generated(1000).text(7)
    assert Generated(10).text(7) != Generated(10, seed=6).text(7)


def test_generated_copy_is_its_original_with_few_edits() -> None:
    generated = Generated(50)
    for number in range(COPY_EVERY - 1, 50, COPY_EVERY):
        copy, original = (generated.text(n).split() for n in (number, generated.original(number)))
        same = sum(one == other for one, other in zip(copy, original, strict=False))
        assert 0.8 * len(original) - 1 <= len(copy) <= len(original)
        assert same >= 0.8 * len(copy)


def test_generated_lengths_are_those_of_news() -> None:
    generated = Generated(300)
    lengths = [len(generated.text(number).split()) for number in range(300) if number % COPY_EVERY != 4]
    assert SHORTEST <= min(lengths) <= max(lengths) <= LONGEST
    assert 370 < sum(lengths) / len(lengths) < 430


def test_pairs_are_counted_by_group_and_cluster() -> None:
    assert count_pairs([0, 0, 0, 3, 3, 5], [9, 9, 1, 3, 1, 5]) == Pairs(true=4, found=1, false=1)
    pairs = Pairs(4, 1, 1) + Pairs(4, 3, 0)
    assert (pairs, pairs.precision, pairs.recall) == (Pairs(8, 4, 1), 0.8, 0.5)
    assert (Pairs(0, 0, 0).precision, Pairs(0, 0, 0).recall) == (1.0, 1.0)


def test_syndication_is_scored_by_cluster_and_by_kind_of_edit() -> None:
    truth = [
        {"a": 0, "b": 1, "ka": "seed", "kb": "light"},
        {"a": 0, "b": 2, "ka": "seed", "kb": "ocr5"},
        {"a": 1, "b": 2, "ka": "light", "kb": "ocr5"},
        {"a": 3, "b": 4, "ka": "light", "kb": "seed"},
    ]
    found = syndication.score([0, 0, 2, 3, 3, 2], truth)
    assert found == syndication.Found(Pairs(4, 2, 1), {"light": (2, 2), "ocr5": (1, 0)})
    both = found + syndication.Found(Pairs(1, 1, 0), {"light": (2, 1), "house": (1, 1)})
    assert both == syndication.Found(Pairs(5, 3, 1), {"light": (4, 3), "ocr5": (1, 0), "house": (1, 1)})
    assert syndication.kinds_table(both).splitlines()[2:] == [
        "house   1.000      1",
        "light   0.750      4",
        "ocr5    0.000      1",
    ]


def test_seeds_are_summed_up_where_there_are_several() -> None:
    one, two = (syndication.Found(Pairs(4, found, 1), {}) for found in (4, 3))
    lines = syndication.seeds_table({7: one, 11: two}, one + two).splitlines()
    assert lines[-1].split() == ["all", "0.7778", "0.8750", "8", "7", "2"]
    assert len(syndication.seeds_table({7: one}, one).splitlines()) == len(lines) - 2


def test_page_without_an_answer_stands_alone() -> None:
    story = " ".join(f"w{n}" for n in range(60))
    answers: list[dict[str, Any]] = [{"id": "0", "body": story}, {"id": "2", "body": story}, {"id": "1", "error": {}}]
    assert syndication.page_clusters([{"id": 0}, {"id": 1}, {"id": 2}, {"id": 3}], answers) == [0, 1, 0, 3]


def test_index_puts_texts_in_clusters_by_their_places() -> None:
    texts = [" ".join(f"{letter}{n}" for n in range(60)) for letter in "xyzyx"]
    for seed in range(3):
        found = syndication.index_clusters(texts, seed)
        assert [found.count(name) for name in found] == [2, 2, 1, 2, 2]
        assert (found[0], found[1]) == (found[4], found[3])


def test_ratios_compare_each_peer_with_ours_on_the_same_input() -> None:
    rates = {signatures.OURS_HASHES: 100.0, signatures.OURS_TEXT: 30.0, signatures.RIVAL: 4.0, "rensa, from text": 10.0}
    assert signatures.ratios(rates) == {signatures.RIVAL: 25.0, "rensa, from text": 3.0}
    lines = signatures.rates_table(rates).splitlines()
    assert lines[2].split() == ["datasketch", "bulk,", "from", "hashes", "25.0", ">=", "20", "4"]
    assert [line.split(",")[0] for line in lines[3:]] == ["rensa", "copydesk", "copydesk"]


def test_peers_get_three_words_a_shingle() -> None:
    assert signatures.word_shingles("The Old crane, was gone.") == ["the old crane", "old crane was", "crane was gone"]


def made_articles(n: int) -> list[list[str]]:
    return [[" ".join(f"a{number}p{p}w{word}" for word in range(40)) for p in range(6)] for number in range(n)]


def test_partial_copies_are_built_with_their_truth_and_found() -> None:
    n_needed = 2 * partial.INSERTS + partial.STORIES * partial.DIGESTS
    made = partial.make_set(made_articles(n_needed), random.Random(1))
    assert len(made.texts) == n_needed + partial.INSERTS + partial.DIGESTS
    assert {name: len(pairs) for name, pairs in made.true.items()} == {
        "insert and its source": partial.INSERTS,
        "insert and its host": partial.INSERTS,
        "digest": partial.STORIES * partial.DIGESTS,
    }
    for lender, taker in made.true["insert and its source"]:
        shared = set(made.texts[lender].split()) & set(made.texts[taker].split())
        assert len(shared) == 80
    assert partial.matched(made.texts) == frozenset().union(*made.true.values())


def test_too_few_articles_are_refused() -> None:
    with pytest.raises(
        ValueError, match="3 articles have two paragraphs of 60 to 250 words in a row, expected at least 6"
    ):
        partial.make_set(made_articles(3), random.Random(1))


def test_article_that_shares_a_run_with_an_earlier_one_is_left_out() -> None:
    one, two, three = made_articles(3)
    assert partial.without_runs_of_others([one, [*two, one[0]], three]) == [one, three]
    shorter = " ".join(one[0].split()[: partial.OWN_RUN - 1])
    assert partial.without_runs_of_others([one, [shorter, *two]]) == [one, [shorter, *two]]


def test_closed_set_is_run_and_scored(capsys: pytest.CaptureFixture[str]) -> None:
    assert duplicates.main(["--only", "closed", "--count", "60", "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "Closed set: 60 generated articles" in said
    assert "precision 1.00000, recall 1.00000: 13 of 13 true pairs in one cluster, 0 false ones" in said


def test_memory_of_a_command_counts_its_children() -> None:
    child = "held = bytearray(80_000_000); import time; time.sleep(0.5)"
    command = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    seconds, megabytes = run_measured([sys.executable, "-c", command])
    assert seconds > 0.5
    assert 76 < megabytes < 300


@pytest.mark.parametrize("option", ["--count", "--workers"])
def test_numbers_below_one_are_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        duplicates.parse([option, "0"])
    assert f"{option} is 0, expected at least 1" in capsys.readouterr().err


def test_curve_is_drawn_alike_every_time(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        assert duplicates.main(["--curve", str(tmp_path / name)]) == 0
    one, two = ((tmp_path / name).read_bytes() for name in ("one.svg", "two.svg"))
    assert one == two
    assert b"<dc:date>" not in one
    draw_bands(tmp_path / "other.svg", {"a": Banding(4, 2), "b": Banding(8, 2)}, (0.5, 0.9))
    assert (tmp_path / "other.svg").read_bytes() != one
