"""Pages without an article, by the shipped model: little is expected of their body, and they are no articles."""

from __future__ import annotations

import re

import pytest

from copydesk.classifier import Page, load_model
from copydesk.classifier.pipeline import classify_page

LOW = 0.3
MODEL = load_model()

CARDS = (
    ("Market hall roof to be replaced before winter", "Traders have been told that stalls will move in August."),
    ("Bus drivers accept pay offer after six weeks", "Evening services are expected to return from Monday."),
    ("Kestrel chicks hatch on the town hall clock", "A camera on the ledge has been watched forty thousand times."),
    ("Rovers sign goalkeeper from Eastmoor United", "The 23-year-old has a contract until the summer of 2027."),
    ("School meals to cost more from January", "The council says the work could not wait another year."),
    ("River level falls for the third day", "Residents are divided over the cost of new walls."),
)
FRONT_PAGE = (
    "<title>The Gazette | News, sport and weather</title><nav><a href=/>Home</a> <a href=/news>News</a></nav><main>"
    + "<h2>Top stories</h2>"
    + "".join(
        f"<article class=card><a href=/{number}><h3>{headline}</h3></a><p>{summary}</p><span>2 hours</span></article>"
        for number, (headline, summary) in enumerate(CARDS * 3)
    )
    + "</main><footer>© The Gazette. All rights reserved.</footer>"
)
PAGES = {
    "empty": "",
    "script": "<div id=root></div><noscript>You need to turn on JavaScript.</noscript><script src=app.js></script>",
    "login": "<title>Log in – The Gazette</title><h1>Log in</h1><form><label>E-mail</label><label>Password</label>"
    "<button>Log in</button></form><p><a href=/reset>Forgotten your password?</a></p>",
    "captcha": "<title>Are you a robot?</title><h2>Please show that you are no robot</h2><p>We have seen unusual "
    "traffic from your network. This page checks that it is you who sends the requests.</p><p>Turn on JavaScript "
    "to go on.</p>",
    "not found": "<title>Page not found</title><nav><a href=/>Home</a></nav><h1>404</h1><p>We could not find the page "
    "that you asked for. It may have been moved or deleted.</p><p>Use the search, or go back to the home page.</p>",
    "front page": FRONT_PAGE,
}


def page_of(name: str, form: str) -> Page:
    """Return one of PAGES, as HTML or as the plain text that is left of it."""
    html = PAGES[name]
    if form == "html":
        return Page(name, html=html)
    lines = re.split(r"<[^>]*>", html)
    return Page(name, text="\n\n".join(re.sub(r"<script.*?</script>", "", line) for line in lines if line.strip()))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("form", ["html", "text"])
def test_little_is_expected_of_a_page_without_an_article(name: str, form: str) -> None:
    article = classify_page(page_of(name, form), MODEL)
    assert article.confidence < LOW
    assert not article.is_article


def test_much_is_expected_of_an_article_alone() -> None:
    paragraphs = (
        "Late ferry, early soup",
        "The ferry left the harbour an hour late because its crew had waited all morning for a spare pump.",
        "Nobody on board minded, since the sun was out and the kitchen handed round soup for free.",
        "The captain said that she would sail again on Friday, with two pumps and a larger pot.",
    )
    article = classify_page(Page("alone", text="\n\n".join(paragraphs)), MODEL)
    assert article.confidence > 0.6
    assert article.body.endswith("a larger pot.")


@pytest.mark.parametrize(
    ("name", "form"),
    [("login", "html"), ("login", "text"), ("captcha", "html"), ("captcha", "text"), ("not found", "html")],
)
def test_short_text_that_is_hardly_a_body_is_none(name: str, form: str) -> None:
    article = classify_page(page_of(name, form), MODEL)
    assert article.body == ""
    assert article.confidence == 0.0
    assert not any(block.label == "body" for block in article.blocks)
    assert article.title
