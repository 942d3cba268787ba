"""Explains why a block got its label: the trees' contributions, put into words, that sum to the log-odds."""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Doubles, Integers
from copydesk.classifier.features import read_text
from copydesk.classifier.model import groups
from copydesk.classifier.model.context import ALL_COLUMNS, RHYTHM_COLUMNS
from copydesk.classifier.model.hashed_linear import HashedLinear
from copydesk.classifier.model.two_stage import FormModel, Predictions
from copydesk.classifier.types import LABELS, OTHER_REASONS, Explanation, Label, Reason

MAX_REASONS = 6
"""Reasons given one by one; the rest are summed up in a last one."""

OWN_CHARS = 1000
"""Characters at a block's start that are searched for the words with the largest weights."""

START = "the starting value, the same for every block"
"""The reason for what the model adds before it looks at a block."""
OWN = "own"
"""Stands for the reason that names a block's own words."""
_WORD = re.compile(r"\w+")
_THEMES = {
    "its length": "log_chars, log_words, sentences, longest_word, word_length",
    "its capitals and digits": "capitals, digits, title_case, starts_lower, starts_digit",
    "its punctuation": "commas, ends_sentence, ellipsis, quotes, bars",
    "its links and images": "link_share, links, images, linked",
    "where its link points": "same_target, target_before, target_after",
    "how often it stands on the page": "repeats",
    "words it shares with the page's title": "title_found, title_share, title_match",
    "words it shares with the page's description": "description_share, description_match",
    "words it shares with the article's text in the page's head": "stated_share, stated_log_words",
    "first words that lead elsewhere, or none": "call",
    "titles next to it": "title_match 1 before, title_match 1 after, title matches before, "
    "margin of title match before, margin of title match",
    "pictures next to it": "images 1 before, images 1 after, in_figure, in_figure 1 before, in_figure 1 after",
    "what the elements around it are called": "named_headline, named_standfirst, named_caption, named_byline, "
    "named_date, named_path, in_heading, in_list, in_quote",
    "the heading above it": "standfirst of heading above",
    "where the headline is": "blocks since likeliest headline, log text since likeliest headline, "
    "margin of likeliest headline",
    "its place in the tree": "depth, siblings, sibling_place, heading, list_item, paragraph, path_share",
    "its place on the page": "place_by_blocks, place_by_words, from run start, from run end, in run, from first text, "
    "from last text, share of text before, log text before, log text after",
    "the page as a whole": "log_page_blocks, log_page_words, page_link_share, run share",
    "the words it shares with the page's body": "like the body",
    "the words it shares with its neighbours": "like the block before, like the block after",
    "how rare its words are on the page": "rarity of words",
}
_THEME_OF = {column: theme for theme, columns in _THEMES.items() for column in columns.split(", ")}
_NEIGHBOUR = re.compile(r"^(\w+) (?:in )?\d+ (before|after|around)$")
_LANDMARK = re.compile(r"^blocks (since|until) (\w+)$")
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
    **{part: f"{part.replace('_', ' ')}s" for part in groups.LINEAR_PARTS},
}


def describe_column(name: str) -> str:
    """Put a column's theme into words; columns of one theme make one reason."""
    if name in _THEME_OF:
        return _THEME_OF[name]
    if name in RHYTHM_COLUMNS:
        return "whether the blocks around repeat like a list"
    if match := _NEIGHBOUR.match(name):
        noun, side = match.groups()
        return f"{_NOUNS[noun]} {side} it"
    if match := _LANDMARK.match(name):
        return f"how far {'up' if match.group(1) == 'since' else 'down'} the nearest {_NOUNS[match.group(2)]} is"
    if name.startswith("element_"):
        return "whether what holds it repeats as cards do"
    if match := _CONTAINER.match(name):
        return f"{_NOUNS.get(match.group(1), 'the size of what is')} in the elements around it"
    if name.endswith(" of heading above"):
        return "the heading above it"
    if name in ("kind before", "kind after"):
        return "what stands next to it"
    if name.endswith(" set alike"):
        return f"{_NOUNS.get(name.removesuffix(' set alike'), 'how many there are')} among the blocks set like it"
    return "the page as a whole"


