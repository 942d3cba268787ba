"""Writes logs as JSON lines, without pages, keys, or exception messages that might quote them."""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from copydesk.service.rows import jsonl

ACCESS = "copydesk.access"
"""The logger that is named in the lines of requests."""
LOGGERS = ("uvicorn", "copydesk", "opentelemetry")
"""Loggers whose records a server writes."""
FIELDS = "fields"
"""Attribute of a log record with further fields."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; an exception is given by its class and place only."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        fields: dict[str, Any] = {
            "time": _Clock().read(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
        }
        fields |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[1] is not None:
            fields |= exception_fields(record.exc_info[1])
        return jsonl.encode_row_fast(fields).decode().rstrip("\n")


class AccessLog:
    """Writes the lines of requests to standard error, in a quarter of the time that `logging` takes."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self._logger = logging.getLogger(ACCESS)
        self._file = None if sys.__stderr__ is None else sys.__stderr__.fileno()

    def write(self, level: int, fields: Mapping[str, Any]) -> None:
        """Write a line if its logger lets its level through; it is lost if standard error is closed.

        A pipe that nobody reads holds the server up once it is full, as it does any program that writes its log there.
        """
        if self._file is None or not self._logger.isEnabledFor(level):
            return
        line = {
            "time": self._clock.read(time.time()),
            "level": logging.getLevelName(level).lower(),
            "logger": ACCESS,
            "message": "request",
            **fields,
        }
        with suppress(OSError):
            os.write(self._file, jsonl.encode_row_fast(line))


class _Clock:
    """Writes times in ISO 8601 with milliseconds; most of a time is that of the one before."""

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def read(self, seconds: float) -> str:
        """Return a time, in seconds since 1970, as text."""
        second = int(seconds)
        if second != self._second:
            self._second, self._text = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._text}.{int(1000 * (seconds - second)):03}Z"


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
