"""The command `copydesk serve`: the HTTP service, in one process or several that share a port."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from copydesk.classifier.extras import require_extra
from copydesk.service.commands import arguments
from copydesk.service.settings import Settings


def add_serve(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    serve = arguments.add_command(
        commands,
        "serve",
        help="run the HTTP service",
        description="Run the HTTP service until it is interrupted. Its settings are environment variables whose names "
        "begin with COPYDESK_, such as COPYDESK_HOST (default: 127.0.0.1), COPYDESK_PORT (8000) and COPYDESK_WORKERS "
        "(1). Logs are written to standard error, one JSON object per line.",
    )
    arguments.add_shared(serve, "--model")
    serve.set_defaults(command=serve_command)


def serve_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk serve`."""
    settings = arguments.load_settings(args.model, environment)
    require_extra("serve", "copydesk serve")
    _check_settings(settings)
    try:
        return _serve(settings)
    except ValueError as error:  # the index's URL, for one
        raise arguments.WrongUsage(str(error)) from error
    except SystemExit:  # uvicorn cannot start, and has logged why
        server = settings.server
        arguments.say(
            f"cannot serve at {server.host}:{server.port}; if the port is in use, set COPYDESK_PORT to another"
        )
        return arguments.SOME_FAILED


def _check_settings(settings: Settings) -> None:
    """Check before the start for errors of the first request: no model, or no keys where they are required."""
    from copydesk.classifier import load_manifest
    from copydesk.service.api_keys import KeyFile

    load_manifest(settings.model)
    server = settings.server
    if server.require_keys and not KeyFile(server.keys).read_all():
        raise arguments.WrongUsage(
            f"COPYDESK_HOST is {server.host}, where API keys are required, and {server.keys} has none; "
            "make one with: copydesk keys add NAME --scope write"
        )


def _serve(settings: Settings) -> int:
    if settings.server.workers == 1:
        from copydesk.service.api import run_one

        return run_one(settings)
    with tempfile.TemporaryDirectory(prefix="copydesk-workers-") as folder:
        from copydesk.service.api import run_several

        return run_several(replace(settings, server=replace(settings.server, shared=Path(folder))))
