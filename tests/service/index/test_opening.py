"""Opening an index: its documents are still there, and an index that does not fit is refused by name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier.duplicates import KeyScheme, SigningScheme
from copydesk.classifier.duplicates.types import Banding
from copydesk.service.index import IndexMismatch, IndexUnavailable, NoIndex, open_index
from copydesk.service.index.database import Database
from copydesk.service.index.sqlite_file import PAGE_BYTES
from copydesk.service.index.tables import FORMAT, SCHEMA, set_value, settings_of
from tests.support.index_places import PASSWORD, MakePlace, add, assert_whole, document, window

SETTING_NAMES = (
    "comparison.copy_min_coverage comparison.max_documents_per_key comparison.max_gap_words "
    "comparison.max_stories_per_key comparison.max_stories_per_shingle comparison.max_story_share_per_shingle "
    "comparison.min_containment comparison.min_excerpt_words comparison.min_passage_words "
    "comparison.min_shared_shingles comparison.min_similarity comparison.min_size_ratio "
    "comparison.ocr_copy_min_containment "
    "facts.max_correction facts.max_differing facts.max_gap_characters facts.max_gap_words facts.min_facts "
    "facts.min_phrase_words facts.min_places facts.min_shared facts.min_weight facts.noise_factor "
    "facts.number_weight facts.short_text_words "
    "index.common_key_ends index.max_decided_again index.max_pairs index.max_partners index.max_rebuilt "
    "index.members_compared keys.banding keys.passage_characters keys.passage_window keys.passage_words "
    "scheme.name scheme.num_perm scheme.seed scheme.shingle_characters scheme.shingle_words scheme.version "
    "shingles.key_bits shingles.set_bits story.certain_similarity story.max_passes "
    "story.max_words_before story.min_agreement story.min_chain_agreement story.min_coverage "
    "story.min_coverage_in_index story.min_lead_coverage story.min_size_ratio story.rival_margin "
    "story.rival_min_coverage story.unrelated_below"
)
"""Of format 11. Names are part of the format: a changed name needs another number in `tables.FORMAT`."""


def test_documents_are_still_there_when_an_index_is_opened_again(new_place: MakePlace) -> None:
    place = new_place("stays")
    with open_index(place) as index:
        add(index, "a", window(0))
    with open_index(place, create=False) as index:
        assert add(index, "b", window(0)).cluster == "a"
    assert assert_whole(place) == ["a", "b"]


@pytest.mark.parametrize("place", [":memory:", "sqlite:///:memory:", "sqlite://"])
def test_memory_is_no_place_of_an_index(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="names SQLite's memory, expected a file's path; name a file"):
        open_index(place)
    assert not list(tmp_path.iterdir())


def test_new_file_is_removed_only_while_it_is_empty_and_nobody_uses_it(tmp_path: Path) -> None:
    place, link = tmp_path / "new.sqlite", tmp_path / "link.sqlite"
    link.symlink_to(place)
    for name in (place, link):
        open_index(name).remove_new_file()
        assert [path.name for path in tmp_path.iterdir()] == ["link.sqlite"]
    index = open_index(place)
    with open_index(place):
        index.remove_new_file()
    assert place.exists()
    open_index(place).remove_new_file()  # it was there before
    assert place.exists()
    place.unlink()
    index = open_index(place)
    add(index, "a", window(0))
    index.remove_new_file()
    assert assert_whole(str(place)) == ["a"]


def test_names_of_stored_settings_stay_until_the_format_is_raised() -> None:
    assert " ".join(sorted(settings_of(SigningScheme(), KeyScheme()))) == SETTING_NAMES


def test_other_settings_are_refused_naming_both_sides(new_place: MakePlace) -> None:
    place = new_place("settings")
    open_index(place).close()
    with pytest.raises(IndexMismatch, match=r"scheme.shingle_words is 3 in it and 4 here.*add the texts to a new"):
        open_index(place, scheme=SigningScheme(shingle_words=4))
    with pytest.raises(IndexMismatch, match=r'keys.banding is .*"bands": 16.* in it and .*"bands": 8.* here'):
        open_index(place, keys=KeyScheme(Banding(8, 2)))
    open_index(place).close()


def test_other_format_is_refused_naming_both_numbers_and_the_way_out(new_place: MakePlace) -> None:
    place = new_place("format")
    for number in (FORMAT - 1, FORMAT + 1):
        with open_index(place) as index, index.database.writing() as connection:
            set_value(connection, SCHEMA, str(number))
        message = f"has format {number}, expected {FORMAT}: another version .* Add the documents to a new index"
        for create in (True, False):
            with pytest.raises(IndexMismatch, match=message):
                open_index(place, create=create)
        with Database(place).writing() as connection:
            set_value(connection, SCHEMA, str(FORMAT))


def test_place_without_an_index_is_refused_unless_it_may_be_made(new_place: MakePlace) -> None:
    with pytest.raises(NoIndex, match="does not contain an index; add documents to create one"):
        open_index(new_place("nothing"), create=False)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<p>No database, but a page of some length." * 100)
    with pytest.raises(IndexUnavailable, match=r"page.html' is no index: it is not a file of SQLite's"):
        open_index(str(path))


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="unable to open database file"):
        open_index(str(tmp_path / "nowhere" / "index.sqlite"))


def test_no_message_shows_the_password() -> None:
    place = f"postgresql://someone:{PASSWORD}@127.0.0.1:1/none"
    with pytest.raises(IndexUnavailable) as caught:
        open_index(place)
    assert PASSWORD not in str(caught.value)
    assert "someone:***@127.0.0.1:1/none" in str(caught.value)
    assert "Connection refused; check that the server runs, and the host, port, user, password" in str(caught.value)
    assert PASSWORD not in Database(place).name


@pytest.mark.parametrize(
    "place", ["mysql://someone:opensesame@host/none", "postgresql://someone:opensesame@host:port/none"]
)
def test_url_of_another_kind_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="the index's URL") as caught:
        open_index(place)
    assert PASSWORD not in str(caught.value)


def test_new_file_has_large_pages_and_a_write_ahead_log(tmp_path: Path) -> None:
    """Pages of the default size have room for two documents and leave 15 % of themselves empty."""
    path = tmp_path / "pages.sqlite"
    with open_index(str(path)) as index:
        index.add([document("a", window(0))], now=0.0)
        index.compact()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (PAGE_BYTES,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_place_may_be_a_path(tmp_path: Path) -> None:
    with open_index(tmp_path / "index.sqlite") as index:
        add(index, "a", window(0))
    with open_index(str(tmp_path / "index.sqlite"), create=False) as index:
        assert index.stats().documents == 1


@pytest.mark.parametrize(
    ("place", "error", "said"),
    [
        ("", ValueError, "the place of the index is empty, expected a file's path or a postgresql:// URL"),
        (" ", ValueError, "the place of the index is empty"),
        (None, TypeError, "expected str, bytes or os.PathLike object, not NoneType"),
        (
            Path(__file__).parent,
            IndexUnavailable,
            "tests/service/index' is a folder, expected a file; name a file in it",
        ),
        ("x" * 300, IndexUnavailable, "^index 'x+' cannot be looked up .File name too long.; name another place"),
        (Path(__file__) / "index", IndexUnavailable, r"cannot be looked up \(Not a directory\)"),
        ("a\0b", IndexUnavailable, r"cannot be looked up \(embedded null (byte|character in path)\)"),
    ],
)
def test_place_that_is_no_file_is_refused(place: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        open_index(place)


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_place_is_looked_up_only_when_it_is_opened_as_the_service_starts_without(tmp_path: Path, name: str) -> None:
    Database(tmp_path / name).close()
    with pytest.raises(IndexUnavailable):
        open_index(tmp_path / name)
