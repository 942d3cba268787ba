"""Corpora as they lie on disk: what is read of them, and what is refused in which words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from copydesk.training.corpora import CorpusError, TrainingPage, read_jsonl, read_shared
from copydesk.training.corpora import shared as corpora_of_shared
from copydesk.training.corpora.own_labels import read_own_labels, write_own_labels
from copydesk.training.corpora.pages import registered_domain

LINEARISE = """
import re

def blocks(html):
    return re.findall(r"<p>(.*?)</p>", html)
"""

PAGE = '<html lang="en-GB"><body><p>Home</p><p>A tram stops here.</p><p>It goes on.</p></body></html>'
NEWS = '<html lang=de><link rel="canonical" href="https://www.posten.example/a/1"><p>Kopf</p><p>Ein Satz.</p></html>'


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder with one WCXB page, two Fundus pages and labels for one of each."""
    write_json(tmp_path / "corpora/wcxb-dev/pages.json", {"7": {"domain": "blog.made.co.uk", "page_type": "article"}})
    write_json(
        tmp_path / "corpora/wcxb-dev/ground-truth/7.json",
        {"ground_truth": {"main_content": "A tram stops here.\nIt goes on."}},
    )
    write_page(tmp_path / "corpora/wcxb-dev/html/7.html.gz", PAGE)
    write_page(tmp_path / "corpora/fundus/de/Posten_2024_01_02.html.gz", NEWS)
    write_page(tmp_path / "corpora/fundus/de/Kurier_2024_01_02.html.gz", "<p>Nur Text</p>")
    write_json(tmp_path / "corpora/fundus/de/Posten.json", fundus_bodies())
    write_text(tmp_path / "gold/linearise.py", LINEARISE)
    write_text(tmp_path / "gold/labels/wcxb-dev/7.txt", "0 B\n1-2 E\n")
    write_text(tmp_path / "gold/labels/news/Posten_2024_01_02.txt", "0 M\n\n1 E\n")
    return tmp_path


def fundus_bodies() -> dict[str, object]:
    """Two parser versions; only the second holds what the page holds."""
    old = {"title": "Alt", "body": {"summary": [], "sections": [{"headline": [], "paragraphs": ["Etwas anderes."]}]}}
    new = {"title": "Kopf", "body": {"summary": [], "sections": [{"headline": [], "paragraphs": ["Ein Satz."]}]}}
    return {"V1": {"Posten_1": old}, "V2": {"Posten_1": new}}


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    write_text(path, json.dumps(value))


def write_page(path: Path, html: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(html.encode()))


