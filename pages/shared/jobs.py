"""Long work as it stands: read from files again and again, so a refresh loses nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import streamlit as st

from engine.access import Role, may, shown
from engine.jobs import JobState, Wait, confirm_job, forget_job, jobs, stop_job
from pages.collection.build_result import draw_result
from pages.shared.frame import ErrorBoundary
from pages.shared.phrases import count, duration, file_size, plain

SECONDS_BETWEEN_LOOKS = 1.0
MOST_OVER = 3
ENDINGS: dict[str, tuple[str, Literal["green", "red", "gray"], str]] = {
    "finished": ("Done", "green", ":material/check:"),
    "failed": ("Failed", "red", ":material/error:"),
    "crashed": ("Ended too soon", "red", ":material/error:"),
    "stopped": ("Stopped", "gray", ":material/stop:"),
}
QUESTION: tuple[str, Literal["orange"], str] = ("Waits for you", "orange", ":material/help:")


def draw_jobs(kinds: Collection[str]) -> None:
    """Draw every job of these kinds, looking again each second while one is at work.

    A visitor has nothing to do with them.
    """
    if not may(Role.EDITOR):
        return
    at_work = any(not job.is_over for job in _jobs(kinds))
    seconds = SECONDS_BETWEEN_LOOKS if at_work else None
    st.fragment(_draw_jobs, run_every=seconds)(kinds, at_work)


def _jobs(kinds: Collection[str]) -> list[JobState]:
    """Return what is at work, and the last few that are over."""
    found = [job for job in jobs() if job.kind in kinds]
    over = [job for job in found if job.is_over]
    return [job for job in found if not job.is_over] + over[:MOST_OVER]


def _draw_jobs(kinds: Collection[str], was_at_work: bool) -> None:
    with ErrorBoundary():
        found = _jobs(kinds)
        for job in found:
            with st.container(border=True, gap="small", key=f"job {job.job_id}"):
                _draw_over(job) if job.is_over else _draw_at_work(job)
        if was_at_work and all(job.is_over for job in found):
            st.rerun()


def _draw_at_work(job: JobState) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(job.title)}**", width="stretch")
        if may(job.least) and st.button(
            "Stop", key=f"stop {job.job_id}", type="tertiary", icon=":material/stop:"
        ):
            stop_job(job.job_id)
    st.progress(share_of(job), text=how_far(job))


def share_of(job: JobState) -> float:
    """Return how much of its step a job has done, 0 to 1."""
    progress = job.progress
    return min(progress.done / progress.total, 1.0) if progress and progress.total else 0.0


def how_far(job: JobState) -> str:
    """Return where a job is: its step, how many of how many, how fast, and the time left."""
    progress = job.progress
    if job.state == "queued":
        return f"Begins after {behind(job.wait)}" if job.wait else "Begins in a moment"
    if progress is None:
        return "Starting"
    parts = [plain(progress.step[:1].upper() + progress.step[1:])]
    amount = file_size if progress.unit == "bytes" else "{:,.0f}".format
    if progress.total:
        parts.append(f"{amount(progress.done)} of {amount(progress.total)}")
    if progress.rate:
        parts.append(f"{amount(progress.rate)} a second")
    if job.seconds_left is not None:
        parts.append(f"{duration(job.seconds_left)} left")
    return " · ".join(parts)


def behind(wait: Wait) -> str:
    """Return what is waited for and about how long, to follow "after".

    Examples
    --------
    >>> behind(Wait(("Train shoes", "Train boots"), 200.0))
    '**Train shoes** and 1 other job, in about 3 min'
    >>> behind(Wait(("Update shop",), None))
    '**Update shop**'
    """
    first, *others = wait.behind
    more = f" and {count(len(others), 'other job')}" if others else ""
    when = f", in about {duration(wait.seconds, rough=True)}" if wait.seconds is not None else ""
    return f"**{plain(first)}**{more}{when}"


def _draw_over(job: JobState) -> None:
    word, colour, icon = QUESTION if job.asks else ENDINGS[job.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(word, color=colour, icon=icon)
        st.markdown(f"**{plain(job.title)}**", width="stretch")
        is_mine = may(job.least)
        if (
            is_mine
            and job.asks
            and st.button("Go on", key=f"confirm {job.job_id}", type="tertiary")
        ):
            confirm_job(job.job_id)
            st.rerun()
        if is_mine and st.button("Dismiss", key=f"dismiss {job.job_id}", type="tertiary"):
            forget_job(job.job_id)
            st.rerun()
    if job.result and "indexed" in job.result:
        draw_result(job.result, key=job.job_id)
    if job.error:
        st.text(shown(job.error))
    if job.state == "crashed" and job.log_tail and may(Role.OWNER):
        with st.container(height=160):
            st.code(job.log_tail, language=None, wrap_lines=True)
