"""Start, list, stop and forget jobs: what pages and shells ask for."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.access import Role, folders, require
from engine.config import home as default_home
from engine.errors import JobError
from engine.jobs.job_folder import Job, create_job, load_job, load_jobs, remove_job
from engine.jobs.job_state import JobState, Wait, state_of, wait_of
from engine.jobs.permission import require_job, role_to_end
from engine.jobs.queue import Lane
from engine.jobs.runner import runner_lives, start_runner

_ENGINE = (sys.executable, "-m", "engine")
_START_SECONDS = 5.0
_started_by_looking: dict[Path, float] = {}


def start_job(
    kind: str,
    arguments: Sequence[str],
    *,
    home: Path | None = None,
    title: str | None = None,
    lane: Lane = "short",
    on: Path | None = None,
    expected_seconds: float | None = None,
    program: Sequence[str] = _ENGINE,
) -> Job:
    """Queue a command of the engine; it begins as soon as no job before it holds it up.

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
    lane
        "long" for work of minutes, which runs one after another; "short" work never waits for it,
        and nothing waits for what is there to "watch", which goes on until it is stopped.
    on
        The folder it changes: jobs on one folder run one after another, whatever their lanes.
    expected_seconds
        How long it will take, where that is known; those who wait behind it are told.
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
    if program == _ENGINE:
        require_job(kind, arguments)
    else:
        require(Role.OWNER)
    home = home or default_home()
    words = [kind, *arguments]
    job = create_job(
        kind,
        title or shlex.join(words),
        [*program, *words],
        home=home,
        lane=lane,
        on=on,
        expected_seconds=expected_seconds,
        within=folders(),
    )
    start_runner(home)
    return job


def jobs(home: Path | None = None) -> list[JobState]:
    """Return every job as it stands now, the newest first.

    Looking is enough to get a waiting job going, should its runner have been killed.
    """
    home = home or default_home()
    found = load_jobs(home)
    states = _states(found, home, [job for job in found if job.ending() is None])
    return sorted(states, key=lambda state: state.created, reverse=True)


def find_job(job_id: str, *, home: Path | None = None) -> JobState:
    """Return one job as it stands now.

    Raises
    ------
    JobError
        When there is no such job.
    """
    home = home or default_home()
    job = load_job(job_id, home=home)
    is_waiting = job.pid is None and job.ending() is None
    return _states([job], home, _open_jobs(home) if is_waiting else [])[0]


def line_for(lane: Lane, *, home: Path | None = None) -> Wait | None:
    """Return what a job would wait for if it were started now in a lane; None for nothing.

    Examples
    --------
    >>> import tempfile
    >>> line_for("long", home=Path(tempfile.mkdtemp())) is None
    True
    """
    home = home or default_home()
    newcomer = Job(Path(), "", "", (), time.time(), lane=lane)
    return wait_of(newcomer, [*_open_jobs(home), newcomer])


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
    require(role_to_end(job.command))
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
    require(role_to_end(job.command))
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
    require(role_to_end(job.command))
    if not state_of(job, runner_lives=runner_lives(home)).asks:
        raise JobError("the job asks nothing", value=job.title, remedy="Start it again")
    again = create_job(
        job.kind,
        job.title,
        [*job.command, "--yes"],
        home=home,
        lane=job.lane,
        on=Path(job.on) if job.on else None,
        expected_seconds=job.expected_seconds,
        within=None if job.within is None else [Path(each) for each in job.within],
    )
    remove_job(job)
    start_runner(home)
    return again


def _open_jobs(home: Path) -> list[Job]:
    return [job for job in load_jobs(home) if job.ending() is None]


def _states(found: Sequence[Job], home: Path, open_jobs: Sequence[Job]) -> list[JobState]:
    """Read the states of some jobs; those that wait are told behind which of the open ones."""
    lives = bool(found) and runner_lives(home)
    if not lives and any(job.ending() is None for job in found):
        _start_runner_once(home)
    return [state_of(job, runner_lives=lives, open_jobs=open_jobs) for job in found]


def _start_runner_once(home: Path) -> None:
    """Start a runner, unless the last look has just started one that may not be up yet."""
    last = _started_by_looking.get(home)
    if last is None or time.monotonic() - last > _START_SECONDS:
        _started_by_looking[home] = time.monotonic()
        start_runner(home)
