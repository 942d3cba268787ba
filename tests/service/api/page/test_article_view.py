"""The view of an article: its parts as they are set, folds, the map, fields, comments, copying."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from copydesk.classifier import pipeline
from tests.conftest import ROOT
from tests.support.page_actions import (
    PHONE,
    block,
    check_axe,
    collect_posts,
    focus_block,
    paste,
    read_sample,
    replace_answer,
)

pytestmark = pytest.mark.slow

TEXT = "Boats compared\n\nA list follows.\n\nName\tBerths\n\nAnna\t64\n\nBerta\t12\n\none\n  two\n\nA pier.\n\nMenu"
"""Each paragraph is a block; `blocks_of` says of which kind."""
SET_KINDS = ("headline", "standfirst", "table", "table", "table", "preformatted", "caption", "furniture")


def blocks_of(text: str, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    """The service's blocks of a text whose paragraphs are of these kinds."""
    blocks, start = [], 0
    for paragraph, kind in zip(text.split("\n\n"), kinds, strict=True):
        label = {"furniture": "boilerplate", "teaser": "teaser"}.get(kind, "body")
        odds = {name: 0.9 if name == label else 0.05 for name in ("body", "boilerplate", "teaser")}
        place = {"start": start, "end": start + len(paragraph)}
        blocks.append({**place, "label": label, "kind": kind, "confidence": 0.9, "probabilities": odds})
        start += len(paragraph) + 2
    return blocks


def test_sample_shows_its_blocks_by_label(page: Page) -> None:
    read_sample(page)
    title = page.locator(".summary").get_by_role("heading", name="Night ferry to Skarrow returns after 31 years")
    expect(title).to_be_visible()
    assert block(page, "A night ferry will sail").get_attribute("data-label") == "body"
    assert block(page, "We use cookies").get_attribute("data-label") == "boilerplate"
    assert block(page, "Gig rowers beat the tide").get_attribute("data-label") == "teaser"
    expect(block(page, "A night ferry will sail").locator(".tag")).to_have_text("Body, Text > 99 %")
    certain, doubtful = block(page, "A night ferry will sail"), block(page, "Read also: Lighthouse")
    shade = "block => Number(getComputedStyle(block).getPropertyValue('--sure'))"
    assert certain.evaluate(shade) > doubtful.evaluate(shade) > 0
    colour = "block => getComputedStyle(block).backgroundColor"
    assert certain.evaluate(colour) != block(page, "We use cookies").evaluate(colour)


