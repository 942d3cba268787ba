"""Articles that were classified before are sent to the index by their bodies."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from copydesk.classifier import Model, Page, UnreadablePage
from copydesk.service.client import ArticleAnswer, Client, ServiceProblem
from copydesk.service.client.calls import PutRow
from copydesk.service.rows import jsonl
from tests.support.served import Reply, serve_replies, serve_service

STORY = (
    "<meta property='article:published_time' content='2024-04-30T08:00:00Z'>"
    "<meta property='og:site_name' content='The Herald'><h1>Soup in the harbour</h1><p>The kitchen beside the harbour "
    "gave out four hundred bowls of soup on Monday, and its cook says that she will open again on Friday.</p>"
)


def test_article_is_put_as_its_page_would_be_and_not_classified_again(model: Model, tmp_path: Path) -> None:
    page = Page("soup", html=STORY)
    with serve_service(model, tmp_path) as url, Client(url) as client:
        article = client.classify(page)
        checked = client.check(article, id="soup")
        put = client.put("soup", article)
        assert (put.added, put.title, put.source) == (True, article.title, "The Herald")
        assert (checked.labels, put.is_article, put.confidence, put.model) == (None, None, None, None)
        again = client.put("soup", page)
        assert again.unchanged
        assert again.model == article.model
        for unusable, n_remarks in (("", 0), ("soon", 1)):
            for each in (page, article):
                kept = client.check(each, published=unusable, source="")
                assert (kept.published, kept.source, len(kept.remarks)) == (
                    "2024-04-30T08:00:00Z",
                    "The Herald",
                    n_remarks,
                )
        with pytest.raises(TypeError, match=r"type dict, expected copydesk\.Page or copydesk\.Article"):
            client.put("soup", {"text": "x"})  # type: ignore[arg-type]
        own = client.put("other", article, published="2024-05-01", source="wire")
        assert (own.published, own.source, own.cluster) == ("2024-05-01T00:00:00Z", "wire", "soup")


def test_batch_is_put_as_its_articles_would_be_one_by_one(model: Model, tmp_path: Path) -> None:
    page = Page("soup", html=STORY)
    with serve_service(model, tmp_path) as url, Client(url) as client:
        article = client.classify(page)
        rows: list[PutRow] = [
            ("soup", page),
            (7, article),
            ("none", Page("none")),
            ("wire/1?a", page, "2024-05-01", "wire"),
            ("late", article, "soon", None),
            ("", page),
            ("half", Page("half", text="\ud800 half")),
        ]
        found = list(client.put_batch(iter(rows)))
        assert [each.id for each in found if isinstance(each, ArticleAnswer)] == ["soup", 7, "wire/1?a", "late", "half"]
        assert [isinstance(each, UnreadablePage) for each in found] == [False, False, True, False, False, True, False]
        again = list(client.put_batch(rows))
        assert all(each.unchanged for each in again if isinstance(each, ArticleAnswer))
        for row, each in zip(rows, again, strict=True):
            if isinstance(each, ArticleAnswer):
                alone = (
                    client.put(row[0], row[1], published=row[2], source=row[3]) if len(row) == 4 else client.put(*row)
                )
                assert each == alone
        with pytest.raises(TypeError, match="the id is of type NoneType"):
            list(client.put_batch([(None, page)]))  # type: ignore[list-item]
        with pytest.raises(TypeError, match=r"expected copydesk\.Page"):
            list(client.put_batch([("a", "text")]))  # type: ignore[list-item]


def test_truncated_answer_to_a_batch_is_asked_for_again(model: Model, tmp_path: Path) -> None:
    with serve_service(model, tmp_path) as url, Client(url) as client:
        (answer,) = client.put_batch([("a", Page("a", text=STORY))])
    assert isinstance(answer, ArticleAnswer)
    line = jsonl.encode_row(answer)
    other = jsonl.encode_row(msgspec.structs.replace(answer, id="b"))
    with serve_replies(Reply(body=b""), Reply(body=line)) as (url, requests), Client(url) as client:
        assert list(client.put_batch([("a", Page("a", text=STORY))])) == [answer]
        assert [request.path for request in requests] == ["/v1/articles/batch"] * 2
    stopped = b'{"id": null, "error": {"code": "stopping", "message": "the server stops"}}\n'
    with serve_replies(Reply(body=stopped), Reply(body=line)) as (url, _), Client(url) as client:
        assert list(client.put_batch([("a", Page("a", text=STORY))])) == [answer]
    with serve_replies(Reply(body=other)) as (url, _), pytest.raises(ServiceProblem, match="out of order"):
        list(Client(url, retries=0).put_batch([("a", Page("a", text=STORY))]))
