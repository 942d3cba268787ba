"""Makes more plain-text training pages out of labelled ones: less clean extractions, longer lists of teasers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import fill
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.segmentation import segment_text
from copydesk.training.align import LabelledPage, carry_codes
from copydesk.training.dataset import fold_of
from copydesk.training.dresses import in_other_letters
from copydesk.training.in_text_teasers import collect_headlines
from copydesk.training.interruptions import COMMENTS, NAMES, draw_note, interrupt

LEAST_BODY = 3
"""Pages with fewer body blocks get no synthetic pages."""

HEADLINE_CHARS = 160
SUMMARY_LEAST = 150
"""Most characters of a first body block that counts as a headline; least characters of a paragraph to cut short."""

MOST_TEASERS = 20
MOST_FURNITURE = 5

SHORT_SENTENCE = (40, 110)
"""Least and most characters of a sentence that stands as a summary."""

SENTENCES_SHARE, HEADLINES_SHARE = 0.25, 0.15
"""Shares of lists of teasers whose summaries are whole sentences, and that are headlines alone. All teasers of a list
look alike, as on sites: where each had its own look, macro-F1 was lower, not higher (text 0.8938 against 0.8984)."""

SHORT_SHARE, MOST_SHORT = 0.35, 6
"""Share of pages with such a list that have only the article's first blocks, and how many at most: on short articles
the blocks of a list look most like paragraphs."""

AROUND_SHARE = 0.5
"""Share of pages with such a list that have the page's own furniture before and after, and comments below the list."""

COMMENTS_HEADING = {"en": "Comments", "de": "Kommentare"}

SPLIT_SHARE = 0.25
"""Share of the paragraphs of a page in another layout that are cut into sentences."""

COMMENT_FORM = (
    "Inline Feedbacks",
    "View all comments",
    "guest",
    "Leave a comment",
    "Leave a Reply",
    "0 Comments",
    "Comments",
    "Be the first to comment",
    "Newest",
    "Oldest",
    "Most Voted",
    "Notify of",
    "Subscribe",
    "Login",
    "Log in to comment",
    "Post comment",
    "Reply",
    "Load more comments",
    "Share this article",
    "Print",
)
"""Text that comment plug-ins show where there are no comments yet."""

_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][\"”»])\s+|(?<=[。！？।])(?!\s)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”»)]*\s+|(?<=[。！？।])\s*")

Lines = list[tuple[str, str, str]]
"""Text, code and part of each block."""


def vary(pages: Sequence[LabelledPage], *, n_folds: int) -> list[LabelledPage]:
    """Return five synthetic pages for each page that a person labelled, always the same five.

    1. The page from its first body block to its last body, teaser or comment block: the output of a scraper
       that finds the start of the article but not its end.
    2. The article, some furniture, then stories of other pages: each a headline and a truncated summary, a headline
       and a sentence, or a headline alone.
    3. The article inside everything except the body of another page, of any type, one block per line: a copy on a
       site unlike its own.
    4. The article alone, or only its first paragraphs, as in a feed; see `article_alone`.
    5. The page with furniture between its paragraphs, in another layout: one block a line, lines of one width, or some
       paragraphs joined.

    Some of them are written in a language that does not exist, see `dresses.foreign`.

    All parts come from one fold, so that no fold trains on words of the sites it is tested on.
    """
    usable = [page for page in pages if page.gold and page.codes.count("E") >= LEAST_BODY]
    pools, hosts = _pools(usable, n_folds), _pools(pages, n_folds)
    headlines = collect_headlines(pages, n_folds=n_folds)
    synthetic = []
    for page in usable:
        fold = fold_of(page.origin.site, n_folds)
        synthetic.append(_synthetic_page(page, _cut_down(lines_of(page))))
        synthetic.append(_synthetic_page(page, _stitched(page, pools[fold])))
        synthetic.append(_synthetic_page(page, _embedded(page, hosts[fold]), between="\n"))
        kept = article_alone(page)
        alone = [line for line, keep in zip(lines_of(page), kept.tolist(), strict=True) if keep]
        synthetic.append(_synthetic_page(page, alone))
        synthetic.append(_laid_out(interrupt(page, headlines.get((fold, page.origin.language), ())) or page))
    rng = np.random.default_rng(0)
    return [in_other_letters(page, rng) for page in synthetic]


