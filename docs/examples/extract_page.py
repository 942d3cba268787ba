"""Print the title and the body of one page: `python extract_page.py ferry.html`."""

import sys
from pathlib import Path

import copydesk

article = copydesk.extract(Path(sys.argv[1]).read_bytes())
print(article.title)
print()
print(article.body)
