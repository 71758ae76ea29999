"""Long work in the background: commands of ``python -m engine`` that outlive whoever began them.

    job_folder.py one folder per job: what it shall do, how far it is, how it ended
    job_state.py  what is true of a job now, read from its folder
    queue.py      which job waits for which: a lane for short work, and one for long
    runner.py     runs queued jobs, in a program of its own
    job_control.py start, list, stop and forget jobs

A job's truth is in files, each of them whole or not there, so any number of readers (pages, shells)
see it without a server: a page refresh, or the server's death, changes nothing. One long job and
one short one run at a time, because each would use the whole machine; the others queue, and each
can say behind what.

Not inside: what the jobs do. They are the shell's own commands.
"""

from engine.jobs.job_control import (
    confirm_job,
    find_job,
    forget_job,
    jobs,
    line_for,
    start_job,
    stop_job,
)
from engine.jobs.job_folder import PROGRESS_VARIABLE, Job, progress_writer
from engine.jobs.job_state import JobState, Wait
from engine.jobs.queue import Lane
from engine.progress import Progress

__all__ = [
    "PROGRESS_VARIABLE",
    "Job",
    "JobState",
    "Lane",
    "Progress",
    "Wait",
    "confirm_job",
    "find_job",
    "forget_job",
    "jobs",
    "line_for",
    "progress_writer",
    "start_job",
    "stop_job",
]
