"""A model small enough to read, for tests that need one: seeded weights, and a few trees drawn by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.model import ALL_COLUMNS, GROUPS, LINEAR_PARTS, FormModel, HashedLinear, Model, Trees
from copydesk.classifier.model.hashed_linear import BLOCK_BITS, PAGE_BITS, PAGE_TYPES

Tree = float | tuple[int, float, "Tree", "Tree"]
"""A leaf's value, or a node: the column that it tests, its threshold, the tree to the left, the tree to the right."""


def grow(*trees: Tree, baseline: float = 0.0) -> Trees:
    """Lay drawn trees out as arrays; a node's value is the mean of its two children's."""
    rows: list[tuple[int, float, int, float]] = []
    roots = []
    for tree in trees:
        roots.append(len(rows))
        rows += _rows(tree, len(rows))
    table = np.array(rows, np.float64).reshape(-1, 4)
    return Trees(
        roots=np.array(roots, np.int32),
        columns=table[:, 0].astype(np.int16),
        thresholds=table[:, 1].astype(np.float32),
        lefts=table[:, 2].astype(np.int32),
        values=table[:, 3].copy(),
        baseline=baseline,
    )


def _rows(tree: Tree, root: int) -> list[tuple[int, float, int, float]]:
    """Column, threshold, left child and value of each node, level by level: two children stand side by side."""
    rows: list[tuple[int, float, int, float]] = []
    level = [tree]
    while level:
        child = root + len(rows) + len(level)
        below: list[Tree] = []
        for node in level:
            if isinstance(node, tuple):
                rows.append((node[0], node[1], child + len(below), _mean(node)))
                below += node[2:]
            else:
                rows.append((-1, 0.0, 0, node))
        level = below
    return rows


def _mean(tree: Tree) -> float:
    return (_mean(tree[2]) + _mean(tree[3])) / 2 if isinstance(tree, tuple) else tree


def split_at(column: str, threshold: float, left: Tree, right: Tree) -> Tree:
    """Draw a node that tests a column, given by name."""
    return ALL_COLUMNS.index(column), threshold, left, right


def small_first_stage(seed: int) -> HashedLinear:
    """Weights that 16 bits hold exactly; three columns of four are unknown to it."""
    rng = np.random.default_rng(seed)
    known = rng.random(1 << BLOCK_BITS) < 0.25
    idf = np.where(known, rng.uniform(1.0, 8.0, 1 << BLOCK_BITS), 0.0)
    weights = rng.normal(0.0, 1.0, (1 << BLOCK_BITS, len(GROUPS) + len(LINEAR_PARTS))) * known[:, None]
    intercepts = rng.normal(0.0, 1.0, len(GROUPS) + len(LINEAR_PARTS)).astype(np.float32)
    return HashedLinear(_rounded(idf), _rounded(weights), intercepts)


def small_page_types(seed: int) -> HashedLinear:
    """The same for page types, which lean towards articles."""
    rng = np.random.default_rng(seed)
    idf = np.where(rng.random(1 << PAGE_BITS) < 0.25, rng.uniform(1.0, 8.0, 1 << PAGE_BITS), 0.0)
    weights = rng.normal(0.0, 0.5, (1 << PAGE_BITS, len(PAGE_TYPES)))
    intercepts = np.array([8.0, *[0.0] * (len(PAGE_TYPES) - 1)], np.float32)
    return HashedLinear(_rounded(idf), _rounded(weights), intercepts)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float16).astype(np.float32)


def small_form(seed: int) -> FormModel:
    """Long blocks without much link are body; of the rest, what ends in an ellipsis is a teaser."""
    long = split_at("log_chars", 4.0, -2.0, split_at("link_share", 0.5, 2.5, -1.0))
    return FormModel(
        first_stage=small_first_stage(seed),
        page_types=small_page_types(seed),
        body=grow(
            long, split_at("own text", 0.0, -0.25, 0.5), split_at("like the body", 0.3, -0.125, 0.25), baseline=0.125
        ),
        teaser=grow(split_at("ellipsis", 0.5, -1.5, 3.0), split_at("own teaser", 0.0, -0.25, 0.25), baseline=-0.5),
        metadata=grow(split_at("digits", 0.2, -1.0, 1.0)),
        comment=grow(split_at("own comment", 1.0, -1.0, 2.0)),
        heading=grow(split_at("log_chars", 3.5, 1.0, -1.0)),
        parts={
            "headline": grow(split_at("heading", 5.5, -2.0, 3.0)),
            "standfirst": grow(split_at("description_match", 0.5, -1.0, 1.0)),
            "subheading": grow(split_at("log_chars", 3.5, 1.0, -1.0)),
            "caption": grow(split_at("images", 0.5, -1.0, 1.0)),
            "byline": grow(split_at("digits", 0.1, 0.5, -1.0)),
            "date": grow(split_at("digits", 0.3, -1.0, 0.5)),
        },
        quality=grow((0, 0.5, -2.0, 1.0), (3, 4.0, -0.5, 1.0)),
        affinities=np.array([[1.1, 0.9, 0.9], [0.9, 1.1, 0.9], [0.9, 0.9, 1.1]]),
    )


def small_model() -> Model:
    """Different weights for the two forms."""
    return Model(small_form(1), small_form(2), "small")


TEXT_PAGE = """\
Home | News | Weather

Ferry waits for a spare pump

14 May 2021, 10:35

The ferry left the harbour an hour late because its crew had waited all morning for a spare pump.

Nobody on board minded, since the sun was out and the kitchen handed round soup for free.

“We have seen worse in January”, said the cook, “and then the soup was cold.”

Bakers count their loaves...

A bridge that nobody asked for is finished two years early, and the town must now find a river for it...

All rights reserved
"""

HTML_PAGE = """\
<html><head><title>Ferry waits for a spare pump</title></head><body>
<nav class="top-menu"><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article class="story main">
<h1>Ferry waits for a spare pump</h1>
<p class="date">14 May 2021, 10:35</p>
<div class="text"><p>The ferry left the harbour an hour late because its crew had waited all morning for a pump.</p>
<p>Nobody on board minded, since the sun was out and the kitchen handed round soup for free.</p>
<p>“We have seen worse in January”, said <a href="/cook">the cook</a>, “and then the soup was cold.”</p></div>
</article>
<aside id="more"><div><a href="/bakers-count-1234"><h3>Bakers count...</h3></a></div>
<div><a href="/bridge">A bridge that nobody asked for is finished two years early, and needs a river...</a></div>
</aside>
<footer>All rights reserved</footer>
</body></html>
"""
