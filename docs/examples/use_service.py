"""Label pages by a running service, and add one to its index: `python use_service.py http://127.0.0.1:8000`."""

import sys
from pathlib import Path

from copydesk import Client, Page, UnreadablePage

page = Page(id="ferry", html=Path("ferry.html").read_text(encoding="utf-8"))
with Client(sys.argv[1]) as client:
    for answer in client.classify_batch([page, Page(id="empty", text="")]):
        print(answer.code if isinstance(answer, UnreadablePage) else len(answer.blocks))
    added = client.put("examples/ferry", page, source="gazette")
    print(added.added, added.title)
    print(client.delete("examples/ferry"))
