"""Add documents to an index and print which stories are new: `python add_to_index.py stories.jsonl`."""

import json
import sys
import time
from pathlib import Path

from copydesk import Document, DuplicateOptions, open_index

with Path(sys.argv[1]).open(encoding="utf-8") as lines:
    rows = [json.loads(line) for line in lines]
documents = [Document(row["id"], row["body"], row["published"], row["source"]) for row in rows]
with open_index("example.sqlite", DuplicateOptions(prefer=["mail"])) as index:
    for answer in index.add(documents, now=time.time()):
        print(answer.id, "seen before" if answer.seen else "new", answer.kept_because or "leave out")
    print(index.resolve("mail/ferry"), [entry.id for entry in index.members("mail/ferry")])
