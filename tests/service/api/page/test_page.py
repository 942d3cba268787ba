"""The view of an article: labels, reasons, corrections, duplicates, keys and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_actions import PHONE, block, check_axe, collect_posts, paste, read_sample, refuse

pytestmark = pytest.mark.slow


def test_sample_shows_its_blocks_by_label(page: Page) -> None:
    read_sample(page)
    expect(page.get_by_role("heading", name="Night ferry to Skarrow returns after 31 years")).to_be_visible()
    assert block(page, "A night ferry will sail").get_attribute("data-label") == "body"
    assert block(page, "We use cookies").get_attribute("data-label") == "boilerplate"
    assert block(page, "Gig rowers beat the tide").get_attribute("data-label") == "teaser"
    expect(block(page, "A night ferry will sail").locator(".tag")).to_have_text("Body > 99 %")
    certain, doubtful = block(page, "A night ferry will sail"), block(page, "Read also: Lighthouse")
    shade = "block => Number(getComputedStyle(block).getPropertyValue('--sure'))"
    assert certain.evaluate(shade) > doubtful.evaluate(shade) > 0
    colour = "block => getComputedStyle(block).backgroundColor"
    assert certain.evaluate(colour) != block(page, "We use cookies").evaluate(colour)


def test_hover_and_focus_show_probabilities_and_reasons(page: Page) -> None:
    read_sample(page)
    page.mouse.move(5, 5)
    why = page.get_by_label("Why this label")
    expect(why).to_contain_text("Point at a block")
    block(page, "A night ferry will sail").hover()
    expect(why.locator(".reasons li").first).to_be_visible()
    expect(why.locator(".probabilities")).to_contain_text("Teaser")
    page.mouse.move(5, 5)
    expect(why).to_contain_text("Point at a block")
    block(page, "A pier that was too short").focus()
    expect(why).to_contain_text("Why body, not")
    values = [float(text.replace("−", "-")) for text in why.locator(".reasons .value").all_inner_texts()]
    assert len(values) > 2
    hint = why.locator("h3 + .hint").inner_text()
    total = float(hint.split("add up to ")[1].split(",")[0].replace("−", "-"))
    assert sum(values) == pytest.approx(total, abs=0.005 * (len(values) + 1))


def test_arrow_keys_move_through_one_tab_stop(page: Page) -> None:
    read_sample(page)
    assert page.locator(".block[tabindex='0']").count() == 1
    page.locator(".block").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".block").nth(2)).to_be_focused()
    expect(page.locator(".block").nth(2)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    expect(page.locator(".block").last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".block").last).to_be_focused()
    assert page.locator(".block[tabindex='0']").count() == 1


def test_toggles_hide_a_label_and_a_kind(page: Page) -> None:
    read_sample(page)
    everything = page.locator(".block").count()
    page.get_by_label("Boilerplate", exact=False).first.uncheck()
    expect(page.locator(".block[data-label=boilerplate]:visible")).to_have_count(0)
    expect(page.locator(".block[data-label=body]:visible")).not_to_have_count(0)
    left = page.locator(".block:visible").count()
    expect(page.locator(".count")).to_have_text(f"{left} of {everything} blocks shown")
    page.get_by_label("bylines and dates").check()
    expect(page.locator(".block[data-kind=metadata]:visible")).not_to_have_count(0)
    expect(page.locator(".block[data-kind=furniture]:visible")).to_have_count(0)


def test_clean_body_is_shown_and_copied(page: Page) -> None:
    read_sample(page)
    page.get_by_role("tab", name="Clean body").click()
    page.get_by_role("button", name="Copy the body").click()
    expect(page.get_by_role("status")).to_have_text("The body copied.")
    body = page.evaluate("() => navigator.clipboard.readText()")
    assert "A night ferry will sail" in body
    assert "We use cookies" not in body
    assert "Gig rowers" not in body
    assert body == page.get_by_label("The clean body").text_content()


def test_key_and_click_correct_a_label_and_send_it(page: Page, address: str) -> None:
    read_sample(page)
    sent = collect_posts(page, "/v1/feedback")
    chosen = block(page, "A pier that was too short")
    chosen.focus()
    page.keyboard.press("3")
    expect(page.get_by_role("status")).to_contain_text("is a teaser. Thank you.")
    expect(chosen).to_have_attribute("data-label", "teaser")
    expect(chosen.locator(".tag")).to_have_text("Teaser corrected")
    other = block(page, "Seal that boarded")
    other.click()
    page.get_by_label("Why this label").get_by_role("button", name="Boilerplate").click()
    expect(other).to_have_attribute("data-label", "boilerplate")
    assert [len(each["blocks"]) for each in sent] == [1, 2]
    (first, second) = sent[-1]["blocks"]
    assert (first["label"], second["label"]) == ("teaser", "boilerplate")
    assert "html" in sent[-1]
    expect(page.get_by_role("status")).to_contain_text("is boilerplate. Thank you.")
    rows = [json.loads(line) for line in page.request.get(f"{address}v1/feedback/export").text().splitlines()]
    corrected = {block["text"]: block["kind"] for row in rows for block in row["blocks"] if block["corrected"]}
    assert corrected["A pier that was too short"] == "teaser"
    assert corrected["Seal that boarded the post boat is put ashore"] == "furniture"
    page.get_by_role("tab", name="Clean body").click()
    expect(page.get_by_label("The clean body")).not_to_contain_text("A pier that was too short")


def test_keyboard_stays_on_the_button_that_corrects(page: Page) -> None:
    read_sample(page)
    block(page, "A pier that was too short").focus()
    button = page.get_by_label("Why this label").get_by_role("button", name="Teaser")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is a teaser. Thank you.")
    expect(button).to_be_focused()
    block(page, "A night ferry will sail").hover()  # a pointer does not change what the keyboard is about to correct
    expect(page.get_by_label("Why this label")).to_contain_text("you corrected it")


def test_refused_correction_is_undone(page: Page) -> None:
    read_sample(page)
    refuse(page, "/v1/feedback", 403, "Forbidden", "the key may read, expected the scope write; ask for another key")
    chosen = block(page, "A pier that was too short")
    chosen.focus()
    page.keyboard.press("2")
    expect(page.get_by_role("alert")).to_contain_text("expected the scope write")
    expect(chosen).to_have_attribute("data-label", "body")


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


def test_dropped_file_is_read(page: Page) -> None:
    drop = """() => {
        const given = new DataTransfer();
        given.items.add(new File(["<h1>Dropped</h1><p>The file fell on the page on Tuesday."], "fall.html"));
        document.querySelector("#composer").dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true}));
    }"""
    page.evaluate(drop)
    expect(page.locator(".block .words").last).to_have_text("The file fell on the page on Tuesday.")


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
    block(page, "A pier that was too short").focus()
    check_axe(page, rules)
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
    expect(chosen).to_be_focused()
    page.get_by_role("link", name="Index", exact=True).click()
    expect(page.locator(".figures")).to_be_visible()
    assert page.evaluate(width) == PHONE["width"]
