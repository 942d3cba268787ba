"""Shows labelled pages in other dresses, so that a model learns what a page is whatever it wears.

Class names hashed, dropped or replaced; headings and paragraphs as `div`; furniture and teasers taken away; words of a
language that nobody speaks. Blocks and their labels stay as they are, and the same page always gets the same dresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, compress
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.types import Block, Blocks, Head, Markup
from copydesk.training.align import LabelledPage
from copydesk.training.foreign_letters import foreign, foreign_script
from copydesk.training.interruptions import interrupt

UTILITIES = (
    "flex grid block hidden relative absolute w-full h-auto mx-auto mt-2 mt-4 mb-4 mb-6 p-4 px-2 py-3 gap-4 text-sm "
    "text-lg text-xl font-bold leading-6 text-gray-700 bg-white rounded border shadow items-center justify-between "
    "space-y-4 md:flex lg:w-2/3 max-w-prose tracking-tight overflow-hidden"
).split()
"""Class names of the utility kind, which say how an element looks and not what it is."""

OTHER_UTILITIES = (
    "d-flex row col-12 col-md-8 m-0 mb-3 pt-2 pb-1 fs-5 fw-bold lh-base text-muted bg-light rounded-2 border-0 "
    "align-top justify-content-center order-1 g-3 small display-6 position-relative "
    "overflow-auto w-75 float-start me-2 ps-0"
).split()
"""The same in another vocabulary, for scoring: a model that learnt from `UTILITIES` has not seen these."""

TEXT_TAGS = frozenset("h1 h2 h3 h4 h5 h6 p".split())
BOX_TAGS = frozenset("article section main header footer nav aside figure figcaption ul ol li blockquote".split())
"""Tags that become `div`: those of text in half of the bare dresses, both in the other half."""

FOREIGN_SHARE, INTERRUPTED_SHARE = 0.3, 0.6
"""Shares of pages that are written in a language that does not exist, and that are interrupted by furniture."""

SCRIPT_SHARE = 0.5
"""Share of the former that are in another script, see `foreign_letters.foreign_script`."""

LEAST_LEFT = 2
"""Blocks that a page has to have left."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_INLINE_TAGS = frozenset(
    "a abbr b bdi br button cite code data em font i img ins label mark q s small span strong sub sup time u".split()
)


def dress(page: LabelledPage, headlines: Sequence[str] = ()) -> list[LabelledPage]:
    """Return a labelled page of HTML in three other dresses, some in foreign letters or interrupted by furniture.

    1. Class names hashed, dropped or replaced by utility classes.
    2. The same, and headings and paragraphs, or all elements, as `div`.
    3. The article alone, with its teasers, or with a part of its furniture; its class names kept or not.

    Args:
        headlines: Of other pages, see `interrupt`.
    """
    rng = np.random.default_rng(crc32(b"dress" + page.origin.id.encode()))
    if rng.random() < INTERRUPTED_SHARE:
        page = interrupt(page, headlines) or page
    others = [
        rename(page, rng, UTILITIES),
        make_bare(rename(page, rng, UTILITIES), boxes=rng.random() < 0.5),
        undress(page if rng.random() < 0.5 else rename(page, rng, UTILITIES), rng),
    ]
    return [replace(in_other_letters(other, rng), synthetic=True) for other in others if other is not None]


def in_other_letters(page: LabelledPage, rng: np.random.Generator) -> LabelledPage:
    """Write some pages in languages that do not exist, and some of these in other scripts."""
    if rng.random() >= FOREIGN_SHARE:
        return page
    return foreign_script(page, rng) if rng.random() < SCRIPT_SHARE else foreign(page, rng)


def rename(
    page: LabelledPage, rng: np.random.Generator, utilities: Sequence[str], way: int | None = None
) -> LabelledPage:
    """Replace a page's class names and ids: by nothing (way 0), by hashes of them (1), or by utility classes (2)."""
    markup = page.blocks.markup
    if markup is None:
        return page
    key, chosen = rng.bytes(4), int(rng.integers(3))
    hashed: Callable[[re.Match[str]], str] = lambda found: f"x{crc32(key + found[0].encode()):07x}"  # noqa: E731

    def utility(names: str) -> str:
        if not names.strip():
            return names
        state = crc32(key + names.encode("utf-8", "replace"))
        return " ".join(utilities[(state >> 5 * k) % len(utilities)] for k in range(1 + state % 4))

    change = (lambda names: "", lambda names: _WORD.sub(hashed, names), utility)[chosen if way is None else way]

    def inline(names: str) -> str:
        return " ".join(word if word in _INLINE_TAGS else change(word) for word in names.split(" "))

    changed = replace(markup, names=tuple(map(change, markup.names)), inline=tuple(map(inline, markup.inline)))
    return _with_markup(page, changed)


def make_bare(page: LabelledPage, *, boxes: bool) -> LabelledPage:
    """Turn a page's headings and paragraphs into `div`, and with `boxes` all other elements that have a meaning."""
    markup = page.blocks.markup
    if markup is None:
        return page
    bare = TEXT_TAGS | BOX_TAGS if boxes else TEXT_TAGS
    return _with_markup(page, replace(markup, tags=tuple("div" if tag in bare else tag for tag in markup.tags)))


def undress(page: LabelledPage, rng: np.random.Generator) -> LabelledPage | None:
    """Take furniture away: all but the article, all but article and teasers, or a part; None if too little is left."""
    codes = np.array(page.codes)
    body, teaser = codes == "E", np.isin(codes, ["T", "H"])
    way = int(rng.integers(4))
    if way == 0:
        kept = body
    elif way == 1:
        kept = body | (teaser & (np.cumsum(teaser) <= int(rng.integers(1, 25))))
    elif way == 2:
        kept = body | np.isin(codes, ["M"])
    else:
        runs = np.cumsum(np.concatenate([[0], codes[1:] != codes[:-1]])) if len(codes) else codes
        kept = body | (rng.random(int(runs[-1]) + 1 if len(codes) else 0)[runs] < 0.5)
    head = page.blocks.head if rng.random() < 0.7 else Head()
    return keep_blocks(page, kept, head) if kept.sum() >= LEAST_LEFT else None


def _with_markup(page: LabelledPage, markup: Markup) -> LabelledPage:
    return replace(page, blocks=replace(page.blocks, markup=markup))


def keep_blocks(page: LabelledPage, kept: NDArray[np.bool_], head: Head) -> LabelledPage:
    """Return the page with some of its blocks alone, and with another head."""
    texts = [page.blocks.text[b.start : b.end] for b in compress(page.blocks.blocks, kept)]
    ends = list(accumulate(map(len, texts), lambda end, size: end + 2 + size))
    spans = tuple(Block(end - len(text), end) for text, end in zip(texts, ends, strict=True))
    markup = None if page.blocks.markup is None else _keep_markup(page.blocks.markup, kept)
    blocks = Blocks("\n\n".join(texts), spans, head, markup)
    codes, parts = (tuple(compress(each, kept)) for each in (page.codes, page.parts))
    return replace(page, blocks=blocks, codes=codes, parts=parts, synthetic=True)


def _keep_markup(markup: Markup, kept: NDArray[np.bool_]) -> Markup:
    before = np.concatenate([[0], np.cumsum(kept)])
    of_blocks = ("elements", "link_chars", "links", "images", "inline", "hrefs")
    return replace(
        markup,
        firsts=tuple(before[list(markup.firsts)].tolist()),
        lasts=tuple(before[list(markup.lasts)].tolist()),
        **{name: tuple(compress(getattr(markup, name), kept)) for name in of_blocks},
    )
