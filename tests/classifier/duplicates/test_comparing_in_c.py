"""Tests of the C code that compares texts and groups pairs: its results equal those of loops in Python."""

from __future__ import annotations

import re
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from copydesk.classifier.duplicates import candidates, rules, same_story
from copydesk.classifier.duplicates.closed_set import TextArrays, compare_texts, count_shingles
from copydesk.classifier.duplicates.clustering import connected_components
from copydesk.classifier.duplicates.normalized_words import read_words
from copydesk.classifier.duplicates.overlap import (
    NO_SHINGLES,
    OVERLAP_FIELDS,
    _shared_ranges,
    relation_number,
)
from copydesk.classifier.duplicates.rules import PairFlag
from copydesk.classifier.duplicates.shingles import read_shingles, shorten
from copydesk.classifier.duplicates.signing import SignedTexts, sign_texts
from copydesk.classifier.duplicates.stored_texts import (
    StoredTexts,
    _common_shingles,
    compare_with_stored,
    pack_shingles,
)
from copydesk.classifier.duplicates.types import DEFAULT_SCHEME
from tests.bench.generated import Generated
from tests.bench.templated import make_set
from tests.oracle import candidates as candidates_oracle
from tests.oracle import closed_set as closed_set_oracle
from tests.oracle import clustering as clustering_oracle
from tests.oracle import overlap as oracle
from tests.oracle import same_story as same_story_oracle
from tests.oracle import stored_texts as stored_texts_oracle
from tests.support.compared_texts import overlap_counts
from tests.support.corpus_pages import corpus_pages
from tests.support.import_graph import ROOT

SIZES = (3, 5)
MARKS = st.sampled_from([3, 4, 35, 36, 70, 71])
PARTS = st.one_of(
    st.tuples(st.integers(0, 30), st.integers(0, 40)).map(lambda part: list(range(part[0], part[0] + part[1]))),
    st.lists(st.integers(0, 12), max_size=20),
    st.integers(1000, 9999).map(lambda value: [value]),
)
"""Runs of hashes that two texts may share, repetitions, and hashes that stand between them."""


@st.composite
def shingle_arrays(draw: st.DrawFn) -> NDArray[np.uint32]:
    hashes = [value for part in draw(st.lists(PARTS, max_size=6)) for value in part]
    odd = draw(st.integers(0, 3))
    marks = {value: draw(MARKS) for value in dict.fromkeys(hashes[:40])}
    values = [value << 8 | marks.get(value, value % 128) << 1 | (value % 4 == odd) for value in hashes]
    return np.array(values, np.uint32)


def assert_equal(found: NDArray[Any], wanted: NDArray[Any]) -> None:
    assert found.dtype == wanted.dtype
    assert found.tobytes() == wanted.tobytes()


def arrays_of(signed: SignedTexts) -> TextArrays:
    return TextArrays(signed.shingles.values, signed.shingles.bounds, signed.shingles.sizes, signed.digests)


def assert_compared_as_in_python(texts: list[str], pairs: list[tuple[int, int]]) -> None:
    arrays = arrays_of(sign_texts(texts))
    left, right = np.array(pairs, np.int64).T.copy()
    results = []
    for compare in (compare_texts, closed_set_oracle.compare_texts):
        counts, relations = np.empty((len(pairs), len(OVERLAP_FIELDS))), np.empty(len(pairs), np.int8)
        compare(arrays, NO_SHINGLES, left, right, counts, relations)
        results.append((counts, relations))
    for found, wanted in zip(*results, strict=True):
        assert_equal(found, wanted)


@settings(max_examples=500, deadline=None)
@given(shingle_arrays(), shingle_arrays(), st.sets(st.integers(0, 40), max_size=5), st.booleans())
def test_overlaps_and_relations_are_those_of_python(
    text: NDArray[np.uint32], other: NDArray[np.uint32], common: set[int], identical: bool
) -> None:
    shared = np.array(sorted(common), np.uint32)
    found = overlap_counts(text, other, SIZES, shared, identical)
    assert_equal(found, oracle.overlap_counts(text, other, SIZES, shared, identical))
    assert relation_number(found, identical) == oracle.relation_number(found, identical)
    assert_equal(_shared_ranges(text, other, SIZES), oracle.shared_ranges(text, other, SIZES))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(st.floats(0, 1), st.sampled_from([0.1, 0.2, 0.5, 0.7, 0.8, 20, 40, 6])), min_size=10, max_size=10
    )
)
def test_relations_of_any_counts_are_those_of_python(values: list[float]) -> None:
    counts = np.array(values, np.float64)
    assert relation_number(counts, False) == oracle.relation_number(counts, False)


def test_articles_are_compared_as_in_python() -> None:
    made = make_set(5)
    assert_compared_as_in_python(made.texts, [(pair.one, pair.other) for pair in made.pairs])
    generated = Generated(60)
    texts = [generated.text(number) for number in range(60)]
    assert_compared_as_in_python(texts, [(one, other) for one in range(60) for other in range(one, 60)])


def test_pages_are_compared_as_in_python() -> None:
    pages = [page.decode("utf-8", "replace") for page in corpus_pages(every=60)]
    n = len(pages)
    assert_compared_as_in_python(pages, [(one, (one + step) % n) for one in range(n) for step in range(3)])


