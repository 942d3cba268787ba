"""Cuts plain text into blocks: paragraphs, list items and single lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.array_views import Rows
from copydesk.classifier.arrays import Integers
from copydesk.classifier.compiled import code_points
from copydesk.classifier.segmentation.lines import LINE_ENDS, ONE_END, OTHER_GAP, TWO_ENDS, visible_lines
from copydesk.classifier.types import Block, Blocks

Span = tuple[int, int]


class _Turn(Enum):
    """How one line is followed by the next, as far as punctuation and letter case show."""

    CONTINUES = auto()  # in the middle of a sentence
    BEGUN = auto()  # not known, but the line begins a new sentence
    OPEN = auto()  # not known
    ENDS = auto()  # the line ends a sentence
    CASELESS = auto()  # not known, as the script has no letter case


# CR CR LF is one line end: it comes from writing CR LF in text mode.
LINE_END = rf"(?>\r{{1,2}}\n|[{LINE_ENDS}])"
BLANK_LINE = re.compile(rf"{LINE_END}[^{LINE_ENDS}]*+{LINE_END}|\u2029")
SPACES = " \t\xa0\u2003\u2009\u3000"

ITEM = re.compile(r"(?:[-*+–—]|\(?\d{1,3}[.)]|\([a-z]\))[ \t\xa0]+\S|[•‣◦▪▸►●○■◆・]\s*\S")
HEADING = re.compile(r"#{1,6}[ \t\xa0]+\S")
RULE = re.compile(r"([-*_=~])(?:[ \t]?\1){2,}$")
MARKS = frozenset("0123456789-*+–—(•‣◦▪▸►●○■◆・#_=~")  # what the three patterns above start with
WORD = re.compile(r"\S{1,120}")

# A line that ends one sentence and begins another; the four letters exclude most abbreviations.
BEGUN_SENTENCE = re.compile(r"[^\W\d_]{4}[.!?][\"”’»)]* +\S")
SENTENCE_ENDS = (".", "!", "?", ":", "…", "。", "！", "？", "।", "؟", "۔", "։")
COMMAS = (",", ";", "،", "、", "，", "；")
ELLIPSES = ("...", "…", "...]", "…]")
CLOSERS = "\"'”’»«›)]}」』"
OPENERS = "\"'“„‘‚«»‹([{「『¿¡"

# Widths and lengths in characters, chosen by trial on 65 news pages of 29 countries wrapped at 60, 72 and 100.
MAX_WRAP_WIDTH = 120  # mail and terminals wrap at 60 to 120; a longer line is a whole paragraph
MIN_WRAP_WIDTH = 32  # narrower lines are menus and buttons, not wrapped text
MIN_IDEOGRAPHIC_WRAP_WIDTH = 18
MIN_WRAPPED_LINE = 14  # shorter lines are never followed by a wrapped line, even at the smallest width
# Share of the width from which a line is full: proportional fonts and balanced wrapping end lines early.
FULL = {_Turn.CONTINUES: 0.75, _Turn.BEGUN: 0.75, _Turn.OPEN: 0.85, _Turn.ENDS: 1.0, _Turn.CASELESS: 1.0}
_LEAST_FULL = min(FULL.values())
MAX_CASELESS_WORD = 12  # Thai and other scripts have no spaces between words
# Share of line ends in mid-sentence from which lines are joined. Prose wrapped at 72 has 0.52 (German) to 0.87
# (English), a list of headlines 0 to 0.01.
MIN_CONTINUING = 0.3
HABIT_TURNS = 2  # the habit of the whole text weighs as much as this many line ends of a run
OPEN_WEIGHT = 0.5  # what an OPEN turn counts in a run that fits the text's wrap to the character and ends as a sentence
SAME_WIDTH = 0.2  # share by which the widths of a run and of the text's usual wrap may differ

BY = frozenset("by von par por di av af door przez oleh".split())
HAN_LABEL = re.compile("[\u3400-\u9fff]{2,4}[:：][^。，、]*")
BLANKS = re.compile("[\0- \xa0\u3000]+")
MAX_BYLINE, MAX_LABEL, MAX_BETWEEN_NAMES, MAX_NAME_WORDS = 60, 12, 3, 6


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines that may be one wrapped paragraph: in none is there room for the next line's first word."""

    lines: Sequence[Span]
    turns: Sequence[_Turn]
    ends_sentence: bool
    least: int  # characters of a line and the next one's first word, where they are the fewest

    @property
    def width(self) -> int:
        return max(end - start for start, end in self.lines)

    @property
    def continuing(self) -> float:
        """The turns in mid-sentence; a single full line in a script without letter case counts half."""
        caseless = self.turns.count(_Turn.CASELESS)
        begun = self.turns.count(_Turn.BEGUN) if self.ends_sentence else 0
        return self.turns.count(_Turn.CONTINUES) + begun + (0.5 if caseless == 1 else caseless)


