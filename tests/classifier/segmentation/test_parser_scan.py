"""Tests of the scan for nesting in the C core: the same cuts as the oracle's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.segmentation import parser_limits
from tests.oracle import parser_limits as oracle
from tests.support.corpus_pages import corpus_pages
from tests.support.hostile_html import HTML, NESTED_HTML


def check(page: bytes) -> None:
    data = np.frombuffer(page, np.uint8)
    for formatting in (True, False):
        cuts, reopened = parser_limits._scan(page, formatting=formatting)
        expected, expected_reopened = oracle.scan_nesting(data, *parser_limits._families(), formatting)
        assert np.array_equal(cuts, expected)
        assert reopened == expected_reopened


@settings(max_examples=300, deadline=None)
@given(st.one_of(HTML, NESTED_HTML))
def test_cuts_are_those_of_the_oracle(html: str) -> None:
    check(html.encode("utf-8", "replace"))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([b"<", b"</", b">", b"<!--", b"-->", b"<a", b"<![CDATA[", b"'", b"=", b"\x80"])))
def test_cuts_of_broken_tags_are_those_of_the_oracle(pieces: list[bytes]) -> None:
    check(b"".join(pieces))
    check(b"<svg>" + b"".join(pieces) + b"<script>" + b"".join(pieces))


@pytest.mark.parametrize("unit", ["<p><b>", "<td><table>", "<div><svg>", "<a><template>", "<form><div></form>"])
def test_cuts_of_many_tags_are_those_of_the_oracle(unit: str) -> None:
    check(unit.encode() * 3_000)


def test_comments_in_deep_nesting_are_read_in_little_time() -> None:
    page = b"<div>" * 300_000 + b"<!-- -->" * 300_000
    cuts, _ = parser_limits._scan(page, formatting=True)
    assert len(cuts) == 300_000 - parser_limits.MAX_DEPTH


def test_cuts_of_corpus_pages_are_those_of_the_oracle() -> None:
    for page in corpus_pages(every=40):
        check(page)


@pytest.mark.slow
def test_cuts_of_all_corpus_pages_are_those_of_the_oracle() -> None:
    for page in corpus_pages():
        check(page)
