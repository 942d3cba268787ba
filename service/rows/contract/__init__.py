"""Defines every row and every JSON answer once, for every module that writes, reads, describes or stores them.

From these structs follow the lines of the command line, the answers over HTTP, the types of the client, the schemas of
`/openapi.json` and the columns of batch scoring. Fields are written in the order of their definition. A field that is
`UNSET` is left out of JSON, and a field that may be `UNSET` has no column.
"""

from copydesk.service.rows.contract.documents import (
    SHARE_DIGITS,
    ArticleAnswer,
    Cluster,
    ClusterMember,
    ClusterRow,
    DayTotals,
    FoundArticles,
    IndexedArticle,
    IndexMatch,
    IndexOverview,
    LabelCounts,
    LatestCluster,
    Match,
)
from copydesk.service.rows.contract.pages import (
    Block,
    BriefPage,
    ErrorRow,
    LabelledPage,
    Probabilities,
    RowError,
    ScoredPage,
    ScoreError,
)
from copydesk.service.rows.contract.requests import ArticleRequest, FeedbackRequest, PageRequest
from copydesk.service.rows.contract.status import FeedbackReceipt, ModelInfo, ProblemDetails, ServiceStatus
from copydesk.service.rows.contract.values import MAX_NAME_CHARACTERS, NO_NULL_CHARACTER

__all__ = [
    "MAX_NAME_CHARACTERS",
    "NO_NULL_CHARACTER",
    "SHARE_DIGITS",
    "ArticleAnswer",
    "ArticleRequest",
    "Block",
    "BriefPage",
    "Cluster",
    "ClusterMember",
    "ClusterRow",
    "DayTotals",
    "ErrorRow",
    "FeedbackReceipt",
    "FeedbackRequest",
    "FoundArticles",
    "IndexMatch",
    "IndexOverview",
    "IndexedArticle",
    "LabelCounts",
    "LabelledPage",
    "LatestCluster",
    "Match",
    "ModelInfo",
    "PageRequest",
    "Probabilities",
    "ProblemDetails",
    "RowError",
    "ScoreError",
    "ScoredPage",
    "ServiceStatus",
]
