"""Cards: which links repeat, and which elements around a block stand in a row of their like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.features.cards import CARD_COLUMNS, LEVELS, MOST_BLOCKS, N_CARDS
from copydesk.classifier.features.layout import COLUMNS
from copydesk.classifier.features.page_features import describe
from copydesk.classifier.segmentation.html import segment_html
from copydesk.classifier.segmentation.plain_text import segment_text

CARD = "<li><a href={}><h3>{}</h3></a><p>{}</p></li>"
LIST = "<h1>Harbour</h1><ul>{}{}</ul>".format(
    CARD.format("/ferry#top", "Ferry late again", "The pump broke."),
    CARD.format("/bridge", "Bridge shut", "Ice on the deck of the old bridge."),
)


def cards(html: str) -> dict[str, list[float]]:
    """Return each card column of a page's blocks by name."""
    columns = describe(segment_html(html)).columns[:, len(COLUMNS) :]
    return {name: columns[:, i].tolist() for i, name in enumerate(CARD_COLUMNS)}


def test_linked_blocks_are_told_from_others_and_from_links_that_stay_on_the_page() -> None:
    found = cards("<p><a href=/a>One</a></p><p>Two</p><p><a href=#a>Three</a></p>")
    assert found["linked"] == [1.0, 0.0, 0.0]


def test_one_target_is_counted_over_the_whole_page_whatever_place_on_it_a_link_names() -> None:
    found = cards("<p><a href=/a#x>One</a></p><p><a href=/a>Two</a></p><p>Three</p><p><a href=/b>Four</a></p>")
    assert found["same_target"] == pytest.approx([np.log1p(2), np.log1p(2), 0.0, np.log1p(1)])
    assert found["target_before"] == [0.0, 1.0, 0.0, 0.0]
    assert found["target_after"] == [1.0, 0.0, 0.0, 0.0]


def test_a_card_is_one_of_its_like_and_says_what_it_holds() -> None:
    found = cards(LIST)
    assert found["card_1_alike"] == pytest.approx([np.log1p(1), *[np.log1p(2)] * 4])
    assert found["card_1_log_blocks"][1:] == pytest.approx([np.log1p(2)] * 4)
    assert found["card_1_targets"][1:] == [1.0] * 4
    longest = [len("Ferry late again"), len("Ice on the deck of the old bridge.")]
    assert found["card_1_longest"][1::2] == pytest.approx(np.log1p(longest))
    assert found["card_2_targets"][1:] == [2.0] * 4


def test_cards_of_one_length_are_alike_and_others_spread() -> None:
    found = cards("<ol><li><b>abcd</b><p>ef</p></li><li><b>ghij</b><p>kl</p></li></ol>" + LIST)
    assert found["card_0_spread_alike"][0] == 0.0
    assert found["card_0_log_chars_alike"][0] == pytest.approx(np.log1p(6))
    assert found["card_1_spread_alike"][-1] > 0.1


def test_names_tell_siblings_apart() -> None:
    found = cards("<ul><li class=story>One</li><li class=story>Two</li><li class=advert>Three</li></ul>")
    assert found["card_0_alike"] == pytest.approx([np.log1p(2), np.log1p(2), np.log1p(1)])


def test_of_elements_that_hold_the_same_blocks_the_one_in_a_row_counts() -> None:
    found = cards("<ul>" + "<li><div><p>One</p></div></li>" * 3 + "</ul>")
    assert found["card_0_alike"] == pytest.approx([np.log1p(3)] * 3)


def test_links_of_a_large_element_are_not_told_apart() -> None:
    found = cards("<ul>" + "<li><a href=/x>One</a></li>" * (MOST_BLOCKS + 1) + "</ul>")
    assert found["card_1_targets"] == [-1.0] * (MOST_BLOCKS + 1)
    assert found["card_1_longest"] == [-1.0] * (MOST_BLOCKS + 1)


def test_images_and_links_of_a_card_are_summed_up() -> None:
    found = cards("<div><img src=a><p>One <a href=/x>two</a></p><img src=b><p>Three</p></div><p>End</p>")
    assert found["card_1_images"][:2] == [2.0, 2.0]
    assert found["card_1_link_share"][0] == pytest.approx(3 / 12)


def test_plain_text_has_no_cards() -> None:
    columns = describe(segment_text("One story.\n\nAnother story.\n\nA third...")).columns
    assert columns.shape == (3, len(COLUMNS) + N_CARDS)
    assert not columns[:, len(COLUMNS) :].any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["<ul>", "<li>", "</li>", "</ul>", "<a href=/b>", "<a href=#>", "</a>", "<p>", "Word. "]))
)
def test_any_tree_gives_finite_columns_within_their_ranges(pieces: list[str]) -> None:
    page = segment_html("".join(pieces))
    columns = describe(page).columns[:, len(COLUMNS) :]
    assert columns.shape == (len(page.blocks), N_CARDS)
    assert np.isfinite(columns).all()
    shares = [CARD_COLUMNS.index(f"card_{level}_link_share") for level in range(LEVELS)]
    assert (columns[:, shares] <= 1.0).all()
    assert (columns >= -1.0).all()
