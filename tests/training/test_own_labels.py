"""The labels that come with the package: how they are written and read, and how they join those of a corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.training.corpora import CorpusError
from copydesk.training.corpora.own_labels import FOLDER, read_own_labels, write_own_labels
from copydesk.training.corpora.pages import PART_CODES

codes = st.lists(st.sampled_from(PART_CODES), min_size=1, max_size=30).map(tuple)


@given(st.dictionaries(st.text("0123456789ab", min_size=1), codes))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, pages: dict[str, tuple[str, ...]]) -> None:
    folder = tmp_path_factory.mktemp("labels")
    write_own_labels(folder / "made.jsonl", pages.items())
    assert {page: labels.codes for page, labels in read_own_labels("made", folder).items()} == pages


def test_a_corpus_without_a_file_has_no_labels(tmp_path: Path) -> None:
    assert read_own_labels("made", tmp_path) == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("7", "found '7', expected an object with page, blocks and labels"),
        ('{"page": "7"', "expected an object"),
        ({"page": "7", "blocks": 3, "labels": "0-1 B; 3 E"}, "found '3 E', expected a run from block 2 to one below 3"),
        ({"page": "7", "blocks": 3, "labels": "0-1 B; 1-2 E"}, "found '1-2 E', expected a run from block 2"),
        ({"page": "7", "blocks": 3, "labels": "0-3 B"}, "found '0-3 B', expected a run from block 0 to one below 3"),
        ({"page": "7", "blocks": 3, "labels": "0-2 Z"}, "then a code of .*'M', 'C', 'B', 'T', 'H'"),
        ({"page": "7", "blocks": 3, "labels": "0-1 B"}, "2 blocks have a label, expected 3; label every block"),
    ],
)
def test_a_line_that_is_no_labelling_is_refused(tmp_path: Path, line: object, found: str) -> None:
    good = {"page": "6", "blocks": 1, "labels": "0 N"}
    lines = [json.dumps(good), line if isinstance(line, str) else json.dumps(line)]
    (tmp_path / "made.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"made\.jsonl: line 2: .*{found}"):
        read_own_labels("made", tmp_path)


def test_the_files_of_this_package_can_be_read() -> None:
    corpora = sorted(path.stem for path in FOLDER.glob("*.jsonl"))
    assert corpora == ["fundus", "wcxb-dev"]
    for corpus in corpora:
        lines = (FOLDER / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(read_own_labels(corpus)) == len(lines) > 100
