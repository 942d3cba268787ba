"""Puts the output of batch scoring where a URL names, file by file, so that the rows of a run need not fit on its disk.

The run works in a local folder, as every run does. A row file that is uploaded is replaced there by a short mark, so
the run can continue after a kill. `summary.json` is uploaded last: where it exists, the output is complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from copydesk.classifier.extras import require_extra
from copydesk.service.atomic_files import write_atomically
from copydesk.service.dedup import UnusableWork, work_folder
from copydesk.service.score.machine_faults import machine_faults
from copydesk.service.score.output import ERRORS_FILE, ROWS, SUMMARY, OutputFolder
from copydesk.service.score.sources import DRIVERS

UPLOADED = b"uploaded by copydesk score\n"
"""Content of a local row file whose rows are uploaded. Neither Parquet nor JSON lines can begin like this."""
READ_ONLY = ("http", "https", "data")
"""Schemes of URLs that files can be read from, but not written to."""
LOCAL = ("file", "local")
"""Schemes of local files, where fsspec makes folders only on request."""
NAME_DIGITS = 16
"""Hexadecimal digits of the URL's digest in the name of the work folder."""

_PASSWORD = re.compile(r"//(?:[^/]*@|[^/@\[]*:(?!\d*(?:/|\Z)).*@)")
"""User and password of a URL, whose password may have signs that should be percent-encoded: @, or a / behind a colon
that is not before a port."""


def without_password(url: str) -> str:
    """Return a URL without user and password, for messages and the manifest."""
    return _PASSWORD.sub("//", url)


def default_work_folder(url: str) -> Path:
    """Return the folder for temporary files in which a run with this output works; it is the same each time.

    Raises:
        UnusableWork: There is one of another user.
    """
    folder = Path(tempfile.gettempdir()) / f"copydesk-score-{hashlib.sha256(url.encode()).hexdigest()[:NAME_DIGITS]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise UnusableWork(f"{folder} is of another user; name a folder of your own with --work-dir")
    return folder


class RemoteOutput:
    """The place that a URL names, to which the files of a local output folder are uploaded."""

    def __init__(self, url: str) -> None:
        """Connect to it.

        Raises:
            MissingExtra: A package for its scheme is not installed.
            ValueError: Nothing can be written to it, for example because its scheme is unknown.
        """
        self.name = without_password(url).rstrip("/")
        scheme = url.partition("://")[0].lower()
        if scheme in READ_ONLY:
            raise ValueError(f"--output is {self.name!r}, but {scheme}:// is only read; name a URL such as s3://")
        driver = DRIVERS.get(scheme)
        require_extra("remote", f"writing {scheme}://", ["fsspec", *([driver] if driver else [])])
        import fsspec

        try:
            self._system, path = fsspec.core.url_to_fs(url, **({"auto_mkdir": True} if scheme in LOCAL else {}))
        except (ValueError, ImportError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(
                f"--output is {self.name!r}, which fsspec cannot write to ({reason}); name another"
            ) from None
        self._path = str(path).rstrip("/")

    def begin(self, folder: OutputFolder) -> None:
        """Check, before the local folder is made, that the output is empty if this run is not continued.

        Raises:
            UnusableWork: It is not.
            MachineFault: It cannot be listed.
        """
        if not (folder.path / work_folder.MANIFEST).exists() and self._files(""):
            raise UnusableWork(
                f"{self.name} is not empty, and {folder.path} has no run to continue; name an empty or a new "
                "--output, or the folder of the run with --work-dir"
            )

    def upload_manifest(self, folder: OutputFolder) -> None:
        """Upload the manifest, which shows at the start of a run whether files can be written."""
        self._upload(folder.path / work_folder.MANIFEST, work_folder.MANIFEST)

    def upload_rows(self, folder: OutputFolder, number: int) -> None:
        """Upload a shard's final rows, and replace them by a mark; nothing is done if that is done already."""
        part = folder.part(number)
        if not _is_uploaded(part):
            self._upload(part, f"{ROWS}/{part.name}")
            write_atomically(part, lambda out: out.write(UPLOADED))

    def complete(self, folder: OutputFolder, n_shards: int, *others: str) -> None:
        """Upload what is left of a finished run, the summary last.

        Raises:
            UnusableWork: Rows that were uploaded are not there any more.
            MachineFault: A file cannot be uploaded.
        """
        for number in range(n_shards):
            self.upload_rows(folder, number)
        missing = {folder.part(number).name for number in range(n_shards)} - self._files(ROWS)
        if missing:
            raise UnusableWork(
                f"{self.name} has lost {len(missing)} of {n_shards} row files, such as {min(missing)}; remove "
                f"{folder.path} and what is left of the output, and run the same command again"
            )
        for name in (ERRORS_FILE, *others, SUMMARY):
            self._upload(folder.path / name, name)

    def _upload(self, source: Path, name: str) -> None:
        with self._faults(name):
            self._system.put_file(str(source), f"{self._path}/{name}")

    def _files(self, folder: str) -> set[str]:
        """Return the names of the files in a folder of the output, none if it does not exist."""
        with self._faults(folder):
            self._system.invalidate_cache()
            found: list[Any] = self._system.find(f"{self._path}/{folder}".rstrip("/"))
        return {str(name).rsplit("/", 1)[-1] for name in found}

    @contextmanager
    def _faults(self, name: str) -> Iterator[None]:
        with machine_faults(f"{self.name}/{name}".rstrip("/"), of_input=()):
            yield


def _is_uploaded(part: Path) -> bool:
    return part.stat().st_size == len(UPLOADED) and part.read_bytes() == UPLOADED