def _laid_out(page: LabelledPage) -> LabelledPage:
    rng = np.random.default_rng(crc32(b"layout" + page.origin.id.encode()))
    lines, way = _split(lines_of(page), rng), int(rng.integers(3))
    if way == 1:
        width = int(rng.integers(50, 90))
        lines = [(fill(text, width), code, part) for text, code, part in lines]
    if way == 2:
        lines = _joined(lines, rng)
    return _synthetic_page(page, lines, between="\n" if way == 0 else "\n\n")


def _split(lines: Lines, rng: np.random.Generator) -> Lines:
    """Cut some paragraphs into their sentences, so that short paragraphs are many, also at an article's end."""
    cut: Lines = []
    for text, code, part in lines:
        sentences = _SENTENCES.split(text) if code == "E" and rng.random() < SPLIT_SHARE else [text]
        cut += [(sentence, code, part) for sentence in sentences if sentence]
    return cut


def _joined(lines: Lines, rng: np.random.Generator) -> Lines:
    """Join some neighbours of one label and part, as a scraper does that knows no line breaks."""
    joined: Lines = []
    for text, code, part in lines:
        if joined and joined[-1][1:] == (code, part) and rng.random() < 0.3:
            joined[-1] = (f"{joined[-1][0]} {text}", code, part)
        else:
            joined.append((text, code, part))
    return joined


def article_alone(page: LabelledPage) -> NDArray[np.bool_]:
    """Tell which blocks of a page stay if only its article does, or the article's beginning; always the same ones."""
    rng = np.random.default_rng(crc32(b"alone" + page.origin.id.encode()))
    body = np.array([code == "E" for code in page.codes], np.bool_)
    order = np.cumsum(body)
    first, most = (2 if rng.random() < 0.3 else 1), int(rng.choice((1, 2, 3, 5, 8, 1000)))
    return body & (order >= first) & (order < first + most)


def lines_of(page: LabelledPage) -> Lines:
    texts = (page.blocks.text[b.start : b.end] for b in page.blocks.blocks)
    return list(zip(texts, page.codes, page.parts, strict=True))


def _synthetic_page(page: LabelledPage, lines: Lines, *, between: str = "\n\n") -> LabelledPage:
    texts, marks = [text for text, _, _ in lines], [f"{code} {part}" for _, code, part in lines]
    blocks = segment_text(between.join(texts))
    carried = carry_codes(texts, marks, [blocks.text[b.start : b.end] for b in blocks.blocks])
    codes, parts = (tuple(mark.partition(" ")[k] for mark in carried) for k in (0, 2))
    return replace(page, blocks=blocks, codes=codes, parts=parts, synthetic=True)


def _cut_down(lines: Lines) -> Lines:
    first = next(i for i, (_, code, _) in enumerate(lines) if code == "E")
    last = max(i for i, (_, code, _) in enumerate(lines) if code in "ETHC" and code)
    return lines[first : last + 1]


def _pools(pages: Sequence[LabelledPage], n_folds: int) -> Mapping[int, list[LabelledPage]]:
    pools: dict[int, list[LabelledPage]] = {}
    for page in pages:
        pools.setdefault(fold_of(page.origin.site, n_folds), []).append(page)
    return pools


