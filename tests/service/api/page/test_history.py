"""The history of the browser: Back leads from a result to the form, Forward to the result again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.page_actions import block, focus_block, paste, read_sample

pytestmark = pytest.mark.slow
STORY = "Ferry stopped\n\nThe ferry was stopped by fog on Monday, the harbour master said.\n\nHome | News"
OTHER = "Lido opens\n\nThe lido beside the river opened on Friday, as councillors had said."


def expect_form(page: Page, text: str) -> None:
    field = page.get_by_label("The page, as text or HTML")
    expect(field).to_be_focused()
    expect(field).to_have_value(text)
    expect(page.locator("#result")).to_be_hidden()


def test_back_leads_to_the_form_with_its_text_and_forward_to_the_result(page: Page) -> None:
    address = page.url
    paste(page, STORY)
    page.get_by_role("tab", name="Clean body").click()
    page.go_back()
    expect_form(page, STORY)
    page.go_forward()
    expect(page.get_by_label("The clean body")).to_be_visible()
    expect(page.locator(".summary h1")).to_be_focused()
    expect(page.locator("#composer")).to_be_hidden()
    assert page.url == address
    assert "ferry" not in str(page.evaluate("() => [history.state, {...localStorage}, {...sessionStorage}]")).lower()


def test_sample_is_kept_in_the_form(page: Page) -> None:
    read_sample(page)
    page.go_back()
    expect(page.get_by_label("The page, as text or HTML")).to_have_value(
        page.request.get(f"{page.url}assets/sample.html").text()
    )
    paste(page, STORY)
    expect(block(page, "Ferry stopped")).to_be_visible()
    page.go_back()
    expect_form(page, STORY)


def test_another_page_is_left_by_back_too(page: Page) -> None:
    paste(page, STORY)
    page.get_by_role("button", name="Another page").click()
    expect_form(page, "")
    page.go_back()
    expect(block(page, "Ferry stopped")).to_be_visible()
    page.go_back()
    expect_form(page, "")


def test_views_do_not_hide_the_result(page: Page) -> None:
    paste(page, STORY)
    page.get_by_role("link", name="Index", exact=True).click()
    expect(page.locator("#overview")).to_be_visible()
    page.get_by_role("link", name="Article", exact=True).click()
    expect(block(page, "Ferry stopped")).to_be_visible()
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    page.go_back()
    expect(block(page, "Ferry stopped")).to_be_visible()
    page.go_back()
    expect_form(page, STORY)


def test_result_of_before_a_reload_is_not_shown_as_another(page: Page) -> None:
    paste(page, STORY)
    page.reload()
    expect(page.locator("#composer")).to_be_visible()
    page.go_back()
    read_sample(page)
    page.go_back()
    page.go_forward()
    expect(block(page, "Night ferry to Skarrow")).to_be_visible()


def test_back_leads_from_the_result_to_the_form_after_the_index_was_shown(page: Page) -> None:
    page.get_by_role("link", name="Index", exact=True).click()
    page.get_by_role("link", name="Article", exact=True).click()
    paste(page, STORY)
    page.go_back()
    expect_form(page, STORY)
    page.go_forward()
    expect(block(page, "Ferry stopped")).to_be_visible()


def test_back_leads_to_the_form_if_the_first_visit_was_to_the_index(page: Page) -> None:
    address = page.url
    page.goto("about:blank")
    page.goto(f"{address}#index")
    page.get_by_role("link", name="Article", exact=True).click()
    paste(page, STORY)
    page.go_back()
    expect_form(page, STORY)
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()


def test_corrections_that_are_not_sent_are_lost_after_a_question_only(page: Page) -> None:
    correct(page, STORY)
    page.go_back()
    read = page.get_by_role("button", name="Read this page")
    read.click()
    expect(page.get_by_role("alert")).to_contain_text("1 correction not sent")
    page.get_by_role("button", name="Keep the corrections").click()
    expect(page.locator(".block.corrected")).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.go_back()
    read.click()
    page.get_by_role("button", name="Give them up").click()
    expect(block(page, "Ferry stopped")).to_be_visible()
    expect(page.locator(".block.corrected")).to_have_count(0)


def test_answer_does_not_replace_corrections_that_were_made_meanwhile(page: Page) -> None:
    paste(page, STORY)
    page.go_back()
    answer = ask_slowly(page, OTHER)
    page.go_forward()
    focus_block(page, "Ferry stopped")
    page.keyboard.press("3")
    answer.continue_()
    expect(page.get_by_role("alert")).to_contain_text("1 correction not sent")
    expect(page.locator(".block.corrected")).to_have_count(1)
    page.get_by_role("button", name="Keep the corrections").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator(".block.corrected")).to_have_count(1)


def test_corrected_page_is_reached_from_the_question_without_an_entry_of_its_own(page: Page) -> None:
    correct(page, STORY)
    page.go_back()
    page.get_by_role("link", name="Index", exact=True).click()  # there is no Forward from here
    page.get_by_role("link", name="Article", exact=True).click()
    page.get_by_role("button", name="Read this page").click()
    page.get_by_role("button", name="Keep the corrections").click()
    expect(page.locator(".block.corrected")).to_have_count(1)
    page.go_back()
    expect_form(page, STORY)


def test_answer_that_arrives_while_the_index_is_shown_waits_under_article(page: Page) -> None:
    answer = ask_slowly(page, STORY)
    page.get_by_role("link", name="Index", exact=True).click()
    answer.continue_()
    expect(page.get_by_role("status").last).to_contain_text("The page is read.")
    page.go_back()
    expect_form(page, STORY)
    page.get_by_role("button", name="Show the page that was read last").click()
    expect(block(page, "Ferry stopped")).to_be_visible()


def correct(page: Page, text: str) -> None:
    paste(page, text)
    focus_block(page, "Ferry stopped")
    page.keyboard.press("3")
    expect(page.locator(".block.corrected")).to_have_count(1)


def ask_slowly(page: Page, text: str) -> Route:
    """Let the page ask for a result that arrives only when the returned route is continued."""
    waiting: list[Route] = []
    page.route("**/v1/classify", lambda route: waiting.append(route))
    page.get_by_label("The page, as text or HTML").fill(text)
    page.get_by_role("button", name="Read this page").click()
    while not waiting:
        page.wait_for_timeout(20)
    return waiting[0]
