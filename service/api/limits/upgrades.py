"""Reads requests that offer another protocol, such as HTTP/2, as if they did not (RFC 9110, section 7.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from httptools import HttpParserUpgrade, HttpRequestParser

_FRAMING = (b"connection", b"content-length", b"transfer-encoding")
"""The headers that say where a body ends, and whether another request follows it."""


class HeadRepeater(Protocol):
    """Takes the callbacks of the parser; those of a repeated head are to be ignored."""

    headers: list[tuple[bytes, bytes]]

    def repeat_head(self) -> None:
        """Ignore the callbacks of the next head, up to its end."""


class OfferIgnoringParser:
    """Reads the body of a request that offers another protocol.

    httptools ends such a request at its head, as if what follows were of the other protocol. So another parser reads
    the head once more without the offer, and the same bytes as the body that it frames.
    """

    def __init__(self, protocol: HeadRepeater) -> None:
        self._protocol = protocol
        self._parser = _new_parser(protocol)

    def feed_data(self, data: bytes) -> None:
        """Parse bytes.

        Raises:
            HttpParserError: The bytes are no HTTP/1.
        """
        rest = memoryview(data)
        while rest:
            try:
                self._parser.feed_data(rest)
                return
            except HttpParserUpgrade as offer:
                rest = rest[offer.args[0] :]
            head = _framing_head(self.get_http_version(), self._protocol.headers)
            self._parser = _new_parser(self._protocol)  # the other one reads nothing behind "Connection: close"
            self._protocol.repeat_head()
            self._parser.feed_data(head)

    def get_http_version(self) -> str:
        """Return the version of the request that is read, such as "1.1"."""
        return self._parser.get_http_version()

    def get_method(self) -> bytes:
        """Return its method."""
        return self._parser.get_method()

    def should_keep_alive(self) -> bool:
        """Return whether another request may follow it."""
        return self._parser.should_keep_alive()

    def should_upgrade(self) -> bool:
        """Return whether its head has an offer."""
        return self._parser.should_upgrade()


def _new_parser(protocol: HeadRepeater) -> HttpRequestParser:
    parser = HttpRequestParser(protocol)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets it
    return parser


def _framing_head(version: str, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    lines = [b"%b: %b\r\n" % header for header in headers if header[0] in _FRAMING]
    return b"POST / HTTP/%b\r\n%b\r\n" % (version.encode(), b"".join(lines))
