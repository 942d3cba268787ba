"""Label pages in several processes: `python pool.py ferry.html ferry.html`."""

import multiprocessing
import sys
from pathlib import Path

import copydesk
from copydesk import UnreadablePage


def title_of(path: str) -> str:
    """Return the title of a page; each process loads the model once, at its first page."""
    try:
        return copydesk.extract(Path(path).read_bytes()).title
    except UnreadablePage as error:
        return f"cannot be read: {error}"


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        for title in pool.imap(title_of, sys.argv[1:]):
            print(title)
