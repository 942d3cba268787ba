"""Pages written for training: read as they are written, as plain text, and never scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.training.align import label_page
from copydesk.training.corpora import CorpusError, is_made, read_made

SHIPPED = Path(__file__).parents[2] / "training" / "pages"
PAGE = "=== de-001\nB Menü\nN Das Freibad öffnet\nE Am Montag kommt das Wasser.\n\n=== de-002\nE Nur ein Satz.\n"


def test_pages_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text(PAGE, encoding="utf-8")
    assert is_made(tmp_path)
    first, second = read_made(tmp_path)
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


def test_shipped_pages_keep_their_blocks() -> None:
    pages = list(read_made(SHIPPED))
    assert len({page.id for page in pages}) == len(pages) > 300
    for page in pages:
        labelled = label_page(page, "text")
        assert labelled is not None
        assert labelled.parts == page.codes, page.id
        assert label_page(page, "html") is None
