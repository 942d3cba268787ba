"""Body of hand-made pages."""

from __future__ import annotations

from copydesk.classifier.article import body_text
from copydesk.classifier.types import Block, Blocks


def page(*texts: str) -> Blocks:
    """A page of these blocks, with blank lines between them."""
    blocks, at = [], 0
    for text in texts:
        blocks.append(Block(at, at + len(text)))
        at += len(text) + 2
    return Blocks("\n\n".join(texts), tuple(blocks))


def test_body_is_the_body_blocks_joined_by_blank_lines() -> None:
    assert body_text(page("Menu", "One.", "More stories...", "Two.\nStill two."), [1, 3]) == "One.\n\nTwo.\nStill two."


def test_page_without_body_blocks_has_an_empty_body() -> None:
    assert body_text(page("Menu"), []) == ""
    assert body_text(page(), []) == ""


def test_body_has_no_invisible_characters() -> None:
    assert body_text(page("The ferry\u00adman\u200b rows.", "\ufeffHome."), [0, 1]) == "The ferryman rows.\n\nHome."
