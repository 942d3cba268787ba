"""Kinds that the order of a story decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.story_order import (
    BELOW,
    LEAST_BODY,
    LEAST_HEADLINE,
    LEAST_IN_BODY,
    MAX_AROUND,
    MAX_SECTION,
    MIN_STANDFIRST,
)
from copydesk.classifier.types import KINDS, Block, Blocks, Kind
from tests.support.story_kinds import (
    CAPTION,
    FURNITURE,
    HEADLINE,
    METADATA,
    MORE,
    OPENING,
    STANDFIRST,
    SUBHEADING,
    TEXT,
    corrected,
    of_text,
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(KINDS), max_size=9), st.integers(0, 2))
def test_no_kinds_but_those_of_captions_standfirsts_and_speakers_change(kinds: list[Kind], title: int) -> None:
    found = of_text([f"{OPENING[:-1]} {number}." for number in range(len(kinds))], kinds, min(title, len(kinds)))
    changed = [(said, now) for said, now in zip(kinds, found, strict=True) if said != now]
    assert set(changed) <= {(CAPTION, TEXT), (STANDFIRST, TEXT), (Kind.BYLINE, TEXT)}


@pytest.mark.parametrize("said", [TEXT, Kind.FURNITURE, Kind.SUBHEADING])
def test_byline_and_date_below_the_headline_are_found_in_both_forms(said: Kind) -> None:
    lines, kinds = ["Ferry late", "By Ada Quill", "3 May 2026", OPENING], [HEADLINE, said, said, TEXT]
    expected = [HEADLINE, Kind.BYLINE, Kind.DATE, TEXT]
    assert of_text(lines, kinds) == expected
    assert corrected(segment_html("".join(f"<p>{line}</p>" for line in lines)), kinds) == expected


@pytest.mark.parametrize(
    ("above", "said", "below", "expected"),
    [
        ('"Nobody told us a word of that."', TEXT, TEXT, TEXT),
        ("»Davon hat uns niemand etwas gesagt.«", TEXT, SUBHEADING, TEXT),
        ("Nobody told us a word of that.", Kind.QUOTE, TEXT, TEXT),
        ("Nobody told us a word of that.", TEXT, TEXT, Kind.BYLINE),
        ('"Nobody told us a word of that."', TEXT, FURNITURE, Kind.BYLINE),
        ('"Nobody told us a word of that."', HEADLINE, TEXT, Kind.BYLINE),
    ],
)
def test_who_is_quoted_belongs_to_the_article(above: str, said: Kind, below: Kind, expected: Kind) -> None:
    lines = ["Ferry late", *[OPENING] * BELOW, above, "Ada Quill, captain of the ferry", MORE]
    kinds = [HEADLINE, *[TEXT] * BELOW, said, Kind.BYLINE, below]
    assert of_text(lines, kinds)[-2] is expected


def test_row_of_an_articles_table_belongs_to_it_if_it_may_be_body() -> None:
    rows = "".join(f"<tr><td>{year}<td>4.8 m" for year in (1953, 1976, 1999))
    page = segment_html(f"<p>{OPENING}<table>{rows}</table><table><tr><td>Ferries<td>Trains</table>")
    kinds = [TEXT, Kind.TABLE, FURNITURE, FURNITURE, FURNITURE]
    assert corrected(page, kinds, 0, in_body=LEAST_BODY) == [TEXT, *[Kind.TABLE] * 3, FURNITURE]
    assert corrected(page, kinds, 0, in_body=LEAST_BODY - 0.01) == kinds
    assert corrected(page, [TEXT, *[FURNITURE] * 4], 0, in_body=LEAST_BODY) == [TEXT, *[FURNITURE] * 4]


def test_lists_of_standfirsts_and_list_items_are_of_one_kind() -> None:
    html = f"<h1>Ferry late</h1>{{}}<ul><li>{OPENING}<li>{MORE}<li>It sank.</ul>"
    mixed = [STANDFIRST, Kind.LIST_ITEM, STANDFIRST]
    assert corrected(segment_html(html.format("")), [HEADLINE, *mixed])[1:] == [STANDFIRST] * 3
    below = segment_html(html.format(f"<p>{OPENING}"))
    assert corrected(below, [HEADLINE, TEXT, *mixed])[2:] == [Kind.LIST_ITEM] * 3
    assert corrected(below, [HEADLINE, TEXT, *[STANDFIRST] * 3])[2:] == [STANDFIRST] * 3
    other = [STANDFIRST, Kind.LIST_ITEM, FURNITURE]
    assert corrected(below, [HEADLINE, TEXT, *other])[2:] == other


def test_first_line_above_a_row_of_an_articles_table_belongs_to_it_if_it_may_be_body() -> None:
    def found(rows: str, in_body: float = LEAST_BODY, below: Kind = Kind.TABLE) -> Kind:
        page = segment_html(f"<p>{OPENING}<table>{rows}<tr><td>1953<td>4.8 m</table>")
        return corrected(page, [TEXT, METADATA, *[below] * (len(page.blocks) - 2)], 0, in_body)[1]

    assert found("<tr><th>Year<th>Height") is found("<caption>Floods</caption>") is Kind.TABLE
    assert found("<tr><th>Year<th>Height", LEAST_BODY - 0.01) is METADATA
    assert found("<tr><th>Year<th>Height", below=TEXT) is METADATA
    assert found("<tr><td>Advertisement</table><table>") is METADATA


def test_line_with_the_title_that_refers_to_the_article_is_furniture() -> None:
    title = "Ferry leaves an hour late"

    def found(line: str, *below: Kind, headline: str = title) -> Kind:
        lines, kinds = [headline, OPENING, line, *[MORE] * len(below)], [HEADLINE, TEXT, TEXT, *below]
        return of_text(lines, kinds)[2]

    assert found(f"The post {title} appeared first on Harbour News.") is FURNITURE
    assert found(f"The post {title} appeared first on Harbour News.", Kind.COMMENT) is FURNITURE
    assert found(f"The post {title} appeared first on Harbour News.", TEXT) is TEXT
    assert found(f"The post {title} {'so it was ' * (MAX_AROUND // 10)}") is TEXT
    assert found(f"Post: {title} (2026)") is TEXT
    assert found(f"3 replies to “{title}”", TEXT) is found(f"3 replies to “{title}”", Kind.COMMENT) is FURNITURE
    assert found(f"3. Re: {title}", TEXT) is found(f"Replies to “{title}”", TEXT) is found(MORE) is TEXT
    assert found("3 replies to “Ferry late”", headline="Ferry late") is TEXT


def test_line_that_only_names_the_next_belongs_to_the_article_if_it_may_be_body() -> None:
    def found(line: str, in_body: float = LEAST_BODY, below: Kind = SUBHEADING) -> Kind:
        page = segment_text("\n\n".join(["Ferry late", OPENING, MORE, line, "The harbour board"]))
        return corrected(page, [HEADLINE, TEXT, TEXT, METADATA, below], in_body=in_body)[3]

    assert found("Source:") is found("来源：") is TEXT
    assert found("Source") is found("Source:", LEAST_BODY - 0.01) is METADATA
    assert found("Source:", below=Kind.TEASER) is found(f"{'Source ' * 9}:") is METADATA


def test_byline_far_below_or_without_a_headline_stays_what_the_model_says() -> None:
    lines = ["Ferry late", *[OPENING] * BELOW, "By Ada Quill"]
    kinds = [HEADLINE, *[TEXT] * (BELOW + 1)]
    assert of_text(lines, kinds) == kinds
    assert of_text(["By Ada Quill", OPENING], [TEXT, TEXT], title=0) == [TEXT, TEXT]


def test_standfirst_is_above_the_text() -> None:
    lines = ["Ferry late", OPENING, MORE, OPENING, MORE]
    assert of_text(lines, [HEADLINE, STANDFIRST, TEXT, TEXT, STANDFIRST]) == [HEADLINE, STANDFIRST, TEXT, TEXT, TEXT]
    listed = [HEADLINE, TEXT, TEXT, STANDFIRST, STANDFIRST]
    assert of_text(lines, listed) == listed


def path(section: str, *between: str, in_body: tuple[float, float] = (0.5, 0.5)) -> list[Kind]:
    """Return the kinds of a path's last step, of lines below it, of the headline and of the text."""
    lines = ["Home", section, "Ferry late", *between, "Ferry leaves an hour late", OPENING]
    kinds = [METADATA, FURNITURE, HEADLINE, *[METADATA] * len(between), HEADLINE, TEXT]
    odds = [0.0, 0.0, in_body[0], *[0.0] * len(between), in_body[1], 0.0]
    return corrected(segment_text("\n\n".join(lines)), kinds, 0, np.array(odds))[2:]


