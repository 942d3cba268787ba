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
    for formatting, xhtml in ((True, False), (False, False), (True, True), (False, True)):
        cuts, reopened = parser_limits._scan(page, formatting=formatting, xhtml=xhtml)
        expected, expected_reopened = oracle.scan_nesting(data, *parser_limits._families(), formatting, xhtml)
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


_TAGS = [b"script", b"title", b"video", b"svg", b"p", b"textarea", b"template", b"body", b"i"]
_EMPTY = st.lists(
    st.tuples(st.sampled_from([b"<%b/>", b"<%b x=/>", b"<%b x='/' />", b"<%b>", b"</%b>"]), st.sampled_from(_TAGS))
)


@settings(max_examples=200, deadline=None)
@given(_EMPTY)
def test_cuts_of_elements_without_content_are_those_of_the_oracle(pieces: list[tuple[bytes, bytes]]) -> None:
    check(b"x".join(form % tag for form, tag in pieces))


@pytest.mark.parametrize("unit", ["<p><b>", "<td><table>", "<div><svg>", "<a><template>", "<form><div></form>"])
def test_cuts_of_many_tags_are_those_of_the_oracle(unit: str) -> None:
    check(unit.encode() * 3_000)


def test_comments_in_deep_nesting_are_read_in_little_time() -> None:
    page = b"<div>" * 300_000 + b"<!-- -->" * 300_000
    cuts, _ = parser_limits._scan(page, formatting=True, xhtml=False)
    assert len(cuts) == 300_000 - parser_limits.MAX_DEPTH


def test_cuts_of_corpus_pages_are_those_of_the_oracle() -> None:
    for page in corpus_pages(every=40):
        check(page)


@pytest.mark.slow
def test_cuts_of_all_corpus_pages_are_those_of_the_oracle() -> None:
    for page in corpus_pages():
        check(page)
