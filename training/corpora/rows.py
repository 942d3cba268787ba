"""Labelled pages of a user's own: JSON lines, and the folder of corrections that the service stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from copydesk.training.corpora.pages import CODE_OF_KIND, CorpusError, TrainingPage, read_json, registered_domain


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
        except ValueError as error:
            raise CorpusError(
                f"{path}: {error}; expected a page that the service kept as feedback, with html or text, and blocks"
            ) from error


def read_jsonl(path: Path) -> Iterator[TrainingPage]:
    """Read a user's own labelled pages, one JSON object per line.

    Each has `id`, `html` or `text`, and one of `blocks` (a list of {"text", "kind"}: every block of
    the page in order, kinds as `copydesk.classifier.types.Kind`) and `body` (the page's body as plain text);
    optionally `site`, `url`, `page_type` and `language`. A page without a site has that of its url, else its own id.

    Raises:
        CorpusError: A line is not such an object, or has the id of an earlier one; the message names the lines.
    """
    lines: dict[str, int] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):  # a string may contain other line ends
        if line.strip():
            try:
                page = _training_page(json.loads(line), path.stem)
            except ValueError as error:
                raise CorpusError(
                    f"{path}, line {number}: {_reason(error)}; "
                    "expected an object with id, html or text, and blocks or body"
                ) from error
            if (first := lines.setdefault(page.id, number)) != number:
                raise CorpusError(
                    f"{path}, lines {first} and {number}: two pages with the id {page.id[:80]!r}, expected an id for "
                    "each page; give one of them another id"
                )
            yield page


def _reason(error: ValueError) -> str:
    """Say what is wrong with a line, without the number that the parser gives it."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at character {error.pos} ({error.msg})"
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _training_page(row: object, corpus: str) -> TrainingPage:
    """Read a page; raise `ValueError` if it is not one."""
    if not isinstance(row, dict):
        raise ValueError(f"found a {type(row).__name__}")
    html, text = row.get("html"), row.get("text")
    if html is None and text is None:
        raise ValueError("neither html nor text")
    if html is not None and text is not None:
        raise ValueError("both html and text")
    if not isinstance(html or text, str):
        raise ValueError("html or text is not a string")
    if "id" not in row:
        raise ValueError("no id")
    blocks, body = row.get("blocks"), row.get("body")
    if not isinstance(blocks, list) and not isinstance(body, str):
        raise ValueError("neither blocks (a list) nor body (a string)")
    if blocks == []:
        raise ValueError("blocks is empty, expected every block of the page")
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] | None = None
    if isinstance(blocks, list):
        texts, codes = zip(*map(_block, blocks), strict=True)
    elif isinstance(text, str):
        texts = (text,)
    return TrainingPage(
        id=str(row["id"]),
        corpus=corpus,
        site=str(row.get("site") or _site_of(row.get("url")) or row["id"]),
        page_type=str(row.get("page_type") or "news"),
        language=str(row.get("language") or "und"),
        html=html if isinstance(html, str) else "",
        texts=texts,
        codes=codes,
        reference=body if isinstance(body, str) else None,
        has_parts=codes is not None,
    )


def _site_of(url: object) -> str:
    """Return the site of a page's address, empty if it is not known."""
    try:
        return registered_domain(urlsplit(url).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""


def _block(block: object) -> tuple[str, str]:
    """Return the text of a block and the code of its kind."""
    if not isinstance(block, dict) or not {"text", "kind"} <= block.keys():
        raise ValueError("a block is not an object with text and kind")
    if str(block["kind"]) not in CODE_OF_KIND:
        raise ValueError(f"the kind of a block is {block['kind']!r}, expected one of {', '.join(CODE_OF_KIND)}")
    return str(block["text"]), CODE_OF_KIND[str(block["kind"])]
