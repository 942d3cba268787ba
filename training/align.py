"""Transfers hand labels and reference bodies to the blocks of our own segmentation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import LCSseq

from copydesk.classifier import Article
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Blocks
from copydesk.training.corpora import CODE_OF_KIND, GROUP_CODE, ONE_STORY, TrainingPage
from copydesk.training.headlines import find_title, mark_headline
from copydesk.training.weak_parts import fit_to_codes, parts_by_markup

SHINGLE = 4
"""Words per shingle, when blocks are looked up in a reference body."""

FOUND_SHARE = 0.6
"""A block with at least this share of its shingles in the reference is body; with less it only quotes it."""

FITTING_SHARE = 0.1
"""With at least this share of its shingles on a page, a labelled body is of this page; with less it is of another.

On 300 of the written pages, 0.7 or more of their own body was found, and of others in the language less in 97 %.
"""

MAX_WORDS = 60_000
"""Most words of a page that are aligned with hand labels; blocks after them stay unlabelled."""

_BY_MARKUP = ("L", "Q", "X", "P")
"""Codes of the parts that hand labels do not tell from text."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page in one form with a code for each block.

    `codes` are those of `corpora.pages.GOLD_CODES`, `?` for a block only known not to be body, or empty for unknown.
    `parts` are those of `PART_CODES`, or empty for unknown: of a person where `origin.has_parts`, else by markup.
    `gold` is whether a person labelled the page. `origin` has neither html nor texts, to save memory.
    `synthetic` marks a page put together for training; scores leave it out. `headline` is whether `parts` has the
    headline by the page's known title. `fits` is whether the labels are about this page.
    """

    origin: TrainingPage
    form: str
    blocks: Blocks
    codes: tuple[str, ...]
    parts: tuple[str, ...]
    gold: bool
    synthetic: bool = False
    headline: bool = False
    fits: bool = True


def label_page(source: TrainingPage, form: str) -> LabelledPage | None:
    """Segment a source in the form `text` or `html` and label its blocks; None where that is impossible."""
    if form == "html":
        if not source.html:
            return None
        blocks = segment_html(source.html)
    else:
        blocks = segment_text("\n\n".join(source.texts) or _plain_text(source.html))
    texts = [blocks.text[b.start : b.end] for b in blocks.blocks]
    parts = [""] * len(texts)
    if source.codes is not None:
        carried = carry_codes(source.texts, source.codes, texts)
        codes = [GROUP_CODE.get(code, "") for code in carried]
        parts = carried if source.has_parts else parts
        if form == "html":
            codes = _fill_unknown(codes, texts, source.reference)
    elif source.reference is not None:
        codes = find_body(texts, source.reference) if source.reference.strip() else [""] * len(texts)
    else:
        return None
    if form == "html" and not source.has_parts:
        parts = parts_by_markup(blocks, codes)
    about = replace(source, html="", texts=())
    fits = labels_fit(_labelled_body(source), texts)
    page = LabelledPage(about, form, blocks, tuple(codes), tuple(parts), source.codes is not None, fits=fits)
    return _with_headline(page)


def labels_fit(body: str, texts: Sequence[str]) -> bool:
    """Tell whether the body that a page is labelled with is of this page: some of its shingles are in the texts."""
    theirs, ours = (_WORD.findall(text.lower())[:MAX_WORDS] for text in (body, "\n".join(texts)))
    n = min(SHINGLE, len(theirs))
    if n == 0:
        return True
    wanted, there = ({tuple(words[i : i + n]) for i in range(len(words) - n + 1)} for words in (theirs, ours))
    return len(wanted & there) >= FITTING_SHARE * len(wanted)


def _labelled_body(source: TrainingPage) -> str:
    """Return the body that a page is labelled with, or all labelled blocks if none is body."""
    if source.codes is None:
        return source.reference or ""
    body = [text for text, code in zip(source.texts, source.codes, strict=True) if GROUP_CODE.get(code) == "E"]
    return "\n".join(body or source.texts)


def _with_headline(page: LabelledPage) -> LabelledPage:
    """Mark the headline of a page whose title is known and whose parts no person labelled."""
    texts = [page.blocks.text[b.start : b.end] for b in page.blocks.blocks]
    if page.origin.has_parts or (found := find_title(texts, page.codes, page.origin.title)) is None:
        return page
    codes, parts = mark_headline(page.codes, page.parts, found, by_hand=page.gold)
    return replace(page, codes=tuple(codes), parts=tuple(parts), headline=codes[found] == "E")


def teach(lesson: tuple[LabelledPage, Article | None]) -> LabelledPage:
    """Label a plain-text page by what a model that did not see its site answered about its HTML form.

    The answer tells the parts of a page whose parts no person labelled, and on a page that no person labelled at all
    what the blocks are that are only known not to be body. On such a page of an article a block of the reference's body
    that the answer says is a teaser becomes unknown: reference bodies keep "Read more" lines. Where a person labelled
    the parts, it tells what only markup says: which text is a list item, a quote, a table or preformatted.
    """
    page, answer = lesson
    if answer is None:
        return page
    said = [block.text for block in answer.blocks], [CODE_OF_KIND[block.kind] for block in answer.blocks]
    heard = carry_codes(*said, [page.blocks.text[b.start : b.end] for b in page.blocks.blocks])
    if page.origin.has_parts:
        finer = zip(page.parts, heard, strict=True)
        return replace(page, parts=tuple(code if part == "E" and code in _BY_MARKUP else part for part, code in finer))
    groups = [GROUP_CODE.get(code, "") for code in heard]
    doubted = ("T", "H") if not page.gold and page.origin.page_type in ONE_STORY else ()
    codes = [
        group if code == "?" and group not in ("", "E") else "" if code == "E" and group in doubted else code
        for code, group in zip(page.codes, groups, strict=True)
    ]
    return _with_headline(replace(page, codes=tuple(codes), parts=tuple(fit_to_codes(heard, codes))))


def _plain_text(html: str) -> str:
    """Return a page's blocks as a scraper's plain text, for a page without hand-made blocks."""
    blocks = segment_html(html)
    return "\n\n".join(blocks.text[block.start : block.end] for block in blocks.blocks)


def carry_codes(labelled: Sequence[str], codes: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Give each of `texts` the code that most of its words have among the labelled blocks, or an empty one."""
    if list(labelled) == list(texts):
        return list(codes)
    theirs, their_code = _words_with_owner(labelled)
    ours, owner = _words_with_owner(texts)
    votes: list[Counter[str]] = [Counter() for _ in texts]
    for op in LCSseq.opcodes(theirs, ours):
        if op.tag == "equal":
            for i, j in zip(range(op.src_start, op.src_end), range(op.dest_start, op.dest_end), strict=True):
                votes[owner[j]][codes[their_code[i]]] += 1
    return [vote.most_common(1)[0][0] if vote else "" for vote in votes]


