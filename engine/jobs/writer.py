"""The child's side of a job: its progress, in a file that a page may read at any moment."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path

from engine.durable import write_json
from engine.progress import Progress, Report, no_report

PROGRESS_VARIABLE = "KINDRED_PROGRESS_FILE"
_PAUSE_SECONDS = 0.2


def progress_writer(path: Path | None = None) -> Report:
    """Return where a command shall report its progress to.

    Parameters
    ----------
    path
        The file to write. None takes the one that the environment variable
        ``KINDRED_PROGRESS_FILE`` names, as it does in every job; without it, reports are
        accepted and dropped.

    Returns
    -------
    callable
        Takes a `Progress`. At most five reports a second reach the file; the first and the last
        of each step always do.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "progress.json")
    >>> progress_writer(path)(Progress("embedding photos", done=1, total=2, seconds=0.5))
    >>> '"step": "embedding photos"' in path.read_text()
    True
    """
    named = os.environ.get(PROGRESS_VARIABLE)
    target = path or (Path(named) if named else None)
    return no_report if target is None else _Writer(target)


class _Writer:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._step: str | None = None
        self._not_before = 0.0

    def __call__(self, progress: Progress) -> None:
        is_edge = progress.step != self._step or progress.done == progress.total
        if not is_edge and time.monotonic() < self._not_before:
            return
        write_json(self._path, {**asdict(progress), "written": time.time()}, flush=False)
        self._step = progress.step
        self._not_before = time.monotonic() + _PAUSE_SECONDS
