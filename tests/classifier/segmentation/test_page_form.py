"""The form around an ASP.NET page is no element; other forms are."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_html

STATE = '<input type=hidden name="__VIEWSTATE" value="dDw4">'


@pytest.mark.parametrize(
    "html",
    [
        f"<form id=aspnetForm>{STATE}<div>Ferry<p>late</div></form>",
        f"<form id=aspnetForm><div>{STATE}</div><div>Ferry<p>late</div></form>",
        f"<div><form>{STATE}<p>Ferry</p></form><p>late</div>",
    ],
)
def test_form_of_the_page_is_no_element_and_what_is_in_it_stays(html: str) -> None:
    page = segment_html(html)
    assert page.text == "Ferry\n\nlate"
    assert page.markup is not None
    assert "form" not in page.markup.tags


@pytest.mark.parametrize(
    "html",
    [
        "<form><p>Ferry</form>",
        "<p>Our server sends __VIEWSTATE with each page.<form><p>Ferry</form>",
        f"{STATE}<form><p>Ferry</form>",
    ],
)
def test_other_forms_stay_elements(html: str) -> None:
    markup = segment_html(html).markup
    assert markup is not None
    assert "form" in markup.tags


def test_page_that_ends_in_its_form_is_read() -> None:
    assert segment_html(f"<form><p>Ferry{STATE}").text == "Ferry"
    assert segment_html("<input name=__VIEWSTATE><p>Ferry").text == "Ferry"