def test_title_at_the_end_of_a_path_is_no_headline_of_a_text() -> None:
    assert path("Travel") == [METADATA, HEADLINE, TEXT]


def test_headline_above_a_line_that_is_half_as_likely_body_stays() -> None:
    assert path("Travel", in_body=(0.9, 0.45))[0] is METADATA
    assert path("Travel", in_body=(0.9, 0.44)) == [HEADLINE, HEADLINE, TEXT]


@pytest.mark.parametrize(
    ("step", "expected"), [("Ferry was late again", METADATA), ("Board meets in May", HEADLINE), ("渡船", HEADLINE)]
)
def test_headline_of_other_words_above_another_is_no_end_of_a_path(step: str, expected: Kind) -> None:
    lines = ["Home", step, "Ferry leaves an hour late", OPENING]
    assert of_text(lines, [METADATA, HEADLINE, HEADLINE, TEXT], title=0)[1] is expected


def test_line_between_path_and_headline_is_a_standfirst() -> None:
    assert path("Travel", "Harbour strike") == [METADATA, STANDFIRST, HEADLINE, TEXT]


def test_headline_far_above_another_stays() -> None:
    assert path("Travel", "Harbour strike", "Two minutes") == [HEADLINE, METADATA, METADATA, HEADLINE, TEXT]


