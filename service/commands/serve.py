"""The command `copydesk serve`: the HTTP service, in one process or several that share a port."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path

from copydesk.service.commands.arguments import chosen_settings, refuse
from copydesk.service.settings import Settings

# What loads the numeric libraries and the server is imported inside functions: --help and wrong usage need not wait.

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the Prometheus library looks for the folder in which workers add their numbers up."""


def add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    serve = commands.add_parser(
        "serve",
        help="answer over HTTP",
        description="Answer over HTTP, with the settings of the variables COPYDESK_...; logs on stderr as JSON lines.",
        allow_abbrev=False,
    )
    serve.add_argument(
        "--model", type=Path, metavar="DIR", help="folder of the model (the one that ships with copydesk)"
    )
    serve.set_defaults(command=serve_command)


def serve_command(args: argparse.Namespace, environment: MutableMapping[str, str]) -> int:
    """Run `copydesk serve` until it is told to stop."""
    from copydesk.classifier.errors import CopydeskError

    try:
        settings = chosen_settings(args.model, environment)
        _check(settings)
        return _serve(settings, environment)
    except (ValueError, CopydeskError) as error:
        return refuse(error)


def _check(settings: Settings) -> None:
    """Refuse at start what would fail at the first request.

    Raises:
        ValueError: Keys are needed and there are none.
        CopydeskError: The model or the keys cannot be read.
    """
    from copydesk.classifier import load_manifest
    from copydesk.service.api_keys import KeyFile

    load_manifest(settings.model)
    server = settings.server
    if server.require_keys and not KeyFile(server.keys).every():
        raise ValueError(
            f"{server.host} is to be served with keys, and {server.keys} holds none; "
            "make one with: copydesk keys add NAME --scope write"
        )


def _serve(settings: Settings, environment: MutableMapping[str, str]) -> int:
    if settings.server.workers == 1:
        from copydesk.service.api.server import run_one

        return run_one(settings)
    with tempfile.TemporaryDirectory(prefix="copydesk-workers-") as folder:
        environment[METRICS_FOLDER] = folder
        from copydesk.service.api.server import run_several

        return run_several(replace(settings, server=replace(settings.server, shared=Path(folder))))
