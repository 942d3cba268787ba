"""Finds and opens the input files of batch scoring: local paths, folders, globs, and URLs where fsspec is installed."""

from __future__ import annotations

import bz2
import glob
import gzip
import hashlib
import io
import json
import lzma
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa

from copydesk.classifier import CopydeskError
from copydesk.classifier.extras import require_extra
from copydesk.service.dedup.work_folder import MANIFEST
from copydesk.service.rows import inputs
from copydesk.service.score.machine_faults import BUFFER_BYTES, INPUT_FAULTS, WatchedFile, machine_faults

DECOMPRESS_BYTES = 64 * 1024
"""Bytes that are decompressed at a time."""
HIDDEN = (".", "_")
"""First characters of the names of files and folders that are no data."""
_MANIFEST_BEGINS = re.compile(rb'\s*\{\s*"format":\s*\d+,\s*"copydesk":')
"""How the manifest of a run of `copydesk score` begins, see `run.run_manifest`."""
ARC_NAME = re.compile(r"\.arc(?:\.gz)?$")
SHORT_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
"""Suffixes that the summary counts one by one."""
COMPRESSION = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
DRIVERS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}
"""The packages that fsspec needs for the schemes of URLs; the others need none, or one of the user's own choice."""


class BadInput(CopydeskError):
    """An input does not exist, or its format is unknown."""

    code = "bad_input"


class FileKind(StrEnum):
    """What a file contains: one page, or rows of pages."""

    HTML = "html"
    TEXT = "text"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    WARC = "warc"