def test_hover_and_focus_show_probabilities_and_reasons(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    read_sample(page)
    page.mouse.move(5, 5)
    why = page.get_by_label("Why this label")
    expect(why).to_contain_text("Point at a block")
    block(page, "A night ferry will sail").hover()
    expect(why.locator(".reasons li").first).to_be_visible()
    expect(why.locator(".probabilities")).to_contain_text("Teaser")
    page.mouse.move(5, 5)
    expect(why).to_contain_text("Point at a block")
    focus_block(page, "A pier that was too short")
    expect(why).to_contain_text("Why body, not")
    values = [float(text.replace("−", "-")) for text in why.locator(".reasons .value").all_inner_texts()]
    assert len(values) > 2
    hint = why.locator("h3 + .hint").inner_text()
    total = float(hint.split("add up to ")[1].split(",")[0].replace("−", "-"))
    assert sum(values) == pytest.approx(total, abs=0.005 * (len(values) + 1))
    page.keyboard.press("Escape")
    expect(why).to_contain_text("Point at a block")


@pytest.mark.parametrize("width", [961, 1280, 1366, 1400, 1407])
def test_pointer_does_not_cover_the_fields_where_there_is_room_for_one(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    read_sample(page)
    about, why = page.locator(".about"), page.get_by_label("Why this label")
    block(page, "A night ferry will sail").hover()
    expect(about).to_be_visible()
    expect(why).to_be_hidden()
    block(page, "A pier that was too short").click()
    expect(why).to_contain_text("Subheading")
    expect(about).to_be_hidden()
    block(page, "A night ferry will sail").hover()
    expect(why).to_contain_text("Subheading")
    page.get_by_role("button", name="Close the reasons").click()
    expect(about).to_be_visible()
    expect(why).to_be_hidden()


@pytest.mark.parametrize("width", [1408, 1440])
def test_fields_and_reasons_stand_side_by_side_where_there_is_room(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    read_sample(page)
    block(page, "A night ferry will sail").hover()
    about, why = page.locator(".about"), page.get_by_label("Why this label")
    expect(why).to_contain_text("Teaser")
    left, right = about.bounding_box(), why.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_page_opens_at_the_article_with_furniture_and_teasers_folded(page: Page) -> None:
    read_sample(page, unfold=False)
    first = page.locator(".fold-line").first
    expect(first).to_contain_text("blocks of furniture")
    expect(first).to_contain_text("We use cookies")
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".fold .block")).to_have_count(0)
    headline = block(page, "Night ferry to Skarrow")
    expect(headline.locator("h2")).to_be_in_viewport()
    first.focus()
    page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-expanded", "true")
    expect(block(page, "We use cookies")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(block(page, "We use cookies").locator(".tag")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".fold .block")).to_have_count(0)
    page.get_by_role("button", name="Unfold all").click()
    expect(block(page, "Gig rowers beat the tide")).to_be_visible()
    assert page.locator(".count").inner_text() == f"{page.locator('.block').count()} blocks"


def test_page_without_a_body_is_shown_unfolded_and_said_to_be_no_article(page: Page) -> None:
    text = "Log in\n\nForgotten your password?"
    types = {"article": 0.2, "service": 0.8}
    blocks = blocks_of(text, ("furniture", "furniture"))
    about = {"page_type": "service", "page_types": types, "is_article": False, "body": "", "confidence": 0.1}
    replace_answer(page, blocks=blocks, **about)
    paste(page, text)
    expect(page.locator(".verdict")).to_contain_text("Probably no article: no block of it is body.")
    expect(block(page, "Forgotten your password?")).to_be_visible()
    expect(page.locator(".about")).to_contain_text("Is it an article?No")
    check_axe(page, None)


@pytest.mark.parametrize(
    ("article", "forum", "confidence", "words"),
    [
        (0.5, 0.16, 0.27, "the type is article, but its body was found with low confidence, 27 %"),
        (0.45, 0.16, 0.8, "its type is uncertain, article 45 %, forum 16 %"),
        (0.3, 0.6, 0.8, "its type is more likely forum, 60 %, than article, 30 %"),
        (
            0.45,
            0.16,
            0.2,
            "its type is uncertain, article 45 %, forum 16 %; its body was found with low confidence, 20 %",
        ),
        (0.5, 0.16, 0.3, "its body does not look like text"),
    ],
)
def test_verdict_names_the_condition_that_failed(
    page: Page, article: float, forum: float, confidence: float, words: str
) -> None:
    text = "Ferry stopped\n\nThe ferry was stopped by fog on Monday."
    about = {"page_types": {"article": article, "forum": forum}, "is_article": False, "body": text}
    replace_answer(page, blocks=blocks_of(text, ("headline", "text")), confidence=confidence, **about)
    paste(page, text)
    expect(page.locator(".verdict")).to_have_text(f"Probably no article: {words}. 2 blocks, read as plain text.")


def test_page_judges_by_the_limits_of_the_service() -> None:
    script = (ROOT / "service/api/page/about.js").read_text(encoding="utf-8")
    limits = dict(re.findall(r"^const (MIN_\w+) = ([\d.]+);", script, re.MULTILINE))
    assert float(limits["MIN_IS_ARTICLE"]) == pipeline.MIN_IS_ARTICLE
    assert float(limits["MIN_CONFIDENCE"]) == pipeline.MIN_CONFIDENCE


def test_quality_of_the_body_is_in_plain_words_with_the_measure_in_a_tooltip(page: Page) -> None:
    replace_answer(page, is_article=True, confidence=0.98)
    read_sample(page)
    quality = page.locator(".facts").get_by_text("Body expected to be 98 % right")
    expect(quality).to_have_attribute("title", re.compile("word F1"))
    expect(page.locator(".about")).to_contain_text("Body expected to be right98 %")


@pytest.mark.parametrize(
    ("form", "words"),
    [("HTML", "This page has no text; it may need scripts to show it."), ("plain text", "This page has no text.")],
)
def test_page_without_text_is_one_sentence(page: Page, form: str, words: str) -> None:
    replace_answer(page, blocks=[], body="", is_article=False, confidence=0.0)
    page.get_by_label("Read as").select_option(label=form)
    page.get_by_label("The page, as text or HTML").fill("<div id=app></div>")
    page.get_by_role("button", name="Read this page").click()
    expect(page.locator(".verdict")).to_have_text(words)
    expect(page.locator(".columns, .about, .tabs")).to_have_count(0)
    check_axe(page, None)
    page.get_by_role("button", name="Another page").click()
    expect(page.get_by_label("The page, as text or HTML")).to_be_focused()


def test_arrow_keys_move_through_one_tab_stop(page: Page) -> None:
    read_sample(page)
    assert page.locator(".stop[tabindex='0']").count() == 1
    page.locator(".tag").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".tag").nth(2)).to_be_focused()
    expect(page.locator(".tag").nth(2)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("End")
    expect(page.locator(".stop").last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".stop").last).to_be_focused()
    assert page.locator(".stop[tabindex='0']").count() == 1


