"""Names and fills the columns that the trees see: first-stage scores of a block and of the blocks around it.

`context.c` fills the scores of neighbours, windows, blocks set in the same way, enclosing elements and the page as a
whole; `word_similarity.c`, `landmarks.c`, `rhythm.c` and `part_context.c` the columns that are named after them.
"""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Floats
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features import FIELDS, PageFeatures, columns
from copydesk.classifier.model import groups
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores

NEIGHBOURS = 5
"""Blocks on each side whose scores are columns of their own."""

WINDOWS = (3, 8, 20)
"""Blocks before, after and around over which scores are averaged."""

CONTAINERS = 5
"""Enclosing elements, each with more blocks than the one inside it, over which scores are averaged."""

LAGS = (1, 2, 3, 4)
"""Blocks ahead that a block is compared with: a list of headlines and summaries repeats itself after two."""

PERIODS = (1, 2, 3, 4)
"""Blocks after which the lengths of a list's blocks may repeat themselves."""

SPANS = (4, 12)
"""Blocks before, and after, over which endings of sentences are counted."""

_SIDES = ("before", "after")
_WIDE, _CLOSE = (
    (groups.TEXT, groups.TEASER),
    (groups.METADATA, groups.COMMENT, groups.FURNITURE, groups.TEASER_HEADING),
)
_SHAPE = (columns.LOG_CHARS, columns.LINK_SHARE, columns.ENDS_SENTENCE, columns.ELLIPSIS)
_ALIKE = ("text", "metadata", "comment", "teaser", "log_chars", "count", "page share")
_SHARE_NAMES = ("text", "comment", "teaser")
_CONTAINER = (*_SHARE_NAMES, "log_blocks", "log_chars", "share of text")
_PAGE = (
    *(f"page {kind}" for kind in _SHARE_NAMES),
    *("page metadata", "page log text"),
    *("from run start", "from run end", "in run", "run share", "from first text", "from last text"),
)
SIMILARITY_COLUMNS = ("like the body", "like the block before", "like the block after", "rarity of words")
LANDMARK_COLUMNS = (
    *(f"blocks since {group}" for group in groups.GROUPS),
    *(f"blocks until {group}" for group in groups.GROUPS),
    "blocks since heading",
    *(f"{group} of heading above" for group in groups.GROUPS),
    "log_chars of heading above",
    *(f"{what} changes over {lag}" for lag in LAGS for what in ("log_chars", "text", "teaser")),
    *("share of text before", "log text before", "log text after"),
    *("own text above neighbours", "own margin", "own kind", "kind before", "kind after"),
)
RHYTHM_COLUMNS = (
    *(f"change of length after {period}" for period in PERIODS),
    *(f"{what} in {span} {side}" for span in SPANS for side in _SIDES for what in ("sentences", "cut off", "longest")),
)
_PART_SHAPE = (columns.TITLE_MATCH, columns.HEADING, columns.IMAGES, columns.IN_FIGURE)
PART_COLUMNS = (
    *(f"own {part}" for part in groups.LINEAR_PARTS),
    *(f"{part} 1 {side}" for side in _SIDES for part in groups.LINEAR_PARTS),
    *(f"{columns.COLUMNS[k]} 1 {side}" for side in _SIDES for k in _PART_SHAPE),
    *("blocks since likeliest headline", "log text since likeliest headline", "margin of likeliest headline"),
    *("title matches before", "margin of title match before", "margin of title match", "standfirst of heading above"),
)

_context_columns = core_function(
    "cd_context_columns", "u64* i64* f32* i64* i64* i64* u64* i64 i64 f32* f32* f32* f32*", "memory"
)


def _names() -> tuple[str, ...]:
    names = [f"own {group}" for group in groups.GROUPS]
    for d in range(1, NEIGHBOURS + 1):
        names += [f"{groups.GROUPS[k]} {d} {side}" for side in _SIDES for k in _WIDE]
    for d in (1, 2):
        names += [f"{groups.GROUPS[k]} {d} {side}" for side in _SIDES for k in _CLOSE]
    for d in (1, 2, 3):
        names += [f"{columns.COLUMNS[k]} {d} {side}" for side in _SIDES for k in _SHAPE]
    for width in WINDOWS:
        sides = (*_SIDES, "around")
        names += [f"{what} in {width} {side}" for side in sides for what in (*_SHARE_NAMES, "log_chars")]
    names += [f"{what} set alike" for what in _ALIKE]
    names += [f"{what} in container {level}" for level in range(CONTAINERS) for what in _CONTAINER]
    names += [*_PAGE, *SIMILARITY_COLUMNS, *LANDMARK_COLUMNS, *RHYTHM_COLUMNS, *PART_COLUMNS]
    names += [f"own {group} by {part}" for part in FIELDS for group in groups.GROUPS]
    names += [f"page is {page_type}" for page_type in PAGE_TYPES]
    return tuple(names)


CONTEXT_COLUMNS = _names()
"""Columns that the context adds, in order; the page's own dense columns follow them."""

N_CONTEXT = len(CONTEXT_COLUMNS)

ALL_COLUMNS = CONTEXT_COLUMNS + columns.COLUMNS


def context_columns(page: PageFeatures, first_stage: FirstStageScores, page_types: Floats) -> Floats:
    """Return the second stage's columns, shape (n, len(ALL_COLUMNS)); `page_types` are log-probabilities."""
    n = len(page.columns)
    table = np.empty((len(ALL_COLUMNS), n), np.float32)
    by_block = page.columns, page.spans, page.parents, page.elements, page.paths
    scores = first_stage.own, first_stage.by_field, page_types
    _context_columns(page.words, page.word_ends, *by_block, n, len(page.parents), *scores, table)
    return table.T
