"""Articles: what is made when it is asked for is the same as if it had been there from the beginning."""

from __future__ import annotations

import copy
import pickle
import threading
from dataclasses import FrozenInstanceError, asdict, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.article import PageScores
from copydesk.classifier.page_cutting import segment
from copydesk.classifier.pipeline import classify_page, predict_page, score_predictions
from copydesk.classifier.result import Article
from copydesk.classifier.types import FIELDS, Kind, Page, ScoredBlock, join_blocks
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
PAGES = [
    Page("h", html=HTML_PAGE, url="https://example.org/2024/05/03/ferry"),
    Page("t", text=TEXT_PAGE),
    Page("none", text=""),
]
MADE_LATE = [name for name in ("blocks", "comments", *FIELDS) if name != "title"]


def fresh(page: Page = PAGES[0]) -> Article:
    return classify_page(page, MODEL)


def from_values(page: Page = PAGES[0]) -> Article:
    """The same article put together by its constructor."""
    article = fresh(page)
    return Article(**{each.name: getattr(article, each.name) for each in fields(Article)})


def scores_of(article: Article) -> PageScores:
    assert article.scores is not None
    return article.scores


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_article_is_equal_to_one_made_of_the_same_values(page: Page) -> None:
    plain = from_values(page)
    assert plain.scores is None
    assert fresh(page) == plain
    assert plain == fresh(page)
    assert repr(fresh(page)) == repr(plain)
    assert asdict(fresh(page)) == asdict(plain)
    assert fresh(page).to_dict() == plain.to_dict()
    assert fresh(page).labels() == plain.labels() == [block.label for block in plain.blocks]
    assert fresh(page) != replace(plain, site="elsewhere")
    assert {plain, fresh(page), replace(plain, site="elsewhere")} == {plain, replace(plain, site="elsewhere")}
    assert hash(plain) == hash(fresh(page)) != hash(replace(plain, id="other"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_article_survives_copying_pickling_and_replacing(page: Page) -> None:
    for article in (pickle.loads(pickle.dumps(fresh(page))), copy.copy(fresh(page)), copy.deepcopy(fresh(page))):
        assert article == from_values(page)
        assert type(article) is Article
    assert replace(fresh(page), id="other") == replace(from_values(page), id="other")
    assert fresh(page).with_parts(["headline"]) == from_values(page).with_parts(["headline"])
    assert fresh(page).text_of(Kind.TEXT) == from_values(page).text_of(Kind.TEXT)
    assert fresh(page).to_markdown() == from_values(page).to_markdown()


@pytest.mark.parametrize("name", MADE_LATE)
def test_each_attribute_is_made_once_and_cannot_be_set(name: str) -> None:
    article = fresh()
    value = getattr(article, name)
    assert value == getattr(from_values(), name)
    assert getattr(article, name) is value
    with pytest.raises(AttributeError, match="cannot assign"):
        setattr(article, name, value)


@pytest.mark.parametrize("name", ["body", "found_in", "_scores", "own"])
def test_any_name_is_refused_when_an_article_is_changed(name: str) -> None:
    for article in (fresh(), from_values()):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to '{name}': Article cannot be changed; make"):
            setattr(article, name, "x")
        with pytest.raises(FrozenInstanceError, match=f"cannot delete '{name}': Article cannot be changed; make"):
            delattr(article, name)


def test_fields_are_read_together_and_what_they_were_read_from_is_let_go() -> None:
    article = fresh()
    reading = scores_of(article).reading
    assert reading._sources is not None
    assert article.title
    assert reading._sources is not None
    assert article.site == "example.org"
    assert reading._sources is None
    assert article.found_in["site"] == "url"


def test_scores_for_batches_are_read_at_once() -> None:
    blocks = segment(PAGES[0])
    scores = score_predictions(blocks, predict_page(blocks, MODEL), MODEL, url=PAGES[0].url, read_all=True)
    assert scores.reading._sources is None
    assert scores.fields.site == fresh().site
    assert scores.scored_blocks() == fresh().blocks


def test_threads_that_ask_at_once_get_equal_answers() -> None:
    for _ in range(20):
        article, ready = fresh(), threading.Barrier(4)
        found: list[tuple[object, ...]] = []

        def ask(article: Article = article, ready: threading.Barrier = ready, found: list[object] = found) -> None:  # type: ignore[assignment]
            ready.wait()
            found.append(tuple(getattr(article, name) for name in MADE_LATE))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = from_values()
        assert found == [tuple(getattr(expected, name) for name in MADE_LATE)] * 4


def test_unknown_name_is_no_attribute() -> None:
    for article in (fresh(), from_values(), object.__new__(Article)):
        assert not hasattr(article, "boddy")
    with pytest.raises(AttributeError, match="'Article' object has no attribute 'site'"):
        object.__new__(Article).site  # noqa: B018


def test_explained_article_has_its_blocks_from_the_beginning() -> None:
    article = classify_page(PAGES[1], MODEL, explain=True)
    assert all(block.explanation is not None for block in article.blocks)
    plain = [block._replace(explanation=None) for block in article.blocks]
    assert plain == list(fresh(PAGES[1]).blocks)
    assert all(type(block) is ScoredBlock for block in fresh(PAGES[1]).blocks)


PIECES = [
    *("<p>By Ada Quill", "<time datetime=2024-05-03>", "<li class=comment>", "</li>", "<p>said: So.", "\0", "</p>"),
    *('<script type="application/ld+json">{"@type":"Article","author":[', "</script>", "<meta name=author>"),
    *("<p class=author>Ben Reed", "<h1>Boats", "<p>The boats sail at noon. ", "\ud800", "<meta name=a content=b>"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_fields_of_any_page_can_be_read_later(pieces: list[str]) -> None:
    article = classify_page(Page("x", html="".join(pieces), url="http://[bad"), MODEL)
    assert all(getattr(article, name) is not None or name in ("published", "modified") for name in MADE_LATE)


def test_body_has_no_invisible_characters() -> None:
    assert join_blocks(["The ferry\u00adman\u200b rows.", "\ufeffHome."]) == "The ferryman rows.\n\nHome."