def explain_block(text: str, number: int, label: Label, predictions: Predictions, form: FormModel) -> Explanation:
    """Say why block `number`, whose text is given, got its label and not the runner-up.

    The log-odds ln(p(label) / p(runner-up)) split exactly into the trees' contributions. For body against another
    label there is one more reason: how the remaining probability splits between the two labels that are not body.
    """
    probabilities = predictions.probabilities[number]
    runner_up = max((other for other in LABELS if other is not label), key=lambda x: probabilities[LABELS.index(x)])
    row, weights = predictions.columns[number], np.eye(len(groups.GROUPS))
    if Label.BODY not in (label, runner_up):
        sign = 1.0 if label is Label.TEASER else -1.0
        own = _own_words(text, form.first_stage, (weights[groups.TEASER] - weights[groups.FURNITURE]) * sign)
        found = _reasons(form.teaser.contributions(row), sign, own, [])
        return Explanation(runner_up, sign * float(predictions.teaser_odds[number]), found)
    sign, other = (1.0, runner_up) if label is Label.BODY else (-1.0, label)
    towards = 1.0 if other is Label.TEASER else -1.0
    share = -sign * _log_sigmoid(towards * predictions.teaser_odds[number])
    own = _own_words(text, form.first_stage, weights[groups.TEXT] * sign)
    rest = [Reason(f"how likely {other} is among what is not body", share)]
    found = _reasons(form.body.contributions(row), sign, own, rest)
    return Explanation(runner_up, sign * float(predictions.body_odds[number]) + share, found)


def _log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x)) if x > -30 else x


def _own_words(text: str, first_stage: HashedLinear, direction: Doubles) -> str:
    """Name what the first stage sees, with the words that weigh most in a direction (a weight for each kind)."""
    words = dict.fromkeys(_WORD.findall(text[:OWN_CHARS]))
    weights = {word: _weight(word, first_stage, direction) for word in words}
    strongest = sorted(words, key=lambda word: -weights[word])[:3]
    named = [f"“{word}”" for word in strongest if weights[word] > 0.0]
    return "its own words, shape and markup" + (f", such as {', '.join(named)}" if named else "")


def _weight(word: str, first_stage: HashedLinear, direction: Doubles) -> float:
    columns = (_tokens(word) & np.uint64(len(first_stage.idf) - 1)).astype(np.int64)
    return float(first_stage.idf[columns] @ (first_stage.weights[columns, : len(direction)] @ direction))


@lru_cache(maxsize=10_000)
def _tokens(word: str) -> NDArray[np.uint32]:
    """Return a word's tokens; the common words of a page are in most of its blocks."""
    return read_text(word).tokens


@cache
def _themes() -> tuple[list[str], Integers]:
    """Return the reasons that columns make, each once, and the number of the reason of each column."""
    reasons = [OWN if name.startswith("own ") else describe_column(name) for name in ALL_COLUMNS]
    numbers = {words: number for number, words in enumerate(dict.fromkeys(reasons))}
    return list(numbers), np.array([numbers[words] for words in reasons])


def _reasons(contributions: tuple[float, Doubles], sign: float, own: str, others: list[Reason]) -> tuple[Reason, ...]:
    """Name the strongest contributions, then one that sums up the rest; together they sum to sign times the score."""
    start, by_column = contributions
    themes, numbers = _themes()
    values = np.bincount(numbers, sign * by_column, len(themes)).tolist()
    sums = {own if theme == OWN else theme: value for theme, value in zip(themes, values, strict=True)}
    sums[START] = sign * start
    found = [Reason(words, value) for words, value in sums.items() if value != 0.0] + others
    found.sort(key=lambda reason: -abs(reason.contribution))
    rest = sum(reason.contribution for reason in found[MAX_REASONS:])
    return (*found[:MAX_REASONS], Reason(OTHER_REASONS, rest))
