"""Count the labels of every page in a JSON lines file: `python classify_jsonl.py pages.jsonl`."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from copydesk import Page, UnreadablePage, classify, load_model


def read_pages(path: Path) -> Iterator[Page]:
    """Read one page a line; a row that is no page becomes one that cannot be read."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text, html = (row.get(name) if isinstance(row.get(name), str) else None for name in ("text", "html"))
            yield Page(id=str(row["id"]), text=text, html=html)


pages = list(read_pages(Path(sys.argv[1])))
for page, answer in zip(pages, classify(pages, load_model()), strict=True):
    if isinstance(answer, UnreadablePage):
        print(page.id, answer.code)
    else:
        counts = Counter(block.label.value for block in answer.blocks)
        print(page.id, dict(sorted(counts.items())))
