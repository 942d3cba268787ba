"""The view of the index: counts, growth and latest clusters."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_actions import PHONE, check_axe, paste


def test_index_view_counts_added_articles(page: Page, address: str) -> None:
    paste(page, "Lido to reopen\n\nThe pool beside the river will be filled again next spring, councillors said.")
    page.get_by_role("tab", name="Seen before?").click()
    page.get_by_label("Id", exact=True).fill("courier/lido 1")
    page.get_by_role("button", name="Add to the index").click()
    expect(page.get_by_role("status")).to_contain_text("courier/lido 1")
    page.get_by_role("link", name="Index", exact=True).click()
    expect(page.get_by_role("heading", name="The index")).to_be_visible()
    documents = page.request.get(f"{address}v1/index").json()["documents"]
    expect(page.locator(".figures dd").first).to_have_text(str(documents))
    page.locator(".stories summary", has_text="Lido to reopen").click()
    expect(page.locator(".members li")).to_have_text("Lido to reopen courier/lido 1keep")


def test_index_view_draws_growth(page: Page) -> None:
    days = [{"day": f"2025-03-0{day}", "documents": 30 * day, "clusters": 20 * day} for day in (1, 2, 4)]
    page.route("**/v1/index", lambda route: route.fulfill(json={"documents": 120, "clusters": 80, "growth": days}))
    page.get_by_role("link", name="Index", exact=True).click()
    chart = page.get_by_role("img", name="From 2025-03-01 to 2025-03-04: 120 documents in 80 clusters.")
    expect(chart).to_be_visible()
    line = chart.locator(".line.documents").get_attribute("d") or ""
    (x1, y1), (x2, y2), (x3, y3) = (map(float, point.split()) for point in line[1:].split("L"))
    assert (x3 - x2) / (x2 - x1) == pytest.approx(2, abs=0.01)
    assert (y2 - y3) / (y1 - y2) == pytest.approx(2, abs=0.01)
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("row", name="2025-03-02 60 40")).to_be_visible()


def test_index_view_draws_repeated_stories_by_size(page: Page) -> None:
    many = {1: (20, 0, 0), 2: (30, 5, 0), 4: (40, 10, 5)}
    sizes = {day: {"1": 80, "2-4": two, "5-9": five, "10+": ten} for day, (two, five, ten) in many.items()}
    days = [{"day": f"2025-03-0{day}", "documents": 300, "clusters": 150, "sizes": sizes[day]} for day in many]
    page.route("**/v1/index", lambda route: route.fulfill(json={"documents": 300, "clusters": 150, "growth": days}))
    page.get_by_role("link", name="Index", exact=True).click()
    words = "Stories told more than once on 2025-03-04: 40 of 2 to 4, 10 of 5 to 9, 5 of 10 or more documents."
    chart = page.get_by_role("img", name=words)
    expect(chart).to_be_visible()
    tops = [line.get_attribute("d") or "" for line in chart.locator(".line").all()]
    ends = [float(line.split()[-1]) for line in tops]  # the last day of each line: 5, 5 + 10, 5 + 10 + 40
    assert (ends[0] - ends[2]) / (ends[0] - ends[1]) == pytest.approx(5, abs=0.05)
    assert "size1" in (chart.locator(".area").last.get_attribute("class") or "")
    page.get_by_text("The same as a table").last.click()
    expect(page.get_by_role("row", name="2025-03-02 80 30 5 0")).to_be_visible()
    check_axe(page, None)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]


def test_index_view_shows_stories_by_their_titles_and_finds_them(page: Page) -> None:
    latest = [
        {"id": "wire/1", "documents": 2, "added": "2025-03-02T08:00:00Z", "title": "Night ferry returns"},
        {"id": 7, "documents": 1, "added": "2025-03-01T08:00:00Z", "title": None},
    ]
    members = [
        {"id": "wire/1", "keep": False, "kept_because": None, "title": "Night ferry returns"},
        {"id": 12, "keep": True, "kept_because": "latest", "title": "Night ferry is back"},
    ]
    hit = {"id": 12, "cluster": "wire/1", "added": "2025-03-02T08:00:00Z", "title": "Night ferry is back"}
    page.route("**/v1/index", lambda route: route.fulfill(json={"documents": 3, "clusters": 2, "latest": latest}))
    page.route("**/v1/clusters/wire%2F1", lambda route: route.fulfill(json={"id": "wire/1", "documents": members}))
    page.route("**/v1/index/search?q=ferry%20is", lambda route: route.fulfill(json={"documents": [hit]}))
    page.route("**/v1/index/search?q=none", lambda route: route.fulfill(json={"documents": []}))
    page.get_by_role("link", name="Index", exact=True).click()
    stories = page.locator("main ol.stories").last
    expect(stories.locator(".name")).to_have_text(["Night ferry returns", "7"])
    times = stories.locator("summary time").all()
    assert all(time.evaluate("time => time.getClientRects().length") == 1 for time in times)
    assert len({time.bounding_box()["height"] for time in times}) == 1  # type: ignore[index]
    assert times[0].evaluate("time => time.offsetHeight < 1.9 * parseFloat(getComputedStyle(time).fontSize)")
    stories.get_by_text("Night ferry returns").click()
    expect(stories.locator("li li")).to_have_text(
        ["Night ferry returns wire/1", "Night ferry is back 12keep: the latest"]
    )
    page.get_by_label("Words of its title").fill("ferry is")
    page.get_by_role("button", name="Find", exact=True).click()
    found = page.locator(".finder .stories")
    expect(found.locator(".name")).to_have_text(["Night ferry is back"])
    found.get_by_text("Night ferry is back").click()
    expect(found.locator("li li")).to_have_count(2)
    check_axe(page, None)
    page.get_by_label("Words of its title").fill("none")
    page.get_by_label("Words of its title").press("Enter")
    expect(page.get_by_text("No title has these words.")).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
