"""Labels and reference bodies carried to blocks of another cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import KINDS, Article, Kind, Page, classify_page
from copydesk.training.align import LabelledPage, carry_codes, find_body, label_page, teach
from copydesk.training.corpora import CODE_OF_KIND, TrainingPage
from tests.support.small_model import small_model
from tests.support.training_pages import block_texts, made_page

LONG = "the ferry crosses the quiet harbour before the market opens"
LONGER = "every tower along the canal keeps a lantern for the tram"

texts_and_codes = st.lists(
    st.tuples(st.text("ab c", min_size=0, max_size=12), st.sampled_from("EMCBTH")), max_size=12
).map(lambda pairs: ([text for text, _ in pairs], [code for _, code in pairs]))


def source(
    *, html: str = "", texts: tuple[str, ...] = (), codes: str | None = None, body: str | None = None
) -> TrainingPage:
    return TrainingPage("1", "own", "made.example", "news", "en", html, texts, tuple(codes) if codes else None, body)


@pytest.mark.parametrize(
    ("labels", "fit"),
    [
        ({"body": LONG}, True),
        ({"body": f"Photo: a tram\n{LONG}"}, True),
        ({"body": LONGER}, False),
        ({"body": "lantern"}, False),
        ({"body": ""}, True),
        ({"texts": ("Home", LONG), "codes": "BE"}, True),
        ({"texts": ("Home", LONGER), "codes": "BE"}, False),
        ({"texts": ("Home",), "codes": "B"}, True),
        ({"texts": ("Weather",), "codes": "B"}, False),
    ],
)
def test_labels_fit_a_page_that_has_their_body(labels: dict[str, Any], fit: bool) -> None:
    page = label_page(source(html=f"<p>Home</p><p>{LONG}</p>", **labels), "html")
    assert page is not None
    assert page.fits is fit


@settings(max_examples=60, deadline=None)
@given(texts_and_codes)
def test_same_texts_keep_their_codes(labelled: tuple[list[str], list[str]]) -> None:
    texts, codes = labelled
    assert carry_codes(texts, codes, texts) == codes


@settings(max_examples=60, deadline=None)
@given(texts_and_codes, st.lists(st.text("ab cz", max_size=12), max_size=12))
def test_any_other_cut_gets_a_known_code_or_none_for_each_block(
    labelled: tuple[list[str], list[str]], others: list[str]
) -> None:
    carried = carry_codes(*labelled, others)
    assert len(carried) == len(others)
    assert set(carried) <= {*labelled[1], ""}


def test_both_halves_of_a_split_block_get_its_code() -> None:
    assert carry_codes(["Home", "one two three four"], ["B", "E"], ["Home", "one two", "three four"]) == ["B", "E", "E"]


def test_a_merged_block_gets_the_code_of_most_of_its_words() -> None:
    labelled = ["by the desk", "one two three four five", "more"]
    assert carry_codes(labelled, ["M", "E", "H"], ["by the desk one two three four five", "more"]) == ["E", "H"]


def test_words_that_nobody_labelled_stay_unknown() -> None:
    assert carry_codes(["Home", "one two"], ["B", "E"], ["Home", "cookies here", "one two", "***"]) == [
        "B",
        "",
        "E",
        "",
    ]


def test_case_and_punctuation_do_not_matter_to_carried_codes() -> None:
    assert carry_codes(["One, two", "Shop"], ["E", "B"], ["ONE two!", "shop"]) == ["E", "B"]


def test_long_blocks_of_the_reference_are_body_and_menus_are_not() -> None:
    reference = f"{LONG}\n{LONGER}"
    assert find_body(["Home", "Weather", LONG, LONGER, "Privacy notice"], reference) == ["?", "?", "E", "E", "?"]


@pytest.mark.parametrize(("own", "code"), [(3, "?"), (4, "?"), (5, "E")])
def test_a_block_is_body_from_three_fifths_of_its_shingles(own: int, code: str) -> None:
    reference = " ".join(f"w{i}" for i in range(20))
    words = [f"w{i}" for i in range(own + 3)] + [f"x{i}" for i in range(7 - own)]  # 7 shingles, `own` of them found
    assert find_body([" ".join(words)], reference) == [code]


def test_a_short_block_is_body_only_as_a_whole_line() -> None:
    reference = f"Early days\n{LONG}"
    assert find_body(["Early days", "Home", LONG, "days"], reference) == ["E", "?", "E", "?"]
    assert find_body(["ferry crosses", "Home", LONG], reference) == ["?", "?", "E"]


def test_a_repeated_block_is_body_as_often_as_the_reference_has_it() -> None:
    assert find_body([LONG, LONGER, LONG], f"{LONG}\n{LONGER}") == ["E", "E", "?"]
    assert find_body([LONG, LONGER, LONG], f"{LONG}\n{LONGER}\n{LONG}") == ["E", "E", "E"]


def test_a_short_block_inside_a_line_is_body_only_between_body_blocks() -> None:
    reference = f"{LONG} the end {LONGER}"
    assert find_body([LONG, "the end", LONGER], reference) == ["E", "E", "E"]
    assert find_body([LONG, "the", "end", LONGER], reference) == ["E", "E", "E", "E"]
    assert find_body([LONG, "Share", LONGER], reference) == ["E", "?", "E"]
    assert find_body([LONG, "the end"], reference) == ["E", "?"]
    assert find_body(["the end", LONG], reference) == ["?", "E"]


def test_an_empty_reference_finds_nothing() -> None:
    assert find_body([LONG, "", "Home"], "") == ["?", "?", "?"]


def test_labelled_page_has_one_right_code_a_block_in_both_forms() -> None:
    page = made_page("alder.example", 0)
    texts, kinds = zip(*page.blocks, strict=True)
    codes = "".join(CODE_OF_KIND[kind] for kind in kinds)
    for form in ("text", "html"):
        labelled = label_page(source(html=page.html, texts=texts, codes=codes), form)
        assert labelled is not None
        assert labelled.gold
        assert block_texts(labelled.blocks) == list(texts)
        assert "".join(labelled.codes) == codes
        assert (labelled.blocks.markup is not None) == (form == "html")


@pytest.mark.parametrize("form", ["text", "html"])
def test_reference_body_labels_both_forms_of_a_page_known_as_html_alone(form: str) -> None:
    page = made_page("alder.example", 0)
    labelled = label_page(source(html=page.html, body=page.body), form)
    assert labelled is not None
    assert not labelled.gold
    assert set(labelled.codes) == {"E", "?"}
    found = [t for t, c in zip(block_texts(labelled.blocks), labelled.codes, strict=True) if c == "E"]
    assert found == page.body.split("\n")


def test_a_page_of_text_alone_has_no_html_form() -> None:
    page = source(texts=(LONG, "Home"), codes="EB")
    assert label_page(page, "html") is None
    labelled = label_page(page, "text")
    assert labelled is not None
    assert labelled.codes == ("E", "B")


def test_a_page_that_nothing_is_known_about_is_left_out() -> None:
    assert label_page(source(html=f"<p>{LONG}"), "html") is None


def test_an_html_block_outside_the_labelled_text_is_judged_by_the_reference() -> None:
    page = source(
        html=f"<p>{LONG}</p><p>Sign the cookie form today</p><p>{LONGER}</p>",
        texts=(LONG,),
        codes="E",
        body=f"{LONG}\n{LONGER}",
    )
    labelled = label_page(page, "html")
    assert labelled is not None
    assert labelled.codes == ("E", "B", "E")
    without = label_page(replace(page, reference=None), "html")
    assert without is not None
    assert without.codes == ("E", "", "")


@pytest.mark.parametrize("form", ["html", "text"])
def test_nothing_is_known_about_the_blocks_of_a_page_with_an_empty_reference(form: str) -> None:
    page = label_page(source(html=f"<p>{LONG}</p><p>{LONGER}</p>", body=" \n"), form)
    assert page is not None
    assert page.codes == ("", "")


TAUGHT = ("Home", LONG, LONGER, "More on this")


def answer_of(*kinds: Kind) -> Article:
    """What a model might have said of TAUGHT, with these kinds."""
    article = classify_page(Page("1", text="\n\n".join(TAUGHT)), small_model())
    blocks = (block._replace(kind=kind, label=kind.label) for block, kind in zip(article.blocks, kinds, strict=True))
    return replace(article, blocks=tuple(blocks))


def unlabelled(title: str = "") -> LabelledPage:
    page = label_page(replace(source(texts=TAUGHT, body=f"{LONG}\n{LONGER}"), title=title), "text")
    assert page is not None
    return page


def test_an_answer_about_the_html_form_tells_what_is_not_body_and_which_part_is_which() -> None:
    page = unlabelled()
    assert page.codes == ("?", "E", "E", "?")
    taught = teach((page, answer_of(Kind.FURNITURE, Kind.STANDFIRST, Kind.TEXT, Kind.TEASER_HEADING)))
    assert taught.codes == ("B", "E", "E", "H")
    assert taught.parts == ("B", "S", "E", "H")


def test_an_answer_never_overrules_what_is_known() -> None:
    taught = teach((unlabelled(), answer_of(Kind.TEXT, Kind.FURNITURE, Kind.TEXT, Kind.COMMENT)))
    assert taught.codes == ("?", "E", "E", "C")
    assert taught.parts == ("", "", "E", "C")
    assert teach((unlabelled(), None)) == unlabelled()


def test_a_teaser_in_a_reference_body_becomes_unknown_on_a_page_of_an_article() -> None:
    page = unlabelled()
    for page_type, code in (("article", ""), ("forum", "E")):
        told = replace(page, origin=replace(page.origin, page_type=page_type))
        assert teach((told, answer_of(Kind.TEXT, Kind.TEASER, Kind.TEXT, Kind.COMMENT))).codes[1] == code
    labelled = replace(page, gold=True)
    assert teach((labelled, answer_of(Kind.TEXT, Kind.TEASER, Kind.TEXT, Kind.COMMENT))).codes[1] == "E"


def test_markup_tells_what_labelled_parts_do_not() -> None:
    told = label_page(replace(source(texts=TAUGHT, codes="BEUH"), has_parts=True), "text")
    assert told is not None
    taught = teach((told, answer_of(Kind.LIST_ITEM, Kind.QUOTE, Kind.LIST_ITEM, Kind.TEASER)))
    assert taught.codes == told.codes
    assert taught.parts == ("B", "Q", "U", "H")
    assert teach((told, answer_of(Kind.TEXT, Kind.CAPTION, Kind.TEXT, Kind.TEXT))) == told


def test_a_known_title_is_the_headline_and_body_on_a_page_without_hand_labels() -> None:
    page = unlabelled(title=LONG.title())
    assert page.headline
    assert page.parts == ("", "N", "", "")
    page = unlabelled(title="Home")
    assert page.codes == ("E", "E", "E", "?")
    assert page.parts == ("N", "", "", "")
    assert not unlabelled(title="Nowhere").headline


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_taught_or_is_body(kind: Kind) -> None:
    taught = teach((unlabelled(), answer_of(kind, Kind.TEXT, Kind.TEXT, kind)))
    assert (taught.codes[0] == "?") == (kind.label == "body")
