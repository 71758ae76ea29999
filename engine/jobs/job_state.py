"""What is true of a job now. Nothing is remembered: every answer is read from the files."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from engine.access import Role
from engine.jobs.job_folder import Job
from engine.jobs.permission import role_to_end
from engine.jobs.queue import seconds_to_wait, waits_for
from engine.progress import Progress

Stage = Literal["queued", "running", "finished", "failed", "crashed", "stopped"]


@dataclass(frozen=True, slots=True)
class Wait:
    """What a waiting job stands behind: titles, the next to go first, and for how long."""

    behind: tuple[str, ...]
    seconds: float | None


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
        Of the step it is in, or of all of it where that was known before; at least 0. None unless
        it runs and one of them is known.
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
    wait
        Behind what a queued job stands; None when it is about to begin.
    least
        The role it takes to stop, confirm or forget it.
    on
        The folder it changes, where that matters to others.
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
    wait: Wait | None = None
    least: Role = Role.OWNER
    on: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in ("queued", "running")


def state_of(job: Job, *, runner_lives: bool, open_jobs: Sequence[Job] = ()) -> JobState:
    """Read a job's state.

    Parameters
    ----------
    job
        The job.
    runner_lives
        Whether a runner is at work, who is about to write how a child ended that just has.
    open_jobs
        All jobs that are not over, for what a queued one waits for.
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
        seconds_left=_seconds_left(job, progress, written) if stage == "running" else None,
        log_tail=job.log_tail(),
        result=job.result() if stage == "finished" else None,
        error=ending.get("error") or (CRASHED if stage == "crashed" else None),
        created=job.created,
        started=job.started,
        ended=ending.get("ended"),
        asks=ending.get("exit_code") == ASKS,
        wait=wait_of(job, open_jobs) if stage == "queued" else None,
        least=role_to_end(job.command),
        on=job.on,
    )


def wait_of(job: Job, open_jobs: Sequence[Job]) -> Wait | None:
    """Return what a job that has not begun waits for, and about how long; None for nothing."""
    before = waits_for(job, open_jobs)
    if not before:
        return None
    return Wait(tuple(other.title for other in before), seconds_to_wait(before, _seconds_needed))


def _seconds_needed(job: Job) -> float | None:
    """Return how long an open job still takes: what was expected of it, or else its own report."""
    if job.pid is None:
        return job.expected_seconds
    written = job.progress()
    return _seconds_left(job, _progress_from(written), written)


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
            str(written["step"]),
            int(written["done"]),
            int(written["total"]),
            written["seconds"],
            str(written.get("unit", "")),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _seconds_left(
    job: Job, progress: Progress | None, written: Mapping[str, Any] | None
) -> float | None:
    """Return the longer of what the step's report and the job's own expectation leave."""
    now, left = time.time(), []
    if job.expected_seconds is not None and job.started is not None:
        left.append(job.expected_seconds - (now - job.started))
    if progress is not None and written is not None and progress.seconds_left is not None:
        left.append(progress.seconds_left - (now - float(written["written"])))
    return max(0.0, *left) if left else None