def _stitched(page: LabelledPage, pool: Sequence[LabelledPage]) -> Lines:
    rng = np.random.default_rng(crc32(page.origin.id.encode()))
    lines = lines_of(page)
    article = [i for i, (_, code, _) in enumerate(lines) if code == "E"]
    others = [other for other in pool if other.origin.language == page.origin.language and other is not page]
    told = [(found, lines_of(other)) for other in others if (found := story(lines_of(other), rng))]
    stories = [found for found, _ in told]
    look = np.random.default_rng(crc32(b"style" + page.origin.id.encode())).random()
    if look < SENTENCES_SHARE:
        stories = [_with_sentence(found, other) for found, other in told]
    elif look < SENTENCES_SHARE + HEADLINES_SHARE:
        stories = [found[:1] for found, _ in told]
    furniture = [line for line in lines_of(pool[int(rng.integers(len(pool)))]) if line[1] in "BC" and len(line[0]) < 40]
    start = int(rng.integers(max(1, len(furniture))))
    form = [
        (text, "B", "B") for text in rng.permutation(COMMENT_FORM)[: int(rng.integers(MOST_FURNITURE + 1))].tolist()
    ]
    chosen = rng.permutation(len(stories))[: int(rng.integers(3, MOST_TEASERS + 1))]
    headings = [line for line in lines if line[1] == "H"][:1]
    end = article[-1] if rng.random() >= SHORT_SHARE else article[: int(rng.integers(2, MOST_SHORT + 1))][-1]
    around = rng.random() < AROUND_SHARE
    return [
        *(lines[: article[0]] if around else []),
        *lines[article[0] : end + 1],
        *furniture[start : start + int(rng.integers(MOST_FURNITURE + 1))],
        *form,
        *[(text, "B", "B") for text in (draw_note(page.origin.language, rng) if around and rng.integers(2) else ())],
        *(headings if rng.integers(2) else []),
        *[line for i in chosen for line in stories[int(i)]],
        *(_comments(page.origin.language, rng) if around and rng.integers(2) else []),
        *([line for line in lines[article[-1] + 1 :] if line[1] in ("B", "M", "C")] if around else []),
    ]


def _comments(language: str, rng: np.random.Generator) -> Lines:
    """Return a heading with the number of comments, and some comments."""
    said = COMMENTS.get(language, COMMENTS["en"])
    number = int(rng.integers(1, len(said) + 1))
    names = rng.permutation(NAMES)[:number].tolist()
    heading = f"{COMMENTS_HEADING.get(language, COMMENTS_HEADING['en'])} ({number})"
    pairs = zip(names, said, strict=False)
    return [(heading, "B", "B"), *((text, "C", "C") for pair in pairs for text in pair)]


def _embedded(page: LabelledPage, hosts: Sequence[LabelledPage]) -> Lines:
    rng = np.random.default_rng(crc32(b"lodged" + page.origin.id.encode()))
    host = lines_of(hosts[int(rng.integers(len(hosts)))])
    first = next((i for i, (_, code, _) in enumerate(host) if code == "E"), len(host) // 3)
    return [
        *[line for line in host[:first] if line[1] != ""],
        *[line for line in lines_of(page) if line[1] == "E"],
        *[line for line in host[first:] if line[1] not in ("E", "")],
    ]


def story(lines: Lines, rng: np.random.Generator) -> Lines:
    """Return a page's headline and the start of its first paragraph as a teaser; nothing where it has none."""
    body = [text for text, code, _ in lines if code == "E"]
    paragraph = next((text for text in body if len(text) >= SUMMARY_LEAST), "")
    if not paragraph or len(body[0]) > HEADLINE_CHARS:
        return []
    words = paragraph.split()
    n = int(rng.integers(10, 26))
    summary = " ".join(words[:n]) if len(words) > n else paragraph[: SUMMARY_LEAST // 2]
    ending = ("...", "...", "…", " ...")[int(rng.integers(4))]
    return [(body[0], "T", "T"), (summary.rstrip(".,;:") + ending, "T", "T")]


def _with_sentence(teaser: Lines, lines: Lines) -> Lines:
    """Return a teaser with the page's first short sentence in place of its summary, if the page has one."""
    shortest, longest = SHORT_SENTENCE
    for paragraph in [text for text, code, _ in lines if code == "E"][1:]:
        for sentence in map(str.strip, _SENTENCE_END.split(paragraph)):
            if shortest <= len(sentence) <= longest and sentence[-1] in ".!?。！？।":
                return [teaser[0], (sentence, "T", "T")]
    return teaser
