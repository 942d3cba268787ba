"""Features → probabilities → labels and kinds → reasons."""

from copydesk.classifier.model import hashed_linear
from copydesk.classifier.model.context import ALL_COLUMNS, context_columns
from copydesk.classifier.model.explain import explain_block
from copydesk.classifier.model.groups import GROUPS, LINEAR_PARTS
from copydesk.classifier.model.hashed_linear import PAGE_TYPES, FirstStageScores, HashedLinear
from copydesk.classifier.model.trees import Trees
from copydesk.classifier.model.two_stage import (
    BODY,
    UNDER_METADATA,
    FormModel,
    Model,
    Predictions,
    expected_f1,
    label_page,
    run_both_stages,
    run_first_stage,
    run_second_stage,
)

__all__ = [
    "ALL_COLUMNS",
    "BODY",
    "GROUPS",
    "LINEAR_PARTS",
    "PAGE_TYPES",
    "UNDER_METADATA",
    "FirstStageScores",
    "FormModel",
    "HashedLinear",
    "Model",
    "Predictions",
    "Trees",
    "context_columns",
    "expected_f1",
    "explain_block",
    "hashed_linear",
    "label_page",
    "run_both_stages",
    "run_first_stage",
    "run_second_stage",
]
