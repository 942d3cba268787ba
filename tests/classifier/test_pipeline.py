"""The whole road: batches, order, offsets, and pages that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier import page_cutting, page_groups, pipeline
from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.model import PAGE_TYPES, FormModel, Predictions
from copydesk.classifier.page_cutting import segment
from copydesk.classifier.pipeline import classify, classify_page, collect_scores, predict
from copydesk.classifier.result import Article
from copydesk.classifier.types import BODY_PARTS, KINDS, LABELS, Block, Blocks, Kind, Page, ScoredBlock, clean
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
PAGES = [
    Page("one", text=TEXT_PAGE, url="https://example.org/one"),
    Page("two", html=HTML_PAGE),
    Page("three", text=""),
    Page("four", html=""),
    Page("one", text="A second page\n\nwith the same id."),
]


def error_of(page: Page) -> UnreadablePage:
    with pytest.raises(UnreadablePage) as caught:
        classify_page(page, MODEL)
    return caught.value


def check_laws(article: Article) -> None:
    last = 0
    for block in article.blocks:
        assert last <= block.start < block.end <= len(article.text)
        assert article.text[block.start : block.end].strip()
        assert block.kind.label is block.label
        assert sum(block.probabilities) == pytest.approx(1.0)
        assert block.confidence == block.probabilities[LABELS.index(block.label)]
        last = block.end
    body = "\n\n".join(article.text[b.start : b.end] for b in article.blocks if b.kind in BODY_PARTS)
    assert article.body == clean(body)
    assert ("title" in article.found_in) == bool(article.title)
    assert 0.0 <= article.confidence <= 1.0
    assert article.model == MODEL.digest


def test_a_batch_has_the_same_articles_as_its_pages_one_by_one() -> None:
    assert list(classify(PAGES, MODEL)) == [classify_page(page, MODEL) for page in PAGES]
    backwards = list(classify(reversed(PAGES), MODEL))
    assert backwards[::-1] == list(classify(PAGES, MODEL))


@pytest.mark.parametrize("limit", ["PAGES_TOGETHER", "BLOCKS_TOGETHER", "CHARACTERS_TOGETHER"])
@pytest.mark.parametrize("size", [1, 2, 7, 1_000_000])
def test_articles_do_not_depend_on_which_pages_are_labelled_together(
    monkeypatch: pytest.MonkeyPatch, limit: str, size: int
) -> None:
    pages = [*PAGES, Page("bad", text=3), *PAGES]  # type: ignore[arg-type]
    expected = list(classify(iter(pages), MODEL, explain=True, structure=True, read_all=True))
    monkeypatch.setattr(page_groups, limit, size)
    monkeypatch.setattr(pipeline, "PAGES_TOGETHER", page_groups.PAGES_TOGETHER)
    found = list(classify(pages, MODEL, explain=True, structure=True, read_all=True))
    assert [answer for answer in found if isinstance(answer, Article)] == [
        a for a in expected if isinstance(a, Article)
    ]
    assert [str(answer) for answer in found if not isinstance(answer, Article)] == [str(expected[len(PAGES)])]
    assert found.index(found[len(PAGES)]) == len(PAGES)


def test_order_ids_and_urls_are_kept() -> None:
    answers = list(classify(PAGES, MODEL))
    assert [(a.id, a.url) for a in answers if isinstance(a, Article)] == [(page.id, page.url) for page in PAGES]


def test_pages_are_read_lazily_one_for_each_article() -> None:
    taken: list[str] = []

    def pages() -> Iterator[Page]:
        for page in PAGES:
            taken.append(page.id)
            yield page

    answers = classify(pages(), MODEL)
    assert taken == []
    for number in range(1, len(PAGES) + 1):
        next(answers)
        assert len(taken) == number
    assert next(answers, None) is None


@pytest.mark.parametrize("copy", ["<div hidden>{}</div>", "<noscript>{}</noscript>", "<p style='display:none'>{}</p>"])
@pytest.mark.parametrize("first", [True, False])
def test_hidden_copy_of_an_article_changes_no_block(copy: str, first: bool) -> None:
    lines = [
        f"The ferry number {number} leaves the island at nine, and the boats come back at noon." for number in range(4)
    ]
    article = "".join(f"<p>{line}</p>" for line in lines)
    hidden = copy.format("<br><br>".join(lines))
    html = (
        f"<main><h1>Ferries</h1>{hidden * first}{article}{hidden * (not first)}<ul><li><a href=/a>More</a></ul></main>"
    )
    page, plain = (classify_page(Page("", html=each), MODEL) for each in (html, html.replace(hidden, "")))
    assert page == plain


def all_body(blocks: Blocks, form: FormModel) -> Predictions:
    """Predict that every block is text of the body."""
    predictions = predict(blocks, form)
    n = len(blocks.blocks)
    return replace(predictions, labels=np.zeros(n, np.int64), kinds=np.full(n, KINDS.index(Kind.TEXT)))


def test_visible_copy_is_boilerplate_and_a_further_article_is_a_teaser(monkeypatch: pytest.MonkeyPatch) -> None:
    text = [
        f"The ferry number {number} leaves the island at nine, and the boats come back at noon." for number in range(4)
    ]
    article = "".join(f"<p>{line}</p>" for line in text[:3])
    html = f"<h1>Ferries</h1>{article}<div>{article}</div><article><h1>Chess</h1><p>{text[3]}</p></article>"
    html = f"<title>Ferries</title>{html}"
    monkeypatch.setattr(pipeline, "predict", all_body)
    monkeypatch.setattr(pipeline, "MIN_LIKE_ARTICLE", 0.0)
    found = classify_page(Page("", html=html), MODEL)
    assert [block.kind.label for block in found.blocks] == [block.label for block in found.blocks]
    assert [block.label.value for block in found.blocks] == ["body"] * 4 + ["boilerplate"] * 3 + ["teaser"] * 2
    assert [found.text[other.start : other.end] for other in found.other_articles] == [f"Chess\n\n{text[3]}"]
    assert [other.title for other in found.other_articles] == ["Chess"]
    check_laws(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_offsets_index_the_text_and_the_body_follows_from_the_blocks(page: Page) -> None:
    check_laws(classify_page(page, MODEL))


@pytest.mark.parametrize("explain", [False, True])
def test_scored_blocks_are_as_their_constructor_makes_them(explain: bool) -> None:
    for block in classify_page(PAGES[0], MODEL, explain=explain).blocks:
        assert type(block) is ScoredBlock
        assert ScoredBlock(**block._asdict()) == block
        assert type(block.probabilities) is tuple
        assert all(type(probability) is float for probability in block.probabilities)
        with pytest.raises(AttributeError):
            block.start = 0  # type: ignore[misc]


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("\n\n\r .aZ9é字,…"), st.characters(codec=None)), max_size=300))
def test_article_of_any_text_has_that_text(text: str) -> None:
    article = classify_page(Page("x", text=text), MODEL)
    assert article.text is text
    check_laws(article)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["<p>", "<h1>", "<li>", "</p>", "<a href=x>", "Boats sail. ", "\0", "\ud800", "<!--"])))
def test_any_html_has_an_article(pieces: list[str]) -> None:
    check_laws(classify_page(Page("x", html="".join(pieces)), MODEL))


def test_the_text_page_has_blocks_of_all_three_labels() -> None:
    article = classify_page(PAGES[0], MODEL)
    assert {block.label for block in article.blocks} == set(LABELS)
    assert "The ferry left the harbour" in article.body
    assert "Bakers" not in article.body


def test_an_empty_page_is_no_article_and_nothing_is_expected_of_it() -> None:
    for page in (Page("t", text=" \n\t "), Page("h", html="<br>")):
        article = classify_page(page, MODEL)
        assert (article.blocks, article.body, article.title, article.confidence) == ((), "", "", 0.0)
        assert not article.is_article


def test_article_has_a_body_and_no_other_type_than_article() -> None:
    for form in ("text", "html"):
        blocks = segment(PAGES[0] if form == "text" else PAGES[1])
        weights = MODEL.form(markup=form == "html")
        predictions = predict(blocks, weights)
        for share in (0.49, 0.5, 0.51):
            types = np.full(len(PAGE_TYPES), (1 - share) / (len(PAGE_TYPES) - 1))
            types[PAGE_TYPES.index("article")] = share
            types[-1] += types[1]
            types[1] = 0
            scores = collect_scores(blocks, replace(predictions, page_types=types), 0.89)
            assert scores.is_article == (share >= 0.5)
            assert not scores.is_article or PAGE_TYPES[int(types.argmax())] == "article"
        no_body = replace(
            predictions, page_types=types, kinds=np.full_like(predictions.kinds, KINDS.index("furniture"))
        )
        scores = collect_scores(blocks, no_body, 0.9)
        assert (scores.body, scores.is_article, scores.confidence) == ("", False, 0.0)


@pytest.mark.parametrize(
    ("sentence", "times", "stays"),
    [
        ("Log in to go on. ", 7, False),
        ("Log in to go on. ", 9, True),
        ("Unternehmensverantwortung ", 9, False),
        ("Unternehmensverantwortung ", 11, True),
        ("港のフェリーは一時間遅れて出た。", 9, False),
        ("港のフェリーは一時間遅れて出た。", 12, True),
    ],
)
def test_a_body_of_few_characters_and_words_of_which_little_is_expected_is_none(
    sentence: str, times: int, stays: bool
) -> None:
    text = (sentence * times).strip()
    blocks = Blocks(text, (Block(0, len(text)),))
    predictions = predict(blocks, MODEL.form(markup=False))
    of_text = replace(predictions, kinds=np.full_like(predictions.kinds, KINDS.index("text")))
    for confidence, expected in ((0.1, True), (0.09, stays)):
        assert bool(collect_scores(blocks, of_text, confidence).body) is expected


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize(
    ("confidence", "article", "is_article"), [(0.3, 0.5, True), (0.29, 0.9, False), (1.0, 0.49, False)]
)
def test_article_needs_its_type_and_a_body_that_is_likely_right(
    form: str, confidence: float, article: float, is_article: bool
) -> None:
    blocks = segment(PAGES[0] if form == "text" else PAGES[1])
    types = np.full(len(PAGE_TYPES), (1 - article) / (len(PAGE_TYPES) - 1))
    types[PAGE_TYPES.index("article")] = article
    predictions = replace(predict(blocks, MODEL.form(markup=form == "html")), page_types=types)
    assert collect_scores(blocks, predictions, confidence).is_article == is_article


@pytest.mark.parametrize(
    ("bad", "found"),
    [(Page("bad", text="a", html="<p>a"), "both text and html"), (Page("bad"), "neither text nor html")],
)
def test_page_with_both_forms_or_neither_is_an_error_that_stops_no_other_page(bad: Page, found: str) -> None:
    before, error, after = classify([PAGES[0], bad, PAGES[1]], MODEL)
    assert isinstance(error, UnreadablePage)
    assert error.code == "bad_page"
    assert f"the page has {found}, expected exactly one" in str(error)
    assert [before, after] == [classify_page(page, MODEL) for page in PAGES[:2]]


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize("content", [["A ferry.", "It was late."], 5, bytearray(b"A ferry.")])
def test_page_whose_content_is_no_string_is_refused(form: str, content: object) -> None:
    page = Page("p", **{form: content})  # type: ignore[arg-type]
    error = error_of(page)
    assert error.code == "bad_page"
    assert str(error).startswith(f"{form} is of type {type(content).__name__}, expected str")


def test_page_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a page is of type str, expected copydesk\.Page; copydesk\.extract takes str"):
        next(classify(["<p>"], MODEL))  # type: ignore[list-item]


@pytest.mark.parametrize("form", ["text", "html"])
def test_too_many_blocks_are_refused_one_past_the_limit(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(page_cutting, "MAX_BLOCKS", 5)

    def lines(count: int) -> Page:
        if form == "text":
            return Page("x", text="\n\n".join(f"Line {i} of a page." for i in range(count)))
        return Page("x", html="".join(f"<p>Line {i} of a page." for i in range(count)))

    for count in (4, 5):
        assert len(classify_page(lines(count), MODEL).blocks) == count
    error = error_of(lines(6))
    assert error.code == "too_many_blocks"
    assert "has 6 blocks, expected at most 5" in str(error)
