"""Briefs of written pages: the beginning of a story, with little around it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from copydesk.training.corpora import read_made
from copydesk.training.corpora.briefs import MOST_AROUND, PARAGRAPHS, cut_down

CODES = st.lists(st.sampled_from("NSEADMTHCBKL"), max_size=30)
LONG = [*((f"Menu {i}", "B") for i in range(9)), ("Bridge shut", "N"), ("By Ann Reed", "A")]
LONG += [*((f"Paragraph {i}.", "E") for i in range(9)), ("More", "H"), *((f"Footer {i}", "B") for i in range(9))]


@given(codes=CODES, number=st.integers(0, 50))
def test_brief_is_the_beginning_of_the_story_in_order(codes: list[str], number: int) -> None:
    blocks = [(f"{i}", code) for i, code in enumerate(codes)]
    brief = cut_down(f"en-{number}", blocks)
    assert brief == cut_down(f"en-{number}", blocks)
    places = [int(text) for text, _ in brief]
    assert places == sorted(set(places))
    assert all(blocks[i] == block for i, block in zip(places, brief, strict=True))
    if brief:
        first = codes.index("N")
        paragraphs = [i for i, code in enumerate(codes) if code == "E" and i > first]
        kept = [i for i in places if codes[i] == "E"]
        assert first in places
        assert kept == paragraphs[: len(kept)]
        assert 1 <= len(kept) <= max(PARAGRAPHS)
        assert sum(codes[i] == "B" for i in places) <= 2 * MOST_AROUND


def test_briefs_differ_in_length_and_in_what_is_around_them() -> None:
    briefs = [brief for number in range(200) if (brief := cut_down(f"en-{number}", LONG))]
    assert {sum(code == "E" for _, code in brief) for brief in briefs} == set(PARAGRAPHS)
    assert {"B" in [code for _, code in brief] for brief in briefs} == {True, False}
    assert 60 < len(briefs) < 140


def test_page_without_a_paragraph_below_a_headline_has_no_brief() -> None:
    assert not any(cut_down(f"{n}", [("Text.", "E"), ("Title", "N"), ("Menu", "B")]) for n in range(20))
    assert not any(cut_down(f"{n}", [("Text.", "E")]) for n in range(20))


def test_briefs_are_read_beside_their_pages_and_stay_in_their_fold(tmp_path: Path) -> None:
    page = "=== en-{}\nB Menu\nN Bridge shut\nE It rained.\nE It blew.\nH More\nT [[Roof lost]]\n\n"
    (tmp_path / "en.txt").write_text("".join(page.format(f"{n:03}") for n in range(40)), encoding="utf-8")
    pages = {read.id: read for read in read_made(tmp_path)}
    briefs = [read for read in pages.values() if read.id.endswith("-brief")]
    assert 5 < len(briefs) < 35
    for brief in briefs:
        parent = pages[brief.id.removesuffix("-brief")]
        assert (brief.site, brief.scored, brief.language) == (parent.site, "nothing", "en")
        assert set(brief.texts) < set(parent.texts)
