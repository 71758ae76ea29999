"""How far long work has come: the one record that builds, training runs and jobs report with.

Not inside: where the record goes. A shell prints it, a job writes it to a file, a test keeps it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from engine.durable import write_json

_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of long work, and how much of it is done.

    Parameters
    ----------
    step
        What is going on, in words a person may read ("embedding photos").
    done
        Units finished in this step, 0 to `total`.
    total
        Units in this step, at least 0; 0 where nobody can know it.
    seconds
        Seconds since this step began, at least 0.
    unit
        ``"bytes"`` where the units are such, else "".

    Examples
    --------
    >>> Progress("embedding photos", done=30, total=90, seconds=2.0).seconds_left
    4.0
    """

    step: str
    done: int
    total: int
    seconds: float
    unit: str = ""

    @property
    def rate(self) -> float | None:
        """Units per second so far, or None before the first one."""
        return self.done / self.seconds if self.done > 0 and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until this step ends at its rate so far, or None while that is unknown."""
        if self.rate is None or self.total <= 0:
            return None
        return max(self.total - self.done, 0) / self.rate


Report: TypeAlias = Callable[[Progress], None]


def no_report(progress: Progress) -> None:
    """Take a report that nobody wants; the default where a caller passes no `progress`."""


class ProgressFile:
    """Writes reports into a file that a reader may look at at any moment, five a second at most.

    The first and the last report of each step are always written; what follows a comma in a step's
    name makes it no other step.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "progress.json")
    >>> ProgressFile(path)(Progress("embedding photos", done=1, total=2, seconds=0.5))
    >>> '"step": "embedding photos"' in path.read_text()
    True
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._step: str | None = None
        self._not_before = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take a report."""
        step = progress.step.partition(",")[0]
        is_edge = step != self._step or progress.done == progress.total
        if not is_edge and time.monotonic() < self._not_before:
            return
        write_json(self._path, {**asdict(progress), "written": time.time()}, flush=False)
        self._step, self._not_before = step, time.monotonic() + _PAUSE_SECONDS


class Step:
    """A step under way: tells a listener how much of it is done and how long it has taken.

    Parameters
    ----------
    report
        The listener.
    name
        What is going on, in words a person may read.
    total
        Units in this step; 0 where nobody can know it.
    unit
        As of a `Progress`.

    Examples
    --------
    >>> heard = []
    >>> step = Step(heard.append, "indexing", total=2)
    >>> step.at(2)
    >>> [(progress.step, progress.done, progress.total) for progress in heard]
    [('indexing', 0, 2), ('indexing', 2, 2)]
    """

    def __init__(self, report: Report, name: str, total: int, unit: str = "") -> None:
        self._report = report
        self._name = name
        self._total = total
        self._unit = unit
        self._begin = time.perf_counter()
        self.at(0)

    def at(self, done: int) -> None:
        """Tell that `done` units are finished."""
        seconds = time.perf_counter() - self._begin
        self._report(Progress(self._name, done, self._total, seconds, self._unit))
