"""What is true of a job now. Nothing is remembered: every answer is read from the files."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from engine.jobs.folder import Job
from engine.progress import Progress

Stage = Literal["queued", "running", "finished", "failed", "crashed", "stopped"]


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as a person sees it.

    Attributes
    ----------
    state
        "queued", "running", "finished", "failed" (it said why), "crashed" (it could not say), or
        "stopped" (somebody asked it to).
    progress
        Its last report, or None before the first.
    seconds_left
        Of the step it is in, at least 0; None unless it runs and the rate is known.
    log_tail
        The last lines it wrote.
    result
        The JSON object it printed, once finished; None where it printed something else.
    error
        One sentence, when it failed or crashed.
    asks
        Whether it stopped with a question, in `error`, that `confirm_job` answers with yes.
    created, started, ended
        Seconds since 1970; None where it has not happened.
    """

    job_id: str
    kind: str
    title: str
    state: Stage
    progress: Progress | None
    seconds_left: float | None
    log_tail: str
    result: dict[str, Any] | None
    error: str | None
    created: float
    started: float | None = None
    ended: float | None = None
    asks: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in ("queued", "running")


def state_of(job: Job, *, runner_lives: bool) -> JobState:
    """Read a job's state.

    Parameters
    ----------
    job
        The job.
    runner_lives
        Whether a runner is at work, who is about to write how a child ended that just has.
    """
    stage, ending = _stage(job, runner_lives), job.ending() or {}
    written = job.progress()
    progress = _progress_from(written)
    return JobState(
        job_id=job.job_id,
        kind=job.kind,
        title=job.title,
        state=stage,
        progress=progress,
        seconds_left=_seconds_left(progress, written) if stage == "running" else None,
        log_tail=job.log_tail(),
        result=job.result() if stage == "finished" else None,
        error=ending.get("error") or (CRASHED if stage == "crashed" else None),
        created=job.created,
        started=job.started,
        ended=ending.get("ended"),
        asks=ending.get("exit_code") == ASKS,
    )


ASKS = 3  # the shell's exit code of a command that goes on with --yes
CRASHED = "It ended without a word; start it again: finished work is kept."


def is_alive(job: Job) -> bool:
    """Tell whether the very child that began this job still runs."""
    return job.pid is not None and job.birth is not None and birth_of(job.pid) == job.birth


def birth_of(pid: int) -> str | None:
    """Return what tells this bearer of a process number from later ones, or None if it is dead.

    Examples
    --------
    >>> import os
    >>> birth_of(os.getpid()) == birth_of(os.getpid())
    True
    >>> birth_of(2**22 + 1) is None
    True
    """
    return _birth_in_proc(pid) if Path("/proc/self/stat").exists() else _birth_from_ps(pid)


def _birth_in_proc(pid: int) -> str | None:
    try:
        # The second field is the program's name, in brackets, and may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot} {fields[19]}"


def _birth_from_ps(pid: int) -> str | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    condition, _, started = answer.stdout.strip().partition(" ")
    return None if not started or condition.startswith("Z") else started.strip()


def _stage(job: Job, runner_lives: bool) -> Stage:
    ending = job.ending()
    if ending is not None:
        state = ending.get("state")
        return cast(Stage, state) if state in get_args(Stage) else "crashed"
    if job.pid is None:
        return "stopped" if job.stop_asked() else "queued"
    if is_alive(job) or runner_lives:
        return "running"
    return "stopped" if job.stop_asked() else "crashed"


def _progress_from(written: Mapping[str, Any] | None) -> Progress | None:
    if written is None:
        return None
    try:
        return Progress(
            str(written["step"]), int(written["done"]), int(written["total"]), written["seconds"]
        )
    except (KeyError, TypeError, ValueError):
        return None


def _seconds_left(progress: Progress | None, written: Mapping[str, Any] | None) -> float | None:
    """Go on counting between two reports."""
    if progress is None or written is None or progress.seconds_left is None:
        return None
    return max(0.0, progress.seconds_left - (time.time() - float(written["written"])))
