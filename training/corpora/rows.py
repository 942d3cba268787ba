"""Labelled pages of a user's own: JSON lines, and the folder of corrections that the service stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from copydesk.training.corpora.pages import CODE_OF_KIND, CorpusError, TrainingPage, read_json


def is_feedback(path: Path) -> bool:
    """Tell whether a folder contains pages that the service's users corrected: JSON files, and no folder `corpora`."""
    return path.is_dir() and not (path / "corpora").exists() and next(path.glob("[!.]*.json"), None) is not None


def read_feedback(folder: Path) -> Iterator[TrainingPage]:
    """Read the pages that the service's users corrected, one JSON file each, every block with its kind.

    Raises:
        CorpusError: A file is not a corrected page; the message names it.
    """
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            yield _training_page(read_json(path), "feedback")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(
                f"{path}: {error!r}; expected a page that the service kept as feedback, with html or text, and blocks"
            ) from error


def read_jsonl(path: Path) -> Iterator[TrainingPage]:
    """Read a user's own labelled pages, one JSON object per line.

    Each has `id`, `html` or `text`, and one of `blocks` (a list of {"text", "kind"}: every block of
    the page in order, kinds as `copydesk.classifier.types.Kind`) and `body` (the page's body as plain text);
    optionally `site`, `page_type` and `language`.

    Raises:
        CorpusError: A line is not such an object; the message names the line.
    """
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):  # a string may contain other line ends
        if line.strip():
            try:
                yield _training_page(json.loads(line), path.stem)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise CorpusError(
                    f"{path}, line {number}: {error!r}; expected an object with id, html or text, and blocks or body"
                ) from error


def _training_page(row: dict[str, object], corpus: str) -> TrainingPage:
    html, text = row.get("html"), row.get("text")
    if (html is None) == (text is None) or not isinstance(html or text, str):
        raise ValueError("exactly one of html and text must be a string")
    blocks, body = row.get("blocks"), row.get("body")
    if not isinstance(blocks, list) and not isinstance(body, str):
        raise ValueError("one of blocks (a list) and body (a string) is needed")
    if blocks == []:
        raise ValueError("blocks is empty, expected every block of the page")
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] | None = None
    if isinstance(blocks, list):
        texts = tuple(str(b["text"]) for b in blocks)
        codes = tuple(CODE_OF_KIND[b["kind"]] for b in blocks)
    elif isinstance(text, str):
        texts = (text,)
    return TrainingPage(
        id=str(row["id"]),
        corpus=corpus,
        site=str(row.get("site") or corpus),
        page_type=str(row.get("page_type") or "news"),
        language=str(row.get("language") or "und"),
        html=html if isinstance(html, str) else "",
        texts=texts,
        codes=codes,
        reference=body if isinstance(body, str) else None,
        has_parts=codes is not None,
    )
