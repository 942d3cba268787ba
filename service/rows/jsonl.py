"""Parses lines of JSON into rows with a page, and writes answers as lines of JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from copydesk.classifier import Page
from copydesk.classifier.types import EncodedPage
from copydesk.service.rows.own_values import FROM_ROW, Unused

T = TypeVar("T")
MOST_NAMED = 8
"""Fields that an error names at most."""
JsonId = str | int | float | None

MAX_VALUES = 1_000_000
"""Most commas and opening brackets of JSON that is decoded as a whole. The largest page has 100,000 blocks, with four
fields each where they are corrected. Half a million small objects, which have as many, take about 120 MB."""
READ_FIELDS = (
    *("id", "text", "html", "url", "body", "title", "published", "source", "site", "found_in", "error", "blocks"),
    *("parts", "explain", "include_text", "include_markdown", "links"),
)
"""The fields of rows and of requests that are read; all others are skipped."""
READ_WHOLE = ("error", "blocks", "found_in", "parts")
"""The fields whose lists and objects are read. Of those of other fields only their type is used."""
_CUT_OUT = b"-0e-0"
"""What a line has in place of a page that was cut out: a number that nobody writes."""
BOM = b"\xef\xbb\xbf"
"""UTF-8's byte order mark, which the first line may begin with."""


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page that can be classified; `id` is unchanged from the input, `line` is None where the input is not JSONL.

    `published`, in ISO 8601, and `source` are the row's own; `unused` are their values that could not be used. In a row
    that is an earlier answer, `published` may be its page's: `published_in` says where it was found.
    """

    id: JsonId
    line: int | None
    page: Page
    published: str | None = None
    source: str | None = None
    unused: tuple[Unused, ...] = ()
    published_in: str = FROM_ROW


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be classified, and why; programs can rely on `code`."""

    id: JsonId
    line: int | None
    code: str
    message: str


Row = PageRow | BadRow


@dataclass(frozen=True, slots=True)
class Line:
    """A line of JSONL that is not parsed yet."""

    number: int
    content: bytes


class BadField(Exception):
    """A row whose fields do not fit the contract."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_line(line: Line, read_fields: Callable[[dict[str, Any], JsonId], T], *, encoded: bool = False) -> T | BadRow:
    """Parse a line and call a function with its fields and its id; a `BadField` becomes a `BadRow`."""
    id: JsonId = None
    try:
        fields = parse_fields(line.content, encoded=encoded)
        id = read_id(fields)
        return read_fields(fields, id)
    except BadField as error:
        return BadRow(id, line.number, error.code, f"line {line.number}: {error}{name_fields(line.content, error)}")


def name_fields(line: bytes, error: Exception) -> str:
    """Return the names of a row's fields and which are null, for an error of one without a page, else nothing."""
    if not str(error).startswith("neither "):
        return ""
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        return ""
    nulls = {name: " (null)" if bytes(raw) == b"null" else "" for name, raw in islice(fields.items(), MOST_NAMED)}
    named = ", ".join(f"{name[:40]!r}{null}" for name, null in nulls.items())
    return f"; the row has {named}{', …' if len(fields) > MOST_NAMED else ''}" if fields else "; the row has no fields"


def parse_fields(line: bytes, *, encoded: bool = False, alone: bool = False) -> dict[str, Any]:
    """Parse the `READ_FIELDS` of one line; raise a `BadField` as `parse_object` does.

    `alone` is as for `parse_object`, `encoded` says whether `html` is bytes in UTF-8, unless it has lone surrogates.
    Other fields are never decoded: they might hold millions of lists, which take fifty times as much memory as their
    text. Their strings need not be UTF-8.
    """
    if encoded and b'"html"' in line and (fields := _parse_around_html(line)) is not None:
        return fields
    try:
        try:
            row = _decode_row(line)
        except msgspec.ValidationError:  # a content is no string
            row = _decode_raw_row(line)
        return _given_fields(row)
    except (ValueError, RecursionError):  # as for lone surrogates and NaN
        fields = parse_object(line, alone=alone)
        return {name: fields[name] for name in READ_FIELDS if name in fields}


