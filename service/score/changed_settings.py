"""Says which settings of a run differ from those its output folder was begun with, by their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

OPTIONS = {
    "model": "--model",
    "output": "--format",
    "uploaded_to": "--output",
    "blocks": "--no-blocks",
    "parts": "--parts",
    "markdown": "--markdown",
    "links": "--links",
    "columns": "--{}-column",
    "csv": "--csv-{}",
    "shard_bytes": "--shard-mb",
    "max_page_bytes": "COPYDESK_MAX_PAGE_BYTES",
    "dedup": "--dedup",
    "index": "--index",
    "duplicates": "--{}",
    "titles": "--no-titles",
    "wanted": "--{}",
    "only": "--only",
    "copydesk": "the version of copydesk",
    "format": "the version of the output folder",
}
"""How a user gives each entry of a manifest; {} is for the name in an entry of several."""
NEGATED = ("blocks", "titles")
"""Entries that are false with their option."""
WITHOUT_VALUES = ("only", "dedup", "model")
"""Entries whose values mean nothing to a user: digests and the parameters of the search for duplicates."""


def describe_changes(earlier: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    """Return a phrase for each setting that differs, such as `--id-column was 'id', is 'key'`."""
    return [phrase for name in manifest for phrase in _changes(name, earlier.get(name), manifest[name])]


def _changes(name: str, before: Any, now: Any) -> Iterator[str]:
    if before == now:
        return
    option = OPTIONS.get(name, name)
    if name == "inputs":
        yield "the inputs are others, or have changed"
    elif name in WITHOUT_VALUES:
        yield f"{option} is another" if before and now else _was(option, bool(before), bool(now))
    elif name == "csv":
        pairs = zip(("delimiter", "encoding"), before or (None, None), now, strict=True)
        yield from (_was(option.format(part), old, new) for part, old, new in pairs if old != new)
    elif isinstance(now, Mapping) and "{}" in option:
        old = before or {}
        for part, value in now.items():
            if old.get(part) != value:
                phrase = _was(option.format(part.replace("_", "-")), old.get(part), value)
                yield phrase.replace("not given", "not read") if name == "columns" else phrase
    elif name == "shard_bytes":
        yield _was(option, *(None if n is None else round(n / (1024 * 1024), 3) for n in (before, now)))
    elif name in NEGATED:
        yield _was(option, not before, not now)
    else:
        yield _was(option, before, now)


def _was(option: str, before: Any, now: Any) -> str:
    return f"{option} was {_value(before)}, is {_value(now)}"


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "given" if value else "not given"
    if isinstance(value, list):
        return repr(",".join(map(str, value))) if value else "not given"
    return repr(value)
