"""Features → probabilities → labels and kinds → reasons."""

from copydesk.classifier.model import hashed_linear
from copydesk.classifier.model.context import ALL_COLUMNS, context_columns
from copydesk.classifier.model.explain import explain_block
from copydesk.classifier.model.groups import GROUPS
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores, HashedLinear
from copydesk.classifier.model.trees import Trees
from copydesk.classifier.model.two_stage import FormModel, Model, Predictions, run_first_stage, run_second_stage

__all__ = [
    "ALL_COLUMNS",
    "GROUPS",
    "PAGE_TYPES",
    "FirstStageScores",
    "FormModel",
    "HashedLinear",
    "Model",
    "Predictions",
    "Trees",
    "context_columns",
    "explain_block",
    "hashed_linear",
    "run_first_stage",
    "run_second_stage",
]
