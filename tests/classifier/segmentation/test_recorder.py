"""What is recorded of inline elements and images while blocks are cut."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import recorder, segment_html
from copydesk.classifier.structure import LooseImage, Recording


def record(html: str) -> Recording:
    recording = segment_html(html, inline=True).recording
    assert recording is not None
    return recording


def marked(html: str) -> list[tuple[str, str, str]]:
    """Return tag, text and target of each mark."""
    return [
        (mark.tag, "".join(run.pieces[mark.start : mark.end]), mark.target)
        for run in record(html).runs
        for mark in run.marks
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


def test_images_are_in_the_run_of_their_element_or_loose() -> None:
    recording = record("<p>a <img src=1 alt=A> b</p><figure><img src=2><figcaption>c</figcaption></figure><img src=3>")
    assert [(mark.target, mark.alt) for run in recording.runs for mark in run.marks] == [("1", "A")]
    assert recording.images == (LooseImage(1, 2, "2", ""), LooseImage(2, 0, "3", ""))


def test_starts_of_lists_and_the_base_are_kept() -> None:
    recording = record("<base href=/x><ol start=4><li>a</ol><ol start=-1><li>b</ol><ol start=999999999><li>c</ol>")
    assert (recording.starts, recording.base) == ({1: 4}, "/x")


@pytest.mark.parametrize(("more", "kept"), [(-1, 1), (0, 1), (1, 0)])
def test_addresses_beyond_the_limit_are_left_out(more: int, kept: int) -> None:
    address = "x" * (recorder.MAX_ADDRESS + more)
    assert len(marked(f"<p><a href={address}>a</a>")) == kept
    assert len(record(f"<p>a</p><img src={address}>").images) == kept


def test_elements_inside_too_many_others_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MAX_OPEN", 2)
    assert marked("<p><b>a<i>b<code>c</code></i></b>") == [("em", "bc", ""), ("strong", "abc", "")]