@pytest.mark.parametrize(("letters", "expected"), [(-1, METADATA), (0, METADATA), (1, HEADLINE)])
def test_headline_below_a_long_line_is_no_end_of_a_path(letters: int, expected: Kind) -> None:
    assert path("s" * (MAX_SECTION + letters))[0] is expected


def test_repeated_headlines_below_the_end_of_a_path_stay() -> None:
    lines, kinds = ["Travel", *["Ferry late"] * 3, OPENING], [METADATA, *[HEADLINE] * 3, TEXT]
    assert of_text(lines, kinds) == [METADATA, METADATA, HEADLINE, HEADLINE, TEXT]


@pytest.mark.parametrize(("between", "kind"), [(0, METADATA), (1, METADATA), (2, HEADLINE)])
def test_title_in_an_element_called_a_path_is_no_headline_near_above_another(between: int, kind: Kind) -> None:
    lines = "<p>By Ada Quill" * between
    page = segment_html(f"<div class=breadcrumb><p>Travel<p>Ferry late</div>{lines}<h1>Ferry late</h1><p>{OPENING}")
    kinds = [METADATA, HEADLINE, *[Kind.BYLINE] * between, HEADLINE, TEXT]
    assert corrected(page, kinds, 0)[1] is kind
    assert corrected(page, [*kinds[:-2], TEXT, TEXT], 0)[1] is HEADLINE


def test_title_twice_in_html_stays_a_headline() -> None:
    page = segment_html("<p>Travel<p>Ferry late<h1>Ferry late</h1>")
    assert corrected(page, [METADATA, HEADLINE, HEADLINE], title=0) == [METADATA, HEADLINE, HEADLINE]


@pytest.mark.parametrize(
    "html",
    [
        "<hgroup><p>Harbour strike</p><h1>Ferry late</h1></hgroup>",
        "<h1><div>Harbour strike</div><div>Ferry late</div></h1>",
        '<div><p class="kicker">Harbour strike</p><h1>Ferry late</h1></div>',
    ],
)
def test_kicker_in_one_heading_with_the_headline_or_called_so_is_a_standfirst(html: str) -> None:
    page = segment_html(f"<main>{html}<p>{OPENING}</main>")
    for in_body, expected in ((LEAST_IN_BODY, STANDFIRST), (LEAST_IN_BODY - 0.01, METADATA)):
        found = corrected(page, [METADATA, HEADLINE, TEXT], title=0, in_body=in_body)
        assert found == [expected, HEADLINE, TEXT]