def rows(tmp_path: Path, *lines: object) -> list[TrainingPage]:
    """Read lines as a user's corpus; what is no string is written as JSON."""
    path = tmp_path / "own.jsonl"
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    return list(read_jsonl(path))


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("made.example", "made.example"),
        ("news.made.example", "made.example"),
        ("a.b.made.example:8080", "made.example"),
        ("NEWS.Made.Example.", "made.example"),
        ("made.co.uk", "made.co.uk"),
        ("news.made.co.uk", "made.co.uk"),
        ("co.uk", "co.uk"),
        ("news.made.uk", "made.uk"),
        ("made.co.info", "co.info"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_the_registered_part_of_its_host(host: str, site: str) -> None:
    assert registered_domain(host) == site


def test_shared_folder_gives_every_page_with_what_is_known(shared: Path) -> None:
    wcxb, kurier, posten = read_shared(shared)
    assert (wcxb.id, wcxb.corpus, wcxb.site, wcxb.page_type) == ("7", "wcxb-dev", "made.co.uk", "article")
    assert (wcxb.language, wcxb.html) == ("en", PAGE)
    assert wcxb.texts == ("Home", "A tram stops here.", "It goes on.")
    assert wcxb.codes == ("B", "E", "E")
    assert wcxb.reference == "A tram stops here.\nIt goes on."
    assert (posten.corpus, posten.site, posten.language, posten.codes) == ("fundus", "posten.example", "de", ("M", "E"))
    assert (kurier.site, kurier.language, kurier.codes, kurier.reference) == ("Kurier", "und", None, None)


def with_own_labels(monkeypatch: pytest.MonkeyPatch, shared: Path, labels: Mapping[str, tuple[str, ...]]) -> None:
    """Let the package bring labels for pages of the WCXB set."""
    write_own_labels(shared / "own/wcxb-dev.jsonl", labels.items())
    monkeypatch.setattr(corpora_of_shared, "read_own_labels", partial(read_own_labels, folder=shared / "own"))


def test_own_labels_name_the_parts_of_a_labelled_page(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shared / "own").mkdir()
    with_own_labels(monkeypatch, shared, {"7": ("B", "N", "E")})
    page = next(iter(read_shared(shared)))
    assert (page.codes, page.has_parts, page.scored) == (("B", "N", "E"), True, "groups")


def test_a_page_that_only_own_labels_label_is_not_scored(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shared / "own").mkdir()
    (shared / "gold/labels/wcxb-dev/7.txt").unlink()
    with_own_labels(monkeypatch, shared, {"7": ("B", "N", "E")})
    page = next(iter(read_shared(shared)))
    assert (page.codes, page.has_parts, page.scored) == (("B", "N", "E"), True, "nothing")


def test_labelled_parts_of_the_corpus_come_before_own_ones(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shared / "own").mkdir()
    write_text(shared / "gold/parts/wcxb-dev/7.txt", "0 B\n1 S\n2 E\n")
    with_own_labels(monkeypatch, shared, {"7": ("B", "N", "E")})
    page = next(iter(read_shared(shared)))
    assert (page.codes, page.has_parts, page.scored) == (("B", "S", "E"), True, "parts")


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (("B", "N"), "labels 2 blocks, the page has 3"),
        (("B", "N", "T"), r"block 2 is T, and E in .*7\.txt"),
    ],
)
def test_own_labels_that_do_not_fit_are_refused(
    shared: Path, monkeypatch: pytest.MonkeyPatch, codes: tuple[str, ...], found: str
) -> None:
    (shared / "own").mkdir()
    with_own_labels(monkeypatch, shared, {"7": codes})
    with pytest.raises(CorpusError, match=rf"wcxb-dev\.jsonl: line 1: {found}"):
        list(read_shared(shared))


def test_fundus_body_is_of_the_parser_version_that_the_page_holds(shared: Path) -> None:
    posten = list(read_shared(shared))[2]
    assert posten.reference == "Kopf\nEin Satz."


@pytest.mark.parametrize(
    "part", ["corpora/wcxb-dev", "corpora/fundus", "gold/labels", "gold/linearise.py", "corpora/wcxb-dev/pages.json"]
)
def test_a_missing_part_is_named_with_what_was_expected(shared: Path, part: str) -> None:
    (shared / part).rename(shared / "away")
    with pytest.raises(CorpusError, match=rf"{part} is missing; (expected|gold labels number)"):
        list(read_shared(shared))


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ("0 B\n1-3 E", "found '1-3 E', expected a block or first-last below 3"),
        ("0 B\n3 E", "found '3 E', expected a block or first-last below 3"),
        ("0 B\n2-1 E", "found '2-1 E', expected a block or first-last below 3"),
        ("0 Z\n1-2 E", "found '0 Z', expected .* then a code of .*'M', 'C', 'B', 'T', 'H'"),
        ("zero B", "found 'zero B', expected a block"),
        ("0 B\n2 E", "block 1 of 3 has no label; label every block"),
    ],
)
def test_a_label_file_that_does_not_fit_its_page_is_refused(shared: Path, labels: str, found: str) -> None:
    write_text(shared / "gold/labels/wcxb-dev/7.txt", labels)
    with pytest.raises(CorpusError, match=rf"7\.txt: {found}"):
        list(read_shared(shared))


def unzip(shared: Path) -> None:
    (shared / "corpora/wcxb-dev/html/7.html.gz").write_text(PAGE)


def remove(shared: Path) -> None:
    (shared / "corpora/wcxb-dev/html/7.html.gz").unlink()


def cut(shared: Path) -> None:
    path = shared / "corpora/wcxb-dev/html/7.html.gz"
    path.write_bytes(path.read_bytes()[:20])


@pytest.mark.parametrize("harm", [unzip, remove, cut])
def test_a_page_that_cannot_be_read_is_named(shared: Path, harm: Callable[[Path], None]) -> None:
    harm(shared)
    with pytest.raises(CorpusError, match=r"7\.html\.gz: .*; expected a page as gzipped HTML"):
        list(read_shared(shared))


