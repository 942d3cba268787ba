"""Guesses of parts: by the markup around a block, and by what a model answered about the page's other form."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.training.weak_parts import PARAGRAPH, fit_to_codes, parts_by_markup

LONG = "The ferry left the harbour an hour late because its crew had waited for a spare pump. " * 2


def parts(html: str, codes: str) -> str:
    return "".join(part or "-" for part in parts_by_markup(segment_html(html), list(codes)))


@pytest.mark.parametrize(
    ("html", "part"),
    [
        ("<h1>Late ferry</h1>", "N"),
        ("<h2>The pump</h2>", "U"),
        ("<figure><figcaption>The pier</figcaption></figure>", "K"),
        ('<div class="photo-caption"><p>The pier</p></div>', "K"),
        ("<ul><li>One</li></ul>", "L"),
        ("<blockquote><p>Never again</p></blockquote>", "Q"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "X"),
        ("<pre>x = 1</pre>", "P"),
    ],
)
def test_elements_name_parts_of_the_body(html: str, part: str) -> None:
    assert parts(f"<main><p>{LONG}</p>{html}</main>", "EE") == f"E{part}"


def test_a_short_block_before_the_first_paragraph_may_be_a_standfirst() -> None:
    assert len(LONG) >= PARAGRAPH
    assert parts(f"<p>Short.</p><p>{LONG}</p><p>Short.</p>", "EEE") == "-EE"


def test_metadata_is_a_byline_or_a_date_where_names_say_so() -> None:
    html = '<p class="author">Ann Reed</p><p class="date">3 May</p><p class="tags">Ferries</p>'
    assert parts(html, "MMM") == "AD-"


def test_other_groups_are_their_own_part_and_unknown_blocks_stay_unknown() -> None:
    assert parts("<p>a</p><p>b</p><p>c</p><p>d</p>", "BTC?") == "BTC-"


def test_plain_text_says_nothing() -> None:
    assert parts_by_markup(segment_text("One.\n\nTwo."), ["E", "E"]) == ["", ""]


def test_guesses_of_another_group_are_dropped() -> None:
    assert fit_to_codes(["N", "B", "A", "A", "N", ""], ["E", "E", "M", "?", "?", "E"]) == ["N", "", "A", "A", "", ""]
