"""Finds where answers go wrong most, in sentences with their numbers, computed only from the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from copydesk.classifier import LABELS, Kind, Label
from copydesk.classifier.model import GROUPS
from copydesk.classifier.plurals import counted
from copydesk.training.evaluate import BlockTable, Evaluation, PageResult, PageScore, evaluate, evaluate_by, flatten

LEAK_SHARE = 0.05  # of a kind's blocks under one wrong label: below it a leak is not worth a line
LEAST_BLOCKS = 30  # fewer blocks of a kind make its share a matter of chance
WORSE_BY = 0.02  # of body F1 under the average: a language or page type is weak
SHORT_BODY = 200  # words; about half a page
SHORT_BLOCK = 5  # words; bylines, dates, menu entries, short subheads
LONG_BLOCK = 20  # words; mostly prose
SURE = 0.95  # probability from which an answer counts as certain
WORST_PAGES = 8

FORM_NAMES = {"text": "text", "html": "HTML"}
NAME_OF_KIND = {
    Kind.TEXT: "article text",
    Kind.METADATA: "metadata",
    Kind.COMMENT: "readers' comments",
    Kind.FURNITURE: "furniture",
    Kind.TEASER: "teasers",
    Kind.TEASER_HEADING: "headings over teasers",
}


def weak_spots(results: Sequence[PageResult]) -> list[str]:
    """List the weak spots of each form, worst of its kind first; empty where nothing is labelled."""
    found = []
    for form, name in FORM_NAMES.items():
        labelled = [result for result in results if result.form == form and result.codes is not None]
        if labelled:
            evaluation = evaluate(labelled)
            found += [f"From {name}: {sentence}." for sentence in _sentences(labelled, evaluation)]
    return found


def _sentences(labelled: Sequence[PageResult], evaluation: Evaluation) -> Iterator[str]:
    yield from leaks(evaluation)
    yield from _weak_groups("language", labelled, evaluation, lambda result: result.origin.language)
    yield from _weak_groups("page type", labelled, evaluation, lambda result: result.origin.page_type)
    yield from _short_bodies(evaluation.pages)
    table = flatten(labelled)
    table = table.where(table.scored)
    yield from _block_lengths(table)
    yield from _sure_and_wrong(table)
    yield from _worst_pages(evaluation.pages)


def leaks(evaluation: Evaluation) -> list[str]:
    """Name every kind of block of which a notable share got a wrong label, largest share first."""
    found = []
    for row, kind in enumerate(map(Kind, GROUPS)):
        total = int(evaluation.groups_to_labels[row].sum())
        for column, label in enumerate(LABELS):
            wrong = int(evaluation.groups_to_labels[row, column])
            if label is not kind.label and total >= LEAST_BLOCKS and wrong >= LEAK_SHARE * total:
                sentence = f"{wrong / total:.0%} of {total:,} blocks of {NAME_OF_KIND[kind]} were called {label}"
                found.append((wrong / total, sentence))
    return [sentence for _, sentence in sorted(found, key=lambda leak: -leak[0])]


def _weak_groups(
    name: str, labelled: Sequence[PageResult], overall: Evaluation, key: Callable[[PageResult], str]
) -> Iterator[str]:
    groups = evaluate_by(labelled, key).items()
    weak = [(group.body_f1, value, group) for value, group in groups if group.body_f1 < overall.body_f1 - WORSE_BY]
    for body_f1, value, group in sorted(weak, key=lambda row: row[:2]):
        yield (
            f"{name} {value} has a body F1 of {body_f1:.3f} on {counted(group.n_pages, 'page')}, "
            f"where the average is {overall.body_f1:.3f}"
        )


def _short_bodies(pages: Sequence[PageScore]) -> Iterator[str]:
    short = [page.body_f1 for page in pages if page.body_words < SHORT_BODY]
    others = [page.body_f1 for page in pages if page.body_words >= SHORT_BODY]
    if short and others:
        yield (
            f"pages whose body is shorter than {SHORT_BODY} words have a body F1 of {np.mean(short):.3f} "
            f"({counted(len(short), 'page')}), longer ones {np.mean(others):.3f} ({counted(len(others), 'page')})"
        )


def _block_lengths(table: BlockTable) -> Iterator[str]:
    wrong, short, long = table.truth != table.predicted, table.words <= SHORT_BLOCK, table.words > LONG_BLOCK
    if short.any() and long.any():
        yield (
            f"{wrong[short].mean():.1%} of {short.sum():,} blocks of at most {SHORT_BLOCK} words got a wrong label, "
            f"{wrong[long].mean():.1%} of {long.sum():,} blocks of more than {LONG_BLOCK} words"
        )


def _sure_and_wrong(table: BlockTable) -> Iterator[str]:
    sure = table.probabilities[np.arange(len(table.predicted)), table.predicted] >= SURE
    if sure.any():
        wrong = float((table.truth != table.predicted)[sure].mean())
        body = float((table.predicted == LABELS.index(Label.BODY))[sure].mean())
        yield (
            f"{wrong:.2%} of the {sure.sum():,} answers with a probability of {SURE} or more were wrong "
            f"({sure.mean():.0%} of all blocks; {body:.0%} of them body)"
        )


def _worst_pages(pages: Sequence[PageScore]) -> Iterator[str]:
    worst = sorted(pages, key=lambda page: (page.body_f1, page.corpus, page.id))[:WORST_PAGES]
    if worst:
        named = ", ".join(f"{page.corpus}/{page.id} {page.body_f1:.2f}" for page in worst)
        yield f"the pages with the lowest body F1 are {named}"
