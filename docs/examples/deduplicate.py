"""Print the stories of a JSON lines file and the document to keep of each: `python deduplicate.py stories.jsonl`."""

import json
import sys
from pathlib import Path

from copydesk import Document, deduplicate

rows = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
documents = [Document(row["id"], row["body"], row["published"]) for row in rows]
for cluster in deduplicate(documents).clusters:
    others = [name for name in cluster.members if name != cluster.keep]
    print(cluster.keep, cluster.kept_because.value, "instead of" if others else "", *others)
