"""Says which extra of copydesk to install where a package that only some uses need is missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from copydesk.classifier.errors import CopydeskError

PACKAGES = {
    "index": ("sqlalchemy",),
    "serve": ("fastapi", "httptools", "prometheus-client", "sqlalchemy", "uvicorn", "uvloop"),
    "score": ("pyarrow",),
    "ray": ("pyarrow", "ray"),
    "train": ("joblib", "lightgbm", "matplotlib", "rapidfuzz", "scikit-learn", "scipy"),
    "postgres": ("sqlalchemy", "psycopg"),
    "remote": ("fsspec", "gcsfs", "s3fs"),
    "otel": ("opentelemetry-exporter-otlp-proto-http", "opentelemetry-sdk"),
}
"""The packages that each extra installs."""
IMPORT_NAMES = {
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter.otlp.proto.http",
    "opentelemetry-sdk": "opentelemetry.sdk",
    "prometheus-client": "prometheus_client",
    "scikit-learn": "sklearn",
}
"""Import names of packages whose import name differs from their package name."""
NOT_ON_WINDOWS = ("uvloop",)


class MissingExtra(CopydeskError, ImportError):
    """A package that is not installed; the message names the extra that installs it."""

    code = "missing_extra"


def require_extra(extra: str, user: str, packages: Sequence[str] = ()) -> None:
    """Check that packages of an extra, by default all, are installed; they are not imported.

    Raises:
        MissingExtra: At least one is not installed, which the message says `user` needs.
    """
    missing = [package for package in packages or PACKAGES[extra] if not _is_installed(package)]
    if missing:
        *others, last = missing
        names = f"{', '.join(others)} and {last}" if others else last
        are, them = ("are", "them") if others else ("is", "it")
        raise MissingExtra(
            f"{user} needs {names}, which {are} not installed; install {them} with: pip install 'copydesk[{extra}]'"
        )


def _is_installed(package: str) -> bool:
    try:
        found = find_spec(IMPORT_NAMES.get(package, package))
    except ImportError:  # the package that would hold it is missing
        found = None
    return found is not None or (sys.platform == "win32" and package in NOT_ON_WINDOWS)
