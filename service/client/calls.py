"""Calls the service: a method for each endpoint, pages in and the library's own types out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import UNSET, UnsetType

from copydesk.classifier import BODY_PARTS, FIELDS, Article, Kind, Page, UnreadablePage, read_parts
from copydesk.classifier.duplicates.types import DocumentId
from copydesk.classifier.page_forms import check_is_page, check_page
from copydesk.service.client import connection
from copydesk.service.client.batches import (
    STOPPING,
    UNREADABLE,
    RowKind,
    answer_rows,
    decode_answer,
    decode_answer_or_error,
    out_of_order,
    read_error,
)
from copydesk.service.client.connection import Call, Connections, Retry, ServiceProblem, ServiceUnreachable
from copydesk.service.corrections import Correction
from copydesk.service.rows import contract, jsonl, origins
from copydesk.service.rows.own_values import Unused

T = TypeVar("T")
TIMEOUT = 60.0
RETRIES = 4
PutRow = tuple[DocumentId, Page | Article] | tuple[DocumentId, Page | Article, datetime | str | None, str | None]
"""The arguments of `Client.put` for one article: its id and page, and maybe its time and source."""


class Client:
    """A server's client; several threads may share it.

    Every call raises `ServiceProblem` where the server refuses the request, and `ServiceUnreachable` where it does not
    answer.

    Args:
        url: The server's, such as http://127.0.0.1:8000; a path in it goes before the path of every endpoint.
        key: API key, if the server requires one.
        timeout: Seconds to wait for a connection, and for each part of an answer.
        retries: How often a request is sent again if no server answered, or one without room (429, 503). All requests
            are idempotent.

    Raises:
        ValueError: The URL cannot be used.
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = TIMEOUT, retries: int = RETRIES) -> None:
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ValueError("the key has characters that no key has; copy it again, without line ends")
        self._connections = Connections(connection.parse_address(url), key, timeout)
        self._retries = retries

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._connections.close()

    def classify(self, page: Page, *, explain: bool = False, parts: Iterable[Kind | str] | None = None) -> Article:
        """Label every block of one page, as `classifier.classify_page` does here.

        Args:
            page: The page.
            explain: Whether each block has its explanation.
            parts: The parts of the article that are its body; by default all but headline and captions.

        Raises:
            UnreadablePage: The page cannot be read.
            ValueError: A part does not exist.
        """
        chosen = BODY_PARTS if parts is None else read_parts(parts)
        request = contract.PageRequest(**_content(page), explain=explain, parts=chosen)
        with _unreadable_pages():
            return _article(page, self._call("POST", "/v1/classify", contract.LabelledPage, request), chosen)

    def render(
        self,
        page: Page,
        output: Literal["markdown", "html"] = "markdown",
        *,
        links: bool = False,
        parts: Iterable[Kind | str] | None = None,
    ) -> str:
        """Return a page's article as Markdown with its fields, or as an HTML document.

        It has levels of headings, nested lists and links as `classify_page(page, model, structure=True)` does here; the
        articles that `classify` returns are without them.

        Args:
            page: The page.
            output: In which of the two it is written.
            links: Whether with links, emphasis and images.
            parts: The parts of the article; by default all but headline and captions.

        Raises:
            UnreadablePage: The page cannot be read.
            ValueError: A part does not exist, or `output` is another word.
        """
        if output not in ("markdown", "html"):
            raise ValueError(f"output is {output!r}, expected 'markdown' or 'html'")
        chosen = BODY_PARTS if parts is None else read_parts(parts)
        request = contract.PageRequest(id=page.id or None, **_content(page), links=links, parts=chosen)
        call = Call("POST", "/v1/classify", jsonl.encode_row(request), accept=f"text/{output}")
        with _unreadable_pages():
            return self._send(call).decode()

    def classify_batch(
        self, pages: Iterable[Page], *, explain: bool = False, parts: Iterable[Kind | str] | None = None
    ) -> Iterator[Article | UnreadablePage]:
        """Label every block of every page; lazily, one answer per page, in order, as `classifier.classify` does here.

        A request has up to 64 pages, and each answer is yielded as it arrives. After a truncated answer, the
        pages without an answer are sent again. A page with both or neither of text and html is not sent.

        Raises:
            TypeError: A page is no `Page`.
        """
        chosen = BODY_PARTS if parts is None else read_parts(parts)
        kind = RowKind(_batch_path(chosen, explain=explain), _size, _encode_page, partial(_read_page, chosen))
        yield from answer_rows(self._connections, self._retries, pages, kind)

    def put(
        self,
        id: DocumentId,
        page: Page | Article,
        *,
        published: datetime | str | None = None,
        source: str | None = None,
    ) -> contract.ArticleAnswer:
        """Classify an article, compare it and add it to the index; repeating it changes nothing.

        Args:
            id: The article's id in the index; the page's own id is not used. A number is an id too, as in `Document`.
            page: The page, which is classified, and compared by its body; or an article that was classified before.
            published: A time with its zone, or a string in ISO 8601; without it, what the page says.
            source: Who published it; without it, the page's site.
        """
        own = UNSET if isinstance(id, str) else id  # in a path a number would become a string
        return self._compare("PUT", _path("articles", id), *_article_request(own, page, published, source))

    def put_batch(self, rows: Iterable[PutRow]) -> Iterator[contract.ArticleAnswer | UnreadablePage]:
        """Add many articles to the index; lazily, one answer per row, in order, each as `put` answers.

        A row is `(id, page)` or `(id, page, published, source)`, as the arguments of `put`. Requests are as those of
        `classify_batch`; up to 16 articles are added in one transaction. An article that is not added is an
        `UnreadablePage` with the code of its error. Repeating a batch changes nothing.

        Raises:
            TypeError: A page is neither `Page` nor `Article`, or an id is no string or number.
        """
        kind = RowKind("/v1/articles/batch", _put_size, _encode_article, _read_put)
        yield from answer_rows(self._connections, self._retries, rows, kind)

    def check(
        self,
        page: Page | Article,
        *,
        id: DocumentId | None = None,
        published: datetime | str | None = None,
        source: str | None = None,
    ) -> contract.ArticleAnswer:
        """Answer what `put` would, without adding; without an id it is compared with every article of the index."""
        return self._compare("POST", "/v1/articles/check", *_article_request(id, page, published, source))

    def get(self, id: DocumentId) -> contract.IndexedArticle | None:
        """Return what the index stores about an article, None where it has none with this id."""
        return self._find("GET", _path("articles", id), contract.IndexedArticle)

    def delete(self, id: DocumentId) -> bool:
        """Remove an article and return whether it was there; False too where an earlier attempt removed it."""
        return self._find("DELETE", _path("articles", id), dict) is not None

    def cluster(self, id: DocumentId) -> contract.Cluster | None:
        """Return a story by its id, by a former id, or by that of any article in it; None where there is none."""
        return self._find("GET", _path("clusters", id), contract.Cluster)

    def search(self, words: str, *, most: int = 20) -> tuple[contract.IndexedArticle, ...]:
        """Find articles of the index by words of their titles, the last added first, at most `most`."""
        path = "/v1/index/search?" + urlencode({"q": words, "most": most})
        return self._call("GET", path, contract.FoundArticles).documents

    def model(self) -> contract.ModelInfo:
        """Return the manifest and the card of the model that answers."""
        return self._call("GET", "/v1/model", contract.ModelInfo)

    def feedback(self, page: Page, corrections: Sequence[Correction]) -> str:
        """Send corrected labels of a page and return the id they are stored under; they replace earlier ones."""
        request = contract.FeedbackRequest(id=page.id or None, **_content(page), blocks=tuple(corrections))
        return self._call("POST", "/v1/feedback", contract.FeedbackReceipt, request).id

    def _compare(
        self, method: str, path: str, request: contract.ArticleRequest, unused: Iterable[Unused]
    ) -> contract.ArticleAnswer:
        """Send an article."""
        answer = self._call(method, path, contract.ArticleAnswer, request)
        return _with_remarks(answer, unused)

    def _find(self, method: str, path: str, kind: type[T]) -> T | None:
        """Call; None where the server answers `not_found`."""
        try:
            return self._call(method, path, kind)
        except ServiceProblem as problem:
            if problem.status == 404 and problem.code == "not_found":
                return None
            raise

    def _call(self, method: str, path: str, kind: type[T], request: contract.PageRequest | None = None) -> T:
        """Send a request and decode its answer; no content reads as an empty object."""
        call = Call(method, path, None if request is None else jsonl.encode_row(request))
        return decode_answer(self._send(call) or b"{}", kind)

    def _send(self, call: Call) -> bytes:
        """Send a request, again where that helps, and read its answer."""
        retry = Retry(self._retries)
        while True:
            try:
                with self._connections.answer(call) as response:
                    return connection.read_body(response)
            except (ServiceProblem, ServiceUnreachable) as error:
                retry.after(error)


