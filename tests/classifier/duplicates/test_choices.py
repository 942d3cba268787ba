"""What a user decides: which document of a cluster is kept, why, and how alike two texts must be to match."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates import DuplicateOptions, deduplicate
from copydesk.classifier.duplicates.choices import (
    keep_columns,
    mark_documents_to_keep,
    rank,
    reason_between,
    reason_of,
    source_ranks,
)
from copydesk.classifier.duplicates.signing import read_lengths
from copydesk.classifier.duplicates.types import Document, DocumentId, DuplicateReport, Keep, KeptBecause

NONE, ONE, SOME, MORE = None, 1.0, 2.0, 3.0


def story(number: int, words: int = 120, first: int = 0) -> str:
    return " ".join(f"w{n}" for n in range(10_000 * number + first, 10_000 * number + first + words))


FLASH = Document("flash", story(1, 60), ONE, "wire")
REPORT = Document("report", story(1, 120), SOME, "wire")
CORRECTED = Document("corrected", story(1, 110).replace("w10030 ", "x "), MORE, "paper")
UNDATED = Document("undated", story(1, 90))
OTHER = Document("other", story(2), MORE)


def test_preferred_source_may_be_one_string() -> None:
    assert DuplicateOptions(prefer="wire") == DuplicateOptions(prefer=["wire"])
    with pytest.raises(TypeError, match="prefer has a value of type int, expected the names of sources as strings"):
        DuplicateOptions(prefer=[1])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (DuplicateOptions(), ("flash", KeptBecause.EARLIEST)),
        (DuplicateOptions(keep=Keep.LATEST), ("corrected", KeptBecause.LATEST)),
        (DuplicateOptions(keep=Keep.LONGEST), ("report", KeptBecause.LONGEST)),
        (DuplicateOptions(prefer=["paper"]), ("corrected", KeptBecause.PREFERRED_SOURCE)),
        (DuplicateOptions(keep=Keep.LONGEST, prefer=["paper"]), ("corrected", KeptBecause.PREFERRED_SOURCE)),
        (DuplicateOptions(keep=Keep.LATEST, prefer=["paper", "wire"]), ("corrected", KeptBecause.PREFERRED_SOURCE)),
        (DuplicateOptions(keep=Keep.LATEST, prefer=["wire"]), ("report", KeptBecause.LATEST)),
        (DuplicateOptions(keep=Keep.LONGEST, prefer=["nobody"]), ("report", KeptBecause.LONGEST)),
    ],
)
def test_rule_chooses_and_says_why(options: DuplicateOptions, kept: tuple[str, KeptBecause]) -> None:
    for seed in range(3):
        documents = [FLASH, REPORT, CORRECTED, UNDATED, OTHER]
        random.Random(seed).shuffle(documents)
        report = deduplicate(documents, options)
        assert {(cluster.keep, cluster.kept_because) for cluster in report.clusters} == {
            kept,
            ("other", KeptBecause.ONLY_ONE),
        }


@pytest.mark.parametrize(("keep", "reason"), [("latest", "longest"), ("earliest", "longest"), ("longest", "earliest")])
def test_ties_are_broken_by_the_next_criterion_and_at_last_by_the_id(keep: Keep, reason: str) -> None:
    text = story(1)
    longer = Document("b", text + " more", ONE if keep != "longest" else SOME)
    shorter = Document("a", text + ("" if keep != "longest" else " less"), ONE)
    (cluster,) = deduplicate([longer, shorter], DuplicateOptions(keep=keep)).clusters
    assert (cluster.keep, cluster.kept_because) == ("a" if keep == "longest" else "b", reason)
    (cluster,) = deduplicate([Document("z", text), Document("y", text)], DuplicateOptions(keep=keep)).clusters
    assert (cluster.keep, cluster.kept_because) == ("y", KeptBecause.SMALLEST_ID)


@pytest.mark.parametrize("keep", list(Keep))
def test_document_without_a_body_is_kept_because_it_cannot_be_compared(keep: Keep) -> None:
    documents = [Document("a", ""), Document("b", "<p></p>"), Document("c", "word"), Document("d", story(1))]
    report = deduplicate(documents, DuplicateOptions(keep=keep))
    reasons = {cluster.id: cluster.kept_because.value for cluster in report.clusters}
    assert reasons == {"a": "no_body", "b": "no_body", "c": "only_one", "d": "only_one"}


@pytest.mark.parametrize("body", [" \n", "\u200b\u00ad", "!!! ???", "🎉🎉", "—"])
def test_body_without_words_is_none(body: str) -> None:
    report = deduplicate([Document("a", body), Document("b", body), Document("c", f"{body} word")])
    reasons = {cluster.id: cluster.kept_because.value for cluster in report.clusters}
    assert reasons == {"a": "no_body", "b": "no_body", "c": "only_one"}
    assert report.matches == ()


def test_markup_and_entities_do_not_make_a_document_the_longest() -> None:
    marked = Document("marked", "<p class='lead'>" + story(1).replace("w10050", "w10050&nbsp;&amp;&#160;") + "</p>")
    longer = Document("longer", story(1).replace("w10050", "w10050 < & >") + " more")
    (cluster,) = deduplicate([marked, longer], DuplicateOptions(keep=Keep.LONGEST)).clusters
    assert (cluster.keep, cluster.kept_because) == ("longer", KeptBecause.LONGEST)


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("a < b > c", 9), ("a <b>c</b>", 3), ("<p>AT&amp;T</p>", 4), ("&lt;p&gt;", 3), ("&", 1), ("<a<b>", 2)],
)
def test_length_is_what_a_reader_sees(text: str, length: int) -> None:
    assert read_lengths([text]).tolist() == [length]


def test_report_has_ids_as_they_were_given() -> None:
    report = deduplicate([Document(10, story(1)), Document(9, story(1)), Document("x", story(1))])
    assert [(cluster.id, cluster.members, cluster.keep) for cluster in report.clusters] == [(10, (10, 9, "x"), 10)]
    assert [(id, match.id) for id, match in report.matches] == [(10, 9), (10, "x"), (9, "x")]


times = st.sampled_from([None, 1.0, 2.0, -3.0])
members = st.lists(
    st.tuples(st.integers(0, 2), times, st.integers(0, 3), st.sampled_from([None, "a", "b"])), min_size=1, max_size=8
)


@settings(deadline=None)
@given(members, st.sampled_from(Keep), st.lists(st.sampled_from("ab"), max_size=2, unique=True), st.randoms())
def test_arrays_and_ranks_choose_the_same_in_any_order(
    members: list[tuple[int, float | None, int, str | None]], keep: Keep, prefer: list[str], chance: random.Random
) -> None:
    named = [(f"{number}", *fields) for number, fields in enumerate(members)]
    expected = {}
    for cluster in {fields[0] for fields in members}:
        of_cluster = [each for each in named if each[1] == cluster]
        ranks = {
            rank(keep, int(source_ranks([source], prefer)[0]), published, length, id): id
            for id, _, published, length, source in of_cluster
        }
        first, *others = sorted(ranks)
        expected[ranks[first]] = reason_between(keep, first, others)
    chance.shuffle(named)
    clusters, lengths = np.array([each[1] for each in named]), np.array([each[3] for each in named])
    published = np.array([each[2] for each in named], np.float64)
    columns = keep_columns(keep, source_ranks([each[4] for each in named], prefer), published, lengths)
    numbers = mark_documents_to_keep(clusters, columns, np.array([int(each[0]) for each in named]), keep)
    found = {each[0]: reason_of(int(number)) for each, number in zip(named, numbers, strict=True)}
    assert {id: reason for id, reason in found.items() if reason} == expected


def pairs(report: DuplicateReport) -> set[tuple[DocumentId, DocumentId]]:
    return {(id, match.id) for id, match in report.matches}


def test_pairs_below_the_least_similarity_are_neither_told_nor_one_story() -> None:
    documents = [FLASH, REPORT, CORRECTED, UNDATED, OTHER]
    plain = deduplicate(documents)
    assert pairs(plain) == {
        ("corrected", "flash"),
        ("corrected", "report"),
        ("corrected", "undated"),
        ("flash", "report"),
        ("flash", "undated"),
        ("report", "undated"),
    }
    similarity = {(id, match.id): match.overlap.similarity for id, match in plain.matches}
    least = similarity["report", "undated"]
    at, above = (deduplicate(documents, DuplicateOptions(value)) for value in (least, np.nextafter(least, 1)))
    assert pairs(at) == {pair for pair in similarity if similarity[pair] >= least}
    assert pairs(at) - pairs(above) == {("report", "undated")}
    alone = deduplicate(documents, DuplicateOptions(min_similarity=1.0))
    assert [cluster.members for cluster in alone.clusters] == [(each,) for each in sorted(d.id for d in documents)]


def test_least_containment_is_that_of_the_text_that_is_contained_more() -> None:
    documents = [FLASH, REPORT, CORRECTED]
    assert pairs(deduplicate(documents, DuplicateOptions(min_contained=1.0))) == {("flash", "report")}
    both = DuplicateOptions(min_similarity=0.6, min_contained=0.9)
    assert pairs(deduplicate(documents, both)) == {("corrected", "report")}


def test_equal_texts_of_any_length_pass_every_limit() -> None:
    strict = DuplicateOptions(1.0, 1.0)
    for text in ("two words", story(1)):
        assert pairs(deduplicate([Document("a", text), Document("b", text)], strict)) == {("a", "b")}


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([0.0, 0.3, 0.6, 0.9]), st.sampled_from([0.0, 0.6, 0.99]), st.integers(0, 99))
def test_limits_only_take_pairs_away(least: float, contained: float, seed: int) -> None:
    chance = random.Random(seed)
    documents = [
        Document(f"{n}", story(chance.randrange(2), chance.randrange(20, 150), chance.randrange(60))) for n in range(8)
    ]
    plain, strict = deduplicate(documents), deduplicate(documents, DuplicateOptions(least, contained))
    enough = {
        (id, match.id, match.same_story)
        for id, match in plain.matches
        if match.overlap.similarity >= least and max(match.overlap.contains, match.overlap.contained) >= contained
    }
    assert {(id, match.id, match.same_story) for id, match in strict.matches if match.same_story} <= enough
    assert pairs(strict) <= {(id, other) for id, other, _ in enough}


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_share_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=f"min_similarity is {value}, expected a share from 0 to 1"):
        DuplicateOptions(min_similarity=value)
    with pytest.raises(ValueError, match=f"min_contained is {value}, expected a share from 0 to 1"):
        DuplicateOptions(min_contained=value)


def test_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="keep is 'newest', expected one of earliest, latest, longest"):
        DuplicateOptions(keep="newest")  # type: ignore[arg-type]
