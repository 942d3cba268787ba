"""Repeated texts against a count of the texts; repeated links and elements on hand-written pages."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.compiled import code_points
from copydesk.classifier.features import compute_features
from copydesk.classifier.features.columns import COLUMNS, LAYOUT_COLUMNS, LEVELS, N_COLUMNS, REPETITION_COLUMNS
from copydesk.classifier.features.repetition import MAX_ELEMENT_BLOCKS, count_repeats
from copydesk.classifier.segmentation import segment_html, segment_text

ITEM = "<li><a href={}><h3>{}</h3></a><p>{}</p></li>"
LIST = "<h1>Harbour</h1><ul>{}{}</ul>".format(
    ITEM.format("/ferry#top", "Ferry late again", "The pump broke."),
    ITEM.format("/bridge", "Bridge shut", "Ice on the deck of the old bridge."),
)


def repetition(html: str) -> dict[str, list[float]]:
    """Return each repetition column of a page's blocks by name."""
    columns = compute_features(segment_html(html)).columns
    return {name: columns[:, COLUMNS.index(name)].tolist() for name in REPETITION_COLUMNS}


def repeats(texts: list[str]) -> list[int]:
    """Count the repeats of blocks that follow each other without a gap."""
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    starts = ends - np.array([len(text) for text in texts], np.int64)
    found: list[int] = count_repeats(code_points("".join(texts)), starts, ends).tolist()
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="ab字\ud800😀", min_size=1, max_size=3), max_size=60))
def test_repeats_are_the_counts_of_equal_texts(texts: list[str]) -> None:
    counts = Counter(texts)
    assert repeats(texts) == [counts[text] for text in texts]


def test_many_blocks_of_few_texts_are_counted_whole() -> None:
    texts = [f"line {number % 701}" for number in range(5_000)]
    counts = Counter(texts)
    assert repeats(texts) == [counts[text] for text in texts]


def test_texts_that_differ_in_one_character_are_not_one() -> None:
    assert repeats(["x" * 500 + "a", "x" * 500 + "b", "x" * 501, "x" * 500 + "a"]) == [2, 1, 1, 2]


def test_blocks_with_a_link_to_another_page_are_linked() -> None:
    found = repetition("<p><a href=/a>One</a></p><p>Two</p><p><a href=#a>Three</a></p>")
    assert found["linked"] == [1.0, 0.0, 0.0]


def test_a_target_is_counted_over_the_whole_page_without_its_fragment() -> None:
    found = repetition("<p><a href=/a#x>One</a></p><p><a href=/a>Two</a></p><p>Three</p><p><a href=/b>Four</a></p>")
    assert found["same_target"] == pytest.approx([np.log1p(2), np.log1p(2), 0.0, np.log1p(1)])
    assert found["target_before"] == [0.0, 1.0, 0.0, 0.0]
    assert found["target_after"] == [1.0, 0.0, 0.0, 0.0]


def test_an_element_in_a_list_counts_its_siblings_and_its_contents() -> None:
    found = repetition(LIST)
    assert found["element_1_alike"] == pytest.approx([np.log1p(1), *[np.log1p(2)] * 4])
    assert found["element_1_log_blocks"][1:] == pytest.approx([np.log1p(2)] * 4)
    assert found["element_1_targets"][1:] == [1.0] * 4
    longest = [len("Ferry late again"), len("Ice on the deck of the old bridge.")]
    assert found["element_1_longest"][1::2] == pytest.approx(np.log1p(longest))
    assert found["element_2_targets"][1:] == [2.0] * 4


def test_siblings_of_one_length_have_no_spread() -> None:
    found = repetition("<ol><li><b>abcd</b><p>ef</p></li><li><b>ghij</b><p>kl</p></li></ol>" + LIST)
    assert found["element_0_spread_alike"][0] == 0.0
    assert found["element_0_log_chars_alike"][0] == pytest.approx(np.log1p(6))
    assert found["element_1_spread_alike"][-1] > 0.1


def test_siblings_with_other_names_are_not_alike() -> None:
    found = repetition("<ul><li class=story>One</li><li class=story>Two</li><li class=advert>Three</li></ul>")
    assert found["element_0_alike"] == pytest.approx([np.log1p(2), np.log1p(2), np.log1p(1)])


def test_of_elements_with_the_same_blocks_the_one_with_most_siblings_is_used() -> None:
    found = repetition("<ul>" + "<li><div><p>One</p></div></li>" * 3 + "</ul>")
    assert found["element_0_alike"] == pytest.approx([np.log1p(3)] * 3)


def test_distinct_links_of_a_large_element_are_not_counted() -> None:
    found = repetition("<ul>" + "<li><a href=/x>One</a></li>" * (MAX_ELEMENT_BLOCKS + 1) + "</ul>")
    assert found["element_1_targets"] == [-1.0] * (MAX_ELEMENT_BLOCKS + 1)
    assert found["element_1_longest"] == [-1.0] * (MAX_ELEMENT_BLOCKS + 1)


def test_images_and_links_of_an_element_are_summed_up() -> None:
    found = repetition("<div><img src=a><p>One <a href=/x>two</a></p><img src=b><p>Three</p></div><p>End</p>")
    assert found["element_1_images"][:2] == [2.0, 2.0]
    assert found["element_1_link_share"][0] == pytest.approx(3 / 12)


def test_plain_text_has_no_repeated_elements() -> None:
    columns = compute_features(segment_text("One story.\n\nAnother story.\n\nA third...")).columns
    assert columns.shape == (3, N_COLUMNS)
    assert not columns[:, len(LAYOUT_COLUMNS) :].any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["<ul>", "<li>", "</li>", "</ul>", "<a href=/b>", "<a href=#>", "</a>", "<p>", "Word. "]))
)
def test_any_tree_gives_finite_columns_within_their_ranges(pieces: list[str]) -> None:
    page = segment_html("".join(pieces))
    columns = compute_features(page).columns
    assert columns.shape == (len(page.blocks), N_COLUMNS)
    assert np.isfinite(columns).all()
    shares = [COLUMNS.index(f"element_{level}_link_share") for level in range(LEVELS)]
    assert (columns[:, shares] <= 1.0).all()
    assert (columns[:, len(LAYOUT_COLUMNS) :] >= -1.0).all()
