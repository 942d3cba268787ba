"""Makes web addresses of a page absolute, and reads the host's name."""

from __future__ import annotations

import re

MAX_ADDRESS = 2_000
"""Characters of an address; a longer one is left out."""

_PARTS = re.compile(r"(https?):(?://([^/?#\s]+)([^?#\s]*)(\?[^#\s]*)?)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST = re.compile(r"(?:[^@/]*@)?((?:[\w-]+\.)*[\w-]+|\[[0-9a-f:.]+\])(?::\d+)?\.?", re.IGNORECASE)
"""A host's name, an IPv4 address, or an IPv6 address in brackets; before it a login, after it a port."""


def resolve(address: str, base: str) -> str:
    """Return an absolute http address, without what is after "#"; empty if it is none.

    `base` is the address of the page that `address` was found on; RFC 3986 says how they are joined, but a login in
    `base` is left out: it is the caller's, and results are passed on. A host without a
    dot, such as "localhost", counts only if the page is on it: elsewhere it is a mistake.
    """
    address = "".join(address.strip().splitlines()).replace("\t", "").replace(" ", "%20")
    if not address or len(address) > MAX_ADDRESS:
        return ""
    if _SCHEME.match(address) is None:
        address = _join(address, base)
    found = _PARTS.match(address)
    host = _host(found)
    if found is None or not (host and ("." in host or ":" in host or host == _host(_PARTS.match(base)))):
        return ""
    scheme, authority, path, query = found.groups()
    login, at, place = authority.rpartition("@")
    return f"{scheme.lower()}://{login}{at}{place.lower()}{_without_dots(path) or '/'}{query or ''}"


def host_name(address: str) -> str:
    """Return the host of an address without "www." and port, such as "pier.example"; empty if there is none."""
    return _host(_PARTS.match(address)).removeprefix("www.")


def _host(parts: re.Match[str] | None) -> str:
    """Return the host in a match of `_PARTS` in lower case; empty if there is none."""
    found = _HOST.fullmatch(parts[2]) if parts is not None else None
    if found is None or (found[1].startswith("[") and not _is_ipv6(found[1][1:-1])):
        return ""
    return found[1].lower()


def _is_ipv6(text: str) -> bool:
    from ipaddress import IPv6Address  # rare, and slow to load

    try:
        return bool(IPv6Address(text).compressed)
    except ValueError:
        return False


def _join(address: str, base: str) -> str:
    found = _PARTS.match(base)
    if found is None:
        return ""
    scheme, authority, path, _ = found.groups()
    host = authority.rpartition("@")[2]
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
