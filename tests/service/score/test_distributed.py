"""Tests of `distributed`: the rows are those of the closed set, however documents are divided and steps are run."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="pyarrow is not installed; install this project with its extra 'score'")

from copydesk.classifier.duplicates import DuplicateOptions
from copydesk.classifier.duplicates.rules import COMPARISON
from copydesk.classifier.duplicates.types import Keep
from copydesk.service.score.distributed.chunks import put_together
from copydesk.service.score.distributed.components import find_components, load_roots
from copydesk.service.score.distributed.steps import Plan, Tables, chunk_of, document_ids
from tests.support.distributed_sets import Division, Text, distributed, mixed_texts, one_machine, sign, story
from tests.support.one_process import OneProcess

pytestmark = pytest.mark.slow


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.builds(Division, st.integers(1, 30), st.integers(1, 4), st.sampled_from([0, 10**9])),
    st.builds(
        DuplicateOptions,
        st.sampled_from([0.0, 0.3, 0.9]),
        st.sampled_from([0.0, 0.7, 1.0]),
        st.sampled_from(Keep),
        st.sampled_from([(), ("b",)]),
    ),
)
def test_answers_are_those_of_one_machine(
    seed: int, n_shards: int, division: Division, options: DuplicateOptions
) -> None:
    with TemporaryDirectory() as folder:
        sign(Path(folder), mixed_texts(seed), n_shards)
        expected, expected_rows = one_machine(Path(folder), n_shards, options)
        runner = OneProcess(random.Random(seed), again=0.2)
        found, rows = distributed(runner, Path(folder), n_shards, division, options=options)
    assert rows == expected_rows
    assert (found.n_documents, found.common_keys) == (len(expected.clusters), expected.common_keys)
    assert found.no_body == expected.no_body
    sizes = np.unique(np.unique(expected.clusters, return_counts=True)[1], return_counts=True)
    assert {size: n for size, n in found.sizes.items() if n} == dict(
        zip(*(side.tolist() for side in sizes), strict=True)
    )


def test_set_of_the_next_tests_has_every_kind_of_match(tmp_path: Path) -> None:
    """The law above says little of sets in which there is nothing to find."""
    phrases = [Text(f"z{number}", f"{story(1000 + number)} {story(-9, 30)}") for number in range(12)]
    sign(tmp_path, [*(text for seed in range(2) for text in mixed_texts(seed)), *phrases], 2)
    expected, expected_rows = one_machine(tmp_path, 2)
    relations = {match["relation"] for row in expected_rows for match in row.get("matches", [])}
    assert relations == {"identical", "near_duplicate", "contains", "contained"}
    assert any("error" in row for row in expected_rows)
    assert len(expected.common_shingles)
    assert expected.same_story.any()
    assert not expected.same_story.all()
    assert distributed(OneProcess(), tmp_path, 2)[1] == expected_rows


def test_key_that_very_many_share_is_capped_and_counted(tmp_path: Path) -> None:
    """Documents with incomplete pairs: what two of them share is unknown if they are no pair."""
    furniture, n = story(-1, 40), 3 * COMPARISON.max_documents_per_key
    texts = [Text(f"{number:03}", f"{story(number // 2, 60)} {furniture}") for number in range(n)]
    sign(tmp_path, texts, 3)
    expected, expected_rows = one_machine(tmp_path, 3)
    found, rows = distributed(OneProcess(), tmp_path, 3, Division(parts=4))
    assert rows == expected_rows
    assert found.common_keys == expected.common_keys > 0
    assert len({row["cluster"] for row in rows}) == n // 2


@pytest.mark.parametrize(
    ("n_shards", "processors", "n_chunks"),
    [(1, 8, 1), (3, 8, 3), (120, 2, 6), (120, 8, 24), (3000, 2, 30), (3000, 8, 30), (3000, 16, 48)],
)
def test_documents_are_divided_by_processors_into_chunks_that_are_neither_small_nor_large(
    tmp_path: Path, n_shards: int, processors: int, n_chunks: int
) -> None:
    assert (
        len(put_together(tmp_path, [1000 if n_shards == 3000 else 5000] * n_shards, processors=processors)) == n_chunks
    )


def test_document_without_a_body_is_named(tmp_path: Path) -> None:
    sign(tmp_path, [Text("a", ""), Text("b", story(1))], 2)
    found, rows = distributed(OneProcess(), tmp_path, 2)
    assert [row["kept_because"] for row in rows] == ["no_body", "only_one"]
    assert found.no_body == 1


def test_nothing_and_one_document_are_answered(tmp_path: Path) -> None:
    for n in (0, 1):
        folder = tmp_path / str(n)
        folder.mkdir()
        sign(folder, [Text("a", story(1))] * n, 2)
        found, rows = distributed(OneProcess(), folder, 2)
        assert rows == [{"id": "a", "cluster": "a", "keep": True, "kept_because": "only_one", "matches": ()}] * n
        assert found.n_documents == n


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] != pair[1]), max_size=60),
    st.integers(1, 4),
    st.booleans(),
)
def test_components_are_those_of_a_plain_search(edges: list[tuple[int, int]], parts: int, stars: bool) -> None:
    n_chunks = 3
    with TemporaryDirectory() as folder:
        chunks = put_together(Path(folder), [1] * n_chunks, least=1)
        plan = Plan(chunks, Tables(Path(folder)), parts, most_edges=-1 if stars else 10**9)

        def of_chunk(chunk: int) -> tuple[np.ndarray, np.ndarray]:
            mine = [pair for pair in map(sorted, edges) if pair[0] % n_chunks == chunk]
            sides = np.array(mine, np.int64).reshape(-1, 2).T
            return named(sides[0]), named(sides[1])

        find_components(OneProcess(), plan, of_chunk, "some")
        roots = [load_roots(plan, chunk, "some") for chunk in range(n_chunks)]
    found = dict((np.concatenate(roots, axis=1) >> np.uint64(32)).T.tolist())
    assert all((chunk_of(own) == chunk).all() for chunk, (own, _) in enumerate(roots))
    assert found == {number: root for number in range(31) if (root := least_reached(number, edges)) != number}


def named(numbers: np.ndarray) -> np.ndarray:
    return np.array([document_ids(np.array([number]), number % 3)[0] for number in numbers.tolist()], np.uint64)


def least_reached(number: int, edges: list[tuple[int, int]]) -> int:
    reached = {number}
    while new := {a for pair in edges if reached & set(pair) for a in pair} - reached:
        reached |= new
    return min(reached)


def test_components_of_a_long_path_are_found(tmp_path: Path) -> None:
    """A component in which every document has two neighbours takes the most rounds."""
    n = 200
    plan = Plan(put_together(tmp_path, [1, 1, 1], least=1), Tables(tmp_path), 4, most_edges=0)

    def of_chunk(chunk: int) -> tuple[np.ndarray, np.ndarray]:
        mine = np.arange(chunk, n - 1, 3)
        return named(mine), named(mine + 1)

    find_components(OneProcess(), plan, of_chunk, "path")
    roots = np.concatenate([load_roots(plan, chunk, "path")[1] for chunk in range(3)])
    assert roots.tolist() == [0] * (n - 1)
