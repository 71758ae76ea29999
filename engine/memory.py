"""Memory: what this program takes, and what the machine has left."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def peak_bytes() -> int:
    """Return the most memory that this program has held so far."""
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def resident_bytes() -> int:
    """Return the memory that this program holds; the most it held where the system tells no more.

    Examples
    --------
    >>> 0 < resident_bytes() <= peak_bytes() * 1.5
    True
    """
    return _told("/proc/self/status", "VmRSS") or peak_bytes()


def available_bytes() -> int | None:
    """Return the memory that programs may still take; None where the system does not tell."""
    return _told("/proc/meminfo", "MemAvailable")


def _told(file: str, name: str) -> int | None:
    try:
        text = Path(file).read_text(encoding="ascii")
    except OSError:  # not Linux
        return None
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 2**10 if found else None
