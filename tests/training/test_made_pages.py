"""Pages written for training: read as they are written, built as HTML block by block, and never scored."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from copydesk.classifier.segmentation import segment_html
from copydesk.training.align import label_page
from copydesk.training.corpora import CorpusError, is_made, read_made
from copydesk.training.corpora.pages import PART_CODES
from copydesk.training.made_markup import as_html

SHIPPED = Path(__file__).parents[2] / "training" / "pages"
PAGE = "=== de-001\nB Menü\nN Das Freibad öffnet\nE Am Montag kommt das Wasser.\n\n=== de-002\nE Nur ein Satz.\n"


def test_pages_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text(PAGE, encoding="utf-8")
    assert is_made(tmp_path)
    first, second = (page for page in read_made(tmp_path) if not page.id.endswith("-brief"))
    assert (first.id, first.language, first.scored, first.has_parts) == ("de-001", "de", "nothing", True)
    assert first.texts == ("Menü", "Das Freibad öffnet", "Am Montag kommt das Wasser.")
    assert (first.codes, second.codes) == (("B", "N", "E"), ("E",))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("=== de-001\nZ Menü\n", "line 2: found 'Z Menü'"),
        ("B Menü\n", "line 1: found 'B Menü'"),
        ("=== de-001\n=== de-002\nE Ja.\n", "page de-001 ends in line 2 without a block"),
        ("=== de-001\n", "page de-001 ends in line 2 without a block"),
        ("=== de-001\nE Siehe [[hier\n", "line 2: found 'E Siehe [[hier'"),
        ("=== de-001\nE [[]]\n", "line 2: found 'E [[]]'"),
        ("=== de-001\nE [[a [[b]] c]]\n", "line 2: found 'E [[a [[b]] c]]'"),
    ],
)
def test_line_that_is_no_block_is_named(tmp_path: Path, written: str, found: str) -> None:
    (tmp_path / "de.txt").write_text(written, encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        list(read_made(tmp_path))
    assert found in str(raised.value)


def test_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_bytes(PAGE.encode("latin-1"))
    with pytest.raises(CorpusError, match=r"de\.txt: .*expected text in UTF-8"):
        list(read_made(tmp_path))


def test_marks_of_links_become_links(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text(
        "=== en-001\nE It [[rained]] & blew.\nT See [[how it rained]].\n", encoding="utf-8"
    )
    (page,) = read_made(tmp_path)
    assert page.texts == ("It rained & blew.", "See how it rained.")
    blocks = segment_html(page.html)
    assert blocks.markup is not None
    assert list(blocks.markup.links) == [1, 1]
    assert list(blocks.markup.link_chars) == [len("rained"), len("how it rained")]


def test_every_code_can_be_written_as_html(tmp_path: Path) -> None:
    lines = "".join(f"{code} Block of {code}\n" for code in PART_CODES)
    (tmp_path / "en.txt").write_text(f"=== en-001\n{lines}", encoding="utf-8")
    page, *_ = read_made(tmp_path)
    labelled = label_page(page, "html")
    assert labelled is not None
    assert labelled.parts == tuple(PART_CODES)


def test_text_of_a_link_is_escaped_once_and_its_address_has_its_words(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("=== en-001\nE See [[Q&A <b>now</b>]] and [[this]].\n", encoding="utf-8")
    (page,) = read_made(tmp_path)
    assert page.texts == ("See Q&A <b>now</b> and this.",)
    assert "Q&amp;A &lt;b&gt;now" in page.html
    assert "q-a-b-now-b" in page.html


def test_page_without_an_article_has_no_type_and_its_message_is_no_menu(tmp_path: Path) -> None:
    written = "B Home\nB News\nB Sport\nB Your session has ended. Log in again to go on.\nB Imprint\nB Terms\nB Help\n"
    (tmp_path / "en.txt").write_text(f"=== en-001\n{written}\n=== en-002\nE It rained.\n", encoding="utf-8")
    without, article = read_made(tmp_path)
    assert (without.page_type, article.page_type) == ("", "news")
    boxes = [box.text() for box in LexborHTMLParser(without.html).css("body > *")]
    assert boxes == ["HomeNewsSport", "Your session has ended. Log in again to go on.", "ImprintTermsHelp"]


def test_shipped_pages_keep_their_blocks_in_both_forms() -> None:
    pages = list(read_made(SHIPPED))
    assert len({page.id for page in pages}) == len(pages) > 300
    for page in pages:
        for form in ("text", "html"):
            labelled = label_page(page, form)
            assert labelled is not None
            assert labelled.parts == page.codes, page.id


def test_markup_is_always_the_same_escaped_and_of_many_builds() -> None:
    texts, codes = ("Menu & more", "<b>Flood</b>", "It rained."), ("B", "N", "E")
    built = [as_html(f"en-{number}", "en", texts, codes) for number in range(40)]
    assert as_html("en-7", "en", texts, codes) == built[7]
    assert len(set(built)) > 35
    for html in built:
        blocks = segment_html(html)
        assert tuple(blocks.text[block.start : block.end] for block in blocks.blocks) == texts
