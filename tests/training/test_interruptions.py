"""Furniture between the paragraphs of a page: every other block keeps its label, its text and its element."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.training import interruptions
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import TrainingPage
from copydesk.training.in_text_teasers import Line
from copydesk.training.interruptions import NOTES, insert_blocks, interrupt

HTML = (
    "<nav>Home</nav><article><h1>Rain</h1><div></div>"
    "<p>It rains.<p>It pours.<div>It drips.<br><br>It stops.</div></article><p>Bye"
)
CODES = tuple("BEEEEEB")


def made_page(*, html: bool, language: str = "en", codes: tuple[str, ...] = CODES) -> LabelledPage:
    blocks = segment_html(HTML)
    if not html:
        blocks = segment_text("\n\n".join(blocks.text[b.start : b.end] for b in blocks.blocks))
    source = TrainingPage("p1", "own", "a.example", "news", language, "", (), codes, None)
    return LabelledPage(source, "html" if html else "text", blocks, codes, codes, gold=True)


def lines(page: LabelledPage) -> list[str]:
    return [page.blocks.text[b.start : b.end] for b in page.blocks.blocks]


def test_an_interrupted_page_has_its_article_and_notes_in_its_language() -> None:
    for html in (False, True):
        for language in NOTES:
            page = made_page(html=html, language=language)
            found = interrupt(page)
            assert found is not None
            assert found.synthetic
            assert found == interrupt(page)
            kept = [line for line, code in zip(lines(found), found.codes, strict=True) if code == "E"]
            assert kept == lines(page)[1:6]
            assert len(found.codes) > len(page.codes)


def test_runs_are_teasers_only_where_there_are_headlines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruptions, "TEASER_SHARE", 1.0)
    page = made_page(html=True)
    told, untold = interrupt(page, ["Bridge closes", "Tunnel opens"]), interrupt(page)
    assert told is not None
    assert untold is not None
    assert set(told.codes) - {"H"} == {"B", "E", "T"}
    assert not {"T", "H"} & set(untold.codes)


def test_a_page_with_little_body_is_not_interrupted() -> None:
    assert interrupt(made_page(html=True, codes=tuple("BEEEBBB"))) is None


def test_new_blocks_stand_in_an_element_of_their_own_and_all_others_in_their_old_one() -> None:
    old = made_page(html=True)
    for at in range(1, len(old.codes)):
        page = insert_blocks(old, at, [Line("One", "H"), Line("Two", "T", 3)], tag="aside")
        markup, before = page.blocks.markup, old.blocks.markup
        assert markup is not None
        assert before is not None
        assert lines(page) == [*lines(old)[:at], "One", "Two", *lines(old)[at:]]
        assert page.codes == (*old.codes[:at], "H", "T", *old.codes[at:])
        assert (*markup.elements[:at], *markup.elements[at + 2 :]) == before.elements
        assert markup.tags[markup.elements[at]] == "aside"
        assert (markup.link_chars[at : at + 2], markup.links[at : at + 2]) == ((0, 3), (0, 1))
        assert markup.hrefs[at : at + 2] == ("", "/two")
        for number in range(len(page.codes)):
            element = markup.elements[number]
            while element >= 0:
                assert markup.firsts[element] <= number < markup.lasts[element]
                element = markup.parents[element]
        for element, parent in enumerate(markup.parents):
            assert markup.firsts[element] <= markup.lasts[element]
            if parent >= 0 and markup.firsts[element] < markup.lasts[element]:
                assert markup.firsts[parent] <= markup.firsts[element]
                assert markup.lasts[element] <= markup.lasts[parent]
