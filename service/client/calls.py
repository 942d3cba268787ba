"""The client: a method for each endpoint, pages in and the library's own types out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode

from copydesk.classifier import Article, Page, UnreadablePage
from copydesk.service.client.answers import (
    Cluster,
    Comparison,
    Held,
    ModelInfo,
    article_of,
    cluster_of,
    comparison_of,
    held_of,
)
from copydesk.service.client.connection import (
    Call,
    Connections,
    Retry,
    ServiceProblem,
    ServiceUnreachable,
    address_of,
    body_of,
    lines_of,
)
from copydesk.service.corrections import Correction
from copydesk.service.rows.jsonl import encode_row

T = TypeVar("T")
BATCH_ROWS = 64
"""Most pages of one request. The first holds one, so that the first answer comes soon, and each later one twice as many
as the one before it."""
SLOW_SECONDS = 0.2
"""A source that takes longer for a page trickles: that page is sent without waiting for more."""
BATCH_BYTES = 8 * 1024 * 1024
UNREADABLE = 422
TIMEOUT = 60.0
RETRIES = 4


class Client:
    """A server's client; several threads may share it.

    Args:
        url: Of the server, such as http://127.0.0.1:8000; a path in it goes before every endpoint's.
        key: API key, where the server asks for one.
        timeout: Seconds to wait for a connection, and for each piece of an answer.
        retries: How often a request is sent again that met no server, or one that had no room (429, 503). No
            request of this client does more when it is sent twice.

    Raises:
        ValueError: The URL cannot be used.
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = TIMEOUT, retries: int = RETRIES) -> None:
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ValueError("the key holds characters that no key has; copy it again, without line ends")
        self._connections = Connections(address_of(url), key, timeout)
        self._retries = retries

    def __enter__(self) -> Self:
        """Close at the end of a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the connections."""
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._connections.close()

    def classify(self, page: Page, *, explain: bool = False) -> Article:
        """Label every block of one page, as `classifier.classify_page` does here.

        Raises:
            UnreadablePage: The page cannot be read.
            ServiceProblem: The server refused the request.
            ServiceUnreachable: It does not answer.
        """
        try:
            return article_of(page, self._ask("POST", "/v1/classify", _fields(page) | {"explain": explain}))
        except ServiceProblem as problem:
            if problem.status == UNREADABLE:
                raise UnreadablePage(problem.code, str(problem)) from None
            raise

    def classify_batch(self, pages: Iterable[Page], *, explain: bool = False) -> Iterator[Article | UnreadablePage]:
        """Label every block of every page; lazily, one answer a page, in order, as `classifier.classify` does here.

        Pages go in requests of up to 64, and each answer is given as it comes. Where a request breaks off, what is
        not answered yet is sent again.

        Raises:
            ServiceProblem: The server refused a request.
            ServiceUnreachable: It does not answer.
        """
        for batch in _batches(pages):
            retry = Retry(self._retries)
            while batch:
                try:
                    for answer in self._answers(batch, explain=explain):
                        yield answer
                        batch = batch[1:]
                        retry.progressed()
                except (ServiceProblem, ServiceUnreachable) as error:
                    retry.after(error)

    def put(
        self, id: str, page: Page, *, published: datetime | str | None = None, source: str | None = None
    ) -> Comparison:
        """Classify an article, compare it and add it to the index; repeating it changes nothing.

        Args:
            id: Of the article in the index; the page's own is not looked at.
            page: Which is classified, and compared by its body.
            published: A time, with its zone, or ISO 8601.
            source: Who published it.

        Raises:
            ServiceProblem: The server refused it.
            ServiceUnreachable: It does not answer.
        """
        fields = _fields(page) | _origin(published, source)
        return comparison_of(self._ask("PUT", f"/v1/articles/{quote(id, safe='')}", fields))

    def check(
        self, page: Page, *, id: str | None = None, published: datetime | str | None = None, source: str | None = None
    ) -> Comparison:
        """Answer what `put` would, without adding; without an id it is compared with all that the index holds.

        Raises:
            ServiceProblem: The server refused it.
            ServiceUnreachable: It does not answer.
        """
        named = {} if id is None else {"id": id}
        return comparison_of(
            self._ask("POST", "/v1/articles/check", _fields(page) | named | _origin(published, source))
        )

    def get(self, id: str) -> Held | None:
        """Return what the index holds of an article, None where it does not hold it."""
        return self._found(lambda: held_of(self._ask("GET", f"/v1/articles/{quote(id, safe='')}")))

    def delete(self, id: str) -> bool:
        """Remove an article; gives whether it was there. After an attempt that broke off, it may be gone already."""
        return self._found(lambda: self._ask("DELETE", f"/v1/articles/{quote(id, safe='')}")) is not None

    def cluster(self, id: str) -> Cluster | None:
        """Return a story by its id, one that it had, or that of any article in it; None where there is none."""
        return self._found(lambda: cluster_of(self._ask("GET", f"/v1/clusters/{quote(id, safe='')}")))

    def model(self) -> ModelInfo:
        """Return the manifest and the card of the model that answers."""
        fields = self._ask("GET", "/v1/model")
        return ModelInfo(fields["manifest"], fields["card"])

    def feedback(self, page: Page, corrections: Sequence[Correction]) -> str:
        """Send corrected labels of a page, which replace those sent of it before; gives the id they are kept under."""
        blocks = [
            {"start": each.start, "end": each.end, "label": each.label.value}
            | ({} if each.kind is None else {"kind": each.kind.value})
            for each in corrections
        ]
        named = {"id": page.id} if page.id else {}
        kept = self._ask("POST", "/v1/feedback", _fields(page) | named | {"blocks": blocks})["id"]
        return str(kept)

    def _found(self, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except ServiceProblem as problem:
            if problem.status == 404 and problem.code == "not_found":
                return None
            raise

    def _ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request, again where that helps, and read its answer; that of no content is an empty object."""
        call = Call(method, path, None if fields is None else encode_row(fields))
        retry = Retry(self._retries)
        while True:
            try:
                with self._connections.answer(call) as response:
                    return _object(body_of(response) or b"{}")
            except (ServiceProblem, ServiceUnreachable) as error:
                retry.after(error)

    def _answers(self, batch: Sequence[Page], *, explain: bool) -> Iterator[Article | UnreadablePage]:
        """Send a batch once; rows are numbered, so that an answer cannot be taken for another page's."""
        lines = [encode_row({"id": number} | _fields(page)) for number, page in enumerate(batch)]
        path = "/v1/classify/batch?" + urlencode({"explain": str(explain).lower()})
        call = Call("POST", path, b"".join(lines), "application/x-ndjson")
        n_answers = 0
        with self._connections.answer(call) as response:
            for line in lines_of(response):
                fields = _object(line)
                if n_answers == len(batch) or fields.get("id") != n_answers:
                    raise _broken(fields)
                yield _answer(batch[n_answers], fields)
                n_answers += 1
        if n_answers < len(batch):
            raise ServiceUnreachable(f"the server answered {n_answers} of {len(batch)} pages and broke off; try later")


def _fields(page: Page) -> dict[str, Any]:
    content = {"html": page.html} if page.html is not None else {"text": page.text}
    return content | ({"url": page.url} if page.url else {})


def _origin(published: datetime | str | None, source: str | None) -> dict[str, Any]:
    given = published.isoformat() if isinstance(published, datetime) else published
    return {name: value for name, value in (("published", given), ("source", source)) if value is not None}


def _batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Cut pages into batches that grow, begin anew after a slow page, and end once they hold many bytes."""
    most, batch, n_bytes = 1, list[Page](), 0
    waited_from = time.monotonic()
    for page in pages:
        slow = time.monotonic() - waited_from > SLOW_SECONDS
        batch.append(page)
        n_bytes += len(page.html or page.text or "")
        if slow or len(batch) >= most or n_bytes >= BATCH_BYTES:
            yield batch
            most, batch, n_bytes = 1 if slow else min(2 * most, BATCH_ROWS), [], 0
        waited_from = time.monotonic()
    if batch:
        yield batch


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise ServiceUnreachable("the server's answer is no JSON; check that the URL is that of copydesk") from error
    if not isinstance(found, dict):
        raise ServiceUnreachable("the server's answer is no JSON object; check that the URL is that of copydesk")
    return found


def _answer(page: Page, fields: dict[str, Any]) -> Article | UnreadablePage:
    error = fields.get("error")
    if error is None:
        return article_of(page, fields)
    prefix, _, rest = error["message"].partition(": ")
    named = prefix.startswith("line ") and prefix[5:].isdigit()
    return UnreadablePage(error["code"], rest if named else error["message"])


def _broken(fields: dict[str, Any]) -> ServiceProblem:
    """Read the row by which a server ends an answer that it cannot go on with."""
    error = fields.get("error") or {"code": "out_of_order", "message": "the server's answers are out of order"}
    return ServiceProblem(UNREADABLE, error["code"], error["message"])
