"""Made pages: cut down and stitched together from labelled ones, the same each time, within one fold."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_text
from copydesk.training import augment, dresses
from copydesk.training.align import LabelledPage
from copydesk.training.augment import vary
from copydesk.training.corpora import TrainingPage
from copydesk.training.dataset import fold_of

PARAGRAPH = (
    "The council of {town} voted on Monday to keep the ferry running through the winter, after months of argument "
    "over who should pay for the boat, its crew and the repairs that the old landing stage has needed for years."
)


def labelled(town: str, site: str) -> LabelledPage:
    lines = [
        ("Home", "B"),
        ("Weather", "B"),
        (f"{town} keeps its ferry", "E"),
        (PARAGRAPH.format(town=town), "E"),
        ("The boat leaves at seven.", "E"),
        ("Leave a reply", "B"),
        ("More stories", "H"),
        ("Bridge closed for repairs", "T"),
        ("All rights reserved", "B"),
    ]
    texts = tuple(text for text, _ in lines)
    source = TrainingPage(town, "own", site, "news", "en", "", texts, tuple(code for _, code in lines), None)
    return LabelledPage(source, "text", segment_text("\n\n".join(texts)), source.codes or (), source.codes or (), True)


@pytest.fixture(autouse=True)
def own_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave pages in their own letters, which tests compare."""
    monkeypatch.setattr(dresses, "FOREIGN_SHARE", 0.0)


PAGES = [labelled(f"Town{n}", f"site{n % 5}.example") for n in range(15)]
N_FOLDS = 2


def texts_of(page: LabelledPage) -> list[str]:
    return [page.blocks.text[b.start : b.end] for b in page.blocks.blocks]


def test_a_cut_down_page_begins_with_its_article_and_ends_with_its_last_teaser() -> None:
    cut = vary(PAGES, n_folds=N_FOLDS)[0]
    assert texts_of(cut)[0] == "Town0 keeps its ferry"
    assert texts_of(cut)[-1] == "Bridge closed for repairs"
    assert cut.synthetic
    assert "".join(cut.codes) == "EEEBHT"


def test_a_stitched_page_ends_in_headlines_with_summaries_that_break_off() -> None:
    stitched = vary(PAGES, n_folds=N_FOLDS)[1]
    teasers = [text for text, code in zip(texts_of(stitched), stitched.codes, strict=True) if code == "T"]
    assert len(teasers) >= 2
    assert all(text.endswith(("...", "…")) for text in teasers[1::2])
    assert not any(text.endswith(("...", "…")) for text in teasers[::2])
    assert "".join(stitched.codes).startswith("EEE")


def test_all_teasers_of_a_list_look_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "SHORT_SENTENCE", (20, 110))
    for sentences, headlines in ((1.0, 0.0), (0.0, 1.0)):
        monkeypatch.setattr(augment, "SENTENCES_SHARE", sentences)
        monkeypatch.setattr(augment, "HEADLINES_SHARE", headlines)
        for page in vary(PAGES, n_folds=N_FOLDS)[1::5]:
            teasers = [text for text, code in zip(texts_of(page), page.codes, strict=True) if code == "T"]
            assert all(text.endswith("keeps its ferry") for text in (teasers if headlines else teasers[::2]))
            assert headlines or set(teasers[1::2]) == {"The boat leaves at seven."}


def test_stories_come_from_other_pages_of_the_same_fold() -> None:
    fold_of_town = {page.origin.id: fold_of(page.origin.site, N_FOLDS) for page in PAGES}
    for page in vary(PAGES, n_folds=N_FOLDS)[1::5]:
        for text, code in zip(texts_of(page), page.codes, strict=True):
            if code == "T" and text.endswith("keeps its ferry"):
                town = text.split()[0]
                assert town != page.origin.id
                assert fold_of_town[town] == fold_of_town[page.origin.id]


def test_a_lodged_page_is_the_article_inside_what_another_page_of_the_fold_has_beside_its_body() -> None:
    fold_of_town = {page.origin.id: fold_of(page.origin.site, N_FOLDS) for page in PAGES}
    hosts = [labelled(f"Host{n}", f"site{n % 5}.example") for n in range(15)]
    hosts = [
        LabelledPage(
            host.origin,
            "text",
            segment_text(host.blocks.text.replace("Home", f"{host.origin.id} home")),
            host.codes,
            host.parts,
            False,
        )
        for host in hosts
    ]
    fold_of_town |= {host.origin.id: fold_of(host.origin.site, N_FOLDS) for host in hosts}
    strangers = 0
    for page in vary([*PAGES, *hosts], n_folds=N_FOLDS)[2::5]:
        texts = texts_of(page)
        article = [text for text, code in zip(texts, page.codes, strict=True) if code == "E"]
        assert article == texts_of(next(own for own in PAGES if own.origin.id == page.origin.id))[2:5]
        assert "\n\n" not in page.blocks.text
        assert texts[-1] == "All rights reserved"
        if texts[0].endswith(" home"):
            strangers += 1
            assert fold_of_town[texts[0].split()[0]] == fold_of_town[page.origin.id]
    assert strangers > 0


def test_a_page_alone_has_only_its_article_or_the_beginning_of_it() -> None:
    alone = vary(PAGES, n_folds=N_FOLDS)[3::5]
    assert {"".join(page.codes) for page in alone} >= {"E", "EE", "EEE"}
    for page, own in zip(alone, PAGES, strict=True):
        article = texts_of(own)[2:5]
        assert any(texts_of(page) == article[first : first + len(page.codes)] for first in (0, 1))


def test_a_page_in_another_layout_keeps_every_word_of_its_body() -> None:
    for page, own in zip(vary(PAGES, n_folds=N_FOLDS)[4::5], PAGES, strict=True):
        words, article = (
            " ".join(text for text, code in zip(texts_of(each), each.codes, strict=True) if code == "E").split()
            for each in (page, own)
        )
        assert words == article


def test_some_pages_are_in_foreign_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dresses, "FOREIGN_SHARE", 1.0)
    assert not any("ferry" in page.blocks.text for page in vary(PAGES, n_folds=N_FOLDS))


def test_the_same_pages_give_the_same_made_ones() -> None:
    assert vary(PAGES, n_folds=N_FOLDS) == vary(PAGES, n_folds=N_FOLDS)


def test_pages_that_nobody_labelled_are_not_varied() -> None:
    weak = LabelledPage(PAGES[0].origin, "text", PAGES[0].blocks, PAGES[0].codes, PAGES[0].parts, False)
    assert vary([weak], n_folds=N_FOLDS) == []
