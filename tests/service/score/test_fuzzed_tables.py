"""Damaged tables: whatever their bytes, reading ends, nothing is raised, and no row is lost in silence."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.service.score.arrow_schema import InputRow
from tests.support.mutations import mutate
from tests.support.score_inputs import rows_of

N_ROWS = 6
ROWS = [
    {"id": f"r{number}", "text": f'Words, "quoted" {number}\nin lines é', "published": 1714552200 + number}
    for number in range(N_ROWS)
]
pytestmark = pytest.mark.attack
WORDS = (b'"', b"\\", b"\r\n", b",", b";", b"[", b"}", b"\xef\xbb\xbf", b"\xff\xfe", b"PAR1", b"9" * 20, b"NaN")
"""Bytes that mean something to some reader."""
ALLOWED = {None, "bad_row", "bad_json", "bad_encoding", "bad_columns", "unreadable_file", "too_large"}


def as_csv() -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue().encode()


def as_parquet(**options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out, row_group_size=2, **options)
    return out.getvalue()


FILES = {
    "csv": as_csv(),
    "json": json.dumps(ROWS).encode(),
    "jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in ROWS),
    "parquet": as_parquet(compression="none"),
    "packed.parquet": as_parquet(compression="zstd", use_dictionary=False, write_page_checksum=True),
}


@pytest.mark.parametrize(
    ("name", "n"), [("csv", 3000), ("json", 3000), ("jsonl", 3000), ("parquet", 800), ("packed.parquet", 400)]
)
def test_damaged_file_gives_rows_and_errors_and_never_raises(name: str, n: int, tmp_path: Path) -> None:
    path = tmp_path / f"rows.{name}"
    random = Random(f"seed of {name}")
    for _ in range(n):
        data = mutate(FILES[name], random, WORDS)
        path.write_bytes(data)
        found = rows_of(path, tmp_path, shard_bytes=random.choice((50, 10**9, 10**9, 10**9)))
        check(found, data, name)


def check(found: list[InputRow], data: bytes, name: str) -> None:
    """Check what holds of any file: errors are known and have a place, every line or row is counted."""
    assert {row.code for row in found} <= ALLOWED, data
    assert all(row.message and row.file for row in found if row.code is not None), data
    places = [row.position for row in found]
    assert places == sorted(places), data
    assert len(places) - len(set(places)) <= sum(row.code == "unreadable_file" for row in found), data
    if name == "jsonl":
        assert len(found) == sum(bool(line.strip()) for line in data.split(b"\n")), data
    if name == "json":
        with suppress(ValueError):
            rows = json.loads(data)
            assert not isinstance(rows, list) or len(found) == len(rows), data
    if name == "parquet" and all(row.code is None for row in found):
        assert len(found) == pq.ParquetFile(io.BytesIO(data)).metadata.num_rows, data
