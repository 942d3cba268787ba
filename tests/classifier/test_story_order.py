"""Kinds that the order of a story decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.story_order import BELOW, correct_kinds
from copydesk.classifier.types import KINDS, Blocks, Kind

HEADLINE, TEXT, CAPTION, STANDFIRST = Kind.HEADLINE, Kind.TEXT, Kind.CAPTION, Kind.STANDFIRST
OPENING = "The ferry left the harbour an hour late because its crew had waited for a pump."
MORE = "Nobody on board had been told about it."


def corrected(page: Blocks, kinds: list[Kind], title: int = 1) -> list[Kind]:
    ends = np.array([page.text[start:end].rstrip('"').endswith(".") for start, end in page.blocks], np.float32)
    found = correct_kinds(page, np.array([KINDS.index(kind) for kind in kinds]), range(title), ends)
    return [KINDS[kind] for kind in found.tolist()]


def of_text(lines: list[str], kinds: list[Kind], title: int = 1) -> list[Kind]:
    return corrected(segment_text("\n\n".join(lines)), kinds, title)


@given(st.lists(st.sampled_from(KINDS), max_size=9), st.integers(0, 2))
def test_no_kinds_but_those_of_captions_and_standfirsts_change_without_a_byline(kinds: list[Kind], title: int) -> None:
    found = of_text([OPENING] * len(kinds), kinds, min(title, len(kinds)))
    changed = [(said, now) for said, now in zip(kinds, found, strict=True) if said != now]
    assert set(changed) <= {(CAPTION, TEXT), (STANDFIRST, TEXT)}


@pytest.mark.parametrize("said", [TEXT, Kind.FURNITURE, Kind.SUBHEADING])
def test_byline_and_date_below_the_headline_are_found_in_both_forms(said: Kind) -> None:
    lines, kinds = ["Ferry late", "By Ada Quill", "3 May 2026", OPENING], [HEADLINE, said, said, TEXT]
    expected = [HEADLINE, Kind.BYLINE, Kind.DATE, TEXT]
    assert of_text(lines, kinds) == expected
    assert corrected(segment_html("".join(f"<p>{line}</p>" for line in lines)), kinds) == expected


def test_byline_far_below_or_without_a_headline_stays_what_the_model_says() -> None:
    lines = ["Ferry late", *[OPENING] * BELOW, "By Ada Quill"]
    kinds = [HEADLINE, *[TEXT] * (BELOW + 1)]
    assert of_text(lines, kinds) == kinds
    assert of_text(["By Ada Quill", OPENING], [TEXT, TEXT], title=0) == [TEXT, TEXT]


@pytest.mark.parametrize("above", ["By Ada Quill, 3 May 2026", "Von Ada Quill", "3. Mai 2026"])
def test_opening_is_no_caption(above: str) -> None:
    kinds = of_text(["Ferry late", above, OPENING.rstrip("."), MORE], [HEADLINE, TEXT, CAPTION, TEXT])
    assert kinds[2:] == [TEXT, TEXT]


def test_sentence_within_or_below_the_text_is_no_caption() -> None:
    quote = '"Nobody told us a word of that," said the captain Ben Reed.'
    assert of_text(["Ferry late", OPENING, MORE, OPENING], [HEADLINE, TEXT, CAPTION, TEXT])[2] is TEXT
    assert of_text(["Ferry late", OPENING, quote], [HEADLINE, TEXT, CAPTION])[2] is TEXT


@pytest.mark.parametrize(
    "caption", ["The ferry. Photo: Ben Reed, on a Monday.", "© Ben Reed, who sailed with the crew.", "Late."]
)
def test_caption_with_a_credit_or_of_few_words_stays(caption: str) -> None:
    assert of_text(["Ferry late", OPENING, caption, MORE], [HEADLINE, TEXT, CAPTION, TEXT])[2] is CAPTION


@pytest.mark.parametrize("other", [Kind.FURNITURE, Kind.METADATA, Kind.TEASER])
def test_caption_beside_what_is_not_the_article_stays(other: Kind) -> None:
    assert of_text(["Ferry late", OPENING, MORE, "More"], [HEADLINE, TEXT, CAPTION, other])[2] is CAPTION
    assert of_text(["Ferry late", "More", MORE, OPENING], [HEADLINE, other, CAPTION, TEXT])[2] is CAPTION


def test_captions_of_html_stay() -> None:
    page = segment_html(f"<p>Ferry late<p>{OPENING}<p>{MORE}")
    assert corrected(page, [HEADLINE, TEXT, CAPTION]) == [HEADLINE, TEXT, CAPTION]


def test_standfirst_is_above_the_text() -> None:
    lines = ["Ferry late", OPENING, MORE, OPENING, MORE]
    assert of_text(lines, [HEADLINE, STANDFIRST, TEXT, TEXT, STANDFIRST]) == [HEADLINE, STANDFIRST, TEXT, TEXT, TEXT]
    listed = [HEADLINE, TEXT, TEXT, STANDFIRST, STANDFIRST]
    assert of_text(lines, listed) == listed
