"""Chooses a page's authors among the names that its places give: persons before the publisher itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from copydesk.classifier.fields.json_ld import JsonLd
from copydesk.classifier.fields.names import clean_names

_WORDS = re.compile(r"[^\W_]+")
_STAFF = frozenset(
    "redaktion redaktionen online onlineredaktion digital news staff team editors editor editorial newsroom reporter "
    "reporters writer writers web desk webdesk newsdesk admin the der die das la le el il de com net org co redaccion "
    "redacción redazione rédaction redakcja redactie toimitus nachrichten magazin correspondent agencies agency".split()
)
"""Words that name no person beside a publication's name, and the endings of host names."""


def choose_authors(
    places: Iterable[tuple[str, tuple[str, ...]]], stated: JsonLd, publishers: Iterable[str]
) -> tuple[tuple[str, ...], str]:
    """Return the names of the first place with other names than the publisher's, and that place; persons come first.

    The publisher's own name, its desk or its staff is left out beside others. If no place has others, authors count
    that JSON-LD calls organisations; without any, the publisher is the author if a place says so.
    """
    own = {_key(publisher) for publisher in publishers} - {""}
    fallback: tuple[tuple[str, ...], str] = ((), "")
    for place, names in places:
        others = tuple(name for name in names if not _is_publisher(name, own))
        if others:
            return _with_organisations(stated, own) if place == "json-ld" and stated.organisations else others, place
        if names and not fallback[0]:
            fallback = names, place
    if stated.organisations:
        return _with_organisations(stated, own) or clean_names(stated.authors), "json-ld"
    return fallback


def _with_organisations(stated: JsonLd, own: set[str]) -> tuple[str, ...]:
    """Return persons and organisations of JSON-LD in the order of the page, without the publisher."""
    return tuple(name for name in clean_names(stated.authors) if not _is_publisher(name, own))


def _is_publisher(name: str, own: set[str]) -> bool:
    key = _key(name)
    return not key or key in own or any(len(each) > 3 and len(key) > 3 and key.startswith(each) for each in own)


def _key(name: str) -> str:
    """Return a name's letters in lower case, without words that say nothing of who it is."""
    return "".join(word for word in _WORDS.findall(name.casefold()) if word not in _STAFF)
