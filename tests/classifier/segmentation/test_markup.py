"""What HTML has beside its text: links, inline elements and images of blocks, title, JSON-LD, microdata."""

from __future__ import annotations

import json

import pytest

from copydesk.classifier.segmentation.head import MAX_JSON_LD_CHARACTERS
from copydesk.classifier.segmentation.html import MAX_HREF, MAX_NAMES, segment_html
from copydesk.classifier.types import Blocks, Markup


def markup(page: Blocks) -> Markup:
    assert page.markup is not None
    return page.markup


# Columns


def test_link_characters_links_and_the_first_target() -> None:
    html = "<p>See <a href=/one>the  map</a> and <a href=/two> here</a>, <a name=x>no link</a>.</p><p>none"
    columns = markup(segment_html(html))
    assert columns.link_chars == (len("the  map") + len("here"), 0)
    assert columns.links == (2, 0)
    assert columns.hrefs == ("/one", "")


def test_link_around_blocks_counts_in_each_of_them_and_never_beyond_their_length() -> None:
    columns = markup(segment_html("<a href=/story><h3>Ferry   late</h3><p>Pump broke</p></a>"))
    assert columns.link_chars == (len("Ferry late"), len("Pump broke"))


def test_target_of_a_link_around_blocks_counts_for_each_of_them_and_none_after_it() -> None:
    html = "<a href=/story><h3>Ferry late</h3><p>Pump broke <a href=/pumps>again</a></p><p>Two</p></a><p>End</p>"
    columns = markup(segment_html(html))
    assert columns.hrefs == ("/story", "/story", "", "")  # a link in a link ends the outer one
    assert columns.links == (1, 2, 0, 0)


def test_targets_and_names_are_cut() -> None:
    page = segment_html(f"<div id={'i' * 999}><a href={'h' * 999}>x</a></div>")
    assert len(markup(page).hrefs[0]) == MAX_HREF
    assert len(markup(page).names[1]) == MAX_NAMES


def test_first_four_inline_elements_are_kept() -> None:
    columns = markup(segment_html("<p><b class=k>a</b><i itemprop=n>b</i><u>c</u><a href=x>d</a><s>e</s>"))
    assert columns.inline == ("b k  i  n u   a  ",)


def test_images_count_for_the_block_after_them() -> None:
    columns = markup(segment_html("<img><p>one<picture><source><img></picture></p><figure><img></figure><p>two"))
    assert columns.images == (2, 1)


# Head and microdata


def test_title_comes_from_the_head_alone() -> None:
    assert segment_html("<title> Late\n ferry </title><p>x").head.title == "Late ferry"
    assert segment_html("<p>x<svg><title>Icon</title></svg>").head.title == ""


@pytest.mark.parametrize("more", [-1, 0, 1, 100_000])
def test_long_json_ld_is_shortened_in_its_middle(more: int) -> None:
    author = '{"@type": "Article", "articleBody": "%s", "author": "Ada Quill", "datePublished": "2024-05-01"}'
    script = author % ("a" * (MAX_JSON_LD_CHARACTERS - len(author) + len("%s") + more))
    for html in ("<head>{}</head><p>Words", "<body><p>Words{}"):
        (kept,) = segment_html(html.format(f"<script type=application/ld+json>{script}</script>")).head.json_ld
        assert len(kept) == min(len(script), MAX_JSON_LD_CHARACTERS)
        assert json.loads(kept)["author"] == "Ada Quill"


def test_scripts_of_json_ld_are_read_in_head_and_body() -> None:
    script = '<script type=" Application/LD+json">{"headline": "Ferry %s"}</script>'
    page = segment_html(f"<head>{script % 1}<script>var x = 1</script></head><p>x</p>{script % 2}")
    assert page.head.json_ld == ('{"headline": "Ferry 1"}', '{"headline": "Ferry 2"}')


def test_microdata_is_kept_with_its_value_and_block() -> None:
    html = (
        '<p>Text<p itemprop="author">By <b>Ada</b> Quill<style>p {}</style></p><span itemprop="author"><a>'
        '<i itemprop="name">Ben Reed</i></a>, editor</span><a rel="author">Cy Marsh</a>'
        '<i itemprop="datePublished" content="2024-05-03">3 May</i><i itemprop="other">x</i>'
    )
    assert segment_html(html).head.properties == (
        (1, "author", "By Ada Quill"),
        (2, "author", "Ben Reed"),
        (2, "author", "Cy Marsh"),
        (2, "datePublished", "2024-05-03"),
    )


def test_more_than_a_value_is_no_microdata() -> None:
    long = f'<div itemprop="author">{"word " * 100}</div>' + f'<div itemprop="author">{"<b>x</b>" * 50}</div>'
    assert segment_html(long).head.properties == ()
    many = '<i itemprop="author">x</i>' * 1000
    assert len(segment_html(many).head.properties) == 30
