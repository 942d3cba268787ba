"""Makes web addresses of a page absolute, and reads the host's name."""

from __future__ import annotations

import re

MAX_CHARACTERS = 2_000
"""Characters of an address; a longer one is left out."""

_PARTS = re.compile(r"(https?):(?://([^/?#\s]+)([^?#\s]*)(\?[^#\s]*)?)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST = re.compile(r"(?:[^@/]*@)?((?:[\w-]+\.)+[\w-]+)(?::\d+)?\.?", re.IGNORECASE)


def resolve(address: str, base: str) -> str:
    """Return an absolute http address, without what is after "#"; empty if it is none.

    `base` is the address of the page that `address` was found on; RFC 3986 says how they are joined.
    """
    address = "".join(address.strip().splitlines()).replace("\t", "").replace(" ", "%20")
    if not address or len(address) > MAX_CHARACTERS:
        return ""
    if _SCHEME.match(address) is None:
        address = _join(address, base)
    found = _PARTS.match(address)
    if found is None or _HOST.fullmatch(found[2]) is None:
        return ""
    scheme, host, path, query = found.groups()
    return f"{scheme.lower()}://{host.lower()}{_without_dots(path) or '/'}{query or ''}"


def host_name(address: str) -> str:
    """Return the host of an address without "www." and port, such as "pier.example"; empty if there is none."""
    found = _PARTS.match(address)
    host = _HOST.fullmatch(found[2]) if found is not None else None
    return host[1].lower().removeprefix("www.") if host is not None else ""


def _join(address: str, base: str) -> str:
    found = _PARTS.match(base)
    if found is None:
        return ""
    scheme, host, path, _ = found.groups()
    if address.startswith("//"):
        return f"{scheme}:{address}"
    if address.startswith("/"):
        return f"{scheme}://{host}{address}"
    if address.startswith(("?", "#")):
        return f"{scheme}://{host}{path or '/'}{address}"
    return f"{scheme}://{host}{path.rpartition('/')[0]}/{address}"


def _without_dots(path: str) -> str:
    """Remove "." and ".." from a path."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    ending = "/" if parts[-1] in (".", "..") and kept else ""
    return "/" + "/".join(kept) + ending
