"""A typed client of the service: the library's own types over HTTP. It loads no numeric library."""

from copydesk.service.client.calls import Client
from copydesk.service.client.connection import ServiceProblem, ServiceUnreachable
from copydesk.service.corrections import Correction
from copydesk.service.rows import contract

ArticleAnswer = contract.ArticleAnswer
Cluster = contract.Cluster
ClusterMember = contract.ClusterMember
IndexMatch = contract.IndexMatch
IndexedArticle = contract.IndexedArticle
ModelInfo = contract.ModelInfo

__all__ = [
    "ArticleAnswer",
    "Client",
    "Cluster",
    "ClusterMember",
    "Correction",
    "IndexMatch",
    "IndexedArticle",
    "ModelInfo",
    "ServiceProblem",
    "ServiceUnreachable",
]
