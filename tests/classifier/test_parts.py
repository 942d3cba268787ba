"""Kinds of blocks by the elements around them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from copydesk.classifier.parts import CELL_CHARACTERS, kind_by_markup, name_kinds
from copydesk.classifier.pipeline import predict
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, Blocks, Kind
from tests.support.corpus_pages import corpus_pages
from tests.support.hostile_html import HTML
from tests.support.small_model import small_model

MODEL = small_model()


def named(page: Blocks, said: Kind = Kind.TEXT) -> list[Kind]:
    predictions = predict(page, MODEL.form(markup=page.markup is not None))
    predictions = replace(predictions, kinds=np.full(len(page.blocks), KINDS.index(said)))
    return [KINDS[kind] for kind in name_kinds(page, predictions).tolist()]


def check(html: str | bytes) -> None:
    page = segment_html(html)
    assert page.markup is not None
    sizes = [end - start for start, end in page.blocks]
    for said in (Kind.TEXT, Kind.SUBHEADING):
        right = [kind_by_markup(page.markup, number, size, said) for number, size in enumerate(sizes)]
        assert named(page, said) == right


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("<ul><li>One<li><p>Two</ul><p>Three", [Kind.LIST_ITEM, Kind.LIST_ITEM, Kind.TEXT]),
        ("<blockquote><div><div><div>Near<div>Far", [Kind.QUOTE, Kind.TEXT]),
        (f"<table><tr><td>{'x' * CELL_CHARACTERS}", [Kind.TABLE]),
        (f"<table><tr><td><p>a</p>{'x' * (CELL_CHARACTERS + 1)}", [Kind.TABLE, Kind.TABLE]),
        ("<pre>a</pre><x-y>b</x-y>", [Kind.PREFORMATTED, Kind.TEXT]),
    ],
)
def test_kind_is_that_of_an_element_around_the_block(html: str, kinds: list[Kind]) -> None:
    assert named(segment_html(html)) == kinds


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("<table><tr><td>Year<td>Boats</table><p>Below", [Kind.TABLE, Kind.SUBHEADING]),
        ("<table><tr><td><h3>Year</h3><td><p>Boats", [Kind.SUBHEADING, Kind.TABLE]),
        (f"<table><tr><td>{'x' * (CELL_CHARACTERS + 1)}", [Kind.SUBHEADING]),
        ("<pre>a</pre><ul><li>b</ul>", [Kind.PREFORMATTED, Kind.SUBHEADING]),
    ],
)
def test_a_row_of_a_table_is_no_subheading(html: str, kinds: list[Kind]) -> None:
    assert named(segment_html(html), Kind.SUBHEADING) == kinds


def test_only_text_and_subheadings_get_another_kind_and_only_where_there_is_markup() -> None:
    assert named(segment_html("<ul><li>One"), Kind.BYLINE) == [Kind.BYLINE]
    assert named(segment_text("- One")) == [Kind.TEXT]


@settings(max_examples=60, deadline=None)
@given(HTML)
def test_all_blocks_at_once_get_the_kinds_of_one_after_the_other(html: str) -> None:
    check(html)


def test_blocks_of_corpus_pages_get_the_kinds_of_one_after_the_other() -> None:
    for page in corpus_pages(every=40):
        check(page)
