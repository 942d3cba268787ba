"""Splits news pages into body, boilerplate and teasers, and finds duplicate stories.

Names are loaded when they are first used, so that the client and `--help` wait for no numeric library.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from copydesk.classifier.extras import MissingExtra, require_extra
from copydesk.classifier.lazy_names import lazy_names

if TYPE_CHECKING:
    from copydesk.classifier import (
        Article,
        ArtifactMismatch,
        Comment,
        CopydeskError,
        Document,
        DuplicateOptions,
        Kind,
        Label,
        Model,
        OtherArticle,
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
    from copydesk.service.client import Client, ServiceProblem, ServiceUnreachable
    from copydesk.service.index import open_index
    from copydesk.service.index_errors import IndexMismatch, IndexUnavailable, NoIndex

__all__ = [
    "Article",
    "ArtifactMismatch",
    "Client",
    "Comment",
    "CopydeskError",
    "Document",
    "DuplicateOptions",
    "IndexMismatch",
    "IndexUnavailable",
    "Kind",
    "Label",
    "MissingExtra",
    "Model",
    "NoIndex",
    "OtherArticle",
    "Page",
    "ScoredBlock",
    "ServiceProblem",
    "ServiceUnreachable",
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


_CLIENT = ("Client", "ServiceProblem", "ServiceUnreachable")
_INDEX_ERRORS = ("IndexMismatch", "IndexUnavailable", "NoIndex")
_OTHERS = (*_CLIENT, *_INDEX_ERRORS, "MissingExtra", "open_index")
_lazy = lazy_names(
    globals(),
    {
        "copydesk.classifier": [name for name in __all__ if name not in _OTHERS],
        "copydesk.service.client": _CLIENT,
        "copydesk.service.index": ["open_index"],
        "copydesk.service.index_errors": _INDEX_ERRORS,
    },
)


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    if name == "__version__":
        from importlib.metadata import version  # most of the time that importing copydesk would take

        return version("copydesk")
    if name == "open_index":
        try:
            require_extra("index", "copydesk.open_index")
        except MissingExtra as error:  # the name can be imported and inspected; only the call fails
            return partial(_fail, error)
    return _lazy(name)


def _fail(error: Exception, *arguments: object, **options: object) -> None:
    raise error


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted([*__all__, "__version__"])
