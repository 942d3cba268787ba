"""Sends requests over connections that stay open, tries again, and raises the server's problems as errors."""

from __future__ import annotations

import gzip
import json
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from copydesk.classifier.errors import CopydeskError

BUSY = (429, 503)
"""HTTP statuses after which the same request may succeed later."""
FIRST_PAUSE = 0.25
"""Seconds before the first retry, at most; the pause doubles with each further one."""
LONGEST_PAUSE = 30.0
"""Seconds; if the server's Retry-After is longer, its problem is raised at once."""
COMPRESS_FROM = 2048
"""Bytes from which a body is compressed, unless the server is on this machine."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ServiceUnreachable(CopydeskError):
    """The server does not answer, or breaks off its answer."""

    code = "service_unreachable"


class ServiceProblem(CopydeskError):
    """The server refused a request; `code` is that of its problem, `retry_after` is in seconds."""

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(status, code, message, retry_after)  # all, as pickle calls the class again with them
        self.status = status
        self.code = code
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.args[2])


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a server's URL."""

    secure: bool
    host: str
    port: int | None
    path: str

    @property
    def name(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}" if self.port else self.host


def parse_address(url: str) -> Address:
    """Split a server's URL.

    Raises:
        ValueError: It is no http or https URL, or has a user name, a query or a fragment.
    """
    parts = urlsplit(url)
    wanted = "expected one such as http://127.0.0.1:8000"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"the server's URL is {url[:80]!r}, {wanted}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(
            f"the server's URL has a user name, a query or a fragment, {wanted}; give the key as an argument of its own"
        )
    return Address(parts.scheme == "https", parts.hostname, parts.port, parts.path.rstrip("/"))


@dataclass(frozen=True, slots=True)
class Call:
    """A request; all of them are idempotent."""

    method: str
    path: str
    body: bytes | None = None
    media: str = "application/json"


@dataclass(slots=True)
class Retry:
    """Counts failed attempts and waits between them."""

    most: int
    sleep: Callable[[float], None] = time.sleep
    failed: int = 0

    def after(self, error: ServiceProblem | ServiceUnreachable) -> None:
        """Wait before the next attempt.

        Raises:
            CopydeskError: That error, where another attempt is of no use.
        """
        may_succeed = not isinstance(error, ServiceProblem) or error.status in BUSY
        retry_after = getattr(error, "retry_after", None) or 0.0
        if not may_succeed or self.failed >= self.most or retry_after > LONGEST_PAUSE:
            raise error
        longest = min(FIRST_PAUSE * 2**self.failed, LONGEST_PAUSE)
        self.failed += 1
        self.sleep(max(retry_after, random.uniform(longest / 2, longest)))

    def reset(self) -> None:
        """Count failures from 0 again, as the server did some of the work."""
        self.failed = 0


@dataclass(slots=True)
class Connections:
    """Open connections to one server; several threads may use them at once."""

    address: Address
    key: str | None = field(repr=False)
    timeout: float
    _idle: list[HTTPConnection] = field(default_factory=list, repr=False)

    @contextmanager
    def answer(self, call: Call) -> Iterator[HTTPResponse]:
        """Send a request once and return the answer, for the caller to read.

        Raises:
            ServiceProblem: The server refused it.
            ServiceUnreachable: It did not answer, or broke off while it was read.
        """
        try:
            connection, response = self._send(call)
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from error
        try:
            if response.status >= 300:
                raise _problem(response)
            yield response
        except (OSError, HTTPException, EOFError) as error:
            connection.close()
            raise self._unreachable(error) from error
        except BaseException:
            connection.close()
            raise
        if response.isclosed() and not response.will_close:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def _send(self, call: Call) -> tuple[HTTPConnection, HTTPResponse]:
        """Send on an open connection, or on a new one if the server has closed that meanwhile."""
        if self._idle:
            connection = self._idle.pop()
            try:
                return connection, self._send_on(connection, call)
            except TimeoutError:
                connection.close()
                raise
            except (OSError, HTTPException):
                connection.close()
        connection = self._new()
        try:
            return connection, self._send_on(connection, call)
        except BaseException:
            connection.close()
            raise

    def _send_on(self, connection: HTTPConnection, call: Call) -> HTTPResponse:
        body, headers = call.body, self._headers(call)
        if body is not None and len(body) >= COMPRESS_FROM and self.address.host not in LOOPBACK:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        connection.request(call.method, self.address.path + call.path, body, headers)
        return connection.getresponse()

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {"Accept": "application/json, application/x-ndjson", "User-Agent": "copydesk"}
        if self.address.host not in LOOPBACK:
            headers["Accept-Encoding"] = "gzip"
        if call.body is not None:
            headers["Content-Type"] = call.media
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return headers

    def _new(self) -> HTTPConnection:
        address = self.address
        if address.secure:
            context = ssl.create_default_context()
            return HTTPSConnection(address.host, address.port, timeout=self.timeout, context=context)
        return HTTPConnection(address.host, address.port, timeout=self.timeout)

    def _unreachable(self, error: Exception) -> ServiceUnreachable:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ServiceUnreachable(
            f"the server at {self.address.name} does not answer ({reason}); check that it runs, and its address"
        )


def read_body(response: HTTPResponse) -> bytes:
    """Read an answer to its end, decompressed."""
    data = response.read()
    return gzip.decompress(data) if response.headers.get("Content-Encoding") == "gzip" else data


def read_lines(response: HTTPResponse) -> Iterator[bytes]:
    """Read an answer line by line as it comes, decompressed; empty lines are left out."""
    compressed = response.headers.get("Content-Encoding") == "gzip"
    for line in gzip.GzipFile(fileobj=response) if compressed else response:
        if line.strip():
            yield line


def _problem(response: HTTPResponse) -> ServiceProblem:
    """Read a problem; the code of an answer that is none, such as a proxy's, is made of its status."""
    fields: Mapping[str, Any] = {}
    try:
        found = json.loads(read_body(response))
        fields = found if isinstance(found, dict) else {}
    except (ValueError, OSError):
        pass
    detail = fields.get("detail")
    message = detail if isinstance(detail, str) else f"the server answered {response.status} {response.reason[:300]}"
    code = fields.get("code")
    after = response.headers.get("Retry-After", "")
    return ServiceProblem(
        response.status,
        code if isinstance(code, str) else f"http_{response.status}",
        message,
        float(after) if after.isascii() and after.isdigit() else None,
    )
