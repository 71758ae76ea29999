"""Progress on stderr: how much is done, how fast, and how long it will take yet.

A terminal gets one line with a bar, by rich; a file or a pipe gets a plain line every few seconds.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from engine.progress import Progress, Report
from engine.shell.table import console_of, plain

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

REDRAW_SECONDS = 0.1
PLAIN_SECONDS = 5.0


@contextmanager
def listening() -> Iterator[Report]:
    """Give long work whom to report to: the person here, and the job it may be part of."""
    from engine.jobs import progress_writer

    to_job = progress_writer()
    with Meter() as to_person:

        def report(progress: Progress) -> None:
            to_job(progress)
            to_person(progress)

        yield report


class Meter:
    r"""A listener for progress that writes to a person.

    Parameters
    ----------
    stream
        Where to write; stderr by default, so that stdout carries results alone.

    Examples
    --------
    >>> import io
    >>> file = io.StringIO()
    >>> with Meter(file) as meter:
    ...     meter(Progress("embedding photos", done=500, total=2000, seconds=2.0))
    >>> file.getvalue()
    'embedding photos: 500 of 2,000 (25 %), 250/s, 6 s left\n'
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Bar | None = None
        self._step = ""
        self._next_time = 0.0

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show `progress`, unless the last line is too fresh for another one."""
        step = plain(progress.step.partition(",")[0])  # what follows a comma changes all the time
        is_due = time.monotonic() >= self._next_time
        is_complete = 0 < progress.total <= progress.done
        if not (is_due or step != self._step or is_complete):
            return
        self._step = step
        self._next_time = time.monotonic() + (
            REDRAW_SECONDS if self._is_terminal else PLAIN_SECONDS
        )
        if self._is_terminal:
            self._draw(progress)
        else:
            print(f"{plain(progress.step)}: {describe(progress)}", file=self._stream, flush=True)

    def _draw(self, progress: Progress) -> None:
        if self._bar is None:
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            step, told = (
                TextColumn(f"{{task.fields[{n}]}}", markup=False) for n in ("step", "told")
            )
            console = console_of(self._stream)
            self._bar = Bar(
                step, BarColumn(), told, console=console, transient=True, auto_refresh=False
            )
            self._bar.add_task("", step="", told="")
            self._bar.start()
        done, total = progress.done, progress.total or None
        (task,) = self._bar.task_ids
        self._bar.update(
            task, completed=done, total=total, step=plain(progress.step), told=describe(progress)
        )
        self._bar.refresh()


def describe(progress: Progress) -> str:
    """Return the count, the rate and the time left, as far as they are known."""
    scale, unit = (1e6, " MB") if progress.unit == "bytes" else (1, "")
    parts = [f"{progress.done / scale:,.0f}{unit}"]
    if progress.total > 0:
        share = 100 * progress.done // progress.total
        parts = [f"{progress.done / scale:,.0f} of {progress.total / scale:,.0f}{unit} ({share} %)"]
    if progress.rate is not None:
        parts.append(f"{amount(progress.rate / scale)}{unit}/s")
    if progress.seconds_left:
        parts.append(f"{duration(max(progress.seconds_left, 1))} left")
    return ", ".join(parts)


def amount(number: float) -> str:
    """Return a number with as many digits as a person can use.

    Examples
    --------
    >>> amount(1234.5), amount(12.34), amount(0.123)
    ('1,234', '12', '0.12')
    """
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def duration(seconds: float) -> str:
    """Return a time span as a person says it.

    Examples
    --------
    >>> duration(0.0062), duration(0.47), duration(6.4), duration(75), duration(5400)
    ('6.2 ms', '470 ms', '6 s', '1 min 15 s', '1 h 30 min')
    """
    if seconds < 1:
        return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
