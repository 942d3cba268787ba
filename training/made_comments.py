"""Builds comments with an element for each, around the commenter's name, the text, and the buttons below it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copydesk.training.made_elements import Dice, Elements, Written, wrap
from copydesk.training.made_story import wrap_item

KINDS = ("quote", "named quote", "named quote", "dl", "article", "li", "li")
"""What a comment is: a `blockquote`, a name before one, a term with its description, or an element of this tag."""

NAMES = ("comment", "reply", "comment-body", "media", "item", "")
HEAD_TAGS, TEXT_TAGS = ("div", "b", "strong", "span", "h4", "p", "a"), ("p", "p", "div")

HEAD_CHARS = 40
"""Most characters of a name or a time; longer blocks of a comment are its text."""

MAX_BETWEEN = 3
"""Most blocks between two of a comment's that are of the comments too, such as buttons."""


def join_comments(places: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return the parts of the page that blocks stand in, with the blocks between comments among the comments."""
    joined = list(places)
    talk = [number for number, place in enumerate(places) if place == "talk"]
    for before, after in pairwise(talk):
        if after - before - 1 <= MAX_BETWEEN and all(places[i] == "end" for i in range(before + 1, after)):
            joined[before:after] = ["talk"] * (after - before)
    if talk and joined != list(places) and codes[talk[-1] + 1 : talk[-1] + 2] == ["B"]:
        joined[talk[-1] + 1] = "talk"
    return joined


def build_comments(elements: Elements, dice: Dice, blocks: Sequence[Written]) -> str:
    """Return the comments of a run of blocks, all built alike."""
    kind, name = dice.choose(KINDS), elements.attributes(NAMES, dice)
    head, text = dice.choose(HEAD_TAGS), dice.choose(TEXT_TAGS)
    built = ""
    for comment in cut_comments(blocks):
        if kind == "named quote":
            built += _named_quote(elements, comment)
            continue
        head_tags, text_tags = ("dt", "dd") if kind == "dl" else (head, text)
        inner = "".join(
            elements.block(words, code)
            if code != "C"
            else wrap(elements.inline(words), text_tags if is_text(words) else "dt")
            if kind == "dl"
            else elements.element(words, text_tags if is_text(words) else head_tags)
            for words, code in comment
        )
        built += wrap_item(inner, {"quote": "blockquote", "dl": "dl"}.get(kind, kind), name)
    return wrap(built, "ol") if kind == "li" else built


def _named_quote(elements: Elements, comment: Sequence[Written]) -> str:
    """Return a comment as a bold name and a quote, and the other blocks around them."""
    built = ""
    for number, (words, code) in enumerate(comment):
        follows = comment[number + 1 : number + 2]
        if code != "C":
            built += elements.block(words, code)
        elif is_text(words):
            built += wrap(elements.inline(words), "blockquote")
        elif follows and follows[0][1] == "C" and is_text(follows[0][0]):
            built += elements.inline(words, "b")
        else:
            built += elements.element(words, "b")
    return built


def cut_comments(blocks: Sequence[Written]) -> list[list[Written]]:
    """Cut a run of blocks into comments, each from a name to the last block before the next name."""
    comments: list[list[Written]] = []
    for text, code in blocks:
        if not comments or (code == "C" and not text.isdigit() and _is_whole(comments[-1])):
            comments.append([])
        comments[-1].append((text, code))
    return comments


def _is_whole(comment: Sequence[Written]) -> bool:
    """Return whether a comment has a text, or a block of another kind after two of its own."""
    own = [text for text, code in comment if code == "C"]
    return any(map(is_text, own)) or (len(own) > 1 and comment[-1][1] != "C")


def is_text(words: str) -> bool:
    """Return whether a block of a comment is its text, and no name, time or count."""
    return len(words) > HEAD_CHARS or words.endswith((".", "!", "?", "…", "。"))