@contextmanager
def _unreadable_pages() -> Iterator[None]:
    """Raise the problem of a page as the library does."""
    try:
        yield
    except ServiceProblem as problem:
        if problem.status == UNREADABLE:
            raise UnreadablePage(problem.code, str(problem)) from None
        raise


def _path(collection: str, id: DocumentId) -> str:
    if isinstance(id, bool) or not isinstance(id, (str, int, float)):
        raise TypeError(f"the id is of type {type(id).__name__}, expected a string or a number")
    return f"/v1/{collection}/{quote(str(id), safe='')}"


def _content(page: Page) -> dict[str, Any]:
    """Return the fields of a page; raise `UnreadablePage` as the library does, before the server is asked."""
    check_page(page)
    if isinstance(page.text, bytes) or isinstance(page.html, bytes):
        from copydesk.classifier.page_cutting import refuse_bytes  # it loads NumPy

        refuse_bytes(page)
    return {"text": page.text, "html": page.html, "url": page.url}


def _article_request(
    id: DocumentId | UnsetType | None, page: Page | Article, published: datetime | str | None, source: str | None
) -> tuple[contract.ArticleRequest, tuple[Unused, ...]]:
    """Return the request for a page, or for the body and the fields of an article, which is not classified again.

    An article's time and source are sent in place of given ones that cannot be used, which are returned too.
    """
    time = published.isoformat() if isinstance(published, datetime) else published
    if isinstance(page, Page):
        return contract.ArticleRequest(id=id, **_content(page), published=time, source=source), ()
    if not isinstance(page, Article):
        kind = type(page).__name__
        raise TypeError(f"a page is of type {kind}, expected copydesk.Page or copydesk.Article")
    time, source, unused, _ = origins.read_own_texts({"published": time, "source": source})
    request = contract.ArticleRequest(
        id=id,
        body=page.body,
        title=page.title,
        url=page.url,
        published=page.published if time is None else time,
        source=source or page.site,
    )
    return request, unused


