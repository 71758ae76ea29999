"""What a run was made on, and which arithmetic pays there."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from engine.memory import peak_bytes

AUTO = "auto"
# Processors that multiply bfloat16 in hardware train 1.3 to 1.8 times as fast with it; others far
# slower.
_BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16")
# Below this the tower halves maps of one pixel, and TensorFlow 2.21's bfloat16 gradients of that
# are no numbers: with AVX-512, 22 of 25 short runs at 16 px failed, and none of 24 at 32 and more.
_LEAST_BFLOAT16_PX = 32


def resolve_precision(precision: str, size_px: int) -> str:
    """Return the Keras dtype policy for ``"auto"`` and photos of a size, or what was asked for.

    Examples
    --------
    >>> resolve_precision("auto", 16), resolve_precision("mixed_bfloat16", 16)
    ('float32', 'mixed_bfloat16')
    """
    if precision != AUTO:
        return precision
    pays = size_px >= _LEAST_BFLOAT16_PX and _multiplies_bfloat16()
    return "mixed_bfloat16" if pays else "float32"


def describe_machine(precision: str) -> dict[str, str | int]:
    """Return processor, cores, versions and arithmetic, for a report."""
    # Asked of the modules: TensorFlow comes in packages of several names.
    import keras
    import tensorflow

    return {
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tensorflow.__version__,
        "precision": precision,
    }


def peak_memory_mb() -> float:
    """Return the most memory this program has held so far, in MB."""
    return peak_bytes() / 2**20


def _multiplies_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux: plain precision is always right
        return False
    return any(flag in flags for flag in _BFLOAT16_FLAGS)
