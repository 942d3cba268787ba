"""Runs both stages: from a page's features to the probabilities of labels, and to labels and kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from copydesk.classifier.arrays import Doubles, Floats, Integers
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features import FIELDS, PageFeatures, check_answer, page_arguments
from copydesk.classifier.model import groups
from copydesk.classifier.model.c_struct import CStruct
from copydesk.classifier.model.context import ALL_COLUMNS
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores, HashedLinear
from copydesk.classifier.model.quality import QUALITY_COLUMNS
from copydesk.classifier.model.trees import Ensembles, Trees
from copydesk.classifier.types import KINDS, LABELS, Blocks, Kind

BODY, BOILERPLATE, TEASERS = range(len(LABELS))
"""Columns of a table by label."""

UNDER_METADATA = (Kind.BYLINE, Kind.DATE)
"""Kinds that are told apart among what is metadata."""

_N_OWN, _N_BY_FIELD = len(groups.GROUPS) + len(groups.LINEAR_PARTS), len(FIELDS) * len(groups.GROUPS)
_run_model = core_function(
    "cd_run_model",
    "u8* u32* i64* u64* i64* f32* i64* i64* i64* u64* i64 i64 i64 f32* f64* i64*",
    "memory",
)
_label_page = core_function(
    "cd_label_page",
    "u8* u32* i64 i64* i64 i64* i64* i64 u64* i64 u32* i64 u32* i64 u32* i64 u8* u8* f32* f64* i64*",
    "i64",
)
_expected_f1 = core_function("cd_expected_f1", "u8* i64* i64 f32*", "f64")


@dataclass(frozen=True, slots=True)
class FormModel:
    """The weights for one form of input, plain text or HTML.

    Attributes:
        first_stage: Scores each block by itself, one class for each of GROUPS and of LINEAR_PARTS.
        page_types: Scores the page as a whole, one class for each of PAGE_TYPES.
        body: The second stage. All trees see the scores of the first stage at and around a block.
        teaser: Teasers among what is not body.
        metadata, comment: Metadata, and comments, among boilerplate.
        heading: Headings among teasers.
        parts: By kind: the headline among all blocks, each other part among what is body, byline and date among what is
            metadata.
        quality: The word F1 that is expected of the body, from the columns of QUALITY_COLUMNS.
        affinities: Shape (n_labels, n_labels): what a label says about the next block's, see `chain.c`.

    Raises:
        ValueError: A linear model has another number of classes, or trees read columns that there are not.
    """

    first_stage: HashedLinear
    page_types: HashedLinear
    body: Trees
    teaser: Trees
    metadata: Trees
    comment: Trees
    heading: Trees
    parts: Mapping[str, Trees]
    quality: Trees
    affinities: Doubles = field(repr=False)
    _trees: tuple[CStruct, ...] = field(init=False, repr=False, compare=False)
    _struct: CStruct | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        first_stage = (*groups.GROUPS, *groups.LINEAR_PARTS)
        for name, classes in (("first_stage", first_stage), ("page_types", PAGE_TYPES)):
            found = len(getattr(self, name).intercepts)
            if found != len(classes):
                raise ValueError(f"{name} has {found} classes, expected {len(classes)}; train again")
        if self.affinities.shape != (len(LABELS), len(LABELS)) or not (self.affinities > 0).all():
            raise ValueError(f"affinities have the shape {self.affinities.shape}, expected 3 by 3 above 0; train again")
        if unknown := [part for part in self.parts if part not in KINDS]:
            raise ValueError(f"{unknown[0][:40]!r} is no kind, expected some of {', '.join(KINDS)}; train again")
        scored = (
            (self.body, self.teaser, self.parts[Kind.HEADLINE]),
            [self.parts[part] for part in self.body_parts()],
            (self.metadata, self.comment),
            [self.parts[kind] for kind in UNDER_METADATA],
            (self.heading,),
            (self.quality,),
        )
        structs: list[CStruct] = []
        for number, ensembles in enumerate(scored, 1):
            trees = Ensembles(ensembles)
            n_columns = len(QUALITY_COLUMNS if number == len(scored) else ALL_COLUMNS)
            if trees.n_columns > n_columns:
                raise ValueError(f"trees read {trees.n_columns} columns, expected at most {n_columns}; train again")
            structs.append(trees.struct)
        object.__setattr__(self, "_trees", tuple(structs))

    @property
    def struct(self) -> CStruct:
        """What C reads of the weights, made when it is first asked for."""
        if self._struct is None:
            kinds = np.array([KINDS.index(Kind(part)) for part in self.body_parts()], np.int64)
            linear = self.first_stage.struct, self.page_types.struct
            struct = CStruct("form", *linear, *self._trees, self.affinities, kinds, len(kinds))
            object.__setattr__(self, "_struct", struct)
            return struct
        return self._struct

    def body_parts(self) -> list[str]:
        """Return the parts that have an ensemble of their own among what is body."""
        return [part for part in self.parts if part not in (Kind.HEADLINE, *UNDER_METADATA)]


ReadForm = Callable[[], FormModel]


class Model:
    """A trained classifier.

    Attributes:
        digest: Names the files that it came from.
    """

    def __init__(self, text: FormModel | ReadForm, html: FormModel | ReadForm, digest: str) -> None:
        """Take the weights for each form of input, or a function that reads them when they are first asked for."""
        self.digest = digest
        self._forms = {"text": text, "html": html}

    @property
    def text(self) -> FormModel:
        """The weights for plain text."""
        return self._form("text")

    @property
    def html(self) -> FormModel:
        """The weights for HTML."""
        return self._form("html")

    def _form(self, name: str) -> FormModel:
        form = self._forms[name]
        if not isinstance(form, FormModel):
            form = self._forms[name] = form()
        return form

    def __repr__(self) -> str:
        return f"Model({self.digest[:12]!r})"

    def form(self, *, markup: bool) -> FormModel:
        """Return the weights for a page with or without markup."""
        return self.html if markup else self.text


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the model says of a page's n blocks.

    Attributes:
        columns: Shape (n, len(ALL_COLUMNS)): what the trees saw.
        body_odds: Shape (n,): log-odds of body.
        teaser_odds: Shape (n,): log-odds of teaser among what is not body.
        probabilities: Shape (n, 3): in `LABELS` order, rows sum to 1.
        labels: Shape (n,): numbers in `LABELS`.
        kinds: Shape (n,): numbers in `KINDS`.
        headline_odds: Shape (n,): log-odds of headline.
        page_types: Shape (n_page_types,): the probability of each of `PAGE_TYPES`; they sum to 1.
        quality: Shape (1, n_quality_columns): what says how good the body is, see `quality_columns`.
    """

    columns: Floats
    body_odds: Doubles
    teaser_odds: Doubles
    probabilities: Doubles
    labels: Integers
    kinds: Integers
    headline_odds: Doubles
    page_types: Doubles
    quality: Floats


