"""Sends rows in batches: lazily, one answer for each row and in order, again after a truncated answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from copydesk.classifier import UnreadablePage
from copydesk.service.client import connection
from copydesk.service.client.connection import Call, Connections, Retry, ServiceProblem, ServiceUnreachable
from copydesk.service.rows import BadField, contract, jsonl

R = TypeVar("R")
A = TypeVar("A")
T = TypeVar("T")
BATCH_ROWS = 64
"""Most rows in one request. The first has one row, so that the first answer comes soon; then the number doubles."""
SLOW_SECONDS = 0.2
"""A row that the caller takes longer to make is sent at once; after a quicker one the client waits for more rows."""
BATCH_BYTES = 8 * 1024 * 1024
"""A request with at least so many characters of pages is sent."""
UNREADABLE = 422
"""The HTTP status of a page that cannot be read."""
UNAVAILABLE, STOPPING = 503, "stopping"
"""The HTTP status of a server that stops, and the code of its last row; rows without an answer are sent again."""
CHECK_URL = "check that the URL is that of copydesk"


@dataclass(frozen=True, slots=True)
class RowKind(Generic[R, A]):
    """How rows of one endpoint are sent.

    Attributes:
        path: The endpoint's.
        size: The characters of a row; raises `TypeError` for what is no row.
        encode: A row's line, by the row's number in its request; raises `UnreadablePage` for one that is not sent.
        read: The answer in a line, by the row's number and the row; raises `ServiceProblem` for that to another row.
    """

    path: str
    size: Callable[[R], int]
    encode: Callable[[int, R], bytes]
    read: Callable[[int, R, bytes], A]


def answer_rows(
    connections: Connections, retries: int, rows: Iterable[R], kind: RowKind[R, A]
) -> Iterator[A | UnreadablePage]:
    """Send rows in requests that grow, and yield their answers as they arrive; a row that is not sent is its error."""
    for batch in _batches(rows, kind.size):
        retry = Retry(retries)
        while batch:
            try:
                for answer in _answers(connections, batch, kind):
                    yield answer
                    batch = batch[1:]
                    retry.reset()
            except (ServiceProblem, ServiceUnreachable) as error:
                retry.after(error)


def decode_answer(data: bytes, kind: type[T]) -> T:
    """Decode an answer; raise `ServiceUnreachable` if it is another thing."""
    try:
        return jsonl.decode_row(data, kind)
    except BadField:
        raise ServiceUnreachable(f"the server's answer is not JSON; {CHECK_URL}") from None
    except msgspec.ValidationError as error:
        raise ServiceUnreachable(f"the server's answer is not as expected ({error}); {CHECK_URL}") from None


def decode_answer_or_error(data: bytes, kind: type[T]) -> T | contract.ErrorRow:
    """Decode an answer, or the error of a row."""
    try:
        return decode_answer(data, kind)
    except ServiceUnreachable:
        return decode_answer(data, contract.ErrorRow)


def read_error(row: contract.ErrorRow) -> UnreadablePage:
    """Return the error of a row, without the number of its line in the request."""
    prefix, _, rest = row.error.message.partition(": ")
    named = prefix.startswith("line ") and prefix[5:].isdigit()
    return UnreadablePage(row.error.code, rest if named else row.error.message)


def out_of_order(answer: object) -> ServiceProblem:
    """Return the problem of an answer that belongs to no row; it may be why the server ended its answers."""
    if isinstance(answer, contract.ErrorRow):
        status = UNAVAILABLE if answer.error.code == STOPPING else UNREADABLE
        return ServiceProblem(status, answer.error.code, answer.error.message)
    return ServiceProblem(UNREADABLE, "out_of_order", "the server's answers are out of order")


def _batches(rows: Iterable[R], size: Callable[[R], int]) -> Iterator[list[R]]:
    """Group rows into batches that grow; a slow row ends its batch and the growth, many bytes end the batch."""
    most, batch, n_bytes = 1, list[R](), 0
    waited_from = time.monotonic()
    for row in rows:
        n_bytes += size(row)
        slow = time.monotonic() - waited_from > SLOW_SECONDS
        batch.append(row)
        if slow or len(batch) >= most or n_bytes >= BATCH_BYTES:
            yield batch
            most, batch, n_bytes = 1 if slow else min(2 * most, BATCH_ROWS), [], 0
        waited_from = time.monotonic()
    if batch:
        yield batch


def _answers(connections: Connections, batch: Sequence[R], kind: RowKind[R, A]) -> Iterator[A | UnreadablePage]:
    """Send a batch once."""
    encoded = [_encoded(number, row, kind) for number, row in enumerate(batch)]
    sent = b"".join(line for line in encoded if isinstance(line, bytes))
    if not sent:
        yield from (error for error in encoded if isinstance(error, UnreadablePage))
        return
    with connections.answer(Call("POST", kind.path, sent, "application/x-ndjson")) as response:
        lines = connection.read_lines(response)
        for number, (row, line) in enumerate(zip(batch, encoded, strict=True)):
            if isinstance(line, UnreadablePage):
                yield line
                continue
            answer = next(lines, None)
            if answer is None:
                raise ServiceUnreachable(
                    f"the server answered {number} of {len(batch)} pages, then the answer was truncated; try later"
                )
            yield kind.read(number, row, answer)
        for line in lines:
            raise out_of_order(decode_answer_or_error(line, dict))


def _encoded(number: int, row: R, kind: RowKind[R, A]) -> bytes | UnreadablePage:
    try:
        return kind.encode(number, row)
    except UnreadablePage as error:
        return error
