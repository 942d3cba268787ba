"""The counts taken of each block, by name: `counts.WORDS` is a column of the table that `block_text` fills."""

from __future__ import annotations

COUNTS = tuple(
    "chars words letters capitals digits sentences commas last_char first_char ellipsis first_word last_word "
    "title_words quotes bars longest_word first_pair lead link_chars links images".split()
)
"""Counts per block; a character is its code point, a word or several 31 bits of a hash. The last three need markup.

`first_pair` is the first two words, `lead` those before a colon if they are at most LEAD_WORDS; 0 where there are none.
"""

LEAD_WORDS = 4

N_COUNTS = len(COUNTS)

CHARS, WORDS, LETTERS, CAPITALS, DIGITS, SENTENCES, COMMAS, LAST_CHAR, FIRST_CHAR, ELLIPSIS = range(10)
FIRST_WORD, LAST_WORD, TITLE_WORDS, QUOTES, BARS, LONGEST_WORD, FIRST_PAIR, LEAD, LINK_CHARS = range(10, 19)
LINKS, IMAGES = 19, 20
