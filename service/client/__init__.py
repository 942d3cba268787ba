"""A typed client of the service: the library's own types over HTTP, with nothing to install beside the package."""

from copydesk.service.client.answers import Cluster, Comparison, Held, Likeness, ModelInfo
from copydesk.service.client.calls import Client
from copydesk.service.client.connection import ServiceProblem, ServiceUnreachable
from copydesk.service.corrections import Correction

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
