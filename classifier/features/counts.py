"""The counts taken of each block, by name: `counts.WORDS` is a column of the table that `block_text` fills."""

from __future__ import annotations

COUNTS = tuple(
    "chars words letters capitals digits sentences commas last_char first_char ellipsis first_word last_word "
    "title_words quotes bars longest_word link_chars links images".split()
)
"""Counts per block; a character is its code point, a word 31 bits of its hash. The last three need markup."""

N_COUNTS = len(COUNTS)

CHARS, WORDS, LETTERS, CAPITALS, DIGITS, SENTENCES, COMMAS, LAST_CHAR, FIRST_CHAR, ELLIPSIS = range(10)
FIRST_WORD, LAST_WORD, TITLE_WORDS, QUOTES, BARS, LONGEST_WORD, LINK_CHARS, LINKS, IMAGES = range(10, 19)