def find_body(texts: Sequence[str], reference: str) -> list[str]:
    """Return for each block the code E (body) if the reference contains it, else `?` (known not to be body).

    A block of fewer words than a shingle is body when it is a whole line of the reference, or when the
    reference contains it and both neighbours are body.
    """
    words = _WORD.findall(reference.lower())
    flat = " " + " ".join(words) + " "
    shingles = {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    lines = Counter(" ".join(_WORD.findall(line.lower())) for line in reference.splitlines())
    codes, maybe, seen = [], [], Counter[str]()
    for text in texts:
        own = _WORD.findall(text.lower())
        line = " ".join(own)
        if len(own) >= SHINGLE:
            n = len(own) - SHINGLE + 1
            found = sum(tuple(own[i : i + SHINGLE]) in shingles for i in range(n)) >= FOUND_SHARE * n
            if found and len(own) >= 8:
                seen[line] += 1
                found = seen[line] <= max(1, flat.count(f" {line} "))
        else:
            found = bool(own) and lines[line] > 0
        codes.append("E" if found else "?")
        maybe.append(not found and 0 < len(own) < SHINGLE and f" {line} " in flat)
    _close_gaps(codes, maybe)
    return codes


def _close_gaps(codes: list[str], maybe: Sequence[bool]) -> None:
    """Make short blocks body where the reference has their words and the blocks before and after are body."""
    i = 0
    while i < len(codes):
        j = i
        while j < len(codes) and maybe[j]:
            j += 1
        if j > i and i > 0 and j < len(codes) and codes[i - 1] == codes[j] == "E":
            codes[i:j] = ["E"] * (j - i)
        i = max(j, i + 1)


def _fill_unknown(codes: list[str], texts: Sequence[str], reference: str | None) -> list[str]:
    """Label blocks that have no hand label (hidden parts): body if the reference has them and no block before did.

    Without a reference they stay unknown: some pages show their article by a script.
    """
    if "" not in codes or not reference:
        return codes
    found = find_body(texts, reference)
    seen = {text for text, code in zip(texts, codes, strict=True) if code == "E"}
    return [
        code or ("E" if mark == "E" and text not in seen else "B")
        for code, mark, text in zip(codes, found, texts, strict=True)
    ]


def _words_with_owner(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    words: list[str] = []
    owner: list[int] = []
    for i, text in enumerate(texts):
        own = _WORD.findall(text.lower())
        words += own
        owner += [i] * len(own)
        if len(words) > MAX_WORDS:
            break
    return words, owner
