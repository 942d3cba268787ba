"""The dense columns of a block by name: `columns.LOG_CHARS` is a number that indexes `PageFeatures.columns`.

A saved model refers to these columns by number, so their order is part of `FEATURES_VERSION`.
"""

from __future__ import annotations

LAYOUT_COLUMNS = tuple(
    "log_chars log_words capitals digits sentences commas ends_sentence ellipsis title_case quotes bars longest_word "
    "word_length starts_lower starts_digit link_share links images repeats title_found title_share depth siblings "
    "sibling_place heading list_item paragraph place_by_blocks place_by_words log_page_blocks log_page_words "
    "page_link_share path_share title_match description_share description_match in_heading in_figure in_list "
    "in_quote named_headline named_standfirst named_caption named_byline named_date named_path stated_share "
    "stated_log_words call".split()
)
"""Columns of shape and place, see `compiled/c/layout.c`."""

ELEMENT_PARTS = ("alike", "log_blocks", "targets", "longest", "images", "link_share", "log_chars_alike", "spread_alike")
"""What is said of an element around a block, see `compiled/c/repetition.c`."""

LEVELS = 3
"""Elements around a block, each with more blocks than the one inside it, that get columns."""

REPETITION_COLUMNS = (
    "linked",
    "same_target",
    "target_before",
    "target_after",
    *(f"element_{level}_{part}" for level in range(LEVELS) for part in ELEMENT_PARTS),
)
"""Columns of repeated links and elements, see `compiled/c/repetition.c`; all zero without markup."""

COLUMNS = LAYOUT_COLUMNS + REPETITION_COLUMNS
N_COLUMNS = len(COLUMNS)

LOG_CHARS, LOG_WORDS, CAPITALS, DIGITS, SENTENCES, COMMAS, ENDS_SENTENCE, ELLIPSIS = range(8)
TITLE_CASE, QUOTES, BARS, LONGEST_WORD, WORD_LENGTH, STARTS_LOWER, STARTS_DIGIT = range(8, 15)
LINK_SHARE, LINKS, IMAGES, REPEATS, TITLE_FOUND, TITLE_SHARE, DEPTH, SIBLINGS, SIBLING_PLACE = range(15, 24)
HEADING, LIST_ITEM, PARAGRAPH, PLACE_BY_BLOCKS, PLACE_BY_WORDS = range(24, 29)
LOG_PAGE_BLOCKS, LOG_PAGE_WORDS, PAGE_LINK_SHARE, PATH_SHARE = range(29, 33)
TITLE_MATCH, DESCRIPTION_SHARE, DESCRIPTION_MATCH, IN_HEADING, IN_FIGURE, IN_LIST, IN_QUOTE = range(33, 40)
FIRST_NAMED = 40
STATED_SHARE, STATED_LOG_WORDS, CALL, LINKED, SAME_TARGET, TARGET_BEFORE, TARGET_AFTER, FIRST_ELEMENT = range(46, 54)
"""Numbers of the columns above; from `FIRST_ELEMENT` on, each level has one column for each of `ELEMENT_PARTS`."""
