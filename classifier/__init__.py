"""Labels the blocks of news pages: editorial body, boilerplate, teasers of other stories.

What other rooms may use of this one; `copydesk` has these names too. Heavy ones load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.classifier.errors import ArtifactMismatch, CopydeskError, UnreadablePage
from copydesk.classifier.lazy_names import lazy_names

if TYPE_CHECKING:
    from copydesk.classifier.artifact import load_manifest, load_model
    from copydesk.classifier.model.two_stage import Model
    from copydesk.classifier.pipeline import classify, classify_page
    from copydesk.classifier.segmentation.charset import decode
    from copydesk.classifier.types import Article, Kind, Label, Page, ScoredBlock

__all__ = [
    "Article",
    "ArtifactMismatch",
    "CopydeskError",
    "Kind",
    "Label",
    "Model",
    "Page",
    "ScoredBlock",
    "UnreadablePage",
    "classify",
    "classify_page",
    "decode",
    "load_manifest",
    "load_model",
]

__getattr__ = lazy_names(
    globals(),
    {
        "copydesk.classifier.artifact": ("load_manifest", "load_model"),
        "copydesk.classifier.model.two_stage": ("Model",),
        "copydesk.classifier.pipeline": ("classify", "classify_page"),
        "copydesk.classifier.segmentation.charset": ("decode",),
        "copydesk.classifier.types": ("Article", "Kind", "Label", "Page", "ScoredBlock"),
    },
)
