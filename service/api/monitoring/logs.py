"""Writes logs as JSON lines, without pages, keys, or exception messages that might quote them."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ACCESS = "copydesk.access"
LOGGERS = ("uvicorn", "copydesk", "opentelemetry")
"""Loggers whose records a server writes."""
FIELDS = "fields"
"""Attribute of a log record with further fields."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; an exception is given by its class and place only."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
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
            fields |= exception_fields(record.exc_info[1])
        return json.dumps(fields)


def exception_fields(error: BaseException) -> dict[str, str]:
    """Return the class of an exception and the place that raised it."""
    trace = traceback.extract_tb(error.__traceback__)
    place = f"{Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    return {"error": type(error).__name__, "at": place}


def log_config() -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig` that writes all logs to standard error."""
    loggers = {name: {"level": "INFO", "handlers": ["stderr"], "propagate": False} for name in LOGGERS}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.{JsonLines.__name__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": loggers,
    }


def collect_less() -> None:
    """Have records leave out what no line shows: the place of the call, thread, process and task.

    The logging HOWTO of Python, section Optimization, names these switches.
    """
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
