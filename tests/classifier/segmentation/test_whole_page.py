"""Names of elements around a whole page are forgotten, those of others are not."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.segmentation.whole_page import MIN_BLOCKS
from copydesk.classifier.types import Markup

STORY = "".join(f"<p>It rained on day {day}.</p>" for day in range(2 * MIN_BLOCKS))


def markup_of(html: str) -> Markup:
    markup = segment_html(html).markup
    assert markup is not None
    return markup


@pytest.mark.parametrize("tag", ["div", "header", "footer", "nav", "aside"])
def test_element_around_the_whole_page_is_a_box_without_a_name(tag: str) -> None:
    markup = markup_of(f"<body class=popup-open><{tag} class=author-ada><p class=lead>It rains.</p>{STORY}</{tag}>")
    assert list(markup.tags)[:3] == ["body", "div", "p"]
    assert list(markup.names)[:4] == ["", "", "lead", ""]


@pytest.mark.parametrize("tag", ["main", "article", "section", "form"])
def test_what_kind_of_text_an_element_holds_stays(tag: str) -> None:
    markup = markup_of(f"<{tag} class=author-ada>{STORY}</{tag}>")
    assert (markup.tags[1], markup.names[1]) == (tag, "")


def test_element_around_a_part_of_the_page_keeps_its_name() -> None:
    markup = markup_of(
        f"<div class=story>{STORY}</div><footer class=foot><p>Imprint</p><p>Post</p><p>Jobs</p></footer>"
    )
    assert markup.tags.count("footer") == 1
    assert [name for name in markup.names if name] == ["story", "foot"]


def test_small_page_keeps_its_names() -> None:
    few = "".join(f"<p>Day {day}.</p>" for day in range(MIN_BLOCKS - 1))
    assert markup_of(f"<footer class=foot>{few}</footer>").names[1] == "foot"
    assert markup_of(f"<footer class=foot>{few}<p>The end.</p></footer>").names[1] == ""


def test_names_are_forgotten_where_copies_are_left_out_too() -> None:
    copy = "<p>The ferry will run again from the first of June, said the harbour board on Monday.</p>"
    html = f"<div class=author-ada>{copy}{STORY}<div hidden>{copy}</div></div>"
    found = segment_html(html)
    assert found.text.count("harbour board") == 1
    assert found.markup is not None
    assert found.markup.names[1] == ""


def test_names_between_and_inside_of_elements_around_the_page_stay() -> None:
    inside = f"<p class=lead>It rains.</p>{STORY}<p class=sign>Ada Quill</p>"
    around = f"<div class=all><header class=top>{inside}</header></div>"
    html = f"<body class=open><div class=ad></div>{around}<p class=end>End."
    markup = markup_of(html)
    names = [(tag, name) for tag, name in zip(markup.tags, markup.names, strict=True) if name]
    assert names == [("div", "ad"), ("p", "lead"), ("p", "sign"), ("p", "end")]
    assert list(markup.tags)[2:4] == ["div", "div"]
