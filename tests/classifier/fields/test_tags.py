"""Which keywords of a page are tags, and which are marks that programs left there."""

from __future__ import annotations

import json

import pytest

from copydesk.classifier.fields import read_fields, read_json_ld
from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.types import Fields


def of_keywords(stated: list[str], keywords: str = "") -> Fields:
    """Read the fields of a page with these keywords in JSON-LD and in its head."""
    json_ld = json.dumps({"@type": "NewsArticle", "keywords": stated})
    page = segment_html(
        f'<script type="application/ld+json">{json_ld}</script><meta name="keywords" content="{keywords}"><p>Text'
    )
    return read_fields(page, [0] * len(page.blocks), "", url="", stated=read_json_ld(page.head.json_ld))


@pytest.mark.parametrize(
    "mark",
    [
        "_noindex",
        "Section: Harbour:Ferries",
        "Category: Harbour",
        "subsection: Ferries",
        "content-type: Report",
        "locale: NZ",
        "displayType: list",
        "shortTitle: The ferry, again",
        "NLP Category: Travel",
        "NLP Entity Tokens: Sandholm",
        "0f1c5ae3-b9d2-4874-8a01-5be0c3d2a917",
        "1003123",
    ],
)
def test_marks_of_programs_are_no_tags(mark: str) -> None:
    assert of_keywords(["ferry", mark.partition(",")[0], "sea"]).tags == ("ferry", "sea")


@pytest.mark.parametrize(
    "tag",
    [
        "ferry_service",
        "Sandholm: Part Two",
        "pier-man: homecoming",
        "iPhone: tips",
        "macOS: tips",
        "Sections",
        "Section 12",
        "locale",
        "2024",
        "100312",
        "by-laws",
        "NLP",
    ],
)
def test_words_that_only_look_like_marks_are_tags(tag: str) -> None:
    assert of_keywords(["ferry", tag]).tags == ("ferry", tag)


def test_place_with_marks_alone_gives_way_to_the_next() -> None:
    fields = of_keywords(["_noindex", "1003123"], "ferry, sea")
    assert (fields.tags, fields.found_in["tags"]) == (("ferry", "sea"), "meta")


def test_place_with_the_names_of_the_authors_alone_gives_way_to_the_next() -> None:
    def tags(keywords: str) -> tuple[str, ...]:
        author = '<meta name="author" content="Ada Quill">'
        page = segment_html(
            f'{author}<meta name="news_keywords" content="{keywords}"><meta name="keywords" content="sea"><p>Text'
        )
        return read_fields(page, [0] * len(page.blocks), "", url="", stated=read_json_ld(page.head.json_ld)).tags

    assert tags("Ada Quill") == tags("ADA QUILL, Ada Quill") == ("sea",)
    assert tags("Ada Quill, ferry") == ("Ada Quill", "ferry")