def run_first_stage(page: PageFeatures, form: FormModel) -> FirstStageScores:
    """Score each block by itself."""
    return form.first_stage.score_blocks(page)


def run_second_stage(page: PageFeatures, scores: FirstStageScores, form: FormModel) -> Predictions:
    """Predict each block from the first stage's scores at and around it."""
    return _run(page, form, scores)


def run_both_stages(page: PageFeatures, form: FormModel) -> Predictions:
    """Do what `run_first_stage` and `run_second_stage` do, in one call of the C library."""
    return _run(page, form, None)


def label_page(page: Blocks, form: FormModel) -> Predictions:
    """Compute a page's features and do what `run_both_stages` does, in one call of the C library.

    Raises:
        ValueError: As `compute_features`.
    """
    given = page_arguments(page)
    n = len(given.spans)
    room = _room(n)
    check_answer(_label_page(form.struct.memory, *given.flat(), *room))
    return _predictions(n, *room)


def _run(page: PageFeatures, form: FormModel, scores: FirstStageScores | None) -> Predictions:
    n = len(page.columns)
    floats, doubles, numbers = _room(n)
    if scores is not None:
        np.concatenate([scores.own.ravel(), scores.by_field.ravel()], out=floats[: n * (_N_OWN + _N_BY_FIELD)])
    _run_model(form.struct.memory, *page, n, len(page.parents), scores is not None, floats, doubles, numbers)
    return _predictions(n, floats, doubles, numbers)


def _room(n: int) -> tuple[Floats, Doubles, Integers]:
    """Return arrays for what the model says of n blocks, as `run_model` of model.h fills them."""
    floats = np.empty(n * (_N_OWN + _N_BY_FIELD + len(ALL_COLUMNS)) + len(QUALITY_COLUMNS), np.float32)
    return floats, np.empty(n * (3 + len(LABELS)) + len(PAGE_TYPES)), np.empty((2, n), np.int64)


def _predictions(n: int, floats: Floats, doubles: Doubles, numbers: Integers) -> Predictions:
    body, teaser, headline = doubles[: 3 * n].reshape(3, n)
    columns = floats[n * (_N_OWN + _N_BY_FIELD) : -len(QUALITY_COLUMNS)]
    return Predictions(
        columns=columns.reshape(len(ALL_COLUMNS), n).T,
        body_odds=body,
        teaser_odds=teaser,
        probabilities=doubles[3 * n : -len(PAGE_TYPES)].reshape(n, len(LABELS)),
        labels=numbers[0],
        kinds=numbers[1],
        headline_odds=headline,
        page_types=doubles[-len(PAGE_TYPES) :],
        quality=floats[-len(QUALITY_COLUMNS) :].reshape(1, -1),
    )


def expected_f1(predictions: Predictions, form: FormModel) -> float:
    """Return the word F1 that is expected of the body, in [0, 1]; 0 without a body."""
    labels = predictions.labels
    found: float = _expected_f1(form.struct.memory, labels, len(labels), predictions.quality)
    return found