@settings(max_examples=100, deadline=None)
@given(st.lists(shingle_arrays(), min_size=1, max_size=14), st.data())
def test_stored_texts_are_compared_as_in_python(texts: list[NDArray[np.uint32]], data: st.DataObject) -> None:
    own, values = texts[0], np.concatenate(texts)
    bounds = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    firsts = np.arange(len(texts), dtype=np.int64)
    distinct = np.unique(shorten(own))
    counts = stored_texts_oracle.count_texts(distinct, values, bounds, firsts)
    assert _common_shingles(own, values, bounds, firsts).tolist() == distinct[counts > 10].tolist()
    words = read_words([" ".join(data.draw(st.lists(st.sampled_from("abcdef"), max_size=40)))])
    shingles = read_shingles(words, DEFAULT_SCHEME)
    identical = [data.draw(st.booleans()) for _ in texts]
    stored = StoredTexts(
        [str(at) for at in firsts], [pack_shingles(text) for text in texts], [0] * len(texts), identical
    )
    found = compare_with_stored(words, shingles, 0, stored)
    wanted = stored_texts_oracle.compare_all(
        shingles.row(0), shingles.sizes, values, bounds, NO_SHINGLES, np.array(identical, np.bool_)
    )
    assert_equal(found.counts, wanted[0])
    assert_equal(found.relations, wanted[1])


@settings(max_examples=20, deadline=None)
@given(st.lists(shingle_arrays(), max_size=5))
def test_shingles_are_counted_as_in_python(texts: list[NDArray[np.uint32]]) -> None:
    values = np.concatenate([np.empty(0, np.uint32), *texts])
    bounds = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    documents = np.arange(len(texts), dtype=np.int64)
    wanted = closed_set_oracle.count_shingles(values, bounds, documents)
    assert_equal(count_shingles(values, bounds, documents), wanted)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sets(st.integers(0, 130), max_size=130), max_size=6), st.integers(0, 14))
def test_documents_are_paired_as_in_python(keys: list[set[int]], n_stories: int) -> None:
    documents = np.array([number for key in keys for number in sorted(key)], np.uint32)
    starts = np.cumsum([0, *map(len, keys)]).astype(np.int64)
    stories = np.arange(131) % n_stories if n_stories else np.empty(0, np.int64)
    found = candidates._pair_documents(documents, starts, stories)
    assert_equal(found, candidates_oracle.pair_documents(documents, starts, stories))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 30), st.data())
def test_components_are_those_of_python(n: int, data: st.DataObject) -> None:
    ends = st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40)
    left, right = np.array([*data.draw(ends), (0, 0)], np.int64).T.copy()
    assert_equal(connected_components(n, left, right), clustering_oracle.connected_components(n, left, right))


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 9), st.data())
def test_rivals_are_those_of_python(n: int, data: st.DataObject) -> None:
    every = [(one, other) for one in range(n) for other in range(one + 1, n)]
    chosen = sorted(data.draw(st.sets(st.sampled_from(every), min_size=1)))
    pairs = np.array([one << 32 | other for one, other in chosen], np.uint64)
    shares = st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.8, 0.95, 1.0])
    counts = np.array([data.draw(st.tuples(*[shares] * len(OVERLAP_FIELDS))) for _ in chosen])
    counts[:, 4:7] *= 50
    counts[:, 9] *= 100
    relations = np.array([data.draw(st.integers(0, 4)) for _ in chosen], np.int8)
    evidence = same_story.pair_evidence(counts, relations)
    wanted = same_story_oracle.pair_evidence(counts, relations)
    assert_equal(evidence.coverage, wanted.coverage)
    assert_equal(evidence.flags, wanted.flags)
    incomplete = np.array([data.draw(st.booleans()) for _ in range(n)], np.bool_)
    undecided = evidence.flags & PairFlag.NEEDS_RIVAL_CHECK > 0
    partners = same_story.list_partners(pairs, evidence.coverage, n)
    for streamed in (False, True):
        found = same_story._rival_coverage(undecided, incomplete, evidence, partners, streamed)
        assert_equal(found, same_story_oracle.rival_coverage(undecided, incomplete, evidence, partners, streamed))


@pytest.mark.attack
def test_texts_made_for_one_slot_are_compared_in_linear_time() -> None:
    seconds = []
    inverse = pow(0x9E3779B1, -1, 1 << 24)
    for n in (50_000, 100_000, 200_000):
        hashes = np.arange(n, dtype=np.uint64) * np.uint64(inverse) & np.uint64((1 << 24) - 1)  # neighbouring slots
        text = (hashes << np.uint64(8)).astype(np.uint32)
        before = process_time()
        counts = overlap_counts(text, text[::-1].copy(), SIZES, NO_SHINGLES, False)
        seconds.append(process_time() - before)
        assert counts[0] == 1.0
    assert seconds[2] < 8 * seconds[0] + 0.5  # where time is quadratic, the last takes half a minute


def test_rules_are_those_of_python() -> None:
    source = (ROOT / "classifier/compiled/c/duplicate_rules.h").read_text(encoding="ascii")
    found = re.findall(r"^#define (COMPARISON|STORY|FACTS)_(\w+) ([\d.]+)$", source, re.MULTILINE)
    assert len(found) == len(re.findall(r"^#define (?!COPYDESK)", source, re.MULTILINE))
    for group, name, value in found:
        assert getattr(getattr(rules, group), name.lower()) == float(value), name
