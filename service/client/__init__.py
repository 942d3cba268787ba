"""A typed client of the service: the library's own types over HTTP, with nothing to install beside the package."""

from service.client.answers import Cluster, Comparison, Held, Likeness, ModelInfo
from service.client.calls import Client
from service.client.connection import ServiceProblem, ServiceUnreachable
from service.feedback import Correction

__all__ = [
    "Client",
    "Cluster",
    "Comparison",
    "Correction",
    "Held",
    "Likeness",
    "ModelInfo",
    "ServiceProblem",
    "ServiceUnreachable",
]
