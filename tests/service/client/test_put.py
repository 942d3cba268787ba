"""Articles that were classified before are sent to the index by their bodies."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.classifier import Model, Page
from copydesk.service.client import Client
from tests.support.served import serve_service

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
