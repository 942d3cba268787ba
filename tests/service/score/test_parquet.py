"""Parquet: columns of every type, values that cannot be used, and damaged files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.options import ColumnNames
from tests.support.score_inputs import rows_of

NOT_UTF8 = b"<p>caf\xe9</p>"


def read(
    folder: Path, table: dict[str, object], columns: ColumnNames | None = None, **options: object
) -> list[InputRow]:
    path = folder / "pages.parquet"
    pq.write_table(pa.table(table), path, **options)
    return rows_of(path, folder, columns=columns)


def as_text(values: list[bytes]) -> pa.Array:
    """Return bytes as a column of text, whether they are UTF-8 or not."""
    return pa.array(values, pa.binary()).view(pa.string())


def test_text_that_is_not_utf8_costs_no_other_row(tmp_path: Path) -> None:
    pages = as_text([b"<p>one</p>", NOT_UTF8, b"<p>three</p>"])
    found = read(tmp_path, {"id": as_text([b"a", b"b\xff", b"c"]), "html": pages})
    assert [(row.id, row.content, row.decoded, row.code) for row in found] == [
        ("a", b"<p>one</p>", True, None),
        ("62ff", NOT_UTF8, False, None),
        ("c", b"<p>three</p>", True, None),
    ]


@pytest.mark.parametrize("zone", [None, "UTC", "Mars/Phobos", "+02:00"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_time_outside_the_calendar_and_unknown_zone_cost_no_row(zone: str | None, unit: str, tmp_path: Path) -> None:
    per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    times = pa.array([60 * per_second, 2**63 - 1, -(2**63), None], pa.int64()).cast(
        pa.timestamp(unit, zone), safe=False
    )
    found = read(tmp_path, {"text": ["x"] * 4, "published": times})
    out_of_range = (None, "published") if unit != "ns" else None
    assert (found[0].published, found[0].unused) == ("1970-01-01T00:01:00" + ("Z" if zone else ""), "")
    for row in found[1:3]:
        assert row.code is None
        assert out_of_range is None or (row.published, row.unused) == out_of_range
    assert (found[3].published, found[3].unused) == (None, "")


@pytest.mark.parametrize(
    ("ids", "name"),
    [
        (pa.array([b"a1"]), "a1"),
        (pa.array([b"\x00\xff"]), "00ff"),
        (pa.array([b"abc"], pa.binary(3)), "abc"),
        (pa.array([UUID(int=7).bytes], pa.binary(16)), str(UUID(int=7))),
        (pa.array([UUID(int=7).bytes], pa.uuid()), str(UUID(int=7))),
        (pa.array([Decimal("12345678901234567890")], pa.decimal128(20, 0)), "12345678901234567890"),
        (pa.array([Decimal("1.50")], pa.decimal128(5, 2)), "1.50"),
        (pa.array([2**63], pa.uint64()), str(2**63)),
        (pa.array([1.5]), "1.5"),
        (pa.array([7], pa.int8()), "7"),
        (pa.array([19000], pa.date32()), "2022-01-08"),
        (pa.array([60], pa.timestamp("s", "UTC")), "1970-01-01T00:01:00+00:00"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array(["a"], pa.large_string()), "a"),
        (pa.array(["a"], pa.string_view()), "a"),
        (pa.array([float("nan")]), None),
        (pa.array([None], pa.string()), None),
        (pa.array([None], pa.null()), None),
    ],
)
def test_id_of_any_type_is_read(ids: pa.Array, name: str | None, tmp_path: Path) -> None:
    (row,) = read(tmp_path, {"id": ids, "text": ["x"]})
    assert row.code is None
    assert row.id == (f"{tmp_path / 'pages.parquet'}:0" if name is None else name)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("id", pa.array([["a"]]), "the column 'id' is of the type list<"),
        ("id", pa.array([True]), "the column 'id' is of the type bool, expected text, numbers, bytes or times"),
        ("id", pa.array([{"x": 1}]), "the column 'id' is of the type struct<x: int64>"),
        (
            "html",
            pa.array([5]),
            "the column 'html' is of the type int64, expected text or bytes; name another",
        ),
        ("url", pa.array([5]), "the column 'url' is of the type int64, expected text or bytes"),
    ],
)
def test_column_of_an_unreadable_type_is_one_error(column: str, values: pa.Array, said: str, tmp_path: Path) -> None:
    table = {"text": pa.array(["x"] * 30), column: pa.concat_arrays([values] * 30)}
    (row,) = read(tmp_path, table, row_group_size=7)
    assert row.code == "bad_columns"
    assert (row.message or "").startswith(said)


@pytest.mark.parametrize(
    ("values", "published"),
    [
        (pa.array([19844], pa.date32()), "2024-05-01"),
        (pa.array([1714521600000], pa.date64()), "2024-05-01"),
        (pa.array([1714552200]), "2024-05-01T08:30:00Z"),
        (pa.array([1714552200000]), "2024-05-01T08:30:00Z"),
        (pa.array([1714552200.0]), "2024-05-01T08:30:00Z"),
        (pa.array([20240501]), "2024-05-01"),
        (pa.array(["Wed, 01 May 2024 08:30:00 GMT"]), "2024-05-01T08:30:00Z"),
        (pa.array(["2024-05-01T08:30:00+02:00"]), "2024-05-01T08:30:00+02:00"),
        (pa.array([1714552200], pa.timestamp("s")), "2024-05-01T08:30:00"),
    ],
)
def test_time_of_any_type_is_passed_on_in_iso(values: pa.Array, published: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, {"text": ["x"], "published": values})
    assert (row.published, row.unused) == (published, "")


@pytest.mark.parametrize("values", [pa.array([[1]]), pa.array([{"at": 1}]), pa.array([True]), pa.array([b"x\xff"])])
def test_time_of_another_type_is_counted_and_the_row_is_kept(values: pa.Array, tmp_path: Path) -> None:
    (row,) = read(tmp_path, {"text": ["x"], "published": values, "source": pa.array([{"name": "us"}])})
    assert (row.code, row.published, row.source, row.unused) == (None, None, None, "published,source")


@pytest.mark.parametrize(
    ("values", "source"),
    [(pa.array([3], pa.int32()), "3"), (pa.array([b"us"]), "us"), (pa.array([Decimal("2")]), "2"), (["us"], "us")],
)
def test_source_of_any_scalar_type_is_passed_on(values: object, source: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, {"text": ["x"], "source": values})
    assert (row.source, row.unused) == (source, "")


def test_missing_columns_are_one_error_that_names_those_that_are_there(tmp_path: Path) -> None:
    (row,) = read(tmp_path, {"Id": ["a"] * 30, "HTML": ["x"] * 30, "content": ["y"] * 30}, row_group_size=7)
    assert row.code == "bad_columns"
    assert row.message == (
        "no column 'html' or 'text'; the columns are 'Id', 'HTML', 'content'; perhaps --html-column 'HTML'"
    )
    (row,) = read(tmp_path, {"id": ["a"], "text": ["x"]}, ColumnNames(text="bodytext", id="key"))
    assert row.message == "no column 'bodytext' or 'key'; the columns are 'id', 'text'; perhaps --text-column 'text'"
    (row,) = read(tmp_path, {f"c{number}": ["a"] for number in range(1000)})
    assert "'c19' and 980 more; name one with --html-column or --text-column" in (row.message or "")


def test_two_columns_of_one_name_are_an_error_if_they_are_read(tmp_path: Path) -> None:
    page, path = pa.array(["<p>a"]), tmp_path / "pages.parquet"
    nested = pa.StructArray.from_arrays([page], names=["raw"])
    twice = pa.StructArray.from_arrays([page, page], names=["raw", "raw"])
    for arrays, names, column in (
        ([page, page], ["html", "html"], "html"),
        ([twice], ["page"], "page.raw"),
        ([nested, nested], ["page", "page"], "page.raw"),
    ):
        pq.write_table(pa.Table.from_arrays(arrays, names=names), path)
        (row,) = rows_of(path, tmp_path, columns=ColumnNames(html=column))
        assert row.code == "bad_columns"
        assert row.message == f"2 columns are named '{column}', expected one; rename or remove the others"
    for arrays, names, column in (
        ([page, page, page], ["html", "x", "x"], "html"),
        ([nested, page], ["page", "page.raw"], "page.raw"),
    ):
        pq.write_table(pa.Table.from_arrays(arrays, names=names), path)
        assert [row.content for row in rows_of(path, tmp_path, columns=ColumnNames(html=column))] == [b"<p>a"]


BOTH: dict[str, object] = {"html": ["<p>a", "", None, "<p>d"], "text": ["a", "b", "c", ""]}


@pytest.mark.parametrize("kind", [pa.string(), pa.binary()])
def test_empty_page_beside_another_counts_as_absent(kind: pa.DataType, tmp_path: Path) -> None:
    found = read(tmp_path, {name: pa.array(values, kind) for name, values in BOTH.items()})
    assert [(row.form, row.content) for row in found[1:]] == [("text", b"b"), ("text", b"c"), ("html", b"<p>d")]
    assert (found[0].code, found[0].message) == (
        "bad_row",
        "both text and html, expected exactly one of them; name only one, by --html-column or --text-column",
    )
    (row,) = read(tmp_path, {"html": pa.array([""], kind), "text": pa.array([""], kind)})
    assert (row.form, row.content, row.code) == ("html", b"", None)


def test_column_that_is_read_alone_wins(tmp_path: Path) -> None:
    found = read(tmp_path, BOTH, ColumnNames(text=None))
    assert [(row.form, row.content, row.code) for row in found] == [
        ("html", b"<p>a", None),
        ("html", b"", None),
        ("html", None, "bad_row"),
        ("html", b"<p>d", None),
    ]
    assert found[2].message == "neither text nor html, expected exactly one of them"
    assert [row.content for row in read(tmp_path, BOTH, ColumnNames(html=None))] == [b"a", b"b", b"c", b""]
    (row,) = read(tmp_path, {"id": ["a"], "text": ["x"]}, ColumnNames(text=None))
    assert row.message == "no column 'html'; the columns are 'id', 'text'; name one with --html-column"


def test_nested_columns_are_named_with_dots(tmp_path: Path) -> None:
    pages = pa.array([{"raw": {"html": "<p>a"}, "n": 1}, None, {"raw": None, "n": 2}])
    table: dict[str, object] = {"page": pages, "meta.id": ["a", "b", "c"], "text": [None, "t", "u"]}
    found = read(tmp_path, table, ColumnNames(html="page.raw.html", id="meta.id"))
    assert [(row.id, row.form, row.content) for row in found] == [
        ("a", "html", b"<p>a"),
        ("b", "text", b"t"),
        ("c", "text", b"u"),
    ]
    (row,) = read(tmp_path, {"page": pages[:1]})
    assert "perhaps --html-column 'page.raw.html'" in (row.message or "")


def test_damaged_row_group_costs_its_rows_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pages.parquet"
    table = pa.table({"id": [f"r{k}" for k in range(30)], "text": [f"words {k} " * 50 for k in range(30)]})
    pq.write_table(table, path, row_group_size=10, compression="zstd", use_dictionary=False)
    chunk = pq.ParquetFile(path).metadata.row_group(1).column(1)
    data = bytearray(path.read_bytes())
    data[chunk.data_page_offset : chunk.data_page_offset + 20] = b"\xff" * 20
    path.write_bytes(data)
    found = rows_of(path, tmp_path)
    assert [row.id for row in found if row.code is None] == [f"r{k}" for k in (*range(10), *range(20, 30))]
    (error,) = (row for row in found if row.code is not None)
    assert (error.code, error.file, error.position) == ("unreadable_file", str(path), 10)


@pytest.mark.parametrize("name", ["p.csv.zst", "p.jsonl.zst", "p.csv.gz", "p.jsonl.gz", "p.html.zst"])
def test_file_that_is_not_compressed_as_its_name_says_is_one_error(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"id,html\na,b\n")
    (tmp_path / "z.jsonl").write_text('{"id": "next", "text": "fine"}')
    bad, good = rows_of(tmp_path, tmp_path)
    assert (bad.code, bad.file, good.id) == ("unreadable_file", str(tmp_path / name), "next")
