"""Kinds of the blocks of small pages, corrected by the order of a story."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.features import columns, compute_features
from copydesk.classifier.line_signs import line_signs
from copydesk.classifier.segmentation import segment_text
from copydesk.classifier.story_order import Cues, correct_kinds
from copydesk.classifier.types import KINDS, Blocks, Kind

HEADLINE, TEXT, CAPTION, STANDFIRST = Kind.HEADLINE, Kind.TEXT, Kind.CAPTION, Kind.STANDFIRST
METADATA, FURNITURE, SUBHEADING = Kind.METADATA, Kind.FURNITURE, Kind.SUBHEADING
OPENING = "The ferry left the harbour an hour late because its crew had waited for a pump."
MORE = "Nobody on board had been told about it."


def corrected(
    page: Blocks, kinds: list[Kind], title: int | range = 1, in_body: float | Doubles = 0.0, like_article: bool = True
) -> list[Kind]:
    ends = np.array([page.text[start:end].rstrip('"').endswith(".") for start, end in page.blocks], np.float32)
    features = compute_features(page).columns
    cues = Cues(ends, *(features[:, columns.COLUMNS.index(name)] for name in Cues._fields[1:]))
    numbers = np.array([KINDS.index(kind) for kind in kinds], np.int64)
    blocks = title if isinstance(title, range) else range(title)
    signs = line_signs(page)
    found = correct_kinds(
        page, numbers, blocks, cues, np.full(len(kinds), in_body), signs, is_like_article=like_article
    )
    return [KINDS[kind] for kind in found.tolist()]


def of_text(lines: list[str], kinds: list[Kind], title: int = 1) -> list[Kind]:
    return corrected(segment_text("\n\n".join(lines)), kinds, title)