def test_toggles_hide_a_label_and_a_kind(page: Page) -> None:
    read_sample(page)
    everything = page.locator(".block").count()
    page.get_by_label("Boilerplate", exact=False).first.uncheck()
    expect(page.locator(".block[data-label=boilerplate]")).to_have_count(0)
    left = page.locator(".block").count()
    assert 0 < left < everything
    expect(page.locator(".count")).to_have_text(f"{left} of {everything} blocks shown")
    page.get_by_text("Kinds").click()
    page.get_by_role("checkbox", name="Readers’ comments").check()
    expect(page.locator(".block[data-kind=comment]")).not_to_have_count(0)
    expect(page.locator(".block[data-kind=furniture]")).to_have_count(0)


def test_parts_are_set_as_what_they_are(page: Page) -> None:
    replace_answer(page, blocks=blocks_of(TEXT, SET_KINDS))
    paste(page, TEXT)
    blocks = page.locator(".blocks")
    expect(blocks.locator("h2")).to_have_text("Boats compared")
    expect(blocks.locator("pre")).to_have_text("one\n  two")
    table = blocks.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Name", "Berths"])
    expect(table.locator("tbody").nth(2).locator("td").last).to_have_text("12")
    expect(block(page, "A pier.")).to_have_attribute("data-kind", "caption")
    expect(block(page, "Menu")).to_be_visible()  # a short block alone is not worth a fold
    check_axe(page, None)


def test_long_table_scrolls_inside_and_right_to_left_text_is_set_from_the_right(page: Page) -> None:
    text = "عنوان\n\nوصل القارب صباح الثلاثاء.\n\n" + "\t".join(f"column {number}" for number in range(30))
    replace_answer(page, blocks=blocks_of(text, ("headline", "text", "table")), language="ar")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    paste(page, text)
    words = block(page, "وصل القارب").locator(".words")
    assert words.evaluate("words => [words.lang, getComputedStyle(words).direction]") == ["ar", "rtl"]
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    table = page.get_by_role("group", name="Table")
    assert table.evaluate("table => table.scrollWidth > 2 * table.clientWidth")


def test_map_has_a_segment_for_each_block_and_leads_to_it(page: Page) -> None:
    read_sample(page, unfold=False)
    strip = page.get_by_role("slider", name="Map of the page")
    paths = [path.get_attribute("d") or "" for path in strip.locator("path").all()]
    assert sum(path.count("M") for path in paths) == int(strip.get_attribute("aria-valuemax") or 0)
    view = strip.locator(".view")
    before = float(view.get_attribute("y") or 0)
    strip.focus()
    page.keyboard.press("End")
    expect(strip).to_have_attribute("aria-valuenow", strip.get_attribute("aria-valuemax") or "")
    page.wait_for_function(f"Number(document.querySelector('.view').getAttribute('y')) > {before}")
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    words = "Body, block 10 of 41, headline: Night ferry to Skarrow returns after 31 years"
    expect(strip).to_have_attribute("aria-valuetext", words)
    page.keyboard.press("Enter")
    expect(block(page, "Night ferry to Skarrow").locator(".tag")).to_be_focused()
    strip.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")  # in a fold, which opens
    expect(block(page, "We use cookies").locator(".tag")).to_be_focused()
    box = strip.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5, box["y"] + box["height"] - 20)
    expect(page.locator(".blocks > *").last).to_be_in_viewport()


