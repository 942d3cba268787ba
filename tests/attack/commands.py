"""The commands that write, on a few small inputs, with what they must have written at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from copydesk.service.api_keys import KeyFile
from copydesk.service.index import Document, open_index
from tests.support.index_places import assert_whole, window
from tests.support.score_inputs import stories, write_jsonl
from tests.support.score_runs import files_of

N_PAGES = 30
N_DOCUMENTS = 150


@dataclass(frozen=True)
class WritingCommand:
    """A command line, and what to read when it has ended well: the same whenever and wherever it was written."""

    arguments: tuple[str, ...]
    read: Callable[[], object]
    settings: tuple[tuple[str, str], ...] = ()


def write_inputs(folder: Path) -> None:
    """Write what the commands read."""
    write_jsonl(folder / "pages.jsonl", stories(N_PAGES))
    documents = [Document(n, window(n // 2)) for n in range(N_DOCUMENTS)]
    write_jsonl(folder / "documents.jsonl", [{"id": each.id, "body": each.text} for each in documents])
    with open_index(str(folder / "exported.sqlite")) as index:
        index.add(documents, now=0.0)
        (folder / "export.jsonl").write_bytes(b"".join(index.export_lines()))


def writing_commands(inputs: Path, output: Path) -> dict[str, WritingCommand]:
    """Return the commands that write into a folder, by name."""
    pages, documents, place = str(inputs / "pages.jsonl"), str(inputs / "documents.jsonl"), str(output / "added.sqlite")
    imported = str(output / "imported.sqlite")

    def of(*arguments: str | Path, read: Callable[[], object], **settings: str) -> WritingCommand:
        return WritingCommand(tuple(map(str, arguments)), read, tuple(settings.items()))

    return {
        "index add": of("index", "add", "--index", place, documents, read=lambda: len(assert_whole(place))),
        "index import": of(
            "index", "import", "--index", imported, inputs / "export.jsonl", read=lambda: assert_whole(imported)
        ),
        "dedup": of(
            *("dedup", documents, "--workers", "1", "--output", output / "d.jsonl"),
            read=lambda: (output / "d.jsonl").read_bytes(),
        ),
        "classify": of(
            "classify", pages, "--output-dir", output / "articles", read=lambda: files_of(output / "articles")
        ),
        "score": of(
            *("score", pages, "--workers", "1", "--shard-mb", "0.005", "--dedup", "--output", output / "scored"),
            read=lambda: files_of(output / "scored"),
        ),
        "keys": of(
            *("keys", "add", "ann"),
            read=lambda: [key.name for key in KeyFile(output / "keys.sqlite").read_all()],
            COPYDESK_KEYS=str(output / "keys.sqlite"),
        ),
    }
