"""Pages in languages that do not exist: other letters, the same words at the same places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import TrainingPage
from copydesk.training.foreign_letters import foreign, foreign_script

HTML = """<title>Bridge opens</title><nav><a href=/>Home</a></nav>
<h1>Bridge opens</h1><p>The bridge is open, at last. Who came? Nobody.<p>Read <a href=/a>the whole story</a> here."""
SEEDS = range(40)


def made_page(text: str | None = None) -> LabelledPage:
    blocks = segment_html(HTML) if text is None else segment_text(text)
    codes = ("E",) * len(blocks.blocks)
    source = TrainingPage("p", "own", "a.example", "news", "en", "", (), codes, None)
    return LabelledPage(source, "html" if text is None else "text", blocks, codes, codes, gold=True)


def lines(page: LabelledPage) -> list[str]:
    return [page.blocks.text[b.start : b.end] for b in page.blocks.blocks]


@given(st.text(max_size=60), st.integers(0, 99))
def test_a_foreign_page_keeps_length_capitals_and_marks(text: str, seed: int) -> None:
    old = made_page(text)
    page = foreign(old, np.random.default_rng(seed))
    assert len(page.blocks.text) == len(old.blocks.text)
    for new, was in zip(page.blocks.text, old.blocks.text, strict=True):
        assert new == was or (new.isalpha() and was.isalpha())
    assert page.blocks.blocks == old.blocks.blocks


@pytest.mark.parametrize("write", [foreign, foreign_script])
def test_a_foreign_page_repeats_its_title_in_the_same_letters(write) -> None:  # type: ignore[no-untyped-def]
    for seed in SEEDS:
        page = write(made_page(), np.random.default_rng(seed))
        assert "Bridge" not in page.blocks.text
        assert page.blocks.head.title == lines(page)[1]


def test_a_page_in_another_script_keeps_blocks_links_and_numbers() -> None:
    scripts = set()
    for seed in SEEDS:
        old = made_page()
        page = foreign_script(old, np.random.default_rng(seed))
        assert page.codes == old.codes
        assert not any(letter.isupper() for letter in page.blocks.text)
        markup, before = page.blocks.markup, old.blocks.markup
        assert markup is not None
        assert before is not None
        assert [chars > 0 for chars in markup.link_chars] == [chars > 0 for chars in before.link_chars]
        assert all(chars <= len(line) for chars, line in zip(markup.link_chars, lines(page), strict=True))
        scripts.add(ord(page.blocks.text[0]) >> 8)
    assert len(scripts) > 6


@given(st.text(max_size=80), st.integers(0, 99))
def test_any_text_can_be_written_in_another_script(text: str, seed: int) -> None:
    page = foreign_script(made_page(text), np.random.default_rng(seed))
    ends = [0, *(block.end for block in page.blocks.blocks), len(page.blocks.text)]
    assert ends == sorted(ends)
