"""Runs the command line by `python -m copydesk`."""

from __future__ import annotations

from copydesk.service.cli import run

if __name__ == "__main__":
    run()
