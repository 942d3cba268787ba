"""Captions that elements, credits and their place in the story decide."""

from __future__ import annotations

import pytest

from copydesk.classifier.captions import LEAST_CAPTION, MIN_CAPTION
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.story_order import LEAST_IN_BODY
from copydesk.classifier.types import Kind
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


@pytest.mark.parametrize(
    ("line", "above", "below", "expected"),
    [
        (OPENING, Kind.TEASER, TEXT, TEXT),
        (OPENING, Kind.TEASER, Kind.LIST_ITEM, TEXT),
        (OPENING, Kind.TEASER, METADATA, CAPTION),
        (OPENING, FURNITURE, TEXT, CAPTION),
        (OPENING.rstrip("."), Kind.TEASER, TEXT, CAPTION),
        ("The crew had waited.", Kind.TEASER, TEXT, CAPTION),
        (f"Photo: Ben Reed. {OPENING}", Kind.TEASER, TEXT, CAPTION),
    ],
)
def test_sentences_below_a_teaser_with_a_picture_are_no_caption(
    line: str, above: Kind, below: Kind, expected: Kind
) -> None:
    page = segment_html(f"<p>Ferry late<p>{OPENING}<p><img src=/pier.jpg>Pier opens<p>{line}<p>{MORE}")
    assert corrected(page, [HEADLINE, TEXT, above, CAPTION, below])[3] is expected


def test_line_in_a_figure_below_a_teaser_stays_a_caption() -> None:
    page = segment_html(f"<p>Ferry late<p>Pier opens<figure><img src=/a.jpg><p>{OPENING}</p></figure><p>{MORE}")
    assert corrected(page, [HEADLINE, Kind.TEASER, CAPTION, TEXT])[2] is CAPTION


@pytest.mark.parametrize(
    ("line", "expected"), [("Ben Reed/AP", METADATA), ("The ferry - Copyright Ben Reed/AP", CAPTION)]
)
def test_caption_that_says_what_is_shown_before_a_dash_stays(line: str, expected: Kind) -> None:
    page = segment_html(f"<p>Ferry late<p>{line}<p>{MORE}")
    assert corrected(page, [HEADLINE, CAPTION, TEXT])[1] is expected


@pytest.mark.parametrize("said", [TEXT, METADATA, SUBHEADING])
@pytest.mark.parametrize("credit", ["Photo: Ben Reed", "Photo by Ben Reed", "Ben Reed/AP", "© Ben Reed"])
def test_long_line_of_a_text_that_ends_with_a_credit_is_a_caption(said: Kind, credit: str) -> None:
    line = f"The ferry in the harbour, an hour after it should have left. {credit}"
    assert of_text(["Ferry late", line, MORE], [HEADLINE, said, TEXT])[1] is CAPTION
    assert of_text(["Ferry late", credit, MORE], [HEADLINE, said, TEXT])[1] is said


@pytest.mark.parametrize("line", [f"{OPENING} (AP)", f"Photo: the harbour, which {OPENING}", f"© Mail {OPENING}"])
def test_paragraph_by_an_agency_or_with_a_credit_far_from_its_end_stays(line: str) -> None:
    assert of_text(["Ferry late", line, MORE], [HEADLINE, TEXT, TEXT])[1] is TEXT


def test_line_that_leads_to_a_picture_is_no_caption() -> None:
    line = "The singer shared the news on Monday evening, together with this photo:"
    assert of_text(["Ferry late", OPENING, line, MORE], [HEADLINE, TEXT, TEXT, TEXT])[2] is TEXT
    assert of_text(["Ferry late", OPENING, f"{line} Harbour Press", MORE], [HEADLINE, TEXT, TEXT, TEXT])[2] is CAPTION


@pytest.mark.parametrize(("letters", "expected"), [(-1, METADATA), (0, CAPTION), (1, CAPTION)])
def test_long_line_in_a_figcaption_is_a_caption(letters: int, expected: Kind) -> None:
    page = segment_html(f"<p>{OPENING}<figure><img><figcaption>{'s' * (MIN_CAPTION + letters)}</figcaption></figure>")
    assert corrected(page, [TEXT, METADATA], title=0, in_body=LEAST_IN_BODY) == [TEXT, expected]
    assert corrected(page, [TEXT, METADATA], title=0, in_body=LEAST_IN_BODY - 0.01) == [TEXT, METADATA]


def test_long_line_or_one_below_an_image_in_an_element_called_a_caption_is_one() -> None:
    def found(
        line: str,
        said: Kind,
        in_body: float = LEAST_CAPTION,
        name: str = "img-caption",
        like_article: bool = True,
    ) -> Kind:
        page = segment_html(f"<p>{OPENING}<p>{MORE}<div class='{name}'><p>{line}</p></div>")
        return corrected(page, [TEXT, TEXT, said], 0, in_body, like_article)[2]

    for said in (TEXT, SUBHEADING, METADATA, FURNITURE):
        assert found("p" * MIN_CAPTION, said) is CAPTION
        assert found("p" * MIN_CAPTION, said, name="note") is found("p" * (MIN_CAPTION - 1), said) is said
    assert found("<img src=pier.jpg>The pier", TEXT) is found("<img src=pier.jpg>The pier", SUBHEADING) is CAPTION
    assert found("<img src=pier.jpg>The pier", METADATA) is METADATA
    assert found("p" * MIN_CAPTION, METADATA, LEAST_CAPTION - 0.01) is METADATA
    assert found("p" * MIN_CAPTION, Kind.TEASER) is Kind.TEASER
    assert found("p" * MIN_CAPTION, TEXT, like_article=False) is TEXT


