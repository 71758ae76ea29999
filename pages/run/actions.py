"""What can be done with a run: stop, resume, fork, promote, export, remove."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import streamlit as st

from engine.runs import Run, export_run, kill_run, remove_run, start_run, stop_run
from pages.run.promotion import ask_to_promote
from pages.shared.frame import ErrorBoundary, draw_removal
from pages.shared.links import go_within
from pages.shared.phrases import plain


def draw_deeds(run: Run, slug: str, *, hangs: bool) -> None:
    """Draw the buttons that make sense now."""
    with st.container(horizontal=True, key="deeds"):
        if run.is_live:
            _draw_stop(run, hangs)
        if run.is_resumable:
            _draw_resume(run)
        if run.epochs and _button("Fork", ":material/call_split:", "Start a new run from this one"):
            address = {"collection": slug, "view": "new", "from": run.run_id}
            go_within(address)
        if run.has_model and _button(
            "Promote", ":material/rocket_launch:", "Let a collection answer with this model"
        ):
            ask_to_promote(run)
        if not run.is_live:
            if run.epochs and _button("Export", ":material/archive:", "The run as one file"):
                offer_archive(run)
            if _button("Remove", ":material/delete:", "The run and everything it made"):
                ask_to_remove(run, slug)


def _draw_stop(run: Run, hangs: bool) -> None:
    if run.stage == "stopping":
        label, told = "Kill", "End it at once; it goes on from its last checkpoint"
        if hangs and _button(label, ":material/dangerous:", told):
            kill_run(run.folder)
            st.rerun()
    elif _button("Stop", ":material/stop:", "At the next batch; everything is kept"):
        stop_run(run.folder)
        st.rerun()


def _draw_resume(run: Run) -> None:
    label = "Start" if run.stage == "new" else "Resume"
    if _button(label, ":material/play_arrow:", "Go on exactly where it is", primary=True):
        start_run(run.folder)
        st.rerun()
    if (
        run.epochs
        and run.has_checkpoints
        and _button(
            "Finish now", ":material/flag:", "Train no more; make the model of the best epoch"
        )
    ):
        start_run(run.folder, finish=True)
        st.rerun()


def _button(label: str, icon: str, told: str, *, primary: bool = False) -> bool:
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    return st.button(label, icon=icon, help=told, type=kind, key=f"deed {label}")


@st.dialog("Export the run", icon=":material/archive:")
def offer_archive(run: Run) -> None:
    """Pack the run and offer it for download."""
    st.markdown(
        "One zip with settings, figures, checkpoints and model. It goes on elsewhere after "
        "**Import a run**. The captions it was trained on are in it; its photos are not, but for "
        "small pictures of those it measured with."
    )
    with ErrorBoundary(), tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "run.zip")
        n_bytes = export_run(run.folder, file)
        st.download_button(
            f"Download {n_bytes / 2**20:,.0f} MB",
            file.read_bytes(),
            f"{run.run_id}.zip",
            "application/zip",
            type="primary",
            on_click="ignore",
        )


@st.dialog("Remove the run?", icon=":material/delete:")
def ask_to_remove(run: Run, slug: str) -> None:
    """Remove a run only when that is confirmed."""
    st.markdown(
        f"**{plain(run.name)}** goes for good, with its checkpoints and its model. Collections it "
        "was promoted to keep their own copy of the model."
    )
    draw_removal(lambda: remove_run(run.folder), lambda: go_within({"collection": slug}))
