"""Finds the pages of the corpora that lie beside the checkout, for comparisons with the oracles."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.import_graph import ROOT

_CORPORA = ROOT.parent / "shared" / "corpora"


def corpus_paths(*, every: int = 1) -> list[Path]:
    """Return each so many-th page of the corpora; skip the test where they are not there."""
    found = [*_CORPORA.glob("wcxb-dev/html/*.html.gz"), *_CORPORA.glob("fundus/*/*.html.gz")]
    if not found:
        pytest.skip(f"the corpora are not in {_CORPORA}")
    return sorted(found)[::every]


def corpus_pages(*, every: int = 1) -> Iterator[bytes]:
    """Read each so many-th page of the corpora."""
    for path in corpus_paths(every=every):
        yield gzip.decompress(path.read_bytes())