@pytest.mark.parametrize("unfold", [False, True])
def test_map_is_no_higher_than_what_stands_beside_it(page: Page, unfold: bool) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    read_sample(page, unfold=unfold)
    height = "part => part.offsetHeight"
    content = "part => part.lastElementChild.getBoundingClientRect().bottom - part.getBoundingClientRect().top"
    columns, strip, about = [page.locator(name).evaluate(height) for name in (".columns", ".strip", ".about")]
    assert 96 <= strip <= 900
    assert columns <= max(about, page.locator(".sheet").evaluate(content)) + 32


def test_fields_stand_beside_the_article_with_their_places(page: Page) -> None:
    found = {"authors": "json-ld", "published": "meta", "tags": "json-ld", "image": "meta", "canonical_url": "link"}
    replace_answer(
        page,
        authors=["Ada Quill", "Ben Inkwell"],
        published="2025-02-20T06:15:00+01:00",
        modified="2025-02-21T09:30:00",
        site="The Sound Gazette",
        section="",
        tags=["ferries", "<b>islands</b>"],
        language="en",
        language_declared="en",
        language_detected="de",
        description="",
        image="https://pictures.invalid/pier.jpg",
        canonical_url="javascript:alert(1)",
        found_in=found,
    )
    read_sample(page)
    about = page.locator(".about")
    expect(about.locator("[data-field=authors]")).to_have_text("Authors, found in JSON-LDAda QuillBen Inkwell")
    expect(about.locator("[data-field=tags] li")).to_have_text(["ferries", "<b>islands</b>"])
    time = about.locator("[data-field=published] time")
    expect(time).to_have_attribute("title", "2025-02-20T06:15:00+01:00")
    expect(time).to_have_text(re.compile(r"February \d\d, 2025 at \d+:15 [AP]M \S+"))
    modified = about.locator("[data-field=modified]")
    expect(modified).to_contain_text("February 21, 2025 at 9:30 AM (time zone unknown)")
    expect(about.locator("[data-field=language]")).to_contain_text("English (the page says English, its words German)")
    expect(about.get_by_role("link", name="pier.jpg")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(about.locator("[data-field=canonical_url]")).to_contain_text("javascript:alert(1)")
    expect(about.locator("[data-field=canonical_url] a")).to_have_count(0)
    expect(about.locator("[data-field=section]")).to_have_count(0)
    expect(about).to_contain_text("Not found: section, description.")
    expect(about.locator(".probabilities")).to_contain_text("article")
    check_axe(page, None)


def test_comments_are_listed_below_the_article(page: Page) -> None:
    written = [{"author": f"reader {n}", "time": "1 hour ago", "text": f"Comment <i>{n}</i>"} for n in range(25)]
    replace_answer(page, comments=written)
    read_sample(page)
    comments = page.get_by_role("region", name="25 readers’ comments")
    expect(comments.locator("li")).to_have_count(20)
    expect(comments.locator("li").first).to_have_text("reader 0 1 hour agoComment <i>0</i>")
    comments.get_by_role("button", name="Show the other 5 comments").click()
    expect(comments.locator("li")).to_have_count(25)


def test_article_is_copied_and_saved_in_three_forms(page: Page) -> None:
    read_sample(page)
    posts = collect_posts(page, "/v1/classify")
    clipboard = "() => navigator.clipboard.readText()"
    page.get_by_role("button", name="Copy as Text").click()
    expect(page.get_by_role("status").last).to_have_text("Text copied.")
    body = page.evaluate(clipboard)
    assert "A night ferry will sail" in body
    assert "We use cookies" not in body
    assert "Gig rowers" not in body
    page.get_by_role("tab", name="Clean body").click()
    assert body == page.get_by_label("The clean body").text_content()
    buttons = page.locator(".copying button:visible")
    assert buttons.count() == 6
    assert len({button.bounding_box()["y"] for button in buttons.all()}) == 1  # type: ignore[index]
    page.get_by_role("button", name="Copy as JSON").click()
    expect(page.get_by_role("status").last).to_have_text("JSON copied.")
    row = json.loads(page.evaluate(clipboard))
    assert row["body"] == body
    assert "explanation" not in row["blocks"][0]
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_role("status").last).to_have_text("Markdown copied.")
    markdown = page.evaluate(clipboard)
    assert 'title: "Night ferry to Skarrow returns after 31 years"' in markdown
    assert "\n## A pier that was too short\n" in markdown
    assert list(posts[-1]) == ["html"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as Text").click()
    assert saved.value.suggested_filename.startswith("night-ferry-to-skarrow")
    assert saved.value.path().read_text(encoding="utf-8") == body
