"""Batch scoring: reads files of pages and writes labelled rows. Numeric libraries are loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.classifier.lazy_names import lazy_names
from copydesk.service.score.options import (
    PAGE_SECONDS,
    SHARD_MB,
    ClusterOptions,
    ColumnNames,
    OutputFormat,
    ScoreOptions,
    WantedPages,
    is_remote,
)

if TYPE_CHECKING:
    from copydesk.service.score.progress import failures
    from copydesk.service.score.ray.engine import ray_engine
    from copydesk.service.score.remote_output import default_work_folder
    from copydesk.service.score.run import score_files

__all__ = [
    "PAGE_SECONDS",
    "SHARD_MB",
    "ClusterOptions",
    "ColumnNames",
    "OutputFormat",
    "ScoreOptions",
    "WantedPages",
    "default_work_folder",
    "failures",
    "is_remote",
    "ray_engine",
    "score_files",
]

__getattr__ = lazy_names(
    globals(),
    {
        "copydesk.service.score.progress": ["failures"],
        "copydesk.service.score.ray.engine": ["ray_engine"],
        "copydesk.service.score.remote_output": ["default_work_folder"],
        "copydesk.service.score.run": ["score_files"],
    },
)
