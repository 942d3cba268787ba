"""Finds the site's name and the headline in a `title` element by the blocks of the page: "The Pier : Ferry sails"."""

from __future__ import annotations

from dataclasses import replace

from copydesk.classifier.declared_titles import (
    MAX_SITE,
    Declared,
    DeclaredTitle,
    count_words,
    letters_of,
    normalise,
    parts_of,
    tidy,
)
from copydesk.classifier.title_of_html import COMPARED_BLOCKS
from copydesk.classifier.types import Blocks

LEAST_WORDS = 5
"""Words from which the rest of a title may be a headline below a masthead. Shorter ones may be the site's slogan, below
the headline. The rule changes no title of the 1,694 pages of WCXB and Fundus: most declare one elsewhere, too."""


def with_masthead(declared: Declared, page: Blocks) -> Declared:
    """Return what a page declares, without the site's name in its title if the page's first block is that name.

    The rest of the title must be the first line of a block further down, and have more words. Only pages whose one
    declared title is in a `title` element are looked at.
    """
    if not page.blocks or any(title.found_in != "title" for title in declared.titles):
        return declared
    title = tidy(page.head.title)
    parts = parts_of(title)
    if len(parts) < 3:
        return declared
    start, end = page.blocks[0]
    site = letters_of(page.text[start:end]) if end - start <= 2 * MAX_SITE else ""
    for name, rest in ((parts[0], parts[2:]), (parts[-1], parts[:-2])):
        headline = "".join(rest).strip()
        if site and letters_of(name) == site and _is_below(headline, count_words(name), page):
            words = normalise(headline)
            found = DeclaredTitle(headline, words, frozenset(words.split()), "title", 1)
            return replace(
                declared,
                titles=(found,),
                letters={words.replace(" ", ""): headline},
                parts=frozenset(),
                sites=declared.sites | {site},
            )
    return declared


def _is_below(headline: str, n_words: int, page: Blocks) -> bool:
    """Return whether a part of a title has enough words, more than `n_words`, and begins a block below the first."""
    if count_words(headline) < max(LEAST_WORDS, n_words + 1):
        return False
    words, size = normalise(headline), len(headline)
    lines = (
        page.text[start : min(end, start + 2 * size + 1)].partition("\n")[0]
        for start, end in page.blocks[1:COMPARED_BLOCKS]
        if end - start >= size // 2
    )
    return any(len(line) <= 2 * size and normalise(line) == words for line in lines)
