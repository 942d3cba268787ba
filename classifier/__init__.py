"""Labels the blocks of news pages: editorial body, boilerplate, teasers of other stories."""

from classifier.artifact import load_manifest, load_model
from classifier.decode import decode
from classifier.errors import ArtifactMismatch, CopydeskError, UnreadablePage
from classifier.model import Model
from classifier.pipeline import classify, classify_page
from classifier.types import Article, Kind, Label, Page, ScoredBlock

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
