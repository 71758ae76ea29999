"""What a run was made on, and which arithmetic pays there."""

from __future__ import annotations

import os
import platform
import resource
import sys
from importlib.metadata import version
from pathlib import Path

AUTO = "auto"
# Processors that multiply bfloat16 in hardware train 1.3 to 1.8 times as fast with it; others far
# slower.
_BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16")


def resolve_precision(precision: str) -> str:
    """Return the Keras dtype policy for ``"auto"``, or the policy that was asked for."""
    if precision != AUTO:
        return precision
    return "mixed_bfloat16" if _multiplies_bfloat16() else "float32"


def describe_machine(precision: str) -> dict[str, str | int]:
    """Return processor, cores, versions and arithmetic, for a report."""
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "keras": version("keras"),
        "tensorflow": version("tensorflow"),
        "precision": precision,
    }


def peak_memory_mb() -> float:
    """Return the most memory this program has held so far, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**20 if sys.platform == "darwin" else used / 2**10


def _multiplies_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux: plain precision is always right
        return False
    return any(flag in flags for flag in _BFLOAT16_FLAGS)
