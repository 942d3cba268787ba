"""Blocks at the edges of a body that are left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.body_edges import (
    CHARS_ABOVE_COMMENTS,
    FAR,
    LEAST_FAR,
    LEAST_FIRST,
    LEAST_LAST,
    LEAST_SUBHEADING,
    MAX_NAME,
    MOST_BELOW,
    N_ABOVE_COMMENTS,
    N_NOTES,
    leave_out_edges,
)
from copydesk.classifier.line_signs import line_signs
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import KINDS, PARTS, Kind

TEXT, SUBHEADING, FURNITURE, METADATA, TEASER = (
    Kind.TEXT,
    Kind.SUBHEADING,
    Kind.FURNITURE,
    Kind.METADATA,
    Kind.TEASER,
)
BODY = [(TEXT, 0.95)] * 6


def left(
    blocks: list[tuple[Kind, float]], *, plain: bool = False, teaser: float = 0.0, last: str = "", byline: str = ""
) -> list[Kind]:
    """Return the kinds that are left of blocks with these probabilities of body; `teaser` is a share of the rest.

    The blocks are sentences, but for the last and for bylines where they are given.
    """
    lines = [
        byline if kind is Kind.BYLINE and byline else f"It rained on day {n}." for n, (kind, _) in enumerate(blocks)
    ]
    lines = [*lines[:-1], last or lines[-1]] if lines else []
    page = segment_text("\n\n".join(lines)) if plain else segment_html("".join(f"<p>{line}</p>" for line in lines))
    kinds = np.array([KINDS.index(kind) for kind, _ in blocks], np.int64)
    in_body = np.array([probability for _, probability in blocks])
    rest = 1 - in_body
    leave_out_edges(page, kinds, np.stack([in_body, rest * (1 - teaser), rest * teaser], axis=1), line_signs(page))
    return [KINDS[kind] for kind in kinds.tolist()]


@pytest.mark.parametrize("plain", [False, True])
def test_subheading_below_which_no_text_comes_is_left_out_unless_it_is_sure(plain: bool) -> None:
    assert left([*BODY, (SUBHEADING, LEAST_SUBHEADING - 0.01)], plain=plain)[-1] is FURNITURE
    assert left([*BODY, (SUBHEADING, LEAST_SUBHEADING - 0.01)], plain=plain, teaser=0.6)[-1] is TEASER
    assert left([*BODY, (SUBHEADING, LEAST_SUBHEADING)], plain=plain)[-1] is SUBHEADING
    assert left([(SUBHEADING, 0.8), *BODY], plain=plain)[0] is SUBHEADING
    two = [*BODY, (SUBHEADING, 0.8), (SUBHEADING, 0.8), (FURNITURE, 0.1)]
    assert left(two, plain=plain)[-3:] == [FURNITURE] * 3


def test_subheading_above_metadata_stays() -> None:
    assert left([*BODY, (SUBHEADING, 0.6), (METADATA, 0.1)])[-2] is SUBHEADING


@pytest.mark.parametrize("kind", [TEXT, Kind.LIST_ITEM, Kind.CAPTION])
@pytest.mark.parametrize("plain", [False, True])
def test_last_block_far_below_the_body_is_left_out_unless_it_is_likely(kind: Kind, plain: bool) -> None:
    between = [(FURNITURE, 0.1)] * (FAR - 1)
    assert left([*BODY, *between, (kind, LEAST_FAR - 0.01)], plain=plain)[-1] is FURNITURE
    assert left([*BODY, *between, (kind, LEAST_FAR)], plain=plain)[-1] is kind
    assert left([*BODY, *between[1:], (kind, LEAST_FAR - 0.01)], plain=plain)[-1] is kind


def test_unlikely_paragraphs_at_the_edges_of_a_text_are_left_out() -> None:
    first, last = (TEXT, LEAST_FIRST - 0.01), (TEXT, LEAST_LAST - 0.01)
    assert left([first, (SUBHEADING, 0.5), *BODY, last, last], plain=True) == [
        *[FURNITURE] * 2,
        *[TEXT] * 7,
        FURNITURE,
    ]
    assert left([first, *BODY, last]) == [TEXT] * 8
    assert left([(TEXT, LEAST_FIRST), *BODY, (TEXT, LEAST_LAST)], plain=True) == [TEXT] * 8
    assert left([(Kind.STANDFIRST, 0.3), *BODY], plain=True)[0] is Kind.STANDFIRST


@pytest.mark.parametrize("plain", [False, True])
def test_note_on_the_author_below_the_text_is_metadata(plain: bool) -> None:
    def found(last: str, byline: str = "By Ada Quill") -> Kind:
        story = [(Kind.BYLINE, 0.1), *BODY, (TEXT, 0.95)]
        return left(story, plain=plain, last=last, byline=byline)[-1]

    assert found("Ada Quill writes about harbours.") is found("Ada Quill ist Reporterin.") is METADATA
    assert found("Ada Quill writes.", byline="By Ben Reed") is found("Ada Quill Limited has closed.") is TEXT
    assert found("The harbour is closed.") is TEXT


@pytest.mark.parametrize(
    "note",
    [
        "The author is an engineer.",
        "Die Autorin ist Ingenieurin.",
        "L’autrice est ingénieure.",
        "La autora es ingeniera.",
        "Autorka jest inżynierką.",
        "Об авторе: инженер.",
        "A szerző mérnök.",
        "About the author: an engineer.",
        "Ada Quill is a columnist and the author of two novels.",
        "Ada Quill ist freie Journalistin.",
        "Анна О’Хара — журналист газеты.",
        "© The Harbour Courier",
        "Copyright © 2019 Harbour Courier. All rights reserved.",
        "Alle Rechte vorbehalten.",
        "This entry was posted in Boats and tagged pumps, rain. Bookmark the permalink.",
        "Esta entrada fue publicada en Barcos.",
        "Questo articolo è stato pubblicato in Barche.",
    ],
)
def test_note_on_the_author_the_rights_or_the_place_is_metadata_in_many_languages(note: str) -> None:
    assert left([*BODY, (TEXT, 0.95)], last=note)[-1] is METADATA
    assert left([*BODY, (Kind.LIST_ITEM, 0.95)], last=note)[-1] is Kind.LIST_ITEM


@pytest.mark.parametrize(
    "line", ["Copyright law does not help.", "Copyright in 1900 was short.", "This post was painted."]
)
def test_line_that_only_has_a_word_of_such_a_note_stays(line: str) -> None:
    assert left([*BODY, (TEXT, 0.95)], last=line)[-1] is TEXT


@pytest.mark.parametrize("said", [TEXT, SUBHEADING])
def test_name_of_a_byline_alone_at_the_end_is_a_byline_whatever_its_probability(said: Kind) -> None:
    story = [(Kind.BYLINE, 0.1), *BODY, (said, 0.99)]
    assert left(story, last="Ada Mary Quill", byline="By Ada Mary Quill, 3 May")[-1] is Kind.BYLINE
    assert left(story, last="Ada Mary Quill", byline="By Ben Reed")[-1] is said


PARAGRAPH = "It rained on the coast for a day and a night. " * (1 + CHARS_ABOVE_COMMENTS // (46 * N_ABOVE_COMMENTS))


def below_heading(
    heading: str,
    *,
    above: int = N_ABOVE_COMMENTS,
    story: str = PARAGRAPH,
    said: Kind = TEXT,
    below: str = "It rains.",
    teaser: float = 0.0,
    beside: Kind = FURNITURE,
    forum: bool = False,
) -> list[Kind]:
    """Return the kinds of two paragraphs below a heading of comments."""
    lines = [*[story] * above, "Share", heading, "Post", "No, it did.", below]
    numbers = [KINDS.index(kind) for kind in (*[said] * above, FURNITURE, FURNITURE, beside, TEXT, TEXT)]
    kinds, in_body = np.array(numbers, np.int64), 0.95
    probabilities = np.array([[in_body, (1 - in_body) * (1 - teaser), (1 - in_body) * teaser]] * len(lines))
    page = segment_text("\n\n".join(lines))
    leave_out_edges(page, kinds, probabilities, line_signs(page), may_have_comments=not forum)
    return [KINDS[kind] for kind in kinds[-2:].tolist()]


@pytest.mark.parametrize(
    "heading",
    ["Comments", "3 Comments", "Comments (3)", "View all comments", "1 Kommentar", "Комментарии: 12", "댓글 4"],
)
def test_what_is_below_a_heading_of_comments_is_one_or_a_teaser(heading: str) -> None:
    assert below_heading(heading) == [Kind.COMMENT] * 2
    assert below_heading(heading, teaser=0.6) == [TEASER] * 2


@pytest.mark.parametrize(
    "heading",
    ["3 thoughts on “Rain on the coast”", "12 Replies to Rain", "2 comentarii la „Ploaie”", "4 Antworten auf Regen"],
)
def test_heading_of_comments_with_the_title_is_one_too(heading: str) -> None:
    assert below_heading(heading) == below_heading(heading, beside=TEASER) == [Kind.COMMENT] * 2


@pytest.mark.parametrize("line", ["0 comments on Rain", "3 comments on the bridge were read.", "3 men on the bridge"])
def test_line_with_a_number_that_is_no_heading_of_comments_ends_nothing(line: str) -> None:
    assert below_heading(line) == [TEXT] * 2


def test_heading_of_comments_is_told_from_what_is_like_one() -> None:
    for other in ("Kommentar", "The comments on the bridge", "Comments are welcome on Monday"):
        assert below_heading(other) == [TEXT] * 2
    assert below_heading("Comments", above=N_ABOVE_COMMENTS - 1) == [TEXT] * 2
    assert below_heading("Comments", beside=TEASER) == [TEXT] * 2
    assert below_heading("Comments", forum=True) == [TEXT] * 2


def test_line_above_an_article_that_counts_its_comments_ends_nothing() -> None:
    assert below_heading("37 Comments", story="Best overall") == [TEXT] * 2
    assert below_heading("37 Comments", said=Kind.STANDFIRST) == [TEXT] * 2
    assert below_heading("37 Comments", said=Kind.LIST_ITEM) == [TEXT] * 2
    assert below_heading("37 Comments", below=PARAGRAPH * MOST_BELOW * N_ABOVE_COMMENTS) == [TEXT] * 2
    assert below_heading("37 Comments", below=PARAGRAPH * (MOST_BELOW - 1)) == [Kind.COMMENT] * 2


def test_note_on_the_author_is_looked_for_at_the_end_only() -> None:
    lines = ["By Ada Quill", "It rained.", "Ada Quill writes about harbours.", *["It rained."] * N_NOTES]
    kinds = np.array([KINDS.index(kind) for kind in (Kind.BYLINE, *[TEXT] * (2 + N_NOTES))], np.int64)
    page = segment_text("\n\n".join(lines))
    leave_out_edges(page, kinds, np.array([[0.95, 0.05, 0.0]] * len(lines)), line_signs(page))
    assert KINDS[kinds[2]] is TEXT


@pytest.mark.parametrize("plain", [False, True])
def test_name_alone_at_the_end_is_a_byline_unless_it_is_likely(plain: bool) -> None:
    for name in ("Ada Quill", "Thanh Hà", "Анна-Мария О’Хара"):
        assert left([*BODY, (TEXT, LEAST_FAR - 0.01)], plain=plain, last=name)[-1] is Kind.BYLINE
        assert left([*BODY, (TEXT, LEAST_FAR)], plain=plain, last=name)[-1] is TEXT
        assert left([*BODY, (Kind.LIST_ITEM, 0.7)], plain=plain, last=name)[-1] is Kind.LIST_ITEM
    for line in (
        "Ada",
        "It rained",
        "READ MORE",
        "Keep Reading.",
        "Ada Quill 2",
        "Ada Quill And Ben Reed",
        f"Ada {'Q' * MAX_NAME}",
    ):
        assert left([*BODY, (TEXT, 0.7)], plain=plain, last=line)[-1] is TEXT


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.floats(0.0, 1.0)), max_size=20),
    st.booleans(),
)
def test_only_parts_are_left_out_and_never_all(blocks: list[tuple[Kind, float]], plain: bool) -> None:
    kinds = [kind for kind, _ in blocks]
    found = left(blocks, plain=plain)
    assert all(now is said or (said in PARTS and now is FURNITURE) for said, now in zip(kinds, found, strict=True))
    inner = [kind for kind in kinds if kind in PARTS and kind is not Kind.HEADLINE]
    assert sum(kind in PARTS and kind is not Kind.HEADLINE for kind in found) >= min(len(inner), 5)
