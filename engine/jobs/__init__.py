"""Long work in the background: commands of ``python -m engine`` that outlive whoever began them.

    folder.py     one folder per job: what it shall do, how far it is, how it ended
    state.py      what is true of a job now, read from its folder
    runner.py     runs queued jobs one after another, in a program of its own
    control.py    start, list, stop and forget jobs
    writer.py     the child's side: where its progress goes

A job's truth is in files, each of them whole or not there, so any number of readers (pages, shells)
see it without a server: a page refresh, or the server's death, changes nothing. One job runs at a
time, because each would use the whole machine; the others queue.

Not inside: what the jobs do. They are the shell's own commands.
"""

from engine.jobs.control import confirm_job, find_job, forget_job, jobs, start_job, stop_job
from engine.jobs.folder import Job
from engine.jobs.state import JobState
from engine.jobs.writer import PROGRESS_VARIABLE, progress_writer
from engine.progress import Progress

__all__ = [
    "PROGRESS_VARIABLE",
    "Job",
    "JobState",
    "Progress",
    "confirm_job",
    "find_job",
    "forget_job",
    "jobs",
    "progress_writer",
    "start_job",
    "stop_job",
]
