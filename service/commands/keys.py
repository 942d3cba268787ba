"""The command `copydesk keys`: makes, lists and revokes API keys of the HTTP service."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from copydesk.service.commands import arguments


def add_keys(commands: arguments.Commands) -> None:
    """Add the command and its subcommands to the parser."""
    keys = arguments.add_command(
        commands,
        "keys",
        help="make, list and revoke API keys of the service",
        description="Make, list and revoke API keys of the HTTP service, in the file that COPYDESK_KEYS names "
        "(default: copydesk-keys.sqlite).",
    )
    verbs = keys.add_subparsers(metavar="VERB", required=True, dest="verb")
    add = arguments.add_command(verbs, "add", help="make a key and print it; it is shown only now")
    add.add_argument("name", metavar="NAME", help="name of the key, to list and revoke it by")
    add.add_argument(
        "--scope",
        choices=("read", "write", "admin"),
        default="read",
        help="what the key allows: read classifies pages and looks articles up, write also adds and removes articles "
        "and sends feedback, admin also exports feedback (default: read)",
    )
    arguments.add_command(verbs, "list", help="print name, scope and creation time of all keys")
    revoke = arguments.add_command(verbs, "revoke", help="make a key invalid")
    revoke.add_argument("name", metavar="NAME", help="name of the key")
    keys.set_defaults(command=keys_command)


def keys_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk keys`."""
    from copydesk.service.api_keys import KeyFile, Scope  # it loads SQLite, which other commands start faster without

    keys = KeyFile(arguments.load_settings(None, environment).server.keys)
    if args.verb == "add":
        try:
            print(keys.add(args.name, Scope(args.scope), now=time.time()))
        except ValueError as error:
            raise arguments.WrongUsage(str(error)) from None
        arguments.say("this key is not shown again; send it as the header Authorization: Bearer KEY")
    elif args.verb == "list":
        for key in keys.read_all():
            created = datetime.fromtimestamp(key.created, UTC).isoformat(timespec="seconds")
            print(key.name, key.scope.value, created, sep="\t")
    elif not keys.revoke(args.name):
        arguments.say(f"there is no key named {args.name!r}; copydesk keys list shows all")
        return arguments.SOME_FAILED
    sys.stdout.flush()
    return arguments.OK
