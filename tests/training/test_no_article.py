"""Pages made without an article: blocks that are left keep their text and their place in the tree."""

from __future__ import annotations

import pytest

from copydesk.classifier.features import compute_features
from copydesk.classifier.types import Blocks
from copydesk.training.align import LabelledPage, label_page
from copydesk.training.corpora import TrainingPage
from copydesk.training.no_article import (
    ANSWER_COPIES,
    ANSWERS,
    COPIES,
    FRONT_PAGES,
    MESSAGES,
    article_alone_page,
    front_pages,
    messages,
    without_article,
)

HTML = (
    "<title>Late ferry | Harbour Post</title><nav><p>Home</p><p>Weather</p><p>Sport</p></nav>"
    "<main><h1>Late ferry</h1><p>The ferry left late.</p></main>"
    "<div><h3>More</h3><p>Bridge closed</p></div><footer><p>Imprint</p></footer>"
)
TEXTS = ("Home", "Weather", "Sport", "Late ferry", "The ferry left late.", "More", "Bridge closed", "Imprint")


def labelled(form: str) -> LabelledPage:
    source = TrainingPage("1", "own", "a.example", "news", "en", HTML, TEXTS, tuple("BBBEEHTB"), None)
    page = label_page(source, form)
    assert page is not None
    return page


def texts(page: Blocks) -> list[str]:
    return [page.text[block.start : block.end] for block in page.blocks]


@pytest.mark.parametrize("form", ["html", "text"])
def test_the_article_goes_and_the_rest_stays(form: str) -> None:
    front, *others = without_article(labelled(form))
    assert texts(front.blocks) == ["Home", "Weather", "Sport", "More", "Bridge closed", "Imprint"]
    assert "".join(front.codes) == "BBBHTB"
    assert texts(others[0].blocks) == ["Home", "Weather", "Sport", "Imprint"]
    assert all(page.synthetic for page in (front, *others))
    assert without_article(labelled(form)) == [front, *others]


def test_elements_still_hold_their_blocks() -> None:
    front = without_article(labelled("html"))[0].blocks
    markup = front.markup
    assert markup is not None
    assert len(markup.elements) == len(front.blocks) == len(compute_features(front).columns)
    for number, element in enumerate(markup.elements):
        assert markup.firsts[element] <= number < markup.lasts[element]
    footer = markup.tags.index("footer")
    assert texts(front)[markup.firsts[footer] : markup.lasts[footer]] == ["Imprint"]
    assert front.head.title == "Harbour Post"


@pytest.mark.parametrize("form", ["html", "text"])
def test_every_message_makes_pages_without_any_body(form: str) -> None:
    made = messages(form, labelled(form))
    assert len(made) == COPIES * len(MESSAGES) + ANSWER_COPIES * len(ANSWERS)
    assert len({page.origin.id for page in made}) == len(made)
    for page in made:
        assert len(page.codes) == len(page.blocks.blocks)
        assert (len(page.codes) == 1) == page.origin.site.startswith("answer")
        assert set(page.codes) == {"B"}
        assert (page.blocks.markup is None) == (form == "text")


STORY = "The ferry left the harbour an hour late because its crew had waited all morning for a spare pump. " * 2


def with_story(form: str, site: str) -> LabelledPage:
    html = f"<nav><p>Home</p></nav><main><h1>Ferry of {site}</h1><p>{STORY}</p><p>It sails.</p></main>"
    texts = ("Home", f"Ferry of {site}", STORY.strip(), "It sails.")
    page = label_page(TrainingPage(site, "own", site, "news", "en", html, texts, tuple("BEEE"), None), form)
    assert page is not None
    return page


@pytest.mark.parametrize("form", ["html", "text"])
def test_front_pages_show_stories_of_one_fold(form: str) -> None:
    pages = [with_story(form, f"site{number}.example") for number in range(8)]
    made = front_pages(pages, form, n_folds=2)
    assert len(made) == 2 * FRONT_PAGES
    shown = [
        {page.origin.site for page in pages if f"Ferry of {page.origin.site}" in front.blocks.text} for front in made
    ]
    assert not set[str]().union(*shown[:FRONT_PAGES]) & set[str]().union(*shown[FRONT_PAGES:])
    assert all(shown)
    assert all(set(front.codes) == {"T"} and len(front.codes) == len(front.blocks.blocks) for front in made)
    assert front_pages(pages, form, n_folds=2) == made


@pytest.mark.parametrize("form", ["html", "text"])
def test_an_article_alone_is_all_body(form: str) -> None:
    pages = article_alone_page(with_story(form, "a.example"))
    assert len(pages) == (form == "text")  # from HTML an article of three blocks is too short
    for alone in pages:
        assert set(alone.codes) == {"E"}
        assert set(texts(alone.blocks)) <= {"Ferry of a.example", STORY.strip(), "It sails."}
