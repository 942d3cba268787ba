"""Correcting labels and kinds: nothing is sent before the reader agrees, and everything can be undone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_actions import block, collect_posts, focus_block, read_sample, refuse

pytestmark = pytest.mark.slow

SUBHEADING = "A pier that was too short"


def send(page: Page) -> None:
    page.get_by_label("Your corrections").get_by_role("button", name="Send").click()


def test_first_sending_asks_and_the_answer_holds_for_the_session(page: Page, address: str) -> None:
    read_sample(page)
    sent = collect_posts(page, "/v1/feedback")
    focus_block(page, SUBHEADING)
    page.keyboard.press("3")
    block(page, "Seal that boarded").click()
    page.get_by_label("Why this label").get_by_role("button", name="Boilerplate").click()
    bar = page.get_by_label("Your corrections")
    expect(bar).to_contain_text("2 corrections, not sent.")
    send(page)
    dialog = page.get_by_role("dialog", name="Send this page as training material?")
    expect(dialog).to_contain_text("Your 2 corrections and the whole page (its HTML, ")
    expect(dialog).to_contain_text("folder of corrections")
    page.get_by_role("button", name="Do not send").click()
    expect(dialog).to_be_hidden()
    assert not sent
    send(page)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(bar).to_contain_text("The page is stored as ")
    (answer,) = sent
    assert [(each["label"], each["kind"]) for each in answer["blocks"]] == [
        ("teaser", "teaser_heading"),
        ("boilerplate", "furniture"),
    ]
    rows = [json.loads(line) for line in page.request.get(f"{address}v1/feedback/export").text().splitlines()]
    (row,) = [row for row in rows if row["id"] in bar.inner_text()]
    corrected = {block["text"]: block["kind"] for block in row["blocks"] if block["corrected"]}
    assert corrected == {SUBHEADING: "teaser_heading", "Seal that boarded the post boat is put ashore": "furniture"}
    focus_block(page, SUBHEADING)
    page.keyboard.press("2")
    expect(bar).to_contain_text("1 change since then not sent.")
    page.reload()
    read_sample(page)
    focus_block(page, SUBHEADING)
    page.keyboard.press("2")
    send(page)  # not asked again
    expect(bar).to_contain_text("The page is stored as ")
    assert len(sent) == 2


def test_corrections_are_undone_one_by_one_and_all_at_once(page: Page) -> None:
    read_sample(page)
    sent = collect_posts(page, "/v1/feedback")
    first, second = block(page, SUBHEADING), block(page, "Bookings open on the tenth")
    for beginning in (SUBHEADING, "Bookings open on the tenth"):
        focus_block(page, beginning)
        page.keyboard.press("2")
    page.keyboard.press("3")
    page.keyboard.press("Control+z")
    expect(second).to_have_attribute("data-label", "boilerplate")
    page.get_by_role("button", name="Undo this correction").click()
    expect(second).to_have_attribute("data-kind", "text")
    page.get_by_role("button", name="Undo last").click()
    expect(second).to_have_attribute("data-label", "boilerplate")
    page.get_by_role("button", name="Undo all").click()
    expect(first).to_have_attribute("data-kind", "subheading")
    expect(second).to_have_attribute("data-label", "body")
    expect(page.get_by_label("Your corrections")).to_be_hidden()
    assert not sent


def test_undoing_after_sending_is_sent_as_the_models_labels(page: Page) -> None:
    read_sample(page)
    sent = collect_posts(page, "/v1/feedback")
    focus_block(page, SUBHEADING)
    page.keyboard.press("3")
    send(page)
    page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    bar = page.get_by_label("Your corrections")
    expect(bar).to_contain_text("with 1 correction.")
    page.get_by_role("button", name="Undo all").click()
    page.get_by_role("button", name="Send again").click()
    expect(bar).to_contain_text("with 0 corrections.")
    assert [(each["label"], each["kind"]) for each in sent[-1]["blocks"]] == [("body", "subheading")]


def test_kind_is_chosen_and_the_block_is_set_as_it(page: Page) -> None:
    read_sample(page)
    caption = focus_block(page, "The last boat left in 1994.")
    page.get_by_role("combobox", name="Kind").select_option("quote")
    expect(caption).to_have_attribute("data-kind", "quote")
    expect(caption.locator("blockquote")).to_be_visible()
    expect(caption.locator(".tag")).to_have_text("Body, Quote corrected")
    page.get_by_role("combobox", name="Kind").select_option("teaser_heading")
    expect(caption).to_have_attribute("data-label", "teaser")
    page.get_by_role("tab", name="Clean body").click()
    expect(page.get_by_label("The clean body")).not_to_contain_text("The last boat left in 1994.")


def test_corrected_block_leaves_its_fold_and_stays_in_sight(page: Page) -> None:
    read_sample(page, unfold=False)
    page.locator(".fold-line").first.click()
    cookies = focus_block(page, "We use cookies")
    page.keyboard.press("1")
    expect(cookies.locator(".tag")).to_be_focused()
    expect(page.locator(".fold .block", has_text="We use cookies")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".fold .block", has_text="We use cookies")).to_be_visible()
    expect(cookies.locator(".tag")).to_be_focused()


def test_keyboard_stays_on_the_button_that_corrects(page: Page) -> None:
    read_sample(page)
    focus_block(page, SUBHEADING)
    button = page.get_by_label("Why this label").get_by_role("button", name="Teaser")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your corrections")).to_contain_text("1 correction, not sent.")
    expect(button).to_be_focused()
    block(page, "A night ferry will sail").hover()  # a pointer does not change what the keyboard is about to correct
    expect(page.get_by_label("Why this label")).to_contain_text("The model said body, subheading.")


def test_refused_corrections_stay_on_the_page_unsent(page: Page) -> None:
    read_sample(page)
    refuse(page, "/v1/feedback", 403, "Forbidden", "the key may read, expected the scope write; ask for another key")
    chosen = focus_block(page, SUBHEADING)
    page.keyboard.press("2")
    send(page)
    page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("expected the scope write")
    expect(chosen).to_have_attribute("data-label", "boilerplate")
    expect(page.get_by_label("Your corrections")).to_contain_text("1 correction, not sent.")


def test_unsent_corrections_stay_when_the_form_is_shown(page: Page) -> None:
    read_sample(page)
    focus_block(page, SUBHEADING)
    page.keyboard.press("2")
    page.get_by_role("button", name="Another page").click()
    page.get_by_role("button", name="Show the page that was read last").click()
    expect(block(page, SUBHEADING)).to_have_attribute("data-label", "boilerplate")
    expect(page.get_by_label("Your corrections")).to_contain_text("1 correction, not sent.")
