"""The runner: a program of its own that runs queued jobs, and then ends.

There is never more than one: it holds a lock. Whoever adds a job, or looks at the list and finds
one waiting, starts a runner; it goes away by itself when it is not needed. Kill it, and the child
it was watching goes on; the next runner takes over.

Long jobs run at a lower priority, so that short ones, and the pages, are not slowed by them. What
watches a folder is begun again where it went without being stopped, as with the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from engine.access import WITHIN
from engine.config import PROJECT
from engine.jobs.job_folder import PROGRESS_VARIABLE, Job, jobs_folder, load_jobs
from engine.jobs.job_state import birth_of, is_alive
from engine.jobs.queue import WATCH, in_order, waits_for
from engine.locks import LockHeldError, exclusive, holder

GRACE_SECONDS = 5.0
_PAUSE_SECONDS, _IDLE_SECONDS = 0.1, 0.5
_LONG_NICENESS = 5
_LOCK = ".runner"


def runner_lives(home: Path) -> bool:
    """Tell whether a runner is at work for this home."""
    return holder(jobs_folder(home) / _LOCK) is not None


def start_runner(home: Path) -> None:
    """Start a runner that outlives us; one too many ends at once."""
    with (jobs_folder(home) / "runner.log").open("ab") as log:
        runner = subprocess.Popen(
            [sys.executable, "-m", "engine.jobs", str(home)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Somebody has to take note of its end, or it stays in the process table as long as we live.
    threading.Thread(target=runner.wait, daemon=True, name="runner-end").start()


def run_jobs(home: Path) -> None:
    """Run jobs until none is left; return at once where another runner is at work."""
    # The look after the lock is let go catches a job added just before: its own runner found the
    # lock taken, and ended.
    while _Line(home).open_jobs():
        try:
            with exclusive(jobs_folder(home) / _LOCK):
                _run_all(home)
        except LockHeldError:
            return


def _run_all(home: Path) -> None:
    line, watches = _Line(home), dict[str, _Watch]()
    while waiting := line.open_jobs():
        for job in waiting:
            if job.job_id not in watches and (watch := _taken_up(job, waiting, home)):
                watches[job.job_id] = watch
        for job_id in [job_id for job_id, watch in watches.items() if watch.is_through()]:
            del watches[job_id]
        if watches:
            is_idle = all(job.lane == WATCH for job in waiting)
            time.sleep(_IDLE_SECONDS if is_idle else _PAUSE_SECONDS)


class _Line:
    """The jobs of a home that are not over; those that are need not be read again."""

    def __init__(self, home: Path) -> None:
        self._home, self._over = home, set[str]()

    def open_jobs(self) -> list[Job]:
        """Return the jobs that have not ended, in the order in which they begin."""
        found = load_jobs(self._home, besides=self._over)
        self._over |= {job.job_id for job in found if job.ending() is not None}
        return in_order(job for job in found if job.job_id not in self._over)


def _taken_up(job: Job, waiting: list[Job], home: Path) -> _Watch | None:
    """Begin a job, or adopt one whose runner is gone; return None where there is nothing to do."""
    if job.pid is not None:
        is_lost = job.lane == WATCH and not is_alive(job) and not job.stop_asked()
        return _begun(job, home) if is_lost else _Watch(job)
    if job.stop_asked():
        job.end("stopped")
        return None
    # What was begun a moment ago has a child by now, which `waiting` does not know of.
    if waits_for(job, waiting):
        return None
    return _begun(job, home)


def _begun(job: Job, home: Path) -> _Watch | None:
    environment = os.environ | {
        "KINDRED_HOME": str(home),
        PROGRESS_VARIABLE: str(job.folder / "progress.json"),
        "PYTHONUNBUFFERED": "1",
        WITHIN: os.pathsep.join(job.within or ()),
    }
    try:
        with _opened(job, "output.txt") as output, _opened(job, "log.txt") as log:
            child = subprocess.Popen(
                job.command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        job.end("failed", error=f"It could not be started: {error}.")
        return None
    if job.lane != "short":
        with suppress(OSError):  # it has ended already, or this system has no priorities
            niceness = os.getpriority(os.PRIO_PROCESS, 0) + _LONG_NICENESS
            os.setpriority(os.PRIO_PROCESS, child.pid, niceness)
    return _Watch(job.begun(child.pid, birth_of(child.pid)), child)


class _Watch:
    """Sees one child through, or one that an earlier runner began, and writes how it ended."""

    def __init__(self, job: Job, child: subprocess.Popen[bytes] | None = None) -> None:
        self._job, self._child, self._is_told = job, child, False

    def is_through(self) -> bool:
        """Look at the child once: note its end, or bring it about where that was asked."""
        if self._is_over():
            self._note_ending()
            return True
        asked = self._job.stop_asked()
        if asked is not None and not self._is_told:
            _signal_group(self._job, signal.SIGTERM)  # kindly
            self._is_told = True
        elif asked is not None and time.time() - asked > GRACE_SECONDS:
            _signal_group(self._job, signal.SIGKILL)
        return False

    def _is_over(self) -> bool:
        return self._child.poll() is not None if self._child else not is_alive(self._job)

    def _note_ending(self) -> None:
        if self._child is None:
            _note_what_was_left(self._job)
            return
        _signal_group(self._job, signal.SIGKILL)  # nothing the child started is left running
        _note_ending(self._job, self._child.returncode)


def _note_what_was_left(job: Job) -> None:
    if job.stop_asked():
        job.end("stopped")
    elif job.result() is not None:
        job.end("finished")
    else:
        job.end("crashed", error="It ended while nobody watched; its log may say why.")


def _note_ending(job: Job, exit_code: int) -> None:
    if exit_code == 0:
        job.end("finished", exit_code=0)
    elif job.stop_asked():
        job.end("stopped", exit_code=exit_code)
    elif exit_code > 0:
        last_words = job.log_tail(n_lines=1) or f"It ended with exit code {exit_code}."
        job.end("failed", exit_code=exit_code, error=last_words)
    else:
        name = signal.Signals(-exit_code).name
        error = f"It was killed ({name}); start it again: finished work is kept."
        job.end("crashed", exit_code=exit_code, error=error)


def _signal_group(job: Job, number: signal.Signals) -> None:
    """Send a signal to the job's child and all it started."""
    if job.pid is not None:
        with suppress(ProcessLookupError):  # it ended by itself meanwhile
            os.killpg(job.pid, number)


def _opened(job: Job, name: str) -> IO[bytes]:
    return (job.folder / name).open("wb")
