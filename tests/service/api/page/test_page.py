"""The page around an article: what is read, duplicates, keys, errors, accessibility."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_actions import PHONE, block, check_axe, focus_block, paste, read_sample, refuse, replace_answer

pytestmark = pytest.mark.slow


def test_offsets_count_characters_and_markup_stays_text(page: Page) -> None:
    bold = "<img src=x onerror=alert(1)>"
    story = f"The ducks 🦆🦆 came back to the pond on {bold} Tuesday, late."
    paste(page, f"🦆🦆🦆 Ducks 🦆 on the pond\n\n{story}\n\nHome | News")
    texts = page.locator(".block .words").all_inner_texts()
    assert texts[0] == "🦆🦆🦆 Ducks 🦆 on the pond"
    assert texts[1] == story
    assert page.locator(".block img").count() == 0


def test_duplicate_is_found_and_marked_in_both_texts(page: Page) -> None:
    read_sample(page)
    page.get_by_role("tab", name="Seen before?").click()
    page.get_by_role("button", name="Add to the index").click()
    expect(page.get_by_role("status")).to_contain_text("The index holds it as night-ferry-to-skarrow")
    page.get_by_role("button", name="Another page").click()
    read_sample(page, "the same story on another site")
    page.get_by_role("tab", name="Seen before?").click()
    expect(page.locator(".found h2")).to_have_text("This story has been seen")
    page.get_by_role("button", name="Show shared passages").first.click()
    own, theirs = (side.locator("mark").all_inner_texts() for side in page.locator(".side").all())
    assert own[:3] == theirs[:3]
    assert own[0].startswith("A night ferry will sail")
    assert "the second of them because seabirds" not in " ".join(own)

    page.reload()  # a new page in this tab no longer has the other text
    read_sample(page, "the same story on another site")
    page.get_by_role("tab", name="Seen before?").click()
    page.get_by_role("button", name="Show shared passages").first.click()
    expect(page.locator(".side").last).to_contain_text("did not add that article")
    assert page.locator(".side").first.locator("mark").count() > 0


def test_form_of_the_index_shows_what_the_page_says_and_updates_what_was_added(page: Page) -> None:
    replace_answer(page, published="2025-02-20", site="The Sound Gazette")
    read_sample(page)
    page.get_by_role("tab", name="Seen before?").click()
    expect(page.get_by_label("Source (optional)")).to_have_attribute("placeholder", "The Sound Gazette")
    published = page.get_by_label("Published (optional", exact=False)
    expect(published).to_have_accessible_description("The page says February 20, 2025.")
    page.get_by_label("Id", exact=True).fill("updated")
    page.get_by_role("button", name="Add to the index").click()
    update = page.get_by_role("button", name="Update", exact=True)
    expect(update).to_be_visible()
    expect(page.get_by_role("heading", name="It is kept for later comparisons")).to_be_visible()
    check_axe(page, None)
    update.click()
    expect(page.get_by_role("status")).to_contain_text("The index holds it as updated.")
    page.get_by_label("Id", exact=True).fill("another")
    expect(page.get_by_role("button", name="Add to the index")).to_be_visible()
    expect(page.get_by_role("heading", name="Keep it for later comparisons")).to_be_visible()


def test_page_without_a_body_cannot_be_compared(page: Page) -> None:
    remark = "published is 0, expected a time; it is not used"
    page.route(
        "**/v1/articles/check",
        lambda route: route.fulfill(json=route.fetch().json() | {"kept_because": "no_body", "remarks": [remark]}),
    )
    paste(page, "Log in")
    page.get_by_role("tab", name="Seen before?").click()
    expect(page.locator(".found h2")).to_have_text("There is no body to compare")
    expect(page.locator(".found")).to_contain_text("Published is 0, expected a time; it is not used.")


def test_footer_leads_to_the_api(page: Page) -> None:
    expect(page.get_by_role("link", name="API", exact=True)).to_have_attribute("href", "docs")


def test_dropped_file_is_read(page: Page) -> None:
    drop = """() => {
        const given = new DataTransfer();
        given.items.add(new File(["<h1>Dropped</h1><p>The file fell on the page on Tuesday."], "fall.html"));
        document.querySelector("#composer").dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true}));
    }"""
    page.evaluate(drop)
    expect(page.locator(".block .words").last).to_have_text("The file fell on the page on Tuesday.")


def test_only_the_first_of_several_dropped_files_is_read_and_named(page: Page) -> None:
    drop = """() => {
        const given = new DataTransfer();
        for (const name of ["one", "two"]) given.items.add(new File([`<p>The ${name} was dropped.`], `${name}.html`));
        document.querySelector("#composer").dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true}));
    }"""
    page.evaluate(drop)
    expect(page.locator(".block .words").last).to_have_text("The one was dropped.")
    expect(page.get_by_role("status")).to_contain_text("Of 2 files, only the first is read: one.html.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("https://gazette.example/ferry", "It is an address, and nothing is fetched from it"),
        ("WARC/1.1\r\nWARC-Type: response\r\n", "It is a web archive. The command copydesk score"),
        ("%PDF-1.7\n%", "It is a PDF file."),
        (
            "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n",
            "It is a page saved as one",
        ),
        ("www.gazette.example/ferry", "It is an address, and nothing is fetched from it"),
        ("https://gazette.example/1\n https://gazette.example/2\n", "They are addresses, and nothing is fetched"),
        ('{"id": 1, "text": "Ferry"}', "It is JSON."),
        ("PK\x03\x04\x14word/document.xml", "It is no text but data"),
    ],
)
def test_what_is_plainly_no_page_is_named(page: Page, content: str, words: str) -> None:
    page.get_by_label("The page, as text or HTML").fill(content)
    page.get_by_role("button", name="Read this page").click()
    expect(page.get_by_role("alert")).to_contain_text(words)


def test_problems_are_shown_as_text(page: Page) -> None:
    refuse(
        page,
        "/v1/classify",
        503,
        "Busy",
        "64 requests wait, expected fewer; send it again later",
        **{"Retry-After": "7"},
    )
    page.get_by_label("The page, as text or HTML").fill("A page.")
    page.get_by_role("button", name="Read this page").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The service is busy")
    expect(alert).to_contain_text("expected fewer; send it again later. Try again in 7 s.")
    page.unroute("**/v1/classify")
    page.route("**/v1/classify", lambda route: route.abort())
    page.get_by_role("button", name="Read this page").click()
    expect(alert).to_contain_text("The service cannot be reached")


def test_key_is_sent_in_a_header_and_kept_in_this_tab_alone(page: Page) -> None:
    refuse(page, "/v1/classify", 401, "Unauthorized", "no key was sent, expected Authorization: Bearer KEY")
    page.get_by_label("The page, as text or HTML").fill("A page.")
    page.get_by_role("button", name="Read this page").click()
    page.get_by_role("button", name="Give a key").click()
    page.get_by_role("textbox", name="Key").fill("secret-key")
    page.get_by_role("button", name="Use this key").click()
    page.unroute("**/v1/classify")
    with page.expect_request("**/v1/classify") as request:
        page.get_by_role("button", name="Read this page").click()
    assert request.value.headers["authorization"] == "Bearer secret-key"
    assert "secret-key" not in request.value.url + page.url
    assert page.evaluate("() => localStorage.length") == 0


def test_chosen_file_is_decoded_by_its_own_charset(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "seite.html"
    html = '<meta charset="iso-8859-1"><p>Grüße aus Köln, sagte der Bürgermeister am Dienstag.'
    file.write_bytes(html.encode("latin-1"))
    page.locator("#file").set_input_files(file)
    expect(page.locator(".block .words").first).to_contain_text("Grüße aus Köln")


@pytest.mark.parametrize(("scheme", "rules"), [("light", None), ("dark", ["color-contrast"])])
def test_axe_finds_nothing(page: Page, scheme: Any, rules: list[str] | None) -> None:
    page.emulate_media(color_scheme=scheme)
    check_axe(page, rules)
    read_sample(page)
    page.get_by_text("Kinds").click()
    focus_block(page, "A pier that was too short")
    page.keyboard.press("3")
    check_axe(page, rules)
    page.get_by_role("button", name="Send", exact=True).click()
    check_axe(page, rules)
    page.get_by_role("button", name="Do not send").click()
    page.get_by_role("tab", name="Seen before?").click()
    check_axe(page, rules)
    page.get_by_role("tab", name="Clean body").click()
    check_axe(page, rules)
    page.get_by_role("link", name="Index", exact=True).click()
    expect(page.locator(".figures")).to_be_visible()
    check_axe(page, rules)
    page.get_by_role("button", name="API key").click()
    check_axe(page, rules)


def test_nothing_is_cut_off_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = "() => document.documentElement.scrollWidth"
    assert page.evaluate(width) == PHONE["width"]
    read_sample(page)
    assert page.evaluate(width) == PHONE["width"]
    chosen = block(page, "A pier that was too short")
    chosen.click()
    sheet = page.get_by_label("Why this label")
    expect(sheet).to_be_visible()
    own, over = chosen.bounding_box(), sheet.bounding_box()
    assert own is not None
    assert over is not None
    assert own["y"] + own["height"] <= over["y"]
    page.get_by_role("button", name="Close the reasons").click()
    expect(sheet).to_be_hidden()
    expect(chosen.locator(".tag")).to_be_focused()
    page.get_by_role("link", name="Index", exact=True).click()
    expect(page.locator(".figures")).to_be_visible()
    assert page.evaluate(width) == PHONE["width"]


def test_nothing_of_the_manual_of_the_api_is_cut_off_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_role("link", name="API", exact=True).click()
    expect(page.get_by_role("heading", name="Problems")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    check_axe(page, None)
