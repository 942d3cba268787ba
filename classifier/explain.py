"""Why a block got its label: the trees' contributions, put into words, that sum to the log-odds."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from classifier.characters import character_tables, code_points
from classifier.context import ALL_COLUMNS
from classifier.lexical import read_blocks
from classifier.linear import Linear
from classifier.model import FURNITURE, TEASER, TEXT, FormModel, Judged
from classifier.types import LABELS, Explanation, Label, Reason

STRONGEST = 6
"""Reasons told one by one; the rest are summed up in a last one."""

OWN_CHARS = 1000
"""Characters of a block among which the words that speak most are looked for."""

_WORD = re.compile(r"\w+")
_PLAIN = {
    "log_chars": "its length",
    "log_words": "its number of words",
    "capitals": "its share of capitals",
    "digits": "its share of digits",
    "sentences": "how many sentences it has",
    "commas": "its commas",
    "ends_sentence": "how it ends",
    "ellipsis": "whether it ends in an ellipsis",
    "title_case": "how many words start with a capital",
    "quotes": "its quotation marks",
    "bars": "its bars and bullets",
    "longest_word": "its longest word",
    "word_length": "its average word length",
    "starts_lower": "whether it starts in lower case",
    "starts_digit": "whether it starts with a digit",
    "link_share": "the share of it that is link",
    "links": "how many links it holds",
    "images": "images before it",
    "repeats": "how often it stands on the page",
    "title_found": "words it shares with the page's title",
    "title_share": "the share of its words that are in the page's title",
    "depth": "how deep it lies in the tree",
    "siblings": "how many blocks its element holds",
    "sibling_place": "its place in its element",
    "heading": "its heading level",
    "list_item": "whether it is a list item",
    "paragraph": "whether it is a paragraph element",
    "place_by_blocks": "its place on the page",
    "place_by_words": "its place on the page",
    "log_page_blocks": "how many blocks the page has",
    "log_page_words": "how many words the page has",
    "page_link_share": "how much of the page is link",
    "path_share": "how much of the page is set like it",
    "like the body": "the words it shares with the page's body",
    "like the block before": "the words it shares with the block before",
    "like the block after": "the words it shares with the block after",
    "rarity of words": "how rare its words are on the page",
    "from run start": "its distance from the start of the main run of text",
    "from run end": "its distance from the end of the main run of text",
    "in run": "whether it lies in the main run of text",
    "run share": "how much of the page's text is in one run",
    "from first text": "its distance from the first sure text",
    "from last text": "its distance from the last sure text",
}
_NUMBERED = re.compile(r"^(\w+) (\d) (before|after)$")
_WINDOW = re.compile(r"^(\w+) in (\d+) (before|after|around)$")
_CONTAINER = re.compile(r"^(.+) in container (\d)$")
_NOUNS = {
    "text": "text",
    "metadata": "metadata",
    "comment": "comments",
    "furniture": "furniture",
    "teaser": "teasers",
    "teaser_heading": "a teaser heading",
    "log_chars": "its length",
    "link_share": "its links",
    "ends_sentence": "how it ends",
    "ellipsis": "an ellipsis",
}
_SIDES = {"before": "the {} blocks before", "after": "the {} blocks after", "around": "the {} blocks on each side"}


def describe_column(name: str) -> str:
    """Put a column's name into words."""
    if name in _PLAIN:
        return _PLAIN[name]
    if match := _NUMBERED.match(name):
        noun, distance, side = match.groups()
        which = f"the block {side}" if distance == "1" else f"block {distance} {side}"
        return f"{which}: {_NOUNS[noun]}"
    if match := _WINDOW.match(name):
        noun, width, side = match.groups()
        return f"{_SIDES[side].format(width)}: {_NOUNS[noun]}"
    if match := _CONTAINER.match(name):
        noun, level = match.groups()
        return f"the element around it, level {int(level) + 1}: {_NOUNS.get(noun, noun.replace('_', ' '))}"
    if name.endswith(" set alike"):
        noun = name.removesuffix(" set alike")
        return f"blocks set like it: {_NOUNS.get(noun, noun)}"
    return f"the page as a whole: {name.removeprefix('page ').replace('log ', '')}"


def explain_block(text: str, number: int, label: Label, judged: Judged, form: FormModel) -> Explanation:
    """Say why block `number`, whose text is given, got its label and not the runner-up.

    The log-odds ln(p(label) / p(runner-up)) split exactly into the trees' contributions; where body stands
    against another label, one more reason is how the rest divides between the two labels that are not body.
    """
    probabilities = judged.probabilities[number]
    runner_up = max((other for other in LABELS if other is not label), key=lambda x: probabilities[LABELS.index(x)])
    row = judged.columns[number]
    if Label.BODY in (label, runner_up):
        sign = 1.0 if label is Label.BODY else -1.0
        other = runner_up if label is Label.BODY else label
        towards = 1.0 if other is Label.TEASER else -1.0
        share = -sign * _log_sigmoid(towards * judged.teaser_odds[number])
        own = _own_words(text, form.linear, np.eye(6)[TEXT] * sign)
        start, contributions = form.body.contributions(row)
        found = _reasons(
            contributions, sign, start, own, [Reason(f"how likely {other} is among what is not body", share)]
        )
        return Explanation(runner_up, sign * float(judged.body_odds[number]) + share, found)
    sign = 1.0 if label is Label.TEASER else -1.0
    own = _own_words(text, form.linear, (np.eye(6)[TEASER] - np.eye(6)[FURNITURE]) * sign)
    start, contributions = form.teaser.contributions(row)
    found = _reasons(contributions, sign, start, own, [])
    return Explanation(runner_up, sign * float(judged.teaser_odds[number]), found)


def _log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x)) if x > -30 else x


def _own_words(text: str, linear: Linear, direction: NDArray[np.float64]) -> str:
    """Name what the first stage judges, with the words that speak most in the direction (over kinds)."""
    words = list(dict.fromkeys(_WORD.findall(text[:OWN_CHARS])))
    strongest = sorted(words, key=lambda word: -_weight(word, linear, direction))[:3]
    named = [f"“{word}”" for word in strongest if _weight(word, linear, direction) > 0.0]
    return "its own words, shape and markup" + (f", such as {', '.join(named)}" if named else "")


def _weight(word: str, linear: Linear, direction: NDArray[np.float64]) -> float:
    points = code_points(word)
    span = np.array([0], np.int64), np.array([len(points)], np.int64)
    tokens = read_blocks(points, *span, *character_tables())[0]
    columns = (tokens & np.uint64(len(linear.idf) - 1)).astype(np.int64)
    return float(linear.idf[columns] @ (linear.weights[columns] @ direction))


def _reasons(
    contributions: NDArray[np.float64], sign: float, start: float, own: str, others: list[Reason]
) -> tuple[Reason, ...]:
    """Name the strongest contributions, then one that sums up the rest; together they sum to sign times the score."""
    sums: dict[str, float] = {}
    for name, value in zip(ALL_COLUMNS, contributions.tolist(), strict=True):
        words = own if name.startswith("own ") else describe_column(name)
        sums[words] = sums.get(words, 0.0) + sign * value
    found = [Reason(words, value) for words, value in sums.items() if value != 0.0] + others
    found.sort(key=lambda reason: -abs(reason.contribution))
    rest = sum(reason.contribution for reason in found[STRONGEST:]) + sign * start
    return (*found[:STRONGEST], Reason("everything else, and where every block starts from", rest))
