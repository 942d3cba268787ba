"""Tests that a column which was named, and which no row of a JSON file has, is named at the end of the run."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.batch import ScoredBatch, score_batch
from copydesk.service.score.options import ColumnNames
from copydesk.service.score.tables.columns import named_columns
from tests.support.score_inputs import stories, write_gzipped, write_jsonl
from tests.support.score_runs import in_this_process, score

WRONG = ColumnNames(id="idd", url="lnk")
MANY: dict[str, Any] = {"shard_bytes": 1500}
"""Two rows a shard."""


def said(inputs: list[Path], folder: Path, columns: ColumnNames, **options: Any) -> list[str]:
    """Return what a run says about columns."""
    err = io.StringIO()
    with in_this_process():
        score(inputs, folder, columns=columns, err=err, **options)
    return [line.removeprefix("copydesk: ") for line in err.getvalue().splitlines() if "scored row" in line]


@pytest.mark.parametrize("options", [{}, MANY])
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.json"])
def test_column_that_no_row_has_is_named_with_the_fields_that_there_are(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    write = write_gzipped if name.endswith(".gz") else write_jsonl
    write(tmp_path / name, stories(6))
    assert said([tmp_path / name], tmp_path / "out", WRONG, **options) == [
        f"{tmp_path / name}: no scored row has a field 'idd' or 'lnk'; the fields are 'id', 'url', 'html'; "
        "perhaps --id-column 'id'"
    ]


def test_column_that_one_row_of_the_last_shard_has_is_right(tmp_path: Path) -> None:
    rows = stories(6)
    rows[-1]["idd"] = "last"
    write_jsonl(tmp_path / "a.jsonl", rows)
    assert said([tmp_path / "a.jsonl"], tmp_path / "out", ColumnNames(id="idd"), **MANY) == []


def test_field_that_is_null_or_inside_another_one_is_there(tmp_path: Path) -> None:
    rows = [{**row, "source": None, "meta": {"at": "2024-05-01"}} for row in stories(1)]
    write_jsonl(tmp_path / "a.jsonl", [{**row, "publisher": None} for row in rows])
    columns = ColumnNames(source="publisher", published="meta.at")
    assert said([tmp_path / "a.jsonl"], tmp_path / "out", columns) == []


def test_wrong_column_of_the_page_is_named_where_another_one_is_read(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "text": "The pool opens in spring."}])
    assert said([tmp_path / "a.jsonl"], tmp_path / "out", ColumnNames(html="raw")) == [
        f"{tmp_path / 'a.jsonl'}: no scored row has a field 'raw'; the fields are 'id', 'text'; name one with "
        "--html-column"
    ]
    write_jsonl(tmp_path / "b.jsonl", [{"id": 1, "words": "The pool opens in spring."}])
    assert said([tmp_path / "b.jsonl"], tmp_path / "other", ColumnNames(html="raw", text="words")) == []


def test_column_of_the_page_that_is_read_alone_is_named_by_its_usual_name(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "html": "<p>The pool opens in spring."}])
    assert said([tmp_path / "a.jsonl"], tmp_path / "out", ColumnNames(text=None)) == []
    assert named_columns(ColumnNames(text=None)) == {"html": "html"}
    assert named_columns(ColumnNames(html=None, text="words")) == {"text": "words"}


def test_each_file_is_looked_at_by_itself_and_the_first_is_named(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{**row, "idd": 1} for row in stories(1)])
    for name in "bcd":
        write_jsonl(tmp_path / f"{name}.jsonl", stories(2))
    found = said([tmp_path], tmp_path / "out", ColumnNames(id="idd"), **MANY)
    assert len(found) == 1
    assert found[0].startswith(f"{tmp_path / 'b.jsonl'}: no scored row has a field 'idd'; the")
    assert found[0].endswith("; so it is in 2 more files")
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert summary["absent_columns"] == {"files": 3, "first": found[0].partition("; so it is")[0]}


def test_run_that_continues_says_so_too(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", stories(6))

    def interrupted(batch: Sequence[InputRow], *others: Any, **options: Any) -> ScoredBatch:
        if b"4th summer" in (batch[0].content or b""):
            raise KeyboardInterrupt
        return score_batch(batch, *others, **options)

    with in_this_process(), pytest.raises(KeyboardInterrupt):
        score([tmp_path / "a.jsonl"], tmp_path / "out", columns=WRONG, score=interrupted, **MANY)
    assert list((tmp_path / "out" / "_work").glob("done-*"))
    assert len(said([tmp_path / "a.jsonl"], tmp_path / "out", WRONG, **MANY)) == 1
    assert len(said([tmp_path / "a.jsonl"], tmp_path / "out", WRONG, **MANY)) == 1  # it is complete, and says it again


def test_usual_names_need_not_be_there(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"html": row["html"]} for row in stories(2)])
    assert said([tmp_path / "a.jsonl"], tmp_path / "out", ColumnNames()) == []