def test_half_a_json_file_is_named(shared: Path) -> None:
    write_text(shared / "corpora/wcxb-dev/ground-truth/7.json", '{"ground_truth"')
    with pytest.raises(CorpusError, match=r"7\.json: .*; expected a JSON file in UTF-8"):
        list(read_shared(shared))


def test_own_rows_of_both_forms_and_both_kinds_of_label(tmp_path: Path) -> None:
    blocks = [{"text": "Home", "kind": "furniture"}, {"text": "A tram.", "kind": "text"}]
    labelled, body = rows(
        tmp_path,
        {"id": 1, "html": "<p>Home<p>A tram.", "blocks": blocks, "site": "made.example", "language": "sv"},
        "",
        {"id": "two", "text": "Home\nA tram.", "body": "A tram.", "page_type": "forum"},
    )
    assert (labelled.id, labelled.corpus, labelled.site, labelled.language) == ("1", "own", "made.example", "sv")
    assert (labelled.texts, labelled.codes, labelled.reference) == (("Home", "A tram."), ("B", "E"), None)
    assert labelled.html == "<p>Home<p>A tram."
    assert (body.site, body.page_type, body.language, body.html) == ("two", "forum", "und", "")
    assert (body.texts, body.codes, body.reference) == (("Home\nA tram.",), None, "A tram.")


@pytest.mark.parametrize(
    ("more", "site"),
    [
        ({"site": "made.example", "url": "https://other.example/a"}, "made.example"),
        ({"site": "", "url": "https://www.made.example:8080/a"}, "made.example"),
        ({"url": "/a"}, "1"),
        ({"url": "http://[a"}, "1"),
        ({"url": 5}, "1"),
        ({"site": None}, "1"),
    ],
)
def test_a_row_without_a_site_has_that_of_its_url_or_is_one_of_its_own(
    tmp_path: Path, more: dict[str, object], site: str
) -> None:
    (page,) = rows(tmp_path, GOOD | more)
    assert page.site == site


def test_two_rows_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"own\.jsonl, lines 1 and 3: two pages with the id '1', expected an id for"):
        rows(tmp_path, GOOD, GOOD | {"id": 2}, GOOD | {"id": "1"})


def test_every_kind_has_its_own_code(tmp_path: Path) -> None:
    kinds = ("text", "metadata", "comment", "furniture", "teaser", "teaser_heading")
    (source,) = rows(tmp_path, {"id": 1, "text": "a", "blocks": [{"text": kind, "kind": kind} for kind in kinds]})
    assert source.codes == ("E", "M", "C", "B", "T", "H")


def test_a_line_separator_inside_a_string_ends_no_row(tmp_path: Path) -> None:
    (source,) = rows(tmp_path, '{"id": 1, "text": "one\u2028two\u0085three", "body": "one"}')
    assert source.texts == ("one\u2028two\u0085three",)


GOOD = {"id": 1, "text": "A tram.", "body": "A tram."}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('{"id": 1, "text"', "not JSON at character"),
        ('["id"]', "found a list"),
        ({"text": "a", "body": "a"}, "no id"),
        ({"id": 1, "body": "a"}, "neither html nor text"),
        ({"id": 1, "text": "a", "html": "a", "body": "a"}, "both html and text"),
        ({"id": 1, "text": 5, "body": "a"}, "html or text is not a string"),
        ({"id": 1, "text": "a"}, "neither blocks .* nor body "),
        ({"id": 1, "text": "a", "blocks": []}, "blocks is empty"),
        (
            {"id": 1, "text": "a", "blocks": [{"text": "a", "kind": "advert"}]},
            "the kind of a block is 'advert', expected one of headline, ",
        ),
        ({"id": 1, "text": "a", "blocks": [{"kind": "text"}]}, "a block is not an object with text and kind"),
        ({"id": 1, "text": "a", "blocks": ["a"]}, "a block is not an object with text and kind"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, bad: object, why: str) -> None:
    with pytest.raises(CorpusError, match=rf"own\.jsonl, line 3: .*{why}.*; expected an object with id"):
        rows(tmp_path, GOOD, "", bad)


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b'\n{"id": "\xff\xfe"}\n')
    with pytest.raises(CorpusError, match=r"line 2: not UTF-8; expected an object"):
        list(read_jsonl(path))
