"""Scores cross-validated predictions: confusion, precision and recall, calibration, bodies; in total and by group."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from copydesk.classifier import LABELS, Article, Kind, Label, ScoredBlock
from copydesk.classifier.model import GROUPS
from copydesk.training.corpora import CODE_OF_KIND, GOLD_CODES, GROUP_CODE, TrainingPage

FORMS = ("text", "html")
UNKNOWN = -1
N_BINS = 15  # equal-width bins of [0, 1], the usual choice for calibration error

GROUP_NUMBER = {code: number for number, code in enumerate(GOLD_CODES)} | {"": UNKNOWN}
GROUP_OF_KIND = {kind: GROUP_NUMBER[GROUP_CODE[code]] for kind, code in CODE_OF_KIND.items()}
LABEL_NUMBER = {label: number for number, label in enumerate(LABELS)}
LABEL_OF_GROUP_NUMBER = np.array([LABEL_NUMBER[Kind(group).label] for group in GROUPS] + [UNKNOWN])
COUNTED_AS = dict.fromkeys("LQXP", "E")
"""Codes of kinds that the hand labels of parts have no code for."""
METADATA = GROUPS.index("metadata")
WORD = re.compile(r"\w+")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page in one form, with the answer of a model that never saw the page's site.

    `form` is one of FORMS. `codes` has the hand-labelled code of GOLD_CODES of each block of `article`, "" for unknown;
    None where the page has no block labels. `parts` has the same of PART_CODES.
    """

    origin: TrainingPage
    form: str
    codes: tuple[str, ...] | None
    article: Article
    parts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BlockTable:
    """The blocks of all labelled pages as columns, one row per block, pages after one another.

    Attributes:
        groups: Shape (n_blocks,), the hand-labelled group's place in GROUPS, -1 where unknown.
        predicted_groups: Shape (n_blocks,), the predicted group's place in GROUPS.
        predicted: Shape (n_blocks,), the predicted label's place in LABELS.
        probabilities: Shape (n_blocks, 3), rows sum to 1.
        words: Shape (n_blocks,), words in the block.
    """

    groups: Ints
    predicted_groups: Ints
    predicted: Ints
    probabilities: Floats
    words: Ints

    @property
    def truth(self) -> Ints:
        """The hand-labelled label's place in LABELS, -1 where unknown."""
        return LABEL_OF_GROUP_NUMBER[self.groups]

    @property
    def known(self) -> Bools:
        """Where the label is known."""
        return np.not_equal(self.groups, UNKNOWN)

    @property
    def scored(self) -> Bools:
        """Where a block counts in headline scores: known and not metadata, which readers may want or not."""
        return self.known & np.not_equal(self.groups, METADATA)

    def where(self, rows: Bools) -> BlockTable:
        """Keep some rows."""
        return BlockTable(*(getattr(self, column)[rows] for column in self.__slots__))


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Block precision, recall and F1 of one label, and how many blocks truly have it."""

    label: Label
    precision: float
    recall: float
    f1: float
    n_blocks: int


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityCurve:
    """Frequency of the predicted label by bin of its probability; shapes (n_bins,), NaN where a bin is empty."""

    counts: Ints
    mean_probability: Floats
    frequency: Floats


@dataclass(frozen=True, slots=True)
class PageScore:
    """One labelled page's predicted body: word F1, words of teasers in it, words of the hand-labelled body."""

    id: str
    corpus: str
    body_f1: float
    teaser_words: int
    body_words: int


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All scores of a set of pages.

    Attributes:
        n_pages: Pages with block labels.
        n_blocks: Their blocks that count in the headline scores.
        confusion: Shape (3, 3), hand label by predicted label, metadata left out.
        groups: Shape (6, 6), hand-labelled group by predicted group, metadata included.
        groups_to_labels: Shape (6, 3), hand-labelled group by predicted label.
        macro_f1: The mean F1 of `scores`.
        top_error: Expected calibration error of the predicted label.
        class_errors: Expected calibration error of each label's probability.
        all_top_error: `top_error` with metadata counted as boilerplate.
    """

    n_pages: int
    n_blocks: int
    confusion: Ints
    groups: Ints
    groups_to_labels: Ints
    scores: tuple[LabelScore, ...]
    macro_f1: float
    top_error: float
    class_errors: tuple[float, ...]
    all_top_error: float
    curves: tuple[ReliabilityCurve, ...]
    pages: tuple[PageScore, ...]

    @property
    def class_error(self) -> float:
        """The mean of the labels' calibration errors."""
        return float(np.mean(self.class_errors))

    @property
    def body_f1(self) -> float:
        """The mean body word F1 of the pages, 1 where there are none."""
        return float(np.mean([page.body_f1 for page in self.pages])) if self.pages else 1.0

    @property
    def teaser_free(self) -> float:
        """The share of pages without any teaser word in the body, 1 where there are none."""
        return float(np.mean([page.teaser_words == 0 for page in self.pages])) if self.pages else 1.0