def test_heading_in_a_figure_is_a_caption() -> None:
    page = segment_html(f"<h2>Harbour</h2><p>{OPENING}<figure><h3>Figure 1</h3><img></figure>")
    assert corrected(page, [SUBHEADING, TEXT, SUBHEADING], title=0) == [SUBHEADING, TEXT, CAPTION]


@pytest.mark.parametrize("said", [Kind.TEASER, FURNITURE])
@pytest.mark.parametrize("credit", ["Photo: Ben Reed", "Bildquelle: Harbour Press", "4 May 2026 | 2:05 min"])
def test_long_teaser_or_furniture_that_ends_with_a_credit_is_a_caption_if_it_may_be_body(
    said: Kind, credit: str
) -> None:
    page = segment_text(f"Ferry late\n\nThe ferry in the harbour, an hour after it should have left. {credit}")
    assert corrected(page, [HEADLINE, said], in_body=LEAST_CAPTION)[1] is CAPTION
    assert corrected(page, [HEADLINE, said], in_body=LEAST_CAPTION - 0.01)[1] is said


@pytest.mark.parametrize("said", [TEXT, STANDFIRST, METADATA])
def test_long_line_of_html_below_an_image_that_ends_with_a_credit_is_a_caption(said: Kind) -> None:
    line = "The ferry in the harbour, an hour after it should have left. Photo: Ben Reed"
    for html in (f"<p><img src=a.jpg><p>{line}", f"<figure>{line}</figure>"):
        assert corrected(segment_html(f"<h1>Ferry late</h1>{html}"), [HEADLINE, said])[1] is CAPTION
    assert corrected(segment_html(f"<h1>Ferry late</h1><p>{line}"), [HEADLINE, said])[1] is said


def test_teaser_in_a_figcaption_that_may_be_body_is_a_caption() -> None:
    page = segment_html(f"<p>{OPENING}<figure><img><figcaption>The pier</figcaption></figure><figure>The pier</figure>")
    kinds = [TEXT, Kind.TEASER, Kind.TEASER]
    assert corrected(page, kinds, 0, LEAST_CAPTION) == [TEXT, CAPTION, Kind.TEASER]
    assert corrected(page, kinds, 0, LEAST_CAPTION - 0.01) == kinds


@pytest.mark.parametrize(
    "line", ["Photo: Ben Reed", "(Photo: Ben Reed)", "Image credit: Reed", "Ada Quill/Getty Images"]
)
def test_caption_that_only_names_the_photographer_is_metadata(line: str) -> None:
    assert of_text(["Ferry late", OPENING, line], [HEADLINE, TEXT, CAPTION])[2] is METADATA
    assert corrected(segment_html(f"<p>{OPENING}<p>{line}"), [TEXT, CAPTION], 0)[1] is METADATA


def test_caption_with_a_stroke_in_a_text_stays_without_a_known_agency() -> None:
    line = "North pier / South pier"
    assert of_text(["Ferry late", OPENING, line], [HEADLINE, TEXT, CAPTION])[2] is CAPTION
    assert corrected(segment_html(f"<p>{OPENING}<p>{line}"), [TEXT, CAPTION], 0)[1] is METADATA


def test_line_in_brackets_within_the_text_is_no_caption() -> None:
    line = "(Nobody on board had been told about it, by the way)"
    kinds = [HEADLINE, TEXT, CAPTION, TEXT]
    assert of_text(["Ferry late", OPENING, line, MORE], kinds)[2] is TEXT
    assert of_text(["Ferry late", OPENING, "(The pier)", MORE], kinds)[2] is CAPTION
    assert of_text(["Ferry late", OPENING, f"{line[:-1]}. Photo: Reed)", MORE], kinds)[2] is CAPTION


@pytest.mark.parametrize(
    "line",
    [
        "Video: The ferry leaves",
        "VIDEO: The ferry leaves",
        "Watch video - the ferry leaves",
        "(Symbolbild) Eine Fähre",
        "File photo of the ferry",
    ],
)
@pytest.mark.parametrize("said", [TEXT, SUBHEADING, STANDFIRST, HEADLINE])
def test_line_that_begins_with_what_it_shows_is_a_caption_unless_it_is_the_title(line: str, said: Kind) -> None:
    lines, kinds = ["Ferry late", OPENING, line, MORE], [HEADLINE, TEXT, said, TEXT]
    assert of_text(lines, kinds)[2] is CAPTION
    assert corrected(segment_html("".join(f"<p>{each}" for each in lines)), kinds)[2] is CAPTION
    assert of_text([line, MORE], [HEADLINE, TEXT])[0] is HEADLINE


@pytest.mark.parametrize("said", [METADATA, FURNITURE, Kind.TEASER])
def test_marked_line_beside_the_story_is_a_caption_if_it_may_be_body(said: Kind) -> None:
    page = segment_text(f"Ferry late\n\n{OPENING}\n\nEine Fähre (Archivbild) im Hafen, nach einer Stunde im Regen.")
    assert corrected(page, [HEADLINE, TEXT, said], in_body=LEAST_CAPTION)[2] is CAPTION
    assert corrected(page, [HEADLINE, TEXT, said], in_body=LEAST_CAPTION - 0.01)[2] is said


@pytest.mark.parametrize("line", ["Videos of the ferry were shown.", "The archive of the harbour", "She filed a video"])
def test_line_with_such_a_word_elsewhere_stays(line: str) -> None:
    assert of_text(["Ferry late", OPENING, line, MORE], [HEADLINE, TEXT, TEXT, TEXT])[2] is TEXT
    assert of_text(["Ferry late", OPENING, "Video: 4K", MORE], [HEADLINE, TEXT, Kind.LIST_ITEM, TEXT])[2] is not CAPTION
