"""Parts that a server sends after the page stand where the page has a placeholder for them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copydesk.classifier.segmentation import segment_html, streamed
from copydesk.classifier.segmentation.byte_search import has_bytes
from copydesk.classifier.segmentation.html import HIDDEN


def texts(html: str) -> list[str]:
    blocks = segment_html(html)
    return [blocks.text[block.start : block.end] for block in blocks.blocks]


@given(st.text("ab", max_size=200), st.text("ab", min_size=2, max_size=9))
@example("b" * 64 + "ab", "ab")
@example("b" * 62 + "ab", "ab")
@example("a", "ab")
def test_bytes_are_found_as_python_finds_them(page: str, wanted: str) -> None:
    assert has_bytes(page.encode(), wanted.encode()) == (wanted in page)


def test_streamed_part_stands_at_its_placeholder_and_is_not_hidden() -> None:
    html = (
        '<body><main><h1>Tide</h1><!--$?--><template id="B:0"></template><!--/$--></main><footer>Imprint</footer>'
        '<div hidden id="S:0"><p>The quay is under water.</p><template id="P:1"></template></div>'
        '<script>$RC("B:0","S:0")</script><div hidden id="S:1"><p>It ebbs at noon.</p></div>'
    )
    blocks = segment_html(html)
    assert texts(html) == ["Tide", "The quay is under water.", "It ebbs at noon.", "Imprint"]
    assert blocks.markup is not None
    assert not any(HIDDEN in names for names in blocks.markup.names)
    assert blocks.markup.tags.count("main") == 1


def test_part_that_came_before_the_part_with_its_placeholder() -> None:
    html = (
        '<main><template id="B:0"></template></main><div hidden id="S:1"><p>Second.</p></div>'
        '<div hidden id="S:0"><p>First.</p><template id="P:1"></template></div>'
    )
    assert texts(html) == ["First.", "Second."]


@pytest.mark.parametrize(
    "html",
    [
        '<div hidden id="S:0"><p>Alone.</p></div>',
        '<div hidden id="S:0"><p>Alone.</p><template id="P:0"></template></div>',
        '<div hidden id="S:0"><template id="P:1"></template><p>Alone.</p></div><div hidden id="S:1">'
        '<template id="P:0"></template></div>',
        '<template id="B:0"></template><template id="P:0"></template><div hidden id="S:0"><p>Alone.</p></div>',
        '<template id="B:0"></template><div id="S:0"><p>Alone.</p></div>',
    ],
    ids=["no placeholder", "placeholder inside", "inside each other", "two placeholders", "not hidden"],
)
def test_no_text_is_lost_or_doubled(html: str) -> None:
    assert texts(f"<body>{html}<p>End.</p>") in (["Alone.", "End."], ["End.", "Alone."])


@pytest.mark.parametrize("order", [1, -1], ids=["outer first", "inner first"])
def test_parts_that_stand_in_parts_are_all_kept_and_the_tree_does_not_become_deep(order: int) -> None:
    parts = [f'<div hidden id="S:{i}"><p>Part {i}.</p><template id="P:{i + 1}"></template></div>' for i in range(3000)]
    html = f'<body><template id="B:0"></template>{"".join(parts[::order])}'
    blocks = segment_html(html)
    assert sorted(texts(html)) == sorted(f"Part {i}." for i in range(3000))
    assert blocks.markup is not None
    depths: list[int] = []
    for parent in blocks.markup.parents:
        depths.append(depths[parent] + 1 if depths else 0)
    assert max(depths) <= streamed.MOST_NESTED + 1


@pytest.mark.parametrize(
    "place",
    ["<head>{}</head><body>", "<svg><desc>{}</desc></svg>", "<select>{}</select>", "<video>{}</video>", "<p>{}</p>"],
)
def test_part_stays_where_it_is_if_its_placeholder_is_in_no_box(place: str) -> None:
    html = place.format('<template id="B:1"></template>') + '<p>Shown.</p><div hidden id="S:1"><p>Alone.</p></div>'
    assert texts(html) == ["Shown.", "Alone."]


def test_first_of_two_parts_with_one_number_is_moved() -> None:
    parts = '<div hidden id="S:0"><p>First.</p></div><div hidden id="S:0"><p>Second.</p></div>'
    assert texts(f'<main><template id="B:0"></template></main><p>Shown.</p>{parts}') == ["First.", "Shown.", "Second."]


def test_page_of_more_parts_than_any_real_one_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "MOST_PARTS", 2)
    html = '<body><template id="B:0"></template><p>Shown.</p>'
    parts = [f'<div hidden id="S:{i}"><p>Part {i}.</p></div>' for i in range(3)]
    assert texts(html + "".join(parts[:2])) == ["Part 0.", "Shown.", "Part 1."]
    assert texts(html + "".join(parts)) == ["Shown.", "Part 0.", "Part 1.", "Part 2."]
