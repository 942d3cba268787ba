"""Values: short reprs, the text of a block, dicts with the fields of the JSON rows."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest

from copydesk.classifier import BODY_PARTS, FIELDS, PARTS, Article, Kind, Model, Page, classify_page, read_parts
from copydesk.service.rows.contract import LabelledPage
from copydesk.service.rows.jsonl import PageRow, encode_row
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model

MODEL = small_model()
AFTER_FIELDS = "is_article page_type page_types confidence body comments other_articles model text blocks".split()
PAGES = [Page("t", text=TEXT_PAGE), Page("h", html=HTML_PAGE)]


def article(page: Page, *, explain: bool = False) -> Article:
    return classify_page(page, MODEL, explain=explain)


@pytest.mark.parametrize("page", PAGES, ids=["text", "html"])
def test_a_block_has_its_own_text(page: Page) -> None:
    found = article(page)
    assert [block.text for block in found.blocks] == [found.text[block.start : block.end] for block in found.blocks]


def test_blocks_share_the_text_of_their_page_and_compare_by_value() -> None:
    one, other = article(PAGES[1]), article(PAGES[1])
    assert all(block.page_text is one.text for block in one.blocks)
    assert one == other
    assert set(one.blocks) == set(other.blocks)
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("page", PAGES, ids=["text", "html"])
def test_to_dict_has_the_fields_of_the_row_in_its_order(page: Page, explain: bool) -> None:
    found = article(page, explain=explain)
    row = json.loads(encode_row(LabelledPage.of(PageRow(page.id, None, page), found)))
    assert json.dumps(found.to_dict(text=page.html is not None)) == json.dumps(row)
    assert list(found.to_dict()) == ["id", "url", *FIELDS, *AFTER_FIELDS]


def test_body_of_chosen_parts_has_their_blocks_in_page_order() -> None:
    found = article(PAGES[1])
    chosen = found.with_parts(["text", "headline"])
    assert found.with_parts("headline,text") == chosen
    assert chosen.body == found.text_of(Kind.HEADLINE, Kind.TEXT)
    assert replace(chosen, body=found.body, parts=found.parts) == found
    assert found.with_parts(BODY_PARTS).body == found.body


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["text", "headlin"], "'headlin' is no part of an article, expected some of headline, standfirst, text, "),
        (["comment"], "'comment' is no part of an article"),
        ([], "no part of an article is chosen, expected some of headline, "),
    ],
)
def test_name_that_is_no_part_is_refused(names: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        article(PAGES[0]).with_parts(names)
    assert read_parts(reversed(PARTS)) == PARTS


def test_reprs_are_short(model: Model) -> None:
    long = Page("x", html="<p>" + "Boats sail. " * 10_000)
    values = [long, Page("y", text="a" * 10_000), article(long), article(long).blocks[0], model, MODEL.html]
    for value in values:
        assert len(repr(value)) < 600, type(value)
    assert repr(Page("z", text="One.")) == "Page('z', text='One.')"
    assert repr(article(Page("z", text="One."))).startswith("Article('z', title=")
    assert repr(article(Page("z", text="One.")).blocks[0]).startswith("ScoredBlock(0:4 'One.', ")
