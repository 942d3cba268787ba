"""Errors come out of another process as they went in."""

from __future__ import annotations

import multiprocessing
import pickle

import pytest

from copydesk.classifier.errors import ArtifactMismatch, CopydeskError, DamagedShingles, UnreadablePage
from copydesk.service.client.connection import ServiceProblem


@pytest.mark.parametrize(
    "error",
    [
        UnreadablePage("binary", "found an image"),
        ArtifactMismatch("no manifest"),
        DamagedShingles("cut short"),
        ServiceProblem(503, "busy", "try again", 1.5),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling(error: CopydeskError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.code, vars(copy)) == (str(error), error.code, vars(error))


def refuse(number: int) -> int:
    raise UnreadablePage("bad_page", f"page {number} is empty")


def test_a_pool_hands_on_the_error_of_a_bad_page() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        failed = pool.map_async(refuse, [3])
        with pytest.raises(UnreadablePage, match="page 3 is empty") as caught:
            failed.get(timeout=60)
    assert caught.value.code == "bad_page"
