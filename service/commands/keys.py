"""The command `copydesk keys`: make, list and revoke the keys of the HTTP service."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from copydesk.service.commands.arguments import OK, SOME_FAILED, chosen_settings, refuse, say

# The store of keys is imported inside functions: --help and wrong usage need not wait for it.


def add_keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    keys = commands.add_parser(
        "keys",
        help="make and revoke keys of the service",
        description="Make, list and revoke keys of the HTTP service, in the file that COPYDESK_KEYS names.",
        allow_abbrev=False,
    )
    verbs = keys.add_subparsers(metavar="VERB", required=True, dest="verb")
    add = verbs.add_parser("add", help="make a key and show it, once", allow_abbrev=False)
    add.add_argument("name", metavar="NAME", help="what it is called")
    add.add_argument(
        "--scope", choices=("read", "write", "admin"), default="read", help="what it allows; each includes those before"
    )
    verbs.add_parser("list", help="show the names of all keys", allow_abbrev=False)
    revoke = verbs.add_parser("revoke", help="let a key be valid no more", allow_abbrev=False)
    revoke.add_argument("name", metavar="NAME", help="what it is called")
    keys.set_defaults(command=keys_command)


def keys_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk keys`."""
    from copydesk.service.api_keys import KeyFile, KeysUnusable, Scope

    try:
        keys = KeyFile(chosen_settings(None, environment).server.keys)
        if args.verb == "add":
            print(keys.add(args.name, Scope(args.scope), now=time.time()))
            say("this key is not shown again; send it as the header Authorization: Bearer KEY")
        elif args.verb == "list":
            for key in keys.every():
                made = datetime.fromtimestamp(key.made, UTC).isoformat(timespec="seconds")
                print(key.name, key.scope.value, made, sep="\t")
        elif not keys.revoke(args.name):
            say(f"there is no key named {args.name!r}; copydesk keys list shows all")
            return SOME_FAILED
    except (ValueError, KeysUnusable) as error:
        return refuse(error)
    sys.stdout.flush()
    return OK
