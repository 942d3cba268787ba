"""What the service answers about itself: its status, its model, problems, receipts."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType


class ModelInfo(Struct, frozen=True):
    """The model of the service: its manifest, scores included, and its card if it has one."""

    manifest: dict[str, Any]
    card: Annotated[str | None, Meta(description="Markdown.")]


class FeedbackReceipt(Struct, frozen=True):
    """The id under which a corrected page is stored."""

    id: str


class ServiceStatus(Struct, frozen=True):
    """Whether the service is there, and the digest of its model once that is loaded."""

    status: str
    model: str | UnsetType = UNSET


class ProblemDetails(Struct, frozen=True):
    """Why a request was refused (RFC 9457)."""

    type: Annotated[str, Meta(description="Where /docs explains it.")]
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Annotated[str, Meta(description="What was found, what was expected, what to do.")]
    instance: str
    code: str