def _parse_around_html(line: bytes) -> dict[str, Any] | None:
    """Do so for a line with HTML, which is cut out and decoded by the C core; None for lines that need another look."""
    from copydesk.classifier.json_strings import cut_string  # it loads NumPy, which light users do without

    cut = cut_string(line, b"html", replacement=_CUT_OUT)
    if cut is None or cut[1].count(_CUT_OUT) != 1:
        return None
    html, rest = cut
    try:
        row = _decode_raw_row(rest)
        return _given_fields(row) | {"html": html} if bytes(row.html) == _CUT_OUT else None
    except (ValueError, RecursionError):
        return None


def _given_fields(row: Any) -> dict[str, Any]:
    given = ((name, getattr(row, name)) for name in READ_FIELDS)
    return {name: _parse_field(name, raw) for name, raw in given if raw is not UNSET}


def _row_decoder(strings: Container[str]) -> Callable[[bytes], Any]:
    """Return a function that decodes these fields of a row as strings, and leaves the others as they are."""
    kinds: list[tuple[str, Any, Any]] = [
        (name, (str if name in strings else msgspec.Raw) | UnsetType, UNSET) for name in READ_FIELDS
    ]
    return msgspec.json.Decoder(msgspec.defstruct("_RowFields", kinds)).decode


_decode_row, _decode_raw_row = map(_row_decoder, (("text", "html"), ()))


def _parse_field(name: str, raw: msgspec.Raw | str) -> object:
    if isinstance(raw, str):
        return raw
    start = bytes(memoryview(raw)[:1])
    if start not in (b"[", b"{"):
        return msgspec.json.decode(raw)
    if name in READ_WHOLE:
        return _parse(bytes(raw))
    return [] if start == b"[" else {}


def parse_object(line: bytes, *, alone: bool = False) -> dict[str, Any]:
    """Parse one line, or raise a `BadField` that explains why it is not a JSON object in UTF-8.

    `alone` says whether it is no line among others but one object, which may have several lines.
    """
    try:
        fields = _parse(line)
    except UnicodeDecodeError as error:
        what = (
            "JSON is UTF-8, so write it again in it" if alone else "JSON lines are UTF-8, so write the row again in it"
        )
        message = f"byte {error.start} is not UTF-8; {what}"
        raise BadField("bad_encoding", message) from None
    except json.JSONDecodeError as error:
        expected = "one whole JSON object" if alone else "one whole JSON object a line"
        message = f"not JSON at character {error.pos} ({error.msg}); expected {expected}"
        raise BadField("bad_json", message) from None
    except (ValueError, RecursionError) as error:
        message = f"JSON that cannot be read ({type(error).__name__}); expected an object of strings and numbers"
        raise BadField("bad_json", message) from None
    if not isinstance(fields, dict):
        raise BadField("bad_row", f"{json_type(fields)}, expected an object with the fields of one row")
    return fields


def _parse(data: bytes) -> object:
    """Parse JSON by msgspec, or by the standard library if msgspec refuses it, as it does lone surrogates and NaN."""
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES and _has_many_values(data):
        raise BadField("bad_row", f"more than {MAX_VALUES:,} values; leave out fields that copydesk does not read")
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return json.loads(data.decode("utf-8"))


_UP_TO_VALUE = re.compile(rb'(?:[^",\[{]++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))*+(?:[,\[{]|\Z)', re.DOTALL)
"""The bytes up to the next comma or opening bracket outside strings, or to the end; possessive: time is linear."""


def _has_many_values(data: bytes) -> bool:
    """Return whether JSON has more than `MAX_VALUES` commas and opening brackets."""
    return any(n > MAX_VALUES for n, _ in enumerate(_UP_TO_VALUE.finditer(data)))


