"""Start, list, stop and forget jobs: what pages and shells ask for."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.config import home as default_home
from engine.errors import JobError
from engine.jobs.folder import Job, create_job, load_job, load_jobs, remove_job
from engine.jobs.runner import runner_lives, start_runner
from engine.jobs.state import JobState, state_of

_ENGINE = (sys.executable, "-m", "engine")
_START_SECONDS = 5.0
_started_by_looking: dict[Path, float] = {}


def start_job(
    kind: str,
    arguments: Sequence[str],
    *,
    home: Path | None = None,
    title: str | None = None,
    program: Sequence[str] = _ENGINE,
) -> Job:
    """Queue a command of the engine; it begins as soon as no other job runs.

    Parameters
    ----------
    kind
        The command: "index", "update", "train", …
    arguments
        What follows it. ``--json`` among them makes the command's answer the job's `result`.
    home
        Where jobs are kept; `engine.config.home` by default.
    title
        What a person sees; the command line by default.
    program
        What runs the command.

    Raises
    ------
    JobError
        When the home cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from engine.jobs import find_job, stop_job
    >>> home = Path(tempfile.mkdtemp())
    >>> job = start_job("index", ["shoes", "--out", "shelf"], home=home, program=["/bin/echo"])
    >>> job.title
    'index shoes --out shelf'
    """
    home = home or default_home()
    words = [kind, *arguments]
    job = create_job(kind, title or shlex.join(words), [*program, *words], home=home)
    start_runner(home)
    return job


def jobs(home: Path | None = None) -> list[JobState]:
    """Return every job as it stands now, the newest first.

    Looking is enough to get a waiting job going, should its runner have been killed.
    """
    home = home or default_home()
    states = _states(load_jobs(home), home)
    return sorted(states, key=lambda state: state.created, reverse=True)


def find_job(job_id: str, *, home: Path | None = None) -> JobState:
    """Return one job as it stands now.

    Raises
    ------
    JobError
        When there is no such job.
    """
    home = home or default_home()
    return _states([load_job(job_id, home=home)], home)[0]


def stop_job(job_id: str, *, home: Path | None = None) -> None:
    """Ask a job to stop: kindly (SIGTERM), after five seconds firmly (SIGKILL).

    Returns at once; `find_job` says when it has happened. A job that is over stays as it is.

    Raises
    ------
    JobError
        When there is no such job.
    """
    home = home or default_home()
    job = load_job(job_id, home=home)
    if job.ending() is None:
        job.ask_to_stop()
        start_runner(home)


def forget_job(job_id: str, *, home: Path | None = None) -> None:
    """Remove what is kept of a job that is over.

    Raises
    ------
    JobError
        When there is no such job, or it is not over.
    """
    home = home or default_home()
    job = load_job(job_id, home=home)
    if not state_of(job, runner_lives=runner_lives(home)).is_over:
        raise JobError("the job is not over", value=job.title, remedy="Stop it first")
    remove_job(job)


def confirm_job(job_id: str, *, home: Path | None = None) -> Job:
    """Answer yes to a job that stopped with a question: it begins again, and asks no more.

    Raises
    ------
    JobError
        When there is no such job, or it asks nothing.
    """
    home = home or default_home()
    job = load_job(job_id, home=home)
    if not state_of(job, runner_lives=runner_lives(home)).asks:
        raise JobError("the job asks nothing", value=job.title, remedy="Start it again")
    again = create_job(job.kind, job.title, [*job.command, "--yes"], home=home)
    remove_job(job)
    start_runner(home)
    return again


def _states(found: Sequence[Job], home: Path) -> list[JobState]:
    lives = bool(found) and runner_lives(home)
    if not lives and any(job.ending() is None for job in found):
        _start_runner_once(home)
    return [state_of(job, runner_lives=lives) for job in found]


def _start_runner_once(home: Path) -> None:
    """Start a runner, unless the last look has just started one that may not be up yet."""
    last = _started_by_looking.get(home)
    if last is None or time.monotonic() - last > _START_SECONDS:
        _started_by_looking[home] = time.monotonic()
        start_runner(home)
