"""Where batch scoring reads: local paths and, where fsspec is installed, remote ones; folders, globs, compression."""

from __future__ import annotations

import glob
import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa

from copydesk.classifier.errors import CopydeskError
from copydesk.service.rows.inputs import FORMAT_OF_SUFFIX

BUFFER_BYTES = 1024 * 1024
PIECE = 64 * 1024
"""What is decompressed at a time."""
COMPRESSION = {".gz": "gzip", ".zst": "zstd"}


class BadInput(CopydeskError):
    """An input that is not there, or that nothing here can read."""

    code = "bad_input"


class Kind(StrEnum):
    """What a file holds: one page, or rows of them."""

    HTML = "html"
    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    WARC = "warc"


KIND_OF_SUFFIX = {suffix: Kind(form.value) for suffix, form in FORMAT_OF_SUFFIX.items()} | {
    ".csv": Kind.CSV,
    ".parquet": Kind.PARQUET,
    ".warc": Kind.WARC,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its name, what it holds, its bytes, and a stamp that changes when it does."""

    name: str
    kind: Kind
    size: int
    stamp: str


def sources_of(name: str) -> Iterator[Source]:
    """Find the files of one input in a fixed order: a file, all files that are known by name in a folder, or a glob.

    Raises:
        BadInput: There is none, or the name of a single file does not say what it holds.
    """
    found = _remote(name) if "://" in name else _local(name)
    n_found = 0
    for path, size, stamp, wanted in found:
        kind = kind_of(path)
        if kind is None and wanted:
            raise BadInput(f"{path!r} has a name that does not say what it holds; expected one of {_suffixes()}")
        if kind is not None:
            n_found += 1
            yield Source(path, kind, size, stamp)
    if not n_found:
        raise BadInput(f"{name!r} names no file to read; expected files, folders or globs of {_suffixes()}")


def _suffixes() -> str:
    return f"{', '.join(KIND_OF_SUFFIX)}, with or without {' or '.join(COMPRESSION)}"


def kind_of(name: str) -> Kind | None:
    """Tell what a file holds by its name, None where that does not say."""
    path = PurePosixPath(name.lower())
    return KIND_OF_SUFFIX.get(PurePosixPath(path.stem if path.suffix in COMPRESSION else path.name).suffix)


def is_compressed(name: str) -> bool:
    """Tell whether a file's name says that it is compressed."""
    return PurePosixPath(name.lower()).suffix in COMPRESSION


_Found = Iterator[tuple[str, int, str, bool]]


def _local(name: str) -> _Found:
    if Path(name).is_dir():
        yield from _folder(name)
    elif Path(name).is_file():
        yield _entry(name, wanted=True)
    else:
        for path in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 (Path.glob takes no absolute pattern)
            if Path(path).is_file():
                yield _entry(path, wanted=False)


def _folder(name: str) -> _Found:
    for folder, below, files in os.walk(name):
        below.sort()
        for file in sorted(files):
            yield _entry(str(Path(folder) / file), wanted=False)


def _entry(path: str, *, wanted: bool) -> tuple[str, int, str, bool]:
    try:
        stat = Path(path).stat()
    except OSError:  # a link to nothing: reading it says so in its place
        return path, 0, "", wanted
    return path, stat.st_size, str(stat.st_mtime_ns), wanted


def _remote(name: str) -> _Found:
    system, path = _fsspec().core.url_to_fs(name)
    prefix = name.split("://", 1)[0] + "://"
    if system.isfile(path):
        yield name, int(system.size(path) or 0), _remote_stamp(system.info(path)), True
        return
    found = system.find(path, detail=True) if system.isdir(path) else system.glob(path, detail=True)
    for each in sorted(found):
        if found[each].get("type") == "file":
            yield prefix + each, int(found[each].get("size") or 0), _remote_stamp(found[each]), False


def _remote_stamp(info: dict[str, Any]) -> str:
    return str(next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "updated") if key in info), ""))


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise BadInput("remote inputs need fsspec; install it with: pip install 'copydesk[remote]'") from error
    return fsspec


def open_raw(name: str) -> BinaryIO:
    """Open a file's bytes as they lie there, from the place that its name says.

    Raises:
        OSError: It cannot be opened.
    """
    if "://" in name:
        return cast(BinaryIO, _fsspec().open(name, "rb").open())
    return Path(name).open("rb", buffering=BUFFER_BYTES)


def open_plain(raw: BinaryIO, name: str) -> BinaryIO:
    """Read an open file decompressed, by what its name says."""
    codec = COMPRESSION.get(PurePosixPath(name.lower()).suffix)
    if codec == "gzip":  # Arrow's reader does not give what is before a break
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    return raw if codec is None else cast(BinaryIO, io.BufferedReader(pa.CompressedInputStream(raw, codec), PIECE))


def stamp_of(name: str, sources: Iterable[Source]) -> dict[str, Any]:
    """Say what an input is, so that another one under the same name is told: its files, bytes, and a digest of both."""
    digest = hashlib.sha256()
    n_files = n_bytes = 0
    for source in sources:
        n_files += 1
        n_bytes += source.size
        digest.update(json.dumps([source.name, source.size, source.stamp]).encode())
    return {"name": name, "files": n_files, "bytes": n_bytes, "digest": digest.hexdigest()[:16]}


def all_sources(names: Sequence[str]) -> Iterator[Source]:
    """Find the files of every input, input after input; raises as `sources_of`."""
    for name in names:
        yield from sources_of(name)
