"""Labels the blocks of news pages: editorial body, boilerplate, teasers of other stories.

Lists what other rooms may use of this one; `copydesk` has these names too. Heavy ones load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.classifier.errors import ArtifactMismatch, CopydeskError, UnreadablePage
from copydesk.classifier.lazy_names import lazy_names

if TYPE_CHECKING:
    from copydesk.classifier.artifact import load_manifest, load_model
    from copydesk.classifier.duplicates import Document, DuplicateOptions, deduplicate
    from copydesk.classifier.extraction import extract
    from copydesk.classifier.model import Model
    from copydesk.classifier.pipeline import classify, classify_page
    from copydesk.classifier.result import Article
    from copydesk.classifier.segmentation import decode
    from copydesk.classifier.types import (
        BODY_PARTS,
        FIELDS,
        KINDS,
        LABELS,
        PARTS,
        Comment,
        Explanation,
        Kind,
        Label,
        OtherArticle,
        Page,
        ScoredBlock,
        read_parts,
    )

__all__ = [
    "BODY_PARTS",
    "FIELDS",
    "KINDS",
    "LABELS",
    "PARTS",
    "Article",
    "ArtifactMismatch",
    "Comment",
    "CopydeskError",
    "Document",
    "DuplicateOptions",
    "Explanation",
    "Kind",
    "Label",
    "Model",
    "OtherArticle",
    "Page",
    "ScoredBlock",
    "UnreadablePage",
    "classify",
    "classify_page",
    "decode",
    "deduplicate",
    "extract",
    "load_manifest",
    "load_model",
    "read_parts",
]

__getattr__ = lazy_names(
    globals(),
    {
        "copydesk.classifier.artifact": ("load_manifest", "load_model"),
        "copydesk.classifier.duplicates": ("Document", "DuplicateOptions", "deduplicate"),
        "copydesk.classifier.extraction": ("extract",),
        "copydesk.classifier.model": ("Model",),
        "copydesk.classifier.pipeline": ("classify", "classify_page"),
        "copydesk.classifier.result": ("Article",),
        "copydesk.classifier.segmentation": ("decode",),
        "copydesk.classifier.types": (
            "BODY_PARTS",
            "FIELDS",
            "KINDS",
            "LABELS",
            "PARTS",
            "Comment",
            "Explanation",
            "Kind",
            "Label",
            "OtherArticle",
            "Page",
            "ScoredBlock",
            "read_parts",
        ),
    },
)
