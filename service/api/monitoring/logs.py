"""Logs as JSON lines: what happened and where, never a page, a key or a message that might quote one."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ACCESS = "copydesk.access"
WRITERS = ("uvicorn", "copydesk", "opentelemetry")
"""Whose logs a server writes."""
FIELDS = "fields"
"""The attribute of a record that holds further fields."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; of an exception its kind and place alone."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
        }
        fields |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[1] is not None:
            fields |= error_fields(record.exc_info[1])
        return json.dumps(fields)


def error_fields(error: BaseException) -> dict[str, str]:
    """Name an error's kind and place."""
    trace = traceback.extract_tb(error.__traceback__)
    place = f"{Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    return {"error": type(error).__name__, "at": place}


def log_settings(level: str = "INFO") -> dict[str, Any]:
    """Return the settings of `logging.config` that write all logs of a server to standard error."""
    loggers = {name: {"level": level, "handlers": ["stderr"], "propagate": False} for name in WRITERS}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.{JsonLines.__name__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": loggers,
    }