KIND_OF_SUFFIX = {suffix: FileKind(form.value) for suffix, form in inputs.FORMAT_OF_SUFFIX.items()} | {
    ".json": FileKind.JSON,
    ".csv": FileKind.CSV,
    ".tsv": FileKind.CSV,
    ".parquet": FileKind.PARQUET,
    ".warc": FileKind.WARC,
}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: its path or URL, its kind, its size in bytes, and a version that changes with its content."""

    name: str
    kind: FileKind
    size: int
    version: str


def find_all_files(names: Iterable[str], passed_over: Counter[str]) -> Iterator[InputFile]:
    """Find the files of all inputs in order, each once; count in `passed_over` what is not read, by the reason.

    Raises:
        BadInput: As `find_files` does.
    """
    seen: set[bytes] = set()
    for name in names:
        for file in find_files(name, passed_over):
            path = file.name if "://" in file.name else os.path.realpath(file.name)
            key = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=16).digest()
            if key in seen:
                passed_over["file named again"] += 1
            else:
                seen.add(key)
                if not file.size and file.kind in (FileKind.CSV, FileKind.JSON, FileKind.JSONL):
                    passed_over["empty file"] += 1
                yield file


def find_files(name: str, passed_over: Counter[str] | None = None) -> Iterator[InputFile]:
    """Find the files of one input in a fixed order: a file, all files of known kinds in a folder, or a glob.

    Files and folders whose names begin with `.` or `_`, as those of Spark's bookkeeping, are no data, unless they are
    named themselves. Links to folders are followed, each folder once.

    Raises:
        BadInput: There are none, or the suffix of a single file is unknown.
    """
    passed_over = Counter() if passed_over is None else passed_over
    is_file, entries = _remote(name, passed_over) if "://" in name else _local(name, passed_over)
    found = False
    for path, size, version in entries:
        kind = file_kind(path)
        if kind is not None:
            found = True
            yield InputFile(path, kind, size, version)
        elif is_file:
            expected = f"expected one of {_suffixes()}"
            if ARC_NAME.search(path.lower()):
                expected += "; ARC is the older format, convert it to WARC"
            raise BadInput(f"{path!r} has a name that does not end in a known format; {expected}")
        else:
            passed_over[_suffix_reason(path)] += 1
    if not found:
        raise BadInput(f"{_describe_nothing(name)}; expected files, folders or globs of {_suffixes()}")


def _describe_nothing(name: str) -> str:
    """Say why an input has no file to read: a folder without pages, a pattern without a match, or a wrong name."""
    if "://" in name:
        return f"{name!r} names no file to read"
    if Path(name).is_dir():
        return f"the folder {name!r} has no file of a page or of rows of pages"
    if Path(name).exists():
        return f"{name!r} is no regular file"
    return f"no file to read fits {name!r}" if glob.has_magic(name) else f"{name!r} does not exist"


def _suffix_reason(path: str) -> str:
    suffix = PurePosixPath(path.lower()).suffix
    return f"file of unknown suffix {suffix}" if SHORT_SUFFIX.fullmatch(suffix) else "file of unknown suffix"


def _suffixes() -> str:
    return f"{', '.join(KIND_OF_SUFFIX)}, with or without one of {', '.join(COMPRESSION)}"


def file_kind(name: str) -> FileKind | None:
    """Return the kind of a file by its suffix, None if the suffix is unknown."""
    path = PurePosixPath(name.lower())
    return KIND_OF_SUFFIX.get(PurePosixPath(path.stem if path.suffix in COMPRESSION else path.name).suffix)


def is_compressed(name: str) -> bool:
    """Tell whether a file is compressed, by its suffix."""
    return compression_of(name) is not None


def compression_of(name: str) -> str | None:
    """Return the compression of a file by its suffix, None if it has none."""
    return COMPRESSION.get(PurePosixPath(name.lower()).suffix)


def _local(name: str, passed_over: Counter[str]) -> tuple[bool, Iterator[tuple[str, int, str]]]:
    """Return whether the name is that of a single file, and the names, sizes and versions of the files."""
    try:
        is_folder, is_file = Path(name).is_dir(), Path(name).is_file()
    except OSError as error:
        raise BadInput(f"{name!r} cannot be reached ({error.strerror}); change its permissions") from error
    if is_folder:
        return False, _entries(_files_below(name, passed_over), passed_over)
    if is_file:
        return True, _entries([name], passed_over)
    paths = _not_hidden(name, sorted(glob.glob(name, recursive=True)), passed_over)  # noqa: PTH207 (absolute patterns)
    return False, _entries(paths, passed_over)


def _files_below(name: str, passed_over: Counter[str]) -> Iterator[str]:
    """Find the files in a folder and those below; each folder once, as links can form cycles."""
    seen = {_identity(name)}
    for folder, subfolders, files in os.walk(name, onerror=_stop, followlinks=True):
        followed = []
        for subfolder in sorted(subfolders):
            path = str(Path(folder) / subfolder)
            identity = _identity(path)
            if subfolder.startswith(HIDDEN):
                passed_over["hidden folder"] += 1
            elif _is_output(Path(path)):
                passed_over["output folder of copydesk score"] += 1
            elif identity in seen:
                passed_over["folder linked again"] += 1
            else:
                seen.add(identity)
                followed.append(subfolder)
        subfolders[:] = followed
        for file in sorted(files):
            if file.startswith(HIDDEN):
                passed_over["hidden file"] += 1
            else:
                yield str(Path(folder) / file)


def _is_output(folder: Path) -> bool:
    """Tell whether a run writes or wrote into a folder, by what its manifest says first."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            return _MANIFEST_BEGINS.match(file.read(100)) is not None
    except OSError:
        return False


def _identity(folder: str) -> tuple[int, int]:
    with machine_faults(folder):
        stat = Path(folder).stat()
    return stat.st_dev, stat.st_ino


