"""Two lanes: long work runs one after another, and short work beside it, one after another too.

A third is for watching, which mostly waits: there nobody holds up anybody.

What was thought short and is not (a first index of very many photos) stops holding up the short
lane after `SHORT_SECONDS`. Jobs on the same folder never run at once, whatever their lanes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from engine.jobs.job_folder import Job

Lane = Literal["short", "long", "watch"]
WATCH: Lane = "watch"
SHORT_SECONDS = 60.0
MOST_AT_ONCE = 3  # each may use the whole machine


def in_order(jobs: Iterable[Job]) -> list[Job]:
    """Sort jobs that are not over as they begin: those that have a child, then the oldest."""
    return sorted(jobs, key=lambda job: (job.pid is None, job.created))


def waits_for(job: Job, open_jobs: Sequence[Job], *, now: float | None = None) -> list[Job]:
    """Return the jobs that a job stands behind, the first to begin first; none, and it may begin.

    Parameters
    ----------
    job
        One that has not begun.
    open_jobs
        All jobs that are not over.
    now
        Seconds since 1970; this moment by default.

    Examples
    --------
    >>> from pathlib import Path
    >>> training = Job(Path("1"), "train", "Train", (), created=1, started=2, pid=7, lane="long")
    >>> another = Job(Path("2"), "train", "Train again", (), created=3, lane="long")
    >>> update = Job(Path("3"), "update", "Update", (), created=4)
    >>> waits_for(another, [training, another, update]) == [training]
    True
    >>> waits_for(update, [training, another, update])
    []
    """
    now = time.time() if now is None else now
    before = []
    for other in in_order(o for o in open_jobs if WATCH not in (o.lane, job.lane)):
        if other.job_id == job.job_id:
            break
        before.append(other)
    at_work = [other for other in before if other.pid is not None]
    # One that has to wait for its folder lets those on other folders pass.
    busy = {other.on for other in at_work} - {None, job.on}
    passed = {other.job_id for other in before if other.pid is None and other.on in busy}
    held_by = [o for o in before if o.job_id not in passed and _holds_up(o, job, now)]
    return held_by or (at_work if len(at_work) >= MOST_AT_ONCE else [])


def seconds_to_wait(
    before: Sequence[Job], seconds_left: Callable[[Job], float | None]
) -> float | None:
    """Return how long the jobs before another will take together, or None where one is unknown."""
    each = [seconds_left(job) for job in before]
    known = [seconds for seconds in each if seconds is not None]
    return sum(known) if len(known) == len(each) else None


def _holds_up(other: Job, job: Job, now: float) -> bool:
    if other.on is not None and other.on == job.on and other.pid is not None:
        return True
    is_overdue = other.started is not None and now - other.started > SHORT_SECONDS
    return other.lane == job.lane and not (other.lane == "short" and is_overdue)
