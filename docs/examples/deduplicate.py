"""Print the stories of a JSON lines file and the document to keep of each: `python deduplicate.py stories.jsonl`."""

import json
import sys
from pathlib import Path

from copydesk import Document, deduplicate

with Path(sys.argv[1]).open(encoding="utf-8") as lines:
    rows = [json.loads(line) for line in lines]
documents = [Document(row["id"], row["body"], row["published"]) for row in rows]
for cluster in deduplicate(documents).clusters:
    others = [name for name in cluster.members if name != cluster.keep]
    print(cluster.keep, cluster.kept_because.value, "instead of" if others else "", *others)
