"""The switch that has a collection watched: its photos come, change and go by themselves."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.access import may, shown
from engine.jobs import JobState, forget_job, jobs, start_job, stop_job
from engine.storage import Collection
from pages.shared.frame import ErrorBoundary
from pages.shared.limits import spend
from pages.shared.phrases import plain

WATCH = "watch"
SECONDS_BETWEEN_LOOKS = 2.0
TOLD = (
    "New, changed and deleted photos are taken in by themselves, also while this page is closed. "
    "Nothing is removed because a disk has gone."
)


def watches() -> dict[str, JobState]:
    """Return what watches or watched each folder last, by the folder."""
    return {job.on: job for job in reversed(jobs()) if job.kind == WATCH and job.on}


def draw_watch_switch(slug: str, collection: Collection, job: JobState | None) -> None:
    """Draw whether a collection is watched, what came of it, and the switch."""
    if collection.root.is_relative_to(collection.folder):
        return  # uploads: nobody else changes them
    is_on = job is not None and not job.is_over
    seconds = SECONDS_BETWEEN_LOOKS if is_on else None
    st.fragment(_draw, run_every=seconds)(slug, collection.folder, collection.name, _told(job))


def _draw(slug: str, folder: Path, name: str, told_before: str) -> None:
    with ErrorBoundary():
        job = watches().get(str(folder))
        is_on = job is not None and not job.is_over
        if is_on and _told(job) != told_before:
            st.rerun()  # photos came, so all of the card is another one
        wanted = st.toggle("Watch this folder", is_on, key=f"watch {slug} {is_on}", help=TOLD)
        if wanted != is_on:
            _switch(folder, name, job, is_on=is_on)
            st.rerun()
        if job is not None and is_on:
            st.caption(f":material/visibility: {plain(_told(job)) or 'Watching'}")
        elif job is not None and job.state in ("failed", "crashed"):
            st.warning(f"Watching ended. {plain(shown(job.error or ''))}", icon=":material/report:")
            if may(job.least) and st.button("Dismiss", key=f"dismiss watch {slug}"):
                forget_job(job.job_id)
                st.rerun()


def _told(job: JobState | None) -> str:
    """Return what the watch did last, "" before it did anything."""
    return job.progress.step if job is not None and job.progress is not None else ""


def _switch(folder: Path, name: str, job: JobState | None, *, is_on: bool) -> None:
    if job is not None and is_on:
        stop_job(job.job_id)
        return
    spend("jobs")
    if job is not None:
        forget_job(job.job_id)
    title = f"Watch {name}"
    start_job(WATCH, [str(folder), "--json"], title=title, lane="watch", on=folder)
