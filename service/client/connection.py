"""Sends requests over connections that stay open, tries again, and raises the server's problems as errors."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from copydesk.classifier import CopydeskError
from copydesk.service.rows import BadField, jsonl

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
    """The server does not answer, or its answer is truncated."""

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


def parse_address(url: str) -> SplitResult:
    """Split a server's URL; raise `ValueError` if it is not http or https, or has more than a host and a path."""
    parts = urlsplit(url)
    wanted = "expected one such as http://127.0.0.1:8000"
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"the server's URL is {url[:80]!r}, {wanted}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(
            f"the server's URL has a user name, a query or a fragment, {wanted}; give the key as an argument of its own"
        )
    return parts._replace(path=parts.path.rstrip("/"))


@dataclass(frozen=True, slots=True)
class Call:
    """A request; all of them are idempotent."""

    method: str
    path: str
    body: bytes | None = None
    media: str = "application/json"
    accept: str = "application/json, application/x-ndjson"


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
        # what took too long once would take as long again, and keep the server busy
        may_succeed = not isinstance(error, ServiceProblem) or (error.status in BUSY and error.code != "timeout")
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

    address: SplitResult
    key: str | None = field(repr=False)
    timeout: float
    _idle: list[HTTPConnection] = field(default_factory=list, repr=False)

    @contextmanager
    def answer(self, call: Call) -> Iterator[HTTPResponse]:
        """Send a request once and return the answer, for the caller to read.

        Raises:
            ServiceProblem: The server refused it.
            ServiceUnreachable: It did not answer, or its answer was truncated.
        """
        try:
            connection, response = self._send(call)
            try:
                if response.status >= 300:
                    raise _problem(response)
                yield response
            except BaseException:
                connection.close()
                raise
        except (OSError, HTTPException, EOFError) as error:
            raise self._unreachable(error) from error
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
                raise
            except (OSError, HTTPException):
                pass
        kind = HTTPSConnection if self.address.scheme == "https" else HTTPConnection
        connection = kind(str(self.address.hostname), self.address.port, timeout=self.timeout)
        return connection, self._send_on(connection, call)

    def _send_on(self, connection: HTTPConnection, call: Call) -> HTTPResponse:
        """Send on a connection, which is closed if that fails."""
        body, headers = call.body, {"Accept": call.accept, "User-Agent": "copydesk"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            headers["Content-Type"] = call.media
        if self.address.hostname not in LOOPBACK:
            headers["Accept-Encoding"] = "gzip"
            if body is not None and len(body) >= COMPRESS_FROM:
                body = gzip.compress(body, 1)
                headers["Content-Encoding"] = "gzip"
        try:
            connection.request(call.method, self.address.path + call.path, body, headers)
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def _unreachable(self, error: Exception) -> ServiceUnreachable:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ServiceUnreachable(
            f"the server at {self.address.netloc} does not answer ({reason}); check that it runs, and its address"
        )


def read_body(response: HTTPResponse) -> bytes:
    """Read an answer to its end, decompressed."""
    data = response.read()
    return gzip.decompress(data) if response.headers.get("Content-Encoding") == "gzip" else data


def read_lines(response: HTTPResponse) -> Iterator[bytes]:
    """Read an answer line by line as it arrives, decompressed; empty lines are left out."""
    compressed = response.headers.get("Content-Encoding") == "gzip"
    stream = gzip.GzipFile(fileobj=response) if compressed else response
    return (line for line in stream if line.strip())


class _Refusal(Struct):
    """The members of `ProblemDetails` that errors are made of."""

    code: str = ""
    detail: str = ""


def _problem(response: HTTPResponse) -> ServiceProblem:
    """Read a problem; if the answer is not one, such as a proxy's, the code is made of its status."""
    try:
        refusal = jsonl.decode_row(read_body(response), _Refusal)
    except (BadField, ValueError, OSError):
        refusal = _Refusal()
    code = refusal.code or f"http_{response.status}"
    message = refusal.detail or f"the server answered {response.status} {response.reason[:300]}"
    after = response.headers.get("Retry-After", "")
    retry_after = float(after) if after.isascii() and after.isdigit() else None
    return ServiceProblem(response.status, code, message, retry_after)
