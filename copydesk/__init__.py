"""Splits news pages into body, boilerplate and teasers, and finds duplicate stories.

Names are loaded when they are first used, so that the client and `--help` wait for no numeric library.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from copydesk.classifier.extras import require_extra
from copydesk.classifier.lazy_names import lazy_names

if TYPE_CHECKING:
    from copydesk.classifier import (
        Article,
        ArtifactMismatch,
        CopydeskError,
        Document,
        Kind,
        Label,
        Model,
        Page,
        ScoredBlock,
        UnreadablePage,
        classify,
        classify_page,
        decode,
        deduplicate,
        extract,
        load_manifest,
        load_model,
    )
    from copydesk.service.client import Client
    from copydesk.service.index import open_index

__all__ = [
    "Article",
    "ArtifactMismatch",
    "Client",
    "CopydeskError",
    "Document",
    "Kind",
    "Label",
    "Model",
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
    "open_index",
]


_lazy = lazy_names(
    globals(),
    {
        "copydesk.classifier": [name for name in __all__ if name not in ("Client", "open_index")],
        "copydesk.service.client": ["Client"],
        "copydesk.service.index": ["open_index"],
    },
)


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    if name == "__version__":
        return version("copydesk")
    if name == "open_index":
        require_extra("index", "copydesk.open_index")
    return _lazy(name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__, "__version__"})
