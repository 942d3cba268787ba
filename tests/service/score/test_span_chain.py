"""Tests of the check that the shards of WARC files join."""

from __future__ import annotations

from copydesk.service.score.readers import Shard
from copydesk.service.score.sources import FileKind
from copydesk.service.score.span_chain import SpanChain
from copydesk.service.score.tally import Tally


class Chain:
    """A chain over files of some shards of 100 bytes each; it notes which shards were counted and forgotten."""

    def __init__(self, *n_shards: int) -> None:
        self.counted: list[int] = []
        self.forgotten: list[int] = []
        self.chain = SpanChain(self.forgotten.append)
        places = [(str(file), k * 100) for file, n in enumerate(n_shards) for k in range(n)]
        self.shards = [
            Shard(number, FileKind.WARC, (file,), start=start, end=start + 100)
            for number, (file, start) in enumerate(places)
        ]
        for shard in self.shards:
            self.chain.cut(shard)

    def score(self, number: int, first: int, behind: int) -> None:
        """Say that a shard was read from a first place up to another."""
        self.chain.scored(self.shards[number], Tally(span=(first, behind)), lambda *_: self.counted.append(number))


def test_shards_count_once_those_before_them_join() -> None:
    chain = Chain(3, 2)
    chain.score(1, 120, 210)
    chain.score(4, 130, 180)
    assert chain.counted == []
    chain.score(0, 0, 120)
    chain.score(2, 210, 290)
    chain.score(3, 0, 130)
    assert (chain.counted, chain.forgotten, chain.chain.misread()) == ([0, 1, 2, 3, 4], [], [])


def test_shard_that_begins_elsewhere_is_scored_again_from_where_the_one_before_ended() -> None:
    chain = Chain(3)
    chain.score(0, 0, 120)
    chain.score(1, 105, 210)
    assert (chain.counted, chain.forgotten) == ([0], [1])
    (again,) = chain.chain.misread()
    assert (again.number, again.begin) == (1, 120)
    assert again.digest == chain.shards[1].digest
    chain.score(2, 210, 290)
    chain.score(1, 120, 210)
    assert (chain.counted, chain.chain.misread()) == ([0, 1, 2], [])


def test_record_may_reach_over_a_whole_shard() -> None:
    chain = Chain(3)
    chain.score(0, 0, 205)
    chain.score(1, -1, 200)
    chain.score(2, 205, 290)
    assert chain.counted == [0, 1, 2]
    chain = Chain(3)
    chain.score(0, 0, 205)
    chain.score(1, 150, 160)
    assert [shard.begin for shard in chain.chain.misread()] == [205]
    chain.score(1, 205, 205)
    chain.score(2, 205, 290)
    assert chain.counted == [0, 1, 2]


def test_shard_that_cannot_be_read_is_not_scored_for_ever() -> None:
    chain = Chain(2, 3)
    chain.score(0, 0, 120)
    chain.score(1, -1, -1)
    chain.score(2, -1, -1)
    chain.score(3, 140, -1)
    chain.score(4, 205, 290)
    assert (chain.counted, chain.chain.misread()) == ([0, 1, 2, 3, 4], [])