def _batch_path(parts: Sequence[Kind], *, explain: bool) -> str:
    return "/v1/classify/batch?" + urlencode({"explain": str(explain).lower(), "parts": ",".join(parts)})


def _size(page: Page) -> int:
    check_is_page(page)
    return len(page.html or page.text or "")


def _encode_page(number: int, page: Page) -> bytes:
    """Encode a page; rows are numbered, so that an answer cannot be taken for another page's."""
    return jsonl.encode_row(contract.PageRequest(id=number, **_content(page)))


def _read_page(parts: Sequence[Kind], number: int, page: Page, line: bytes) -> Article | UnreadablePage:
    answer = decode_answer_or_error(line, contract.LabelledPage)
    if answer.id != number:
        raise out_of_order(answer)
    return read_error(answer) if isinstance(answer, contract.ErrorRow) else _article(page, answer, parts)


def _put_size(row: PutRow) -> int:
    _path("articles", row[0])
    return len(row[1].body) if isinstance(row[1], Article) else _size(row[1])


def _put_request(row: PutRow) -> tuple[contract.ArticleRequest, tuple[Unused, ...]]:
    published, source = row[2:] if len(row) == 4 else (None, None)
    return _article_request(row[0], row[1], published, source)


def _encode_article(_: int, row: PutRow) -> bytes:
    return jsonl.encode_row(_put_request(row)[0])


def _read_put(_: int, row: PutRow, line: bytes) -> contract.ArticleAnswer | UnreadablePage:
    answer = decode_answer_or_error(line, contract.ArticleAnswer)
    if isinstance(answer, contract.ErrorRow):
        if answer.id not in (None, row[0]) or answer.error.code == STOPPING:
            raise out_of_order(answer)
        return read_error(answer)
    if answer.id != row[0]:
        raise out_of_order(answer)
    return _with_remarks(answer, _put_request(row)[1])


def _with_remarks(answer: contract.ArticleAnswer, unused: Iterable[Unused]) -> contract.ArticleAnswer:
    """Add the values that were not sent, as they cannot be used, to the remarks of an answer."""
    return msgspec.structs.replace(answer, remarks=(*(value.describe() for value in unused), *answer.remarks))


def _article(page: Page, answer: contract.LabelledPage, parts: Sequence[Kind]) -> Article:
    text = answer.text if page.text is None and not isinstance(answer.text, UnsetType) else page.text or ""
    return Article(
        id=page.id,
        url=page.url,
        text=text,
        blocks=tuple(block.to_scored_block(text) for block in answer.blocks),
        body=answer.body,
        comments=answer.comments,
        other_articles=answer.other_articles,
        is_article=answer.is_article,
        page_type=answer.page_type,
        page_types=answer.page_types,
        confidence=answer.confidence,
        model=answer.model,
        parts=tuple(parts),
        **{name: getattr(answer, name) for name in FIELDS},
    )
