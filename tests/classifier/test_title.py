"""Titles of hand-made pages: from blocks, from the head, from plain text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.declared_titles import read_declared
from copydesk.classifier.fields import read_json_ld
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.title import SURE, Title, choose_title, promote_headlines
from copydesk.classifier.title_of_html import AGREES
from copydesk.classifier.title_of_text import MAX_HEADLINE
from copydesk.classifier.types import KINDS, Blocks, Kind

FIRST = (
    "The ferry to the island left the harbour an hour late because its crew had waited all morning for a spare pump "
    "that a lorry brought from the mainland."
)
SECOND = "Passengers on the ferry said they would wait for the pump again, as the island has no other harbour."


def title_of(page: Blocks, body: Sequence[int] | None = None, scores: Sequence[float] | None = None) -> tuple[str, str]:
    """The title of a page whose blocks with these numbers are body, all others furniture; all are body without."""
    n = len(page.blocks)
    chosen = range(n) if body is None else body
    kinds = np.full(n, KINDS.index(Kind.FURNITURE))
    kinds[list(chosen)] = KINDS.index(Kind.TEXT)
    in_body = np.where(kinds == KINDS.index(Kind.TEXT), 0.9, 0.1)
    declared = read_declared(page.head, read_json_ld(page.head.json_ld))
    odds = np.zeros(n) if scores is None else np.array(scores, np.float64)
    title = choose_title(page, declared, np.ones(n, np.float32), kinds, in_body, odds)
    return title.text, title.found_in


def of_html(html: str, head: str = "", **options: Sequence[int]) -> tuple[str, str]:
    return title_of(segment_html(f"<html><head>{head}</head><body>{html}</body></html>"), **options)


def of_text(*blocks: str, **options: Sequence[int]) -> tuple[str, str]:
    return title_of(segment_text("\n\n".join(blocks)), **options)


ARTICLE = f"<p>{FIRST}</p><p>{SECOND}</p>"


def test_first_level_heading_is_the_title() -> None:
    assert of_html(f"<p>Harbour</p><h1>Ferry late</h1>{ARTICLE}") == ("Ferry late", "h1")


def test_heading_that_was_labelled_furniture_is_the_title_too() -> None:
    assert of_html(f"<h1>Ferry late</h1>{ARTICLE}", body=[1, 2]) == ("Ferry late", "h1")


def test_heading_with_the_name_of_the_site_is_not_the_title() -> None:
    head = '<meta property="og:site_name" content="The Harbour Post"><title>Ferry late | The Harbour Post</title>'
    page = f"<h1>The Harbour Post</h1><div>Ferry late</div>{ARTICLE}"
    assert of_html(page, head) == ("Ferry late", "block")


@pytest.mark.parametrize(
    "said", ["The Harbour Post", "News | The Harbour Post", "The Harbour Post - news of the coast"]
)
@pytest.mark.parametrize("footer", ["", "<p>© The Harbour Post</p>", "<p>© 2026 The Harbour Post</p>"])
def test_title_element_that_only_names_the_site_is_not_the_title(said: str, footer: str) -> None:
    page = f"<ul><li><a href=/1>News</a></ul><h1>Ferry waits for a spare pump</h1>{ARTICLE}{footer}"
    assert of_html(page, f"<title>{said}</title>", body=[1, 2, 3]) == ("Ferry waits for a spare pump", "h1")
    other = f'<title>{said}</title><meta property="og:title" content="Crew waits all day">'
    assert of_html(page, other, body=[1, 2, 3]) == ("Crew waits all day", "meta")


def test_a_block_that_agrees_with_the_head_is_the_title_in_the_words_of_the_page() -> None:
    head = "<title>ferry waits for “pump” - The Harbour Post</title>"
    page = f"<div>News</div><div>Ferry Waits for ‘Pump’</div>{ARTICLE}"
    assert of_html(page, head, body=[2, 3]) == ("Ferry Waits for ‘Pump’", "block")


@pytest.mark.parametrize(
    ("heading", "declared", "expected"),
    [
        (
            "Island news Ferry waits for a pump",
            "Island news: Ferry waits for a pump",
            "Island news: Ferry waits for a pump",
        ),
        ("Harbour : Ferry waits for a spare pump", "Ferry waits for a spare pump", "Ferry waits for a spare pump"),
        ("Harbour – “Ferry waits for a pump”", "Ferry waits for a pump", "“Ferry waits for a pump”"),
        (
            "Island: Ferry waits for a spare pump",
            "Ferry waits for a spare pump",
            "Island: Ferry waits for a spare pump",
        ),
        ("The ferry waits for a spare pump", "ferry waits for a spare pump", "The ferry waits for a spare pump"),
        ("Dec 18 2025 Ferry waits for a pump", "Ferry waits for a pump", "Ferry waits for a pump"),
        ("Ferry waits for a spare pump / Dec 2025", "Ferry waits for a spare pump", "Ferry waits for a spare pump"),
        ("Ferry waits (for a pump) (dock.example) 87", "Ferry waits (for a pump)", "Ferry waits (for a pump)"),
        ("Ferry waits for a pump in Kiel", "Ferry waits for a pump", "Ferry waits for a pump in Kiel"),
        ("Ferry waits for a pump – The Pier", "Ferry waits for a pump", "Ferry waits for a pump"),
        ("Ferry waits- a pump is late", "Ferry waits: a pump is late", "Ferry waits- a pump is late"),
        ("Island letter 18 – Ferry waits for it", "Ferry waits for it", "Island letter 18 – Ferry waits for it"),
    ],
)
def test_what_the_page_glues_to_a_title_is_no_part_of_it(heading: str, declared: str, expected: str) -> None:
    head = f'<meta property="og:site_name" content="The Pier"><meta property="og:title" content="{declared}">'
    assert of_html(f"<h1>{heading}</h1>{ARTICLE}", head) == (expected, "h1")


@pytest.mark.parametrize(
    ("language", "heading", "expected"),
    [
        ("de", "Die Fähre im Hafen:Warum sie wartet", "Die Fähre im Hafen: Warum sie wartet"),
        ("de-AT", 'Die "Fähre" :Warum sie wartet', 'Die "Fähre": Warum sie wartet'),
        ("de", "Fähre : Sie wartet um 8:30", "Fähre: Sie wartet um 8:30"),
        ("de", "Fähre für Bürger:innen", "Fähre für Bürger:innen"),
        ("fr", "Le bac : il attend", "Le bac : il attend"),
    ],
)
def test_a_german_colon_has_one_space_after_it(language: str, heading: str, expected: str) -> None:
    page = segment_html(f'<html lang="{language}"><body><h1>{heading}</h1>{ARTICLE}</body></html>')
    assert title_of(page) == (expected, "h1")


def test_the_whole_title_is_preferred_to_a_cut_one() -> None:
    head = '<meta property="og:title" content="Ferry waits all morning for a …"><title>Ferry waits all…</title>'
    page = f"<h1>Ferry waits all morning for a spare pump</h1>{ARTICLE}"
    assert of_html(page, head) == ("Ferry waits all morning for a spare pump", "h1")
    head = (
        '<meta property="og:title" content="Ferry waits all morning for a spare pump"><title>Ferry waits all…</title>'
    )
    assert of_html(ARTICLE, head) == ("Ferry waits all morning for a spare pump", "meta")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<span>Islands</span><span>:</span><span>Ferry waits for a pump</span>", "Islands: Ferry waits for a pump"),
        ("Captain:s ferry waits for a pump", "Captain:s ferry waits for a pump"),
    ],
)
def test_a_space_follows_the_colon_of_a_kicker_whose_headline_the_head_declares(heading: str, expected: str) -> None:
    head = "<title>Ferry waits for a pump | The Harbour Post</title>"
    assert of_html(f"<h1>{heading}</h1>{ARTICLE}", head) == (expected, "h1")


@pytest.mark.parametrize(
    ("head", "found_in"),
    [
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry late"}</script>', "json-ld"),
        ('<meta property="og:title" content="Ferry late">', "meta"),
        ('<meta name="dc.title" content="Ferry late">', "meta"),
        ("<title>Ferry late</title>", "title"),
    ],
)
def test_head_gives_the_title_where_no_block_does(head: str, found_in: str) -> None:
    assert of_html(ARTICLE, head) == ("Ferry late", found_in)


@pytest.mark.parametrize(
    "title",
    [
        "Ferry waits for a spare pump | The Harbour Post",
        "Ferry waits for a spare pump - The Harbour Post",
        "The Harbour Post: Ferry waits for a spare pump",
        "Ferry waits for a spare pump – Islands – The Harbour Post",
        "Ferry waits for a spare pump | Islands | harbourpost.example",
        "Ferry waits for a spare pump",
    ],
)
def test_site_is_cut_from_the_title(title: str) -> None:
    site = (
        '<meta property="og:site_name" content="The Harbour Post"><link rel="canonical" href="//harbourpost.example/1">'
    )
    assert of_html(ARTICLE, f"{site}<title>{title}</title>") == ("Ferry waits for a spare pump", "title")


@pytest.mark.parametrize("space", ["", " "])
def test_sign_of_a_link_to_the_heading_is_no_part_of_the_title(space: str) -> None:
    heading = f"<h1>Ferry late{space}<a href='#late'>¶</a></h1>{ARTICLE}"
    assert of_html(heading) == of_html(heading, "<title>Ferry late | Docs</title>") == ("Ferry late", "h1")


def test_title_has_no_invisible_characters() -> None:
    assert of_html(f"<h1>Fer\u00adry\u200b  late</h1>{ARTICLE}") == ("Ferry late", "h1")
    assert of_html(ARTICLE, "<title>Fer\u00adry late</title>") == ("Ferry late", "title")


def test_heading_of_several_lines_is_one_title() -> None:
    assert of_html(f"<h1><div>Ferry</div><div>waits for pump</div></h1>{ARTICLE}") == ("Ferry waits for pump", "h1")


def test_line_before_the_first_paragraph_of_a_text_is_the_title() -> None:
    lines = ("Home", "Sport", "Weather", "Ferry to the island waits for a spare pump", "By Ida Moor", FIRST, SECOND)
    assert of_text(*lines, body=[3, 5, 6]) == (lines[3], "block")
    assert of_text(*lines, body=[5, 6]) == (lines[3], "block")


def test_wrapped_headline_of_a_text_is_one_line() -> None:
    found = of_text("Ferry to the island waits\nfor a spare pump", FIRST, SECOND)
    assert found == ("Ferry to the island waits for a spare pump", "block")


@pytest.mark.parametrize("below", ["by Ida Moor", "von Ida Moor", "words: Ida Moor", "share", "idamoor-of-the-pier"])
def test_byline_or_word_below_a_headline_of_a_text_is_no_part_of_it(below: str) -> None:
    headline = "Ferry to the island waits for a spare pump"
    lines = "\n".join([headline, below, FIRST, SECOND, FIRST])
    assert of_text(lines)[0] == headline


def test_last_word_of_a_narrow_headline_of_a_text_is_a_part_of_it() -> None:
    assert of_text("Ferry to the island waits\nstill", FIRST, SECOND)[0] == "Ferry to the island waits still"


def test_mark_of_a_heading_is_not_in_the_title() -> None:
    assert of_text("# Ferry waits for a pump", FIRST, SECOND) == ("Ferry waits for a pump", "block")


def test_scores_outweigh_the_form_of_a_line() -> None:
    lines = ("Ferry to the island waits for a pump", "So this is how it ends", FIRST, SECOND)
    assert of_text(*lines)[0] == lines[0]
    assert of_text(*lines, scores=[-8, 8, -8, -8])[0] == lines[1]


def test_page_without_anything_has_no_title() -> None:
    assert of_html("") == ("", "")
    assert of_text("") == ("", "")
    assert of_text(FIRST, SECOND) == ("", "")


def test_logo_that_leads_to_the_front_page_is_not_the_title() -> None:
    page = f'<h1><a href="/">Harbour Post</a></h1><h2>Ferry late</h2>{ARTICLE}'
    assert of_html(page, "<title>Ferry late</title>") == ("Ferry late", "block")


def test_first_line_of_a_block_is_the_title_if_the_head_says_so() -> None:
    page = f"<div>Ferry waits for a pump<br>By Ida Moor</div>{ARTICLE}"
    assert of_html(page, "<title>Ferry waits for a pump</title>") == ("Ferry waits for a pump", "block")


def test_space_that_was_lost_between_elements_comes_from_the_head() -> None:
    page = f"<h1><span>Ferry line:</span><span>Pump is late</span></h1>{ARTICLE}"
    assert of_html(page, "<title>Ferry line: Pump is late</title>") == ("Ferry line: Pump is late", "h1")


def test_end_of_a_headline_in_json_ld_is_not_taken_for_the_site() -> None:
    json_ld = '{"@type": "NewsArticle", "headline": "Fire in the old pump – no boats"}'
    assert of_html(ARTICLE, f'<script type="application/ld+json">{json_ld}</script>') == (
        "Fire in the old pump – no boats",
        "json-ld",
    )


def test_site_name_as_long_as_a_headline_is_no_site_name() -> None:
    title = "Ferry to the island waits all morning for a pump: a day at sea"
    head = f'<meta property="og:site_name" content="{title}"><title>{title}</title>'
    assert of_html(ARTICLE, head) == (title, "title")


NO_SCORES = np.full(4, -7.0)


@pytest.mark.parametrize("agreement", [AGREES - 0.01, AGREES, 1.0])
def test_headline_that_agrees_with_the_head_is_promoted(agreement: float) -> None:
    furniture, headline = KINDS.index(Kind.FURNITURE), KINDS.index(Kind.HEADLINE)
    page, kinds = segment_text("Menu\n\nFerry\n\nlate\n\nLogin"), np.full(4, furniture)
    promoted = promote_headlines(page, kinds, Title("Ferry late", "h1", range(1, 3), agreement), NO_SCORES)
    is_headline = headline if agreement >= AGREES else furniture
    assert promoted.tolist() == [furniture, is_headline, is_headline, furniture]
    assert kinds.tolist() == [furniture] * 4
    assert promote_headlines(page, kinds, Title("Ferry late", "meta"), NO_SCORES).tolist() == [furniture] * 4


def test_blocks_of_the_body_that_repeat_the_title_are_headlines() -> None:
    furniture, headline, text = (KINDS.index(kind) for kind in (Kind.FURNITURE, Kind.HEADLINE, Kind.TEXT))
    page = segment_text("Ferry late\n\nFERRY LATE!\n\nThe ferry is late.\n\nFerry late")
    promoted = promote_headlines(page, np.array([furniture, text, text, text]), Title("Ferry late", "title"), NO_SCORES)
    assert promoted.tolist() == [furniture, headline, text, headline]


def test_subheading_below_the_text_that_repeats_the_title_stays() -> None:
    headline, text, subheading = (KINDS.index(kind) for kind in (Kind.HEADLINE, Kind.TEXT, Kind.SUBHEADING))
    page = segment_html("<h1>Ferry late</h1><h2>Ferry late</h2><p>It is.</p><h2>Ferry late</h2><p>Ferry late</p>")
    kinds = np.array([headline, subheading, text, subheading, text])
    promoted = promote_headlines(page, kinds, Title("Ferry late", "h1", range(1)), NO_SCORES)
    assert promoted.tolist() == [headline, headline, text, subheading, headline]
    untitled = promote_headlines(page, kinds, Title("Ferry late", "meta"), NO_SCORES)
    assert untitled.tolist() == [headline, headline, text, headline, headline]


@pytest.mark.parametrize(
    ("above", "is_title"), [("Ferry late", True), ("FERRY LATE!", True), ("Ferry later", False), ("Ferry", False)]
)
def test_title_of_a_text_right_above_a_byline_is_a_headline_whatever_its_label(above: str, is_title: bool) -> None:
    teaser, headline, byline = (KINDS.index(kind) for kind in (Kind.TEASER, Kind.HEADLINE, Kind.BYLINE))
    lines, kinds = ["Ferry late", above, "By Ada Quill"], np.array([teaser, teaser, byline])
    found = promote_headlines(segment_text("\n\n".join(lines)), kinds, Title("Ferry late", "title"), NO_SCORES)
    assert found.tolist() == [teaser, headline if is_title else teaser, byline]
    page = segment_html("".join(f"<p>{line}</p>" for line in lines))
    assert promote_headlines(page, kinds, Title("Ferry late", "title"), NO_SCORES).tolist() == kinds.tolist()


def test_agreement_is_that_of_the_same_words_whatever_their_form() -> None:
    html = "<title>Ferry’s late! | Post</title><p>FERRY'S LATE<p>Ferry’s late again<p>Other words<p>Ferry"
    page = segment_html(html)
    declared = read_declared(page.head, read_json_ld(()))
    equal, more, none = (declared.agreement(page.text[slice(*block)]) for block in page.blocks[:3])
    assert (equal, none) == (1.0, 0.0)
    assert 0.6 < more < 1


_TEXTS = st.text("ab C1.-|\u00ad\n…й漢", max_size=30)
_PIECES = st.lists(st.tuples(st.sampled_from(["h1", "p", "div", "h2", "li", "a"]), _TEXTS), max_size=12)


@settings(max_examples=150, deadline=None)
@given(_PIECES, _TEXTS, _TEXTS, st.randoms(use_true_random=False))
def test_title_is_empty_only_where_the_page_has_none(
    pieces: list[tuple[str, str]], head: str, og: str, random: object
) -> None:
    html = "".join(f"<{tag}>{text}</{tag}>" for tag, text in pieces)
    page = segment_html(f'<title>{head}</title><meta property="og:title" content="{og}"><body>{html}')
    found, place = title_of(page, [n for n in range(len(page.blocks)) if random.random() < 0.5])  # type: ignore[attr-defined]
    assert bool(found) == bool(place)
    assert len(found) <= 2 * MAX_HEADLINE
    assert not set(found) & set("\u00ad\u200b\n")
    said = [head, og, *(text for tag, text in pieces if tag == "h1")]
    assert found or not any(set(text) - set(" .-|\u00ad\n…") for text in said)


@pytest.mark.parametrize("score", [SURE - 0.01, SURE, SURE + 0.01])
def test_title_of_a_plain_text_is_promoted_where_its_score_is_high(score: float) -> None:
    furniture, headline = KINDS.index(Kind.FURNITURE), KINDS.index(Kind.HEADLINE)
    page, scores = segment_text("Menu\n\nFerry late"), np.array([-8.0, score])
    promoted = promote_headlines(page, np.full(2, furniture), Title("Ferry late", "block", range(1, 2)), scores)
    assert promoted.tolist() == [furniture, headline if score > SURE else furniture]


def test_marks_before_a_title_are_cut_off() -> None:
    assert of_html(f"<h1>: City of superlatives</h1>{ARTICLE}")[0] == "City of superlatives"


@pytest.mark.parametrize("text", ["The road is open again.", "Road open again"])
def test_page_of_one_block_has_a_body_and_no_headline(text: str) -> None:
    assert of_text(text, scores=[5]) == of_html(f"<p>{text}</p>", scores=[5]) == ("", "")
    page = segment_text(text)
    kinds = promote_headlines(page, np.array([KINDS.index(Kind.HEADLINE)]), Title(), np.array([5.0]))
    assert kinds.tolist() == [KINDS.index(Kind.TEXT)]
    assert of_html(f"<h1>{text}</h1>") == (text, "h1")
    assert of_html(f"<p>{text}</p>", head="<title>Roads</title>") == ("Roads", "title")
