"""All runs: what each is doing, how good its best epoch is, and the ways into them."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Literal

import streamlit as st

from engine.runs import Run, import_run, list_runs
from pages.shared.frame import ErrorBoundary
from pages.shared.jobs import draw_jobs
from pages.shared.links import TRAINING
from pages.shared.navigation import Link, draw_link, draw_navigation
from pages.shared.phrases import count, duration, plain

Colour = Literal["green", "blue", "orange", "red", "gray"]
STAGES: dict[str, tuple[str, Colour, str]] = {
    "new": ("Not started", "gray", ":material/radio_button_unchecked:"),
    "queued": ("Queued", "gray", ":material/schedule:"),
    "running": ("Running", "blue", ":material/play_arrow:"),
    "stopping": ("Stopping", "orange", ":material/hourglass_top:"),
    "finished": ("Finished", "green", ":material/check:"),
    "stopped": ("Stopped", "orange", ":material/stop:"),
    "failed": ("Failed", "red", ":material/error:"),
    "crashed": ("Crashed", "red", ":material/error:"),
}
SECONDS_BETWEEN_LOOKS = 1.0
MAX_ARCHIVE_MB = 500


def draw_ways(slug: str, view: str) -> None:
    """Draw the ways between the list, a new run and the comparison."""
    ways = {
        "": ("All runs", ":material/list:"),
        "new": ("New run", ":material/add:"),
        "compare": ("Compare runs", ":material/stacked_line_chart:"),
    }
    links = []
    for name, (label, icon) in ways.items():
        address = {"collection": slug, **({"view": name} if name else {})}
        links.append(Link(label, TRAINING, address, icon, is_current=name == view))
    draw_navigation(links, label="Training", key="ways of training")


def draw_runs(slug: str) -> None:
    """Draw every run, looking again while one is at work."""
    draw_jobs({"runs", "demo"})
    found = list_runs()
    if found:
        seconds = SECONDS_BETWEEN_LOOKS if any(run.is_live for run in found) else None
        st.fragment(_draw_cards, run_every=seconds)(slug)
    else:
        _draw_nothing_yet(slug)
    _draw_import()


def _draw_nothing_yet(slug: str) -> None:
    with st.container(border=True, horizontal_alignment="center", key="no runs"):
        st.subheader("Nothing has been trained yet", anchor=False, text_alignment="center")
        st.markdown(
            "Choose photos with captions, press Start, and watch both find each other. "
            "The model is yours to search with minutes later.",
            text_alignment="center",
        )
        new = {"collection": slug, "view": "new"}
        draw_link(Link("Start the first run", TRAINING, new, ":material/add:"), key="first run")


def _draw_cards(slug: str) -> None:
    with ErrorBoundary():
        for run in list_runs():
            with st.container(border=True, gap="small", key=f"run {run.run_id}"):
                draw_title(run, slug, linked=True)
                st.caption(" · ".join(told(run)))
                if run.is_live and run.progress and run.progress.total:
                    share = min(run.progress.done / run.progress.total, 1.0)
                    st.progress(share, text=plain(run.progress.step.capitalize()))


def draw_title(run: Run, slug: str, *, linked: bool = False) -> None:
    """Draw a run's name and state, the name as a link where it leads somewhere."""
    word, colour, icon = STAGES[run.stage]
    with st.container(horizontal=True, vertical_alignment="center"):
        if linked:
            link = Link(run.name, TRAINING, {"collection": slug, "run": run.run_id})
            draw_link(link, key=f"open {run.run_id}", layout="title", stretches=True)
        else:
            st.subheader(plain(run.name), anchor=False, width="stretch")
        st.badge(word, color=colour, icon=icon)


def told(run: Run) -> list[str]:
    """Return what a list says of a run, in parts."""
    settings = run.plan.settings
    parts = [plain(run.plan.note)] if run.plan.note else []
    parts.append(f"{settings.loss}, {plain(settings.backbone)}, {settings.size_px} px")
    parts.append(f"{len(run.epochs)} of {count(settings.epochs, 'epoch')}")
    if best := run.best:
        figures = best["text_to_image"]
        parts.append(
            f"best R@10 {figures['recall_at_10']:.3f} of {count(figures['pool'], 'held-out photo')}"
        )
    if run.seconds:
        parts.append(f"{duration(run.seconds)} of training")
    if run.seconds_left is not None:
        parts.append(f"{duration(run.seconds_left)} left")
    began = datetime.fromtimestamp(run.plan.created)
    parts.append(f"{began.day} {began:%B, %H:%M}")
    return parts


def _draw_import() -> None:
    n_imported = st.session_state.get("runs imported", 0)
    with st.popover("Import a run", icon=":material/upload:"):
        file = st.file_uploader(
            "A run exported elsewhere",
            type="zip",
            max_upload_size=MAX_ARCHIVE_MB,
            key=f"run zip {n_imported}" if n_imported else "run zip",
        )
        if file is not None and st.button("Import it", type="primary"):
            with ErrorBoundary(), tempfile.TemporaryDirectory() as scratch:
                archive = Path(scratch, "run.zip")
                archive.write_bytes(file.getvalue())
                import_run(archive)
                st.session_state["runs imported"] = n_imported + 1  # its file leaves the box
                st.rerun()
