"""The command `copydesk serve`: the HTTP service, in one process or several that share a port."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import os
import re
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from copydesk.classifier.extras import require_extra
from copydesk.service.commands import arguments
from copydesk.service.settings import Settings

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Hosts that stand for all addresses of this machine, and the one that a browser on it can open."""
HOST_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]+")
"""A name has a letter: numbers such as 127.1 are addresses that systems read differently."""


def add_serve(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    serve = arguments.add_command(
        commands,
        "serve",
        help="run the HTTP service",
        description="Run the HTTP service until it is interrupted. Its settings are environment variables whose names "
        "begin with COPYDESK_, such as COPYDESK_HOST (default: 127.0.0.1), COPYDESK_PORT (8000) and COPYDESK_WORKERS "
        "(1). Logs are written to standard error, one JSON object per line; on a terminal, a line names the address to "
        "open.",
    )
    serve.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: COPYDESK_HOST, or 127.0.0.1)")
    serve.add_argument(
        "--port", type=_port, metavar="N", help="port to listen on, 0 for a free one (default: COPYDESK_PORT, or 8000)"
    )
    arguments.add_shared(serve, "--model")
    serve.set_defaults(command=serve_command)


def _port(value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and int(value) <= 65_535):
        raise argparse.ArgumentTypeError(f"{value[:40]!r} is not a whole number from 0 to 65535")
    return value


def serve_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk serve`."""
    _open_standard_files()
    given = {f"COPYDESK_{name.upper()}": getattr(args, name) for name in ("host", "port") if getattr(args, name)}
    settings = arguments.load_settings(args.model, {**environment, **given})
    require_extra("serve", "copydesk serve")
    try:
        _check_settings(settings)
        if _port_in_use(settings.server.host, settings.server.port):
            port = settings.server.port
            arguments.say(f"port {port} of {settings.server.host} is in use; choose another with --port")
            return arguments.SOME_FAILED
        return _serve(settings)
    except ValueError as error:  # the index's URL, for one
        raise arguments.WrongUsage(str(error)) from error
    except OSError as error:
        arguments.say(f"cannot serve without room in the temporary folder: {error}; name another with TMPDIR")
        return arguments.SOME_FAILED
    except SystemExit:  # uvicorn cannot start, and has logged why
        server = settings.server
        arguments.say(f"cannot serve at {server.host}:{server.port}; the lines above say why")
        return arguments.SOME_FAILED


def _open_standard_files() -> None:
    """Open the null device for standard files that are closed; libuv aborts if a file of its own has such a number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number that is free


def _check_settings(settings: Settings) -> None:
    """Check before the start for what would fail later: a host, a model, keys where they are required, a URL."""
    from copydesk.classifier import load_manifest
    from copydesk.service.api_keys import KeyFile
    from copydesk.service.index.database import Database

    _check_host(settings.server.host)
    load_manifest(settings.model)
    Database(settings.index).close()
    server = settings.server
    if server.require_keys and not KeyFile(server.keys).read_all():
        raise arguments.WrongUsage(
            f"the address is {server.host}, where API keys are required, and {server.keys} has none; "
            "make one with: copydesk keys add NAME --scope write"
        )


def _check_host(host: str) -> None:
    """Raise `WrongUsage` if a host is neither an IP address nor a name of this machine's network."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not HOST_NAME.fullmatch(host) or not _has_address(host):
            raise arguments.WrongUsage(
                f"the host is {host[:80]!r}, expected an IP address such as 127.0.0.1 or ::1, or a name that has one; "
                "the port is set by --port"
            ) from None


def _has_address(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, None))
    except (OSError, UnicodeError):
        return False


def _port_in_use(host: str, port: int) -> bool:
    """Return whether another program listens on the port. Other reasons not to listen are found at the start."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return False
    for family, kind, protocol, _, address in found if port else ():
        try:
            with socket.socket(family, kind, protocol) as trial:
                if os.name == "posix":  # as the server does: a port of connections that have ended is free
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                trial.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
    return False


def _serve(settings: Settings) -> int:
    listening = partial(_say_where, settings.server.host)
    if settings.server.workers == 1:
        from copydesk.service.api import run_one

        return run_one(settings, listening)
    with tempfile.TemporaryDirectory(prefix="copydesk-workers-") as folder:
        from copydesk.service.api import run_several

        return run_several(replace(settings, server=replace(settings.server, shared=Path(folder))), listening)


def _say_where(host: str, port: int) -> None:
    """Name on a terminal the address to open, as the lines of JSON are for programs."""
    if sys.stderr is not None and sys.stderr.isatty():
        host = ANY_ADDRESS.get(host, host)
        arguments.say(f"open http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
