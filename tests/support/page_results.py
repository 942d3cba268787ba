"""Builders of cross-validated answers for the tests of scores and reports."""

from __future__ import annotations

import random
from collections.abc import Sequence

from copydesk.classifier.model import GROUPS
from copydesk.classifier.result import Article
from copydesk.classifier.types import KINDS, LABELS, Kind, Label, ScoredBlock
from copydesk.training.corpora import GOLD_CODES, TrainingPage
from copydesk.training.evaluate import PageResult

FIRST_KIND = {Label.BODY: Kind.TEXT, Label.BOILERPLATE: Kind.FURNITURE, Label.TEASER: Kind.TEASER}
SURE = 0.9


def result(
    *blocks: tuple[str, Label | Kind],
    page_id: str = "one",
    corpus: str = "own",
    form: str = "text",
    language: str = "en",
    page_type: str = "article",
    confidence: float = SURE,
    words: int = 3,
    labelled: bool = True,
) -> PageResult:
    """Make an answered page from pairs of gold code and answered label or kind, each block of `words` words."""
    text, scored = "", []
    for _, said in blocks:
        start = len(text)
        text += " ".join(["word"] * words)
        scored.append(scored_block(start, len(text), said, confidence))
        text += "\n\n"
    body = "\n\n".join(text[block.start : block.end] for block in scored if block.label is Label.BODY)
    article = Article(
        id=page_id,
        url="",
        text=text,
        blocks=tuple(scored),
        body=body,
        is_article=True,
        page_type="article",
        page_types={"article": 1.0},
        confidence=0.5,
        model="m",
    )
    codes = tuple(code for code, _ in blocks) if labelled else None
    origin = TrainingPage(page_id, corpus, f"{page_id}.example", page_type, language, "", (), codes, None)
    return PageResult(origin, form, codes, article)


def scored_block(start: int, end: int, said: Label | Kind, confidence: float = SURE) -> ScoredBlock:
    """Make a block with this probability for its own label and the rest shared by the other two."""
    kind = said if isinstance(said, Kind) else FIRST_KIND[said]
    rest = (1 - confidence) / 2
    first, second, third = (confidence if label is kind.label else rest for label in LABELS)
    return ScoredBlock(start, end, kind.label, kind, (first, second, third))


def perfect(codes: Sequence[str], **fields: str) -> PageResult:
    """Make a page whose every block is answered right, with certainty."""
    return result(*((code, Kind(GROUPS[GOLD_CODES.index(code)])) for code in codes), confidence=1.0, **fields)  # type: ignore[arg-type]


def noisy(n_pages: int, *, seed: int = 7) -> list[PageResult]:
    """Make pages in two forms, three languages and two corpora, about one block in eight answered wrong."""
    chance = random.Random(seed)
    return [_noisy_page(chance, number, form) for number in range(n_pages) for form in ("text", "html")]


def _noisy_page(chance: random.Random, number: int, form: str) -> PageResult:
    blocks = []
    for code in chance.choices(GOLD_CODES, weights=(8, 2, 2, 6, 6, 1), k=30):
        right = Kind(GROUPS[GOLD_CODES.index(code)])
        blocks.append((code, chance.choice(KINDS) if chance.random() < 0.15 else right))
    return result(
        *blocks,
        page_id=f"page{number:03}",
        corpus=("wcxb-dev", "fundus")[number % 2],
        form=form,
        language=("en", "de", "fr")[number % 3],
        page_type=("article", "forum")[number % 5 == 0],
        confidence=chance.uniform(0.6, 1),
    )