def _not_hidden(pattern: str, paths: Iterable[str], passed_over: Counter[str]) -> Iterator[str]:
    """Leave out hidden files, and all below hidden folders, that a pattern found, unless it says such names."""
    parts = PurePosixPath(pattern).parts
    fixed = next((number for number, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    says_hidden = any(part.startswith(HIDDEN) for part in parts[fixed:])
    for path in paths:
        if not says_hidden and any(part.startswith(HIDDEN) for part in Path(path).parts[fixed:]):
            passed_over["hidden file"] += 1
        else:
            yield path


def _entries(paths: Iterable[str], passed_over: Counter[str]) -> Iterator[tuple[str, int, str]]:
    """Return the names, sizes and versions of files; pipes, devices and the folders that a pattern found are none."""
    for path in paths:
        try:
            with machine_faults(path):
                found = Path(path).stat()
        except INPUT_FAULTS:  # a dangling link, for example: reading it gives an error row later
            yield path, 0, ""
            continue
        if stat.S_ISREG(found.st_mode):
            yield path, found.st_size, str(found.st_mtime_ns)
        elif stat.S_ISDIR(found.st_mode):
            passed_over["folder that a pattern names"] += 1
        else:
            passed_over["special file"] += 1


def _stop(error: OSError) -> None:
    raise BadInput(
        f"the folder {error.filename!r} cannot be listed: {error.strerror}; give permission to read it, or name the "
        "other folders and files"
    ) from error


def _remote(name: str, passed_over: Counter[str]) -> tuple[bool, Iterator[tuple[str, int, str]]]:
    """Do the same for a URL."""
    fsspec = _fsspec(name)
    prefix = name.split("://", 1)[0] + "://"
    with machine_faults(name):
        system, path = fsspec.core.url_to_fs(name)
        if system.isfile(path):
            return True, iter([(name, int(system.size(path) or 0), _remote_version(system.info(path)))])
        is_folder = system.isdir(path)
        found = system.find(path, detail=True) if is_folder else system.glob(path, detail=True)
    files = _not_hidden(
        f"{path.rstrip('/')}/*" if is_folder else path,
        sorted(each for each in found if found[each].get("type") == "file"),
        passed_over,
    )
    return False, ((prefix + each, int(found[each].get("size") or 0), _remote_version(found[each])) for each in files)


def _remote_version(info: dict[str, Any]) -> str:
    return str(next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "updated") if key in info), ""))


def _fsspec(name: str) -> Any:
    scheme = name.split("://", 1)[0]
    driver = DRIVERS.get(scheme)
    require_extra("remote", f"reading {scheme}://", ["fsspec", *([driver] if driver else [])])
    import fsspec

    return fsspec


def open_raw(name: str) -> BinaryIO:
    """Open a local or remote file without decompressing it.

    Raises:
        OSError: There is no such file, or it may not be read.
        MachineFault: Opening failed for another reason; so may every later read.
    """
    fsspec = _fsspec(name) if "://" in name else None
    with machine_faults(name):
        raw = fsspec.open(name, "rb").open() if fsspec else io.FileIO(name)
    return io.BufferedReader(WatchedFile(raw, name), BUFFER_BYTES)


def open_plain(raw: BinaryIO, name: str) -> BinaryIO:
    """Return a stream that decompresses an open file, if it is compressed by its suffix."""
    codec = compression_of(name)
    if codec == "gzip":  # in a truncated file, Arrow's reader would lose the data before the break
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if codec == "bz2":
        return cast(BinaryIO, bz2.BZ2File(raw))
    if codec == "xz":
        return cast(BinaryIO, lzma.LZMAFile(raw))
    if codec is None:
        return raw
    return cast(BinaryIO, io.BufferedReader(pa.CompressedInputStream(raw, codec), DECOMPRESS_BYTES))


def input_fingerprint(name: str, files: Iterable[InputFile]) -> dict[str, Any]:
    """Describe an input for the manifest, so that a change of it is noticed: files, bytes, and a digest of both."""
    digest = hashlib.sha256()
    n_files = n_bytes = 0
    for file in files:
        n_files += 1
        n_bytes += file.size
        digest.update(json.dumps([file.name, file.size, file.version]).encode())
    return {"name": name, "files": n_files, "bytes": n_bytes, "digest": digest.hexdigest()[:16]}
