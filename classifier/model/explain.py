"""Why a block got its label: the trees' contributions, put into words, that sum to the log-odds."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.compiled.code_points import character_tables, code_points
from copydesk.classifier.features.block_text import read_blocks
from copydesk.classifier.model.context import ALL_COLUMNS
from copydesk.classifier.model.hashed_linear import Linear
from copydesk.classifier.model.two_stage import FURNITURE, TEASER, TEXT, FormModel, Judged
from copydesk.classifier.types import LABELS, Explanation, Label, Reason

STRONGEST = 6
"""Reasons told one by one; the rest are summed up in a last one."""

OWN_CHARS = 1000
"""Characters of a block among which the words that speak most are looked for."""

_WORD = re.compile(r"\w+")
_THEMES = {
    "its length": ("log_chars", "log_words", "sentences", "longest_word", "word_length"),
    "its capitals and digits": ("capitals", "digits", "title_case", "starts_lower", "starts_digit"),
    "its punctuation": ("commas", "ends_sentence", "ellipsis", "quotes", "bars"),
    "its links and images": ("link_share", "links", "images", "linked"),
    "where its link points": ("same_target", "target_before", "target_after"),
    "how often it stands on the page": ("repeats",),
    "words it shares with the page's title": ("title_found", "title_share"),
    "its place in the tree": ("depth", "siblings", "sibling_place", "heading", "list_item", "paragraph", "path_share"),
    "its place on the page": (
        "place_by_blocks",
        "place_by_words",
        "from run start",
        "from run end",
        "in run",
        "from first text",
        "from last text",
        "share of text before",
        "log text before",
        "log text after",
    ),
    "the page as a whole": ("log_page_blocks", "log_page_words", "page_link_share", "run share"),
    "the words it shares with the page's body": ("like the body",),
    "the words it shares with its neighbours": ("like the block before", "like the block after"),
    "how rare its words are on the page": ("rarity of words",),
}
_THEME_OF = {column: theme for theme, columns in _THEMES.items() for column in columns}
_NEIGHBOUR = re.compile(r"^(\w+) (?:in )?\d+ (before|after|around)$")
_LANDMARK = re.compile(r"^blocks (since|until) (\w+)$")
_RHYTHM = re.compile(r" changes over \d$")
_CONTAINER = re.compile(r"^(.+) in container \d$")
_NOUNS = {
    "text": "text",
    "metadata": "metadata",
    "comment": "comments",
    "furniture": "furniture",
    "teaser": "teasers",
    "teaser_heading": "teaser headings",
    "log_chars": "longer or shorter blocks",
    "link_share": "links",
    "ends_sentence": "whole sentences",
    "ellipsis": "text that breaks off",
    "heading": "heading",
}


def describe_column(name: str) -> str:
    """Put a column's theme into words; columns of one theme are told as one reason."""
    if name in _THEME_OF:
        return _THEME_OF[name]
    if match := _NEIGHBOUR.match(name):
        noun, side = match.groups()
        return f"{_NOUNS[noun]} {side} it"
    if match := _LANDMARK.match(name):
        return f"how far {'up' if match.group(1) == 'since' else 'down'} the nearest {_NOUNS[match.group(2)]} is"
    if name.startswith("card_"):
        return "whether what holds it repeats as cards do"
    if _RHYTHM.search(name):
        return "whether the blocks around repeat like a list"
    if match := _CONTAINER.match(name):
        return f"{_NOUNS.get(match.group(1), 'the size of what is')} in the elements around it"
    if name.endswith(" of heading above"):
        return "the heading above it"
    if name in ("kind before", "kind after"):
        return "what stands next to it"
    if name.endswith(" set alike"):
        return f"{_NOUNS.get(name.removesuffix(' set alike'), 'how many there are')} among the blocks set like it"
    return "the page as a whole"


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
    sums["where every block starts from"] = sign * start
    found = [Reason(words, value) for words, value in sums.items() if value != 0.0] + others
    found.sort(key=lambda reason: -abs(reason.contribution))
    rest = sum(reason.contribution for reason in found[STRONGEST:])
    return (*found[:STRONGEST], Reason("everything else", rest))
