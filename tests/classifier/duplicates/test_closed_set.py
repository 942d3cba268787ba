"""Tests of `closed_set`: matches, clusters and the document to keep do not depend on order or workers."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates.closed_set import Duplicates, deduplicate, find_duplicates
from copydesk.classifier.duplicates.overlap import relation_of
from copydesk.classifier.duplicates.signing import sign_texts
from copydesk.classifier.duplicates.types import Cluster, Document, KeptBecause, Relation


def numbered(first: int, end: int) -> str:
    return " ".join(f"w{number}" for number in range(first, end))


def story(number: int, words: int = 120) -> str:
    return numbered(10_000 * number, 10_000 * number + words)


def find(
    texts: dict[str, str], *, chunk: int = 3, workers: int = 1, published: list[float] | None = None
) -> Duplicates:
    ids = list(texts)
    chunks = (sign_texts([texts[name] for name in ids[i : i + chunk]]) for i in range(0, len(ids), chunk))
    times = None if published is None else np.array(published)
    return find_duplicates(ids, chunks, published=times, workers=workers)


def clusters(texts: dict[str, str], *, chunk: int = 3, workers: int = 1) -> dict[str, str]:
    ids = list(texts)
    return {
        name: ids[at] for name, at in zip(ids, find(texts, chunk=chunk, workers=workers).clusters.tolist(), strict=True)
    }


def matches(texts: dict[str, str], *, chunk: int = 3, workers: int = 1) -> dict[tuple[str, str], Relation | None]:
    ids, found = list(texts), find(texts, chunk=chunk, workers=workers)
    return {
        (ids[a], ids[b]): relation_of(int(number))
        for a, b, number in zip(found.left, found.right, found.relations, strict=True)
    }


def documents_to_keep(texts: dict[str, str], published: list[float] | None = None) -> set[str]:
    return {name for name, keep in zip(texts, find(texts, published=published).keep, strict=True) if keep}


def mixed_set() -> dict[str, str]:
    texts = {f"story{n}": story(n) for n in range(6)}
    texts |= {f"copy{n}": story(n).replace("7", "8") for n in range(3)}
    texts |= {"digest": " ".join(story(n) for n in range(5)), "short": "two words", "again": "Two words!", "none": ""}
    return texts | {"blank": " ", "insert": f"{story(8)} {numbered(10_020, 10_090)}"}


def test_clusters_hold_the_versions_of_each_story() -> None:
    found = clusters(mixed_set())
    assert (
        [found[f"copy{n}"] for n in range(3)] == [found[f"story{n}"] for n in range(3)] == ["copy0", "copy1", "copy2"]
    )
    assert found["short"] == found["again"] == "again"
    assert len({found[name] for name in ("story3", "story4", "story5", "digest", "none", "blank", "insert")}) == 7


def test_matches_name_their_relations() -> None:
    found = matches(mixed_set())
    assert found["digest", "story1"] is Relation.CONTAINS
    assert found["insert", "story1"] is Relation.CONTAINS
    assert found["again", "short"] is Relation.IDENTICAL
    assert found["copy2", "story2"] is Relation.NEAR_DUPLICATE
    assert ("blank", "none") not in found


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(1, 3))
def test_answer_does_not_depend_on_order_chunks_or_workers(seed: int, chunk: int, workers: int) -> None:
    texts = mixed_set()
    names = list(texts)
    random.Random(seed).shuffle(names)
    shuffled = {name: texts[name] for name in names}
    assert clusters(shuffled, chunk=chunk, workers=workers) == clusters(texts)
    assert list(matches(shuffled, chunk=chunk, workers=workers).items()) == list(matches(texts).items())
    assert documents_to_keep(shuffled) == documents_to_keep(texts)


def test_earliest_is_kept_then_longest_then_smallest_id() -> None:
    texts = {"c": story(1), "b": story(1, 119), "a": story(1, 119), "d": story(1)}
    assert documents_to_keep(texts, [2.0, 1.0, 1.5, float("nan")]) == {"b"}
    assert documents_to_keep(texts, [2.0, 2.0, 2.0, 2.0]) == {"c"}
    assert documents_to_keep(texts) == {"c"}
    assert documents_to_keep(texts, [float("nan"), 3.0, 3.0, 4.0]) == {"a"}


def test_preferred_is_kept_before_the_earliest() -> None:
    signed = sign_texts([story(1), story(1), story(1), story(2)])
    found = find_duplicates(
        ["a", "b", "c", "d"], [signed], preference=np.array([5, 2, 2, 5]), published=np.array([1.0, 3.0, 2.0, 0.0])
    )
    assert found.keep.tolist() == [False, False, True, True]


def test_notice_that_many_stories_carry_makes_no_match() -> None:
    notice = numbered(0, 60)
    few = {f"story{n:02}": f"{story(n + 1)} {notice}" for n in range(10)}
    many = {f"story{n:02}": f"{story(n + 1)} {notice}" for n in range(11)}
    assert len(matches(few)) == 45
    assert matches(many) == {}


def test_many_copies_of_one_story_are_one_cluster() -> None:
    texts = {f"copy{n:03}": story(1) for n in range(130)} | {"other": story(2)}
    found = find(texts)
    assert set(found.clusters[:130].tolist()) == {0}
    assert found.clusters[130] == 130
    assert found.common_keys > 0
    assert found.keep.sum() == 2


def test_many_slightly_different_copies_are_one_cluster() -> None:
    texts = {f"copy{n:03}": f"{story(1)} {numbered(500 + 12 * n, 512 + 12 * n)}" for n in range(130)}
    assert len(set(clusters(texts).values())) == 1


def test_page_that_holds_a_story_among_much_else_is_in_its_cluster() -> None:
    texts = {"story": story(1), "page": f"{numbered(0, 150)} {story(1)} {numbered(150, 500)}", "other": story(2)}
    assert clusters(texts) == {"story": "page", "page": "page", "other": "other"}


def test_digest_of_two_stories_is_in_no_cluster_of_theirs() -> None:
    texts = {"a": story(1), "b": story(2), "digest": f"{story(1)} {story(2)}"}
    assert len(set(clusters(texts).values())) == 3
    assert set(matches(texts)) == {("a", "digest"), ("b", "digest")}


@pytest.mark.parametrize("furniture", [80, 300, 1000])
def test_furniture_that_two_pages_share_makes_no_story_of_theirs_one(furniture: int) -> None:
    texts = {f"story{n}": story(n) for n in (1, 2)}
    texts |= {
        f"page{n}": f"{numbered(0, furniture // 2)} {story(n)} {numbered(furniture // 2, furniture)}" for n in (1, 2)
    }
    assert clusters(texts) == {f"{kind}{n}": f"page{n}" for kind in ("story", "page") for n in (1, 2)}


def test_shingles_that_many_stories_hold_do_not_make_short_stories_similar() -> None:
    furniture = numbered(0, 40)
    texts = {f"page{n:02}": f"{furniture} {story(n + 1, 60)}" for n in range(12)}
    assert len(find(texts).common_shingles) == 38
    assert len(set(clusters(texts).values())) == 12


def test_nothing_gives_nothing() -> None:
    found = find({})
    assert len(found.left) == len(found.clusters) == len(found.keep) == 0


def test_ids_that_repeat_or_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^the id 'a' is used twice; give each document its own id$"):
        find_duplicates(["a", "a"], [sign_texts(["one", "two"])])
    with pytest.raises(ValueError, match=r"^1 id for 2 documents; give each its own id$"):
        find_duplicates(["a"], [sign_texts(["one", "two"])])
    with pytest.raises(ValueError, match="1 times of publication for 2 documents"):
        find_duplicates(["a", "b"], [sign_texts(["one", "two"])], published=np.zeros(1))
    with pytest.raises(ValueError, match="3 preferences for 2 documents"):
        find_duplicates(["a", "b"], [sign_texts(["one", "two"])], preference=np.zeros(3, np.int64))


def test_deduplicate_gives_clusters_and_matches_by_id() -> None:
    digest = f"{story(1)} {story(2)}"
    texts = {"b": (story(1), 2.0), "a": (story(1), 3.0), "c": (story(2), None), "d": (digest, 1.0)}
    report = deduplicate(Document(name, text, published) for name, (text, published) in texts.items())
    assert report.clusters == (
        Cluster("a", ("a", "b"), "b", KeptBecause.EARLIEST),
        Cluster("c", ("c",), "c", KeptBecause.ONLY_ONE),
        Cluster("d", ("d",), "d", KeptBecause.ONLY_ONE),
    )
    assert [(name, match.id, match.relation, match.same_story) for name, match in report.matches] == [
        ("a", "b", Relation.IDENTICAL, True),
        ("a", "d", Relation.CONTAINED, False),
        ("b", "d", Relation.CONTAINED, False),
        ("c", "d", Relation.CONTAINED, False),
    ]
    assert report.matches[0][1].overlap.similarity == 1
    assert deduplicate([]).clusters == ()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99))
def test_deduplicate_answers_alike_in_any_order(seed: int) -> None:
    documents = [Document(name, text) for name, text in mixed_set().items()]
    expected = deduplicate(documents)
    random.Random(seed).shuffle(documents)
    assert deduplicate(documents, workers=2) == expected


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (["a", "a"], "the id 'a' is used twice; give"),
        ([1, "b", "1", "b", 1], "the id '1' is used 3 times, and 1 other id more than once; give"),
        (["c", "b", "a"] * 2, "the id 'c' is used twice, and 2 other ids more than once; give"),
        (["x" * 2000] * 2, f"the id '{'x' * 80}' is used twice; give"),
    ],
)
def test_deduplicate_names_an_id_that_repeats(ids: list[str | int], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words} each document its own id$"):
        deduplicate(Document(id, f"text {number}") for number, id in enumerate(ids))


@pytest.mark.parametrize("workers", [0, -1])
def test_deduplicate_needs_a_worker(workers: int) -> None:
    with pytest.raises(ValueError, match=f"^workers is {workers}, expected at least 1$"):
        deduplicate([Document("a", "text")], workers=workers)


def test_values_load_no_numeric_library() -> None:
    code = (
        "import sys; from copydesk.classifier.types import Page;"
        "from copydesk.classifier.duplicates import Document, KeyScheme, Match, Overlap, Relation, SigningScheme;"
        "assert not sys.modules.keys() & {'numpy', 'numba'}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
