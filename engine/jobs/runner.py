"""The runner: a program of its own that runs queued jobs, one after another, and then ends.

There is never more than one: it holds a lock. Whoever adds a job, or looks at the list and finds
one waiting, starts a runner; it goes away by itself when it is not needed. Kill it, and the child
it was watching goes on; the next runner takes over.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from engine.config import PROJECT
from engine.jobs.folder import Job, jobs_folder, load_jobs
from engine.jobs.state import birth_of, is_alive
from engine.jobs.writer import PROGRESS_VARIABLE
from engine.locks import LockHeldError, exclusive, holder

GRACE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
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
    while _open_jobs(home):
        try:
            with exclusive(jobs_folder(home) / _LOCK):
                while waiting := _open_jobs(home):
                    _see_through(waiting[0], home)
        except LockHeldError:
            return


def _open_jobs(home: Path) -> list[Job]:
    """Return the jobs that have not ended: those with a child first, then by age."""
    waiting = [job for job in load_jobs(home) if job.ending() is None]
    return sorted(waiting, key=lambda job: job.pid is None)


def _see_through(job: Job, home: Path) -> None:
    if job.pid is not None:
        _adopt(job)
    elif job.stop_asked():
        job.end("stopped")
    else:
        _run(job, home)


def _run(job: Job, home: Path) -> None:
    environment = os.environ | {
        "KINDRED_HOME": str(home),
        PROGRESS_VARIABLE: str(job.folder / "progress.json"),
        "PYTHONUNBUFFERED": "1",
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
        return
    job = job.begun(child.pid, birth_of(child.pid))
    _watch(job, lambda: child.poll() is not None)
    _signal_group(job, signal.SIGKILL)  # nothing the child started is left running
    _note_ending(job, child.returncode)


def _adopt(job: Job) -> None:
    """Watch a child that an earlier runner began; how it ended must be read from what it left."""
    _watch(job, lambda: not is_alive(job))
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


def _watch(job: Job, is_over: Callable[[], bool]) -> None:
    """Wait for a child's end; when asked to, bring it about, kindly and then firmly."""
    is_told = False
    while not is_over():
        asked = job.stop_asked()
        if asked is not None and not is_told:
            _signal_group(job, signal.SIGTERM)
            is_told = True
        elif asked is not None and time.time() - asked > GRACE_SECONDS:
            _signal_group(job, signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)


def _signal_group(job: Job, number: signal.Signals) -> None:
    """Send a signal to the job's child and all it started."""
    if job.pid is not None:
        with suppress(ProcessLookupError):  # it ended by itself meanwhile
            os.killpg(job.pid, number)


def _opened(job: Job, name: str) -> IO[bytes]:
    return (job.folder / name).open("wb")