@dataclass(frozen=True, slots=True)
class _Habit:
    """How the whole text breaks its lines: the share of turns in mid-sentence, and the usual width."""

    share: float
    width: float
    widest: int
    n_paragraphs: int  # runs of more than two lines, or that end as a sentence
    has_long: bool


def segment_text(text: str) -> Blocks:
    """Do in Python what the compiled `classifier.segmentation.segment_text` does."""
    starts, ends, gaps = visible_lines(code_points(text))
    if (gaps[1:] == TWO_ENDS).all():  # as in most texts
        return Blocks(text, Rows(Block, np.stack((starts, ends), axis=1)))
    joined: list[Span] = []
    runs: list[_Run] = []
    n_turns = 0
    for first, last in _paragraphs(text, starts, ends, gaps):
        lines = list(zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True))
        n_turns += last - first - 1
        for piece in _pieces(text, lines, joined):
            if len(piece) > 1:
                runs += _runs(text, piece)
    has_long = any(_is_long(text, line) for line in zip(starts.tolist(), ends.tolist(), strict=True))
    habit = _habit(runs, n_turns, has_long=has_long)
    joined += [(run.lines[0][0], run.lines[-1][1]) for run in runs if _is_wrapped(text, run, habit)]
    return Blocks(text, Rows(Block, _join(starts, ends, joined)))


