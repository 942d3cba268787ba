"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from copydesk.classifier.plurals import counted


@pytest.mark.parametrize(("n", "words"), [(0, "0 shards"), (1, "1 shard"), (2, "2 shards"), (1200, "1,200 shards")])
def test_only_one_is_singular(n: int, words: str) -> None:
    assert counted(n, "shard") == words


def test_a_plural_can_be_given() -> None:
    assert [counted(n, "body", "bodies") for n in (1, 2)] == ["1 body", "2 bodies"]
