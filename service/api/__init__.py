"""The HTTP service: the answers of the command line over HTTP, with API keys, limits, logs and metrics."""

from copydesk.service.api.app import create_app
from copydesk.service.api.server import run_one, run_several

__all__ = ["create_app", "run_one", "run_several"]