def _paragraphs(text: str, starts: Integers, ends: Integers, gaps: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Find the paragraphs of several lines: between blank lines, and after lines too short to be wrapped."""
    is_first = (gaps[1:] == TWO_ENDS) | ((gaps[1:] == ONE_END) & (ends[:-1] - starts[:-1] < MIN_WRAPPED_LINE))
    for number in (gaps[1:] == OTHER_GAP).nonzero()[0].tolist():
        is_first[number] = BLANK_LINE.search(text[int(ends[number]) : int(starts[number + 1])]) is not None
    bounds = np.concatenate(([0], is_first.nonzero()[0] + 1, [len(starts)]))
    several = (bounds[1:] - bounds[:-1] > 1).nonzero()[0]
    return zip(bounds[several].tolist(), bounds[several + 1].tolist(), strict=True)


def _join(starts: Integers, ends: Integers, joined: Sequence[Span]) -> Integers:
    """Return the lines as spans, shape (n, 2); lines that begin within a span of `joined` belong to the one before."""
    is_later = np.zeros(len(starts) + 1, np.bool_)
    if joined:
        spans = np.array(joined, np.int64)
        firsts, lasts = starts.searchsorted(spans[:, 0], "right"), starts.searchsorted(spans[:, 1])
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            is_later[first:last] = True
    return np.stack((starts[~is_later[:-1]], ends[~is_later[1:]]), axis=1)


def _pieces(text: str, lines: list[Span], joined: list[Span]) -> Iterator[list[Span]]:
    """Split a paragraph at headings, rules, long lines and list items; an item keeps its indented lines.

    Each of those is added to `joined`.
    """
    if not any(text[start] in MARKS or end - start > MAX_WRAP_WIDTH for start, end in lines):
        yield lines
        return
    items = _items(text, lines)
    piece: list[Span] = []
    closed = False
    indent = -1
    for line, is_item in zip(lines, items, strict=True):
        if indent >= 0 and not is_item and _indent(text, line) > indent:
            piece[-1] = (piece[-1][0], line[1])
            joined.append((line[0] - 1, line[1]))
            closed = True
            continue
        alone = not is_item and bool(HEADING.match(text, *line) or RULE.match(text, *line) or _is_long(text, line))
        if piece and (closed or is_item or alone):
            yield piece
            piece = []
        piece.append(line)
        closed = alone or _is_long(text, line)
        indent = _indent(text, line) if is_item else -1
    yield piece


def _items(text: str, lines: list[Span]) -> list[bool]:
    """Return which lines start a list item; a single dash or number inside a sentence does not."""
    items = [ITEM.match(text, start, end) is not None and not RULE.match(text, start, end) for start, end in lines]
    if sum(items) == 1 and not items[0]:
        at = items.index(True)
        items[at] = _tail(text, lines[at - 1]).endswith(SENTENCE_ENDS)
    return items


def _indent(text: str, line: Span) -> int:
    lead = text[max(0, line[0] - 40) : line[0]]
    return len(lead) - len(lead.rstrip(SPACES))


def _is_long(text: str, line: Span) -> bool:
    """Return whether the line is wider than any wrap, and not one unbreakable word such as a URL."""
    return line[1] - line[0] > MAX_WRAP_WIDTH and _breakable(text, line) > 0


def _breakable(text: str, line: Span) -> int:
    """Return the line's length, or 0 if it is one word that no wrap could have broken."""
    words = text[line[0] : line[1]]
    return len(words) if " " in words or not words.isascii() else 0


def _runs(text: str, lines: list[Span]) -> Iterator[_Run]:
    """Split lines wherever the next line's first word would have fitted, and yield those that are not alone."""
    lengths = [_breakable(text, line) for line in lines]
    first = 0
    turns: list[_Turn] = []
    for i in range(len(lines) - 1):
        width = max(lengths[max(0, i - 2) : i + 4])
        turn = None if _is_much_shorter(text, lines[i], lines[i + 1], width) else _turn(text, lines[i], lines[i + 1])
        has_room = turn is None or _leaves_room(text, lines[i], lines[i + 1], turn=turn, width=width)
        if turn is None or has_room or is_byline(text[slice(*lines[i + 1])]):
            if turns:
                yield _run(text, lines[first : i + 1], turns)
            first, turns = i + 1, []
        else:
            turns.append(turn)
    if turns:
        yield _run(text, lines[first:], turns)


def _run(text: str, lines: list[Span], turns: list[_Turn]) -> _Run:
    least = min(_with_word(text, line, following) for line, following in pairwise(lines))
    return _Run(lines, turns, _tail(text, lines[-1]).endswith(SENTENCE_ENDS), least)


def _with_word(text: str, line: Span, following: Span) -> int:
    word = WORD.match(text, *following)
    return line[1] - line[0] + 1 + (len(word[0]) if word is not None else 0)


def _turn(text: str, line: Span, following: Span) -> _Turn:
    tail = _tail(text, line)
    letter = text[following[0] : min(following[0] + 4, following[1])].lstrip(OPENERS)[:1]
    if tail.endswith(SENTENCE_ENDS):
        return _Turn.ENDS
    if letter.islower() or tail.endswith(COMMAS):
        return _Turn.CONTINUES
    if BEGUN_SENTENCE.search(text, *line):
        return _Turn.BEGUN
    return _Turn.CASELESS if letter.isalpha() and not letter.isupper() else _Turn.OPEN


def _tail(text: str, line: Span) -> str:
    return text[max(line[0], line[1] - 6) : line[1]].rstrip(CLOSERS)


def _is_much_shorter(text: str, line: Span, following: Span, width: int) -> bool:
    """Return whether a line leaves room for the next word whatever its turn; it is quicker to see than the turn."""
    if not text[following[0] : following[0] + 4].isascii():  # the next word may have no letter case
        return False
    if width < MIN_WRAP_WIDTH:
        return True
    return _with_word(text, line, following) <= width * _LEAST_FULL


def is_byline(row: str) -> bool:
    """Return whether a line is a byline, or a label and names."""
    if len(row) > MAX_BYLINE:
        return False
    if HAN_LABEL.fullmatch(row):
        return True
    first, *names = BLANKS.split(row)
    label = first.removesuffix(":")
    if row.endswith(SENTENCE_ENDS + COMMAS) or not 0 < len(label) <= MAX_LABEL or not all(map(_is_letter, label)):
        return False
    if not (label != first or label.lower() in BY) or not (2 - (label != first)) <= len(names) <= MAX_NAME_WORDS:
        return False
    capitals = [_is_letter(name[0]) and not name[0].islower() for name in names]
    between = all(
        is_capital or len(name) <= MAX_BETWEEN_NAMES for name, is_capital in zip(names, capitals, strict=True)
    )
    return capitals[0] and capitals[-1] and between


def _is_letter(character: str) -> bool:
    return (character.isascii() and character.isalpha()) or character >= "\u00c0"


def _leaves_room(text: str, line: Span, following: Span, *, turn: _Turn, width: int) -> bool:
    """Return whether the next word would have fitted into the line at this width, in characters."""
    length = line[1] - line[0]
    ideographic = "\u2e80" <= text[following[0]] <= "\u9fff"
    if width < (MIN_IDEOGRAPHIC_WRAP_WIDTH if ideographic else MIN_WRAP_WIDTH):
        return True
    match = WORD.match(text, *following)
    word = match.end() - match.start() if match else 0
    if turn is _Turn.CASELESS:
        return length < width - 2 if ideographic else length + min(word, MAX_CASELESS_WORD) < width
    filled = length + 1 + (1 if ideographic else word)
    return filled <= width * FULL[turn]


def _habit(runs: list[_Run], n_turns: int, *, has_long: bool) -> _Habit:
    continuing = [run for run in runs if run.continuing]
    if not continuing:
        return _Habit(0.0, 0.0, 0, 0, has_long)
    widths = sorted(run.width for run in continuing)
    median = (widths[(len(widths) - 1) // 2] + widths[len(widths) // 2]) / 2
    share = sum(run.continuing for run in continuing) / n_turns
    n_paragraphs = sum(len(run.turns) > 1 or run.ends_sentence for run in continuing)
    return _Habit(share, median, widths[-1], n_paragraphs, has_long)


def _is_wrapped(text: str, run: _Run, habit: _Habit) -> bool:
    """Return whether enough turns are in mid-sentence, where a run of the usual width also counts the text's habit.

    The habit does not count if the last line ends in an ellipsis: then it is a teaser's summary below its headline.
    """
    last = text[slice(*run.lines[-1])]
    usual = abs(run.width - habit.width) <= SAME_WIDTH * habit.width and not last.endswith(ELLIPSES)
    of_run = run.continuing + (HABIT_TURNS * habit.share if usual else 0.0)
    if usual and run.ends_sentence and run.width <= habit.widest < run.least:
        of_run += OPEN_WEIGHT * run.turns.count(_Turn.OPEN)
    is_lone = len(run.turns) == 1 and not run.ends_sentence and habit.n_paragraphs == 0
    if is_lone and (habit.has_long or len(last.split()) == 1):
        return False
    return of_run / (len(run.turns) + HABIT_TURNS) >= MIN_CONTINUING