def read_id(fields: dict[str, Any]) -> JsonId:
    """Return the id, None where there is none; raise `BadField` if it is neither a string nor a number."""
    value = fields.get("id")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isfinite(value):
            return value
        found = f"{json_type(value)}, expected a string or a number below 1e308"
        raise BadField("bad_row", f"id is {found}; write a larger one as a string")
    raise BadField("bad_row", f"id is {json_type(value)}, expected a string or a number")


def read_page(fields: dict[str, Any], id: JsonId, max_page_bytes: int) -> Page:
    """Return the page; raise `BadField` if there is not exactly one of text and html, or if it is too large.

    Of two, an empty one counts as absent. HTML may be bytes, as `parse_fields` returns them.
    """
    utf8 = found if isinstance(found := fields.get("html"), bytes) else None
    text = read_string(fields, "text")
    html = None if utf8 is not None else read_string(fields, "html")
    url = read_string(fields, "url") or ""
    content = html if utf8 is None else utf8
    if text == "" and content is not None:
        text = None
    elif content in ("", b"") and text is not None:
        html = utf8 = content = None
    if (text is None) == (content is None):
        found = "neither text nor html" if text is None else "both text and html"
        advice = "" if text is None else "; leave one out"
        if text is None and fields.get("body") is not None:
            advice = "; only the commands dedup and index and the endpoints /v1/articles read a body"
        raise BadField("bad_row", f"{found}, expected exactly one of them{advice}")
    check_size(text if content is None else content, max_page_bytes)
    name = "" if id is None else str(id)
    return Page(name, text, html, url) if utf8 is None else EncodedPage(name, utf8, url)


def read_string(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a field's string, None where there is none; raise `BadField` if it is something else."""
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise BadField("bad_row", f"{name} is {json_type(value)}, expected a string")


def check_size(content: str | bytes | None, max_page_bytes: int) -> None:
    """Raise `BadField` if a page, decoded or in UTF-8, is over the limit."""
    if content is None or 4 * len(content) <= max_page_bytes:  # UTF-8 takes at most four bytes for a character
        return
    utf8 = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    if len(utf8) > max_page_bytes:
        raise BadField("too_large", too_large_message(max_page_bytes))


def too_large_message(max_page_bytes: int) -> str:
    """Return the message for a page that is over the limit."""
    return f"the page has more than {max_page_bytes} bytes; cut it or raise COPYDESK_MAX_PAGE_BYTES"


def json_type(value: object) -> str:
    """Name a value's type in JSON's words."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN or infinite"
    return names.get(type(value), "a number")


_encoder = partial(json.JSONEncoder, separators=(",", ":"), check_circular=False, default=msgspec.to_builtins)
_ENCODER, _ASCII_ENCODER = _encoder(ensure_ascii=False), _encoder(ensure_ascii=True)
_FAST_ENCODER = msgspec.json.Encoder()


def encode_row(row: object) -> bytes:
    """Write a line of JSON as Python's `json` does; lone surrogates, which UTF-8 cannot encode, become escapes."""
    try:
        return _ENCODER.encode(row).encode() + b"\n"
    except UnicodeEncodeError:
        return _ASCII_ENCODER.encode(row).encode() + b"\n"


def encode_row_fast(row: object) -> bytes:
    """Write a line of JSON with the same values in a fraction of the time; some numbers have another spelling.

    `encode_row` writes what the compiled encoder refuses: lone surrogates, integers of more than 64 bits.
    """
    line = encode_utf8(row)
    return encode_row(row) if line is None else line


def encode_utf8(row: object) -> bytes | None:
    """Write a line of JSON by the compiled encoder; None if it refuses the row."""
    try:
        return _FAST_ENCODER.encode_lines((row,))  # with the line end, which a sum would copy all bytes for
    except (UnicodeEncodeError, OverflowError):
        return None


def decode_row(line: bytes, kind: type[T]) -> T:
    """Read a line of JSON into one of the contract's structs.

    Raises:
        BadField: It is not a JSON object.
        msgspec.ValidationError: Its fields are not those of this struct.
    """
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.ValidationError:
        raise
    except ValueError:  # lone surrogates among others
        return msgspec.convert(parse_object(line), kind)