@pytest.mark.parametrize("said", [METADATA, FURNITURE])
@pytest.mark.parametrize(
    ("letters", "in_body", "is_standfirst"),
    [(0, LEAST_BODY, True), (-1, LEAST_BODY, False), (1, LEAST_BODY + 0.01, True), (0, LEAST_BODY - 0.01, False)],
)
def test_long_line_below_the_headline_that_may_be_body_is_a_standfirst(
    letters: int, in_body: float, is_standfirst: bool, said: Kind
) -> None:
    line = "s" * (MIN_STANDFIRST + letters)
    html = f"<h1>Ferry late</h1><p>{line}<p>{line}"
    for page in (segment_text(f"Ferry late\n\n{line}\n\n{line}"), segment_html(html)):
        found = corrected(page, [HEADLINE, said, TEXT], in_body=in_body)
        assert found == [HEADLINE, STANDFIRST if is_standfirst else said, TEXT]
        assert corrected(page, [HEADLINE, said, said], in_body=in_body) == [HEADLINE, said, said]


def test_long_line_below_a_headline_that_is_not_the_title_is_no_standfirst() -> None:
    note = "This site uses cookies, so that it knows you when you come back."
    page = segment_text("\n\n".join(["Search the site", note, "Ferry late", OPENING]))
    kinds, in_body = [HEADLINE, FURNITURE, HEADLINE, TEXT], LEAST_HEADLINE + 0.1
    assert corrected(page, kinds, title=range(2, 3), in_body=in_body) == kinds


@pytest.mark.parametrize(
    ("in_body", "kind"), [(LEAST_HEADLINE - 0.01, FURNITURE), (LEAST_HEADLINE, HEADLINE), (0.9, HEADLINE)]
)
def test_headline_above_the_title_of_a_text_that_is_hardly_body_is_furniture(in_body: float, kind: Kind) -> None:
    lines, kinds = ["The Kestrel Valley Courier", "Ferry late", OPENING], [HEADLINE, HEADLINE, TEXT]
    page, html = segment_text("\n\n".join(lines)), segment_html("".join(f"<p>{line}" for line in lines))
    assert corrected(page, kinds, title=range(1, 2), in_body=in_body) == [kind, HEADLINE, TEXT]
    assert corrected(page, kinds, title=range(1), in_body=in_body) == kinds
    assert corrected(html, kinds, title=range(1, 2), in_body=in_body) == kinds


def test_kicker_of_a_page_without_text_stays_metadata() -> None:
    page = segment_html("<hgroup><p>Harbour strike</p><h1>Page not found</h1></hgroup><p>Home")
    assert corrected(page, [METADATA, HEADLINE, FURNITURE], in_body=0.5) == [METADATA, HEADLINE, FURNITURE]


def test_section_above_a_headline_stays_metadata() -> None:
    page = segment_html(f"<header><p>Travel</p><h1>Ferry late</h1></header><p>{OPENING}")
    assert corrected(page, [METADATA, HEADLINE, TEXT], title=0, in_body=0.9) == [METADATA, HEADLINE, TEXT]


@pytest.mark.parametrize(
    ("above", "line", "said", "in_body", "is_item"),
    [
        ("- two banks", "- a dairy", Kind.TEASER, LEAST_BODY, True),
        ("• two banks", "•\u00a0a dairy", FURNITURE, LEAST_BODY, True),
        ("- two banks", "- a dairy", METADATA, LEAST_BODY - 0.01, False),
        ("- two banks", "• a dairy", Kind.TEASER, 0.4, False),
        ("two banks", "- a dairy", Kind.TEASER, 0.4, False),
        ("-5 at night", "-7 in the hills", Kind.TEASER, 0.4, False),
        ("- two banks", "-", FURNITURE, 0.4, False),
    ],
)
def test_lines_with_the_bullet_of_the_item_above_are_items_of_a_text(
    above: str, line: str, said: Kind, in_body: float, is_item: bool
) -> None:
    page = Blocks("\n\n".join(lines := [OPENING, above, line, line]), spans_of_lines(lines))
    found = corrected(page, [TEXT, Kind.LIST_ITEM, said, said], 0, in_body)
    assert found == [TEXT, Kind.LIST_ITEM, *[Kind.LIST_ITEM if is_item else said] * 2]
    assert corrected(page, [TEXT, Kind.TEASER, said, said], 0, in_body)[1:] == [Kind.TEASER, said, said]


def spans_of_lines(lines: list[str]) -> tuple[Block, ...]:
    """Where lines are that a blank line joins."""
    ends = np.cumsum([len(line) + 2 for line in lines]).tolist()
    return tuple(Block(end - 2 - len(line), end - 2) for line, end in zip(lines, ends, strict=True))
