"""Memory that many small arrays took goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

MEASURE = """
from copydesk.training.freed_memory import give_back

def resident():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

pages = [bytes(20_000) for _ in range(10_000)]
kept = pages[::100]
del pages
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="a call of glibc")
def test_freed_memory_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 100_000  # of 200,000 kB
