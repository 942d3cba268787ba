"""Removals and replacements in large clusters: the work is bounded, and what remains is consistent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from copydesk.service.index import Index, open_index
from copydesk.service.index.statements import Statement
from copydesk.service.index.verdicts import Verdicts
from tests.support.index_places import MakePlace, add, assert_whole, clusters, document, window

MOST = 12
"""Documents that a removal or a replacement decides on again, and whose clusters it builds again, in these tests."""


@pytest.fixture(autouse=True)
def low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copydesk.service.index.verdicts.MAX_DECIDED_AGAIN", MOST)
    monkeypatch.setattr("copydesk.service.index.clusters.MAX_REBUILT", MOST)


@pytest.fixture
def index(new_place: MakePlace) -> Iterator[Index]:
    with open_index(new_place("large")) as opened:
        yield opened


class Work:
    """Counts the verdicts that are decided and the rows that are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.n_decided = self.n_rows = 0
        decide, rows = Verdicts.decide, Statement.rows

        def counted_decide(*given: object, **more: object) -> object:
            self.n_decided += 1
            return decide(*given, **more)  # type: ignore[arg-type]

        def counted_rows(*given: object, **more: object) -> object:
            found = rows(*given, **more)  # type: ignore[arg-type]
            self.n_rows += len(found)
            return found

        monkeypatch.setattr(Verdicts, "decide", counted_decide)
        monkeypatch.setattr(Statement, "rows", counted_rows)


def versions(n: int) -> list[str]:
    """Return texts of one story, of which each differs from the others in a few words."""
    return [window(0, words=80) + " " + window(n_ + 1, words=8) for n_ in range(n)]


def work_of_replacing(tmp_path: Path, n: int, which: int) -> Work:
    with open_index(str(tmp_path / f"{n}-{which}.sqlite")) as index, pytest.MonkeyPatch.context() as patch:
        index.add([document(f"d{at:03}", text) for at, text in enumerate(versions(n))], now=0.0)
        work = Work(patch)
        add(index, f"d{which:03}", window(0, words=80))
        index.check([document(f"d{which:03}", window(0, words=70))])
    return work


@pytest.mark.parametrize("which", [0, -1])
def test_work_of_a_replacement_does_not_grow_with_the_cluster(tmp_path: Path, which: int) -> None:
    small, large = (work_of_replacing(tmp_path, n, which % n) for n in (130, 260))
    assert large.n_decided <= small.n_decided + 2 <= 4 * (MOST + 2)
    assert large.n_rows <= 1.5 * small.n_rows


def test_removed_documents_leave_the_others_of_a_large_cluster_together(new_place: MakePlace) -> None:
    place = new_place("whole")
    with open_index(place) as index:
        index.add([document(f"d{at:02}", text) for at, text in enumerate(versions(2 * MOST))], now=0.0)
        index.remove(["d00", "d07"])
        assert set(clusters(index).values()) == {"d01"}
        assert index.resolve("d00") == "d01"
        assert len(index.members("d01")) == 2 * MOST - 2
    assert_whole(place)


@pytest.mark.parametrize("which", ["d00", "d05", "d23"])
def test_replaced_document_of_a_large_cluster_joins_as_a_new_one(index: Index, which: str) -> None:
    index.add([document(f"d{at:02}", text) for at, text in enumerate(versions(2 * MOST))], now=0.0)
    for text, alone in ((window(90), True), (window(0, words=80), False)):
        (checked,) = index.check([document(which, text)])
        added = add(index, which, text)
        assert (checked.cluster, checked.keep, checked.matches) == (added.cluster, added.keep, added.matches)
        found = clusters(index)
        oldest = min(id for id in found if id != which)
        others = {cluster for id, cluster in found.items() if id != which}
        assert others == {oldest if alone else min(oldest, which)}
        assert found[which] == (which if alone else min(oldest, which))
        assert [index.resolve(id) for id in found] == list(found.values())


@pytest.mark.parametrize(("seed", "decided_again", "rebuilt"), [(7, 1, 8), (15, 1, 4)])
def test_check_of_a_replacement_beyond_the_bounds_says_what_add_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, decided_again: int, rebuilt: int
) -> None:
    monkeypatch.setattr("copydesk.service.index.verdicts.MAX_DECIDED_AGAIN", decided_again)
    monkeypatch.setattr("copydesk.service.index.clusters.MAX_REBUILT", rebuilt)
    chance = Random(seed)
    with open_index(str(tmp_path / "steps.sqlite")) as index:
        for _ in range(40):
            id = f"d{chance.randrange(24):02}"
            if chance.random() < 0.2:
                index.remove([f"d{chance.randrange(24):02}" for _ in range(chance.choice([1, 2, 6]))])
                continue
            begin, words = chance.randrange(3) * 50, chance.choice([40, 80])
            text = f"{window(begin, words=words)} {window(chance.randrange(200), words=chance.choice([4, 8, 30]))}"
            (checked,) = index.check([document(id, text)])
            added = add(index, id, text)
            assert (checked.cluster, checked.kept_because) == (added.cluster, added.kept_because)