def evaluate(results: Iterable[PageResult]) -> Evaluation:
    """Score a set of pages; those without block labels do not count.

    Raises:
        ValueError: A page has not one code per block, or a code that does not exist.
    """
    labelled = [result for result in results if result.codes is not None]
    table = flatten(labelled)
    known, scored = table.where(table.known), table.where(table.scored)
    counts = confusion(scored.truth, scored.predicted, size=len(LABELS))
    curves = tuple(reliability(scored.probabilities[:, k], scored.truth == k) for k in range(len(LABELS)))
    scores = label_scores(counts)
    return Evaluation(
        n_pages=len(labelled),
        n_blocks=len(scored.groups),
        confusion=counts,
        groups=confusion(known.groups, known.predicted_groups, size=len(GROUPS)),
        groups_to_labels=confusion(known.groups, known.predicted, size=len(GROUPS))[:, : len(LABELS)],
        scores=scores,
        macro_f1=float(np.mean([score.f1 for score in scores])),
        top_error=top_label_error(scored),
        class_errors=tuple(calibration_error(curve) for curve in curves),
        all_top_error=top_label_error(known),
        curves=curves,
        pages=tuple(page_score(result) for result in labelled),
    )


def evaluate_by(results: Iterable[PageResult], key: Callable[[PageResult], str]) -> dict[str, Evaluation]:
    """Score the pages of each key apart (language, page type, form); keys in alphabetical order."""
    groups: dict[str, list[PageResult]] = {}
    for result in results:
        if result.codes is not None:
            groups.setdefault(key(result), []).append(result)
    return {name: evaluate(groups[name]) for name in sorted(groups)}


def flatten(results: Sequence[PageResult]) -> BlockTable:
    """Put the blocks of all labelled pages into one table; pages without labels add no rows."""
    rows = [(code, block, words) for result in results for code, block, words in _coded_blocks(result)]
    probabilities = [block.probabilities for _, block, _ in rows]
    return BlockTable(
        groups=np.array([GROUP_NUMBER[code] for code, _, _ in rows], dtype=np.int64),
        predicted_groups=np.array([GROUP_OF_KIND[block.kind] for _, block, _ in rows], dtype=np.int64),
        predicted=np.array([LABEL_NUMBER[block.label] for _, block, _ in rows], dtype=np.int64),
        probabilities=np.array(probabilities, dtype=np.float64).reshape(len(rows), len(LABELS)),
        words=np.array([words for _, _, words in rows], dtype=np.int64),
    )


def confusion(truth: Ints, predicted: Ints, *, size: int) -> Ints:
    """Count pairs of true and predicted number; shape (size, size), a row for each true one."""
    if not len(truth):
        return np.zeros((size, size), np.int64)
    counts: Ints = confusion_matrix(truth, predicted, labels=np.arange(size))
    return counts


def label_scores(counts: Ints) -> tuple[LabelScore, ...]:
    """Return each label's precision, recall and F1 from a (3, 3) confusion.

    A label that is neither predicted nor true anywhere scores 1; one that is only predicted or only true scores 0.
    """
    hits, predicted, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    return tuple(
        LabelScore(
            label,
            precision=_share(hits[k], predicted[k], otherwise=float(true[k] == 0)),
            recall=_share(hits[k], true[k], otherwise=float(predicted[k] == 0)),
            f1=_share(2 * hits[k], predicted[k] + true[k], otherwise=1.0),
            n_blocks=int(true[k]),
        )
        for k, label in enumerate(LABELS)
    )


