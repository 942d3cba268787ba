"""What is recorded of inline elements and images while blocks are cut."""

from __future__ import annotations

import pytest

from copydesk.classifier.image_address import MAX_ADDRESS, read_image
from copydesk.classifier.segmentation import recorder, segment_html
from copydesk.classifier.structure import MAX_CELL_SPAN, TAGS, Recording


def record(html: str) -> Recording:
    recording = segment_html(html, inline=True).recording
    assert recording is not None
    return recording


def marked(html: str) -> list[tuple[str, str, str]]:
    """Return tag, text and target of each inline element in each block."""
    page = segment_html(html, inline=True)
    assert page.recording is not None
    found = []
    for number, start, end, tag, string in page.recording.spans.tolist():
        block = page.text[page.blocks[number].start : page.blocks[number].end]
        found.append((TAGS[tag], block[start:end], page.recording.strings[string] if TAGS[tag] == "a" else ""))
    return found


def images_of(html: str) -> list[tuple[int, int, str, str]]:
    """Return the number of the block after each image in no block, of the element around it, its address, its text."""
    recording = record(html)
    return [
        (before, element, *read_image(recording.strings, string))
        for before, element, string in recording.images.tolist()
    ]


def test_inline_elements_are_marked_under_one_name_each() -> None:
    html = "<p>a <b>b</b> <strong>c</strong> <i>d</i> <em>e</em> <kbd>f</kbd> <a href=' /g '>g</a> <u>h</u> <a>i</a>"
    assert marked(html) == [
        ("strong", "b", ""),
        ("strong", "c", ""),
        ("em", "d", ""),
        ("em", "e", ""),
        ("code", "f", ""),
        ("a", "g", "/g"),
    ]


def test_element_comes_after_those_in_it() -> None:
    assert marked("<p><a href=/x>a <b>b</b></a>") == [("strong", "b", ""), ("a", "a b", "/x")]


def test_element_around_blocks_is_marked_in_each_of_them() -> None:
    assert marked("<a href=/x><h2>a</h2> <p>b<i>c</i></p></a><p>d") == [
        ("a", "a", "/x"),
        ("em", "c", ""),
        ("a", "bc", "/x"),
    ]


def test_hidden_elements_are_blocks_and_no_inline_elements() -> None:
    assert marked("<p>a <b hidden>b</b>") == []


def test_cells_of_a_data_row_are_marked_and_empty_ones_too() -> None:
    assert marked("<table><tr><th>a<td><td>c</table>") == [("th", "a", ""), ("td", "", ""), ("td", "c", "")]


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("", (1, 1)),
        ("colspan=1 rowspan=1", (1, 1)),
        ("colspan=2", (2, 1)),
        ("rowspan=3", (1, 3)),
        ("colspan=' 02x' rowspan=0", (2, 0)),
        ("colspan=0", (1, 1)),
        ("colspan=-2 rowspan=x", (1, 1)),
        ("colspan=1000", (1000, 1)),
        ("colspan=1001 rowspan=99999999999999999999", (1000, 1000)),
    ],
)
def test_sizes_of_cells_are_kept(attributes: str, size: tuple[int, int]) -> None:
    expected = -1 if size == (1, 1) else size[1] * (MAX_CELL_SPAN + 1) + size[0]
    for more in ("", "<math>"):  # with a formula the page is walked in Python
        of_row = record(f"<table><tr><td {attributes}>a<th>b</table>{more}").spans.tolist()
        assert [row[4] for row in of_row] == [expected, -1]
        of_block = record(f"<table><tr><td {attributes}><p>a<th>b</table>{more}").numbers
        assert of_block == ({} if expected < 0 else {4: expected})


def test_images_are_in_the_run_of_their_element_or_loose() -> None:
    html = "<p>a <img src=1 alt=A> b</p><figure><img src=2><figcaption>c</figcaption></figure><img src=3>"
    recording = record(html)
    assert [(row[:3], read_image(recording.strings, row[4])) for row in recording.spans.tolist()] == [
        ([0, 2, 2], ("1", "A"))
    ]
    assert images_of(html) == [(1, 2, "2", ""), (2, 0, "3", "")]


@pytest.mark.parametrize(
    ("image", "address"),
    [
        ("<img src=a data-src=b>", "b"),
        ("<img src='data:image/png;base64,AA' srcset='b 1x, c 2x'>", "c"),
        ("<img width=1 src=a>", ""),
        ("<picture><source srcset='a 300w,b 600w'><source srcset=c><img></picture>", "b"),
        ("<picture><img></picture>", ""),
    ],
)
def test_address_of_an_image_is_read_from_its_attributes(image: str, address: str) -> None:
    assert [target for _, _, target, _ in images_of(f"{image}<p>a")] == [address]


@pytest.mark.parametrize(
    ("nodes", "addresses"),
    [
        ("<source srcset=b><img><img><img src=c>", ["b", "", "c"]),
        ("<img><source srcset=b>", [""]),
        ("<i></i>" * (recorder.MAX_PICTURE_NODES - 2) + "<source srcset=b><img>", ["b"]),
        ("<source srcset=b>" + "<i></i>" * (recorder.MAX_PICTURE_NODES - 1) + "<img>", [""]),
    ],
)
def test_sources_are_for_the_first_image_after_them(nodes: str, addresses: list[str]) -> None:
    for more in ("", "<math>"):  # with a formula the page is walked in Python
        html = f"<picture>{nodes}</picture><p>a{more}"
        assert [target for _, _, target, _ in images_of(html)] == addresses


def test_record_of_many_images_in_a_picture_is_no_larger_than_the_page() -> None:
    html = f"<picture><source srcset='{'b 1w,' * 2000}'>{'<img src=a>' * 1000}</picture><p>a"
    assert sum(map(len, record(html).strings)) < len(html)


def test_starts_of_lists_and_the_base_are_kept() -> None:
    recording = record("<base href=/x><ol start=4><li>a</ol><ol start=-1><li>b</ol><ol start=999999999><li>c</ol>")
    assert (recording.numbers, recording.base) == ({1: 4}, "/x")


@pytest.mark.parametrize(("more", "kept"), [(-1, 1), (0, 1), (1, 0)])
def test_addresses_beyond_the_limit_are_left_out(more: int, kept: int) -> None:
    address = "x" * (MAX_ADDRESS + more)
    assert len(marked(f"<p><a href={address}>a</a>")) == kept
    assert len(images_of(f"<p>a</p><img src={address}>")[0][2]) == kept * len(address)


def test_elements_inside_too_many_others_are_left_out() -> None:
    html = f"<p>{'<b>' * (recorder.MAX_OPEN - 1)}a<i>b<code>c</code></i>"
    assert marked(html)[:2] == [("em", "bc", ""), ("strong", "abc", "")]


def test_base_is_found_wherever_it_is() -> None:
    assert [record(html).base for html in ("<base href=/a><p>b", "<p>b<BASE HREF=/c>", "<p>b &lt;base href=/d>")] == [
        "/a",
        "/c",
        "",
    ]
