"""Runs the command line by `python -m copydesk`."""

from __future__ import annotations

import sys

from copydesk.service.cli import main

if __name__ == "__main__":
    sys.exit(main())
