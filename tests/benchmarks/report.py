"""A measured row, the table of them, and the machine they come from."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import packages_distributions, version
from pathlib import Path

from engine.shell.table import Table, laid_out

MODULES = ("numpy", "PIL", "hnswlib", "onnxruntime", "keras", "tensorflow")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Parameters
    ----------
    what
        What was done.
    ours, beside
        What Kindred took, and what it is measured against, with units.
    ratio
        The number that says how they compare; None for a fact without a counterpart.
    floor, ceiling
        What the ratio must at least, or at most, be; None for no bound.
    """

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    floor: float | None = None
    ceiling: float | None = None

    @property
    def bound(self) -> str:
        """The bound as a person writes it."""
        if self.floor is not None:
            return f"≥ {self.floor:g}"
        return f"≤ {self.ceiling:g}" if self.ceiling is not None else ""

    @property
    def is_kept(self) -> bool | None:
        """Whether the bound is kept; None without one."""
        if self.ratio is None or not self.bound:
            return None
        if self.floor is not None:
            return self.ratio >= self.floor
        return self.ceiling is not None and self.ratio <= self.ceiling

    def cells(self) -> list[str]:
        """Return the row's cells for the table."""
        verdict = {True: "kept", False: "MISSED", None: ""}[self.is_kept]
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        return [self.what, self.ours, self.beside, ratio, self.bound, verdict]


def print_rows(rows: Sequence[Row]) -> None:
    """Print the one table."""
    head = ("", "Kindred", "beside it", "ratio", "bound", "")
    print(laid_out([Table([row.cells() for row in rows], "<>>>><", head)], sys.stdout))


def print_each(rows: Iterable[Row]) -> list[Row]:
    """Print each row as soon as it is measured, so that a run cut off has told something."""
    measured = []
    for row in rows:
        print("  ".join(cell for cell in row.cells() if cell), flush=True)
        measured.append(row)
    return measured


def print_machine() -> None:
    """Print what the numbers depend on besides the code."""
    packages = packages_distributions()  # tensorflow may come from the package tensorflow-cpu
    libraries = [packages[module][0] for module in MODULES]
    versions = ", ".join(f"{library} {version(library)}" for library in libraries)
    load = ""
    if hasattr(os, "getloadavg"):
        load = f", load {os.getloadavg()[0]:.1f} at the start"
    print(f"{_processor()}, {os.cpu_count()} cores{load}; {platform.system()}")
    print(f"Python {platform.python_version()}, {versions}")


def say(step: str) -> None:
    """Tell on stderr what is being measured now."""
    print(f"… {step}", file=sys.stderr, flush=True)


def _processor() -> str:
    """Return the processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
