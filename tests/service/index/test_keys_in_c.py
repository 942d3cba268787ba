"""Tests of the C code that looks up keys: its results equal those of loops in Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.service.index.keys.key_filter import _present
from copydesk.service.index.keys.key_log import _find_places
from copydesk.service.index.keys.partition import PARTITION_SHIFT, PARTITIONS, last_merge
from tests.oracle import index_keys as oracle

KEYS = st.builds(
    lambda partition, remainder, rest: partition << PARTITION_SHIFT | remainder << (PARTITION_SHIFT - 16) | rest,
    st.sampled_from([0, 1, 2, PARTITIONS - 1]),
    st.integers(0, 5) | st.just((1 << 16) - 1),
    st.integers(0, 1),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(KEYS), st.lists(KEYS))
def test_present_keys_are_those_of_python(stored: list[int], wanted: list[int]) -> None:
    remainders, counts = np.zeros((PARTITIONS, 8), np.uint16), np.zeros(PARTITIONS, np.int64)
    for prefix in sorted({key >> (PARTITION_SHIFT - 16) for key in stored}):
        partition = prefix >> 16
        remainders[partition, counts[partition]] = prefix & 0xFFFF
        counts[partition] += 1
    keys = np.array(wanted, np.int64)
    found = _present(remainders, counts, keys)
    assert found.tolist() == oracle.present(remainders, counts, keys).tolist()
    assert _present(remainders, counts, -1 - keys).tolist() == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9), max_size=5))
def test_places_are_those_of_python(stored: list[int], wanted: list[int]) -> None:
    keys, found = np.array(wanted, np.int64), np.array(sorted(stored), np.int64)
    assert _find_places(found, keys).tolist() == oracle.find_places(found, keys).tolist()


@given(st.integers(0, 1 << 40), st.integers(0, PARTITIONS - 1))
def test_last_merge_is_the_last_time_that_a_partition_came_round(n_merged: int, partition: int) -> None:
    last = last_merge(partition, n_merged)
    assert n_merged - PARTITIONS <= last < n_merged
    assert last % PARTITIONS == partition
    assert last_merge(np.array([partition]), n_merged).tolist() == [last]