def reliability(probability: Floats, hit: Bools | Floats, *, n_bins: int = N_BINS) -> ReliabilityCurve:
    """Bin probabilities by equal width and compare their mean with how often the event happened.

    Args:
        probability: Shape (n,), in [0, 1].
        hit: Shape (n,), whether the event happened, or a share of it in [0, 1].
        n_bins: At least 1; a value on an edge falls into the upper bin, 1 into the last.
    """
    bins = np.minimum((probability * n_bins).astype(np.int64), n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    divisor = np.where(counts, counts, np.nan)
    return ReliabilityCurve(
        counts=counts.astype(np.int64),
        mean_probability=np.bincount(bins, weights=probability, minlength=n_bins) / divisor,
        frequency=np.bincount(bins, weights=hit, minlength=n_bins) / divisor,
    )


def calibration_error(curve: ReliabilityCurve) -> float:
    """Average the gap between probability and frequency over blocks, in [0, 1]; 0 where there are none.

    Source: Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks, 2017, section 2.
    """
    total = int(curve.counts.sum())
    if not total:
        return 0.0
    gaps = np.abs(curve.frequency - curve.mean_probability)
    return float(np.nansum(gaps * curve.counts) / total)


def top_label_error(table: BlockTable) -> float:
    """Return the expected calibration error of the predicted label's probability."""
    confidence = table.probabilities[np.arange(len(table.predicted)), table.predicted]
    return calibration_error(reliability(confidence, table.predicted == table.truth))


def part_scores(results: Iterable[PageResult]) -> dict[str, dict[str, float]]:
    """Score each kind on the pages whose parts a person labelled: precision, recall and F1 of blocks, and their number.

    A block that has another kind counts as wrong whatever its label is. List items, quotes, tables and preformatted
    text count as text, as the hand labels do not tell them apart.
    """
    pairs = Counter(
        (COUNTED_AS.get(part, part), COUNTED_AS.get(CODE_OF_KIND[block.kind], CODE_OF_KIND[block.kind]))
        for result in results
        if result.parts is not None
        for part, block in zip(result.parts, result.article.blocks, strict=True)
        if part
    )
    scores: dict[str, dict[str, float]] = {}
    for kind, code in CODE_OF_KIND.items():
        hits = pairs[code, code]
        predicted = sum(n for (_, said), n in pairs.items() if said == code)
        true = sum(n for (part, _), n in pairs.items() if part == code)
        if true:
            scores[kind] = {
                "precision": _share(hits, predicted, otherwise=0.0),
                "recall": hits / true,
                "f1": _share(2 * hits, predicted + true, otherwise=0.0),
                "n": true,
            }
    return scores


def page_score(result: PageResult) -> PageScore:
    """Score one labelled page's body by words; metadata and unknown blocks do not count."""
    hit = predicted = true = teaser = 0
    for code, block, words in _coded_blocks(result):
        if code in ("M", ""):
            continue
        in_body = block.label is Label.BODY
        hit += words * (in_body and code == "E")
        predicted += words * in_body
        true += words * (code == "E")
        teaser += words * (in_body and code in "TH")
    f1 = _share(2 * hit, predicted + true, otherwise=1.0)
    return PageScore(result.origin.id, result.origin.corpus, f1, teaser_words=teaser, body_words=true)


def _coded_blocks(result: PageResult) -> list[tuple[str, ScoredBlock, int]]:
    """Pair each block with its code and its number of words; empty for a page without labels."""
    if result.codes is None:
        return []
    blocks, text = result.article.blocks, result.article.text
    if len(result.codes) != len(blocks):
        raise ValueError(
            f"page {result.origin.id} has {len(result.codes)} codes for {len(blocks)} blocks; "
            "align the labels to the blocks of its answer"
        )
    strange = next((code for code in result.codes if code not in GROUP_NUMBER), None)
    if strange is not None:
        raise ValueError(
            f"page {result.origin.id} has the code {strange!r}; expected one of {' '.join(GOLD_CODES)} or an empty one"
        )
    words = (len(WORD.findall(text, block.start, block.end)) for block in blocks)
    return list(zip(result.codes, blocks, words, strict=True))


def _share(part: float, whole: float, *, otherwise: float) -> float:
    return float(part / whole) if whole else otherwise
