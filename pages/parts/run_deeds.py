"""What can be done with a run: stop, resume, fork, promote, export, remove."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import streamlit as st

from engine.config import DEMO_COLLECTION, home
from engine.jobs import start_job
from engine.runs import Run, export_run, kill_run, remove_run, start_run, stop_run
from engine.storage import collections_folder
from pages.parts.frame import Told
from pages.parts.links import COLLECTIONS, TRAINING
from pages.parts.resources import DEMO, collections
from pages.parts.wording import plain

NEW = "A new collection of the same photos"


def draw_deeds(run: Run, slug: str, *, hangs: bool) -> None:
    """Draw the buttons that make sense now."""
    with st.container(horizontal=True, key="deeds"):
        if run.is_live:
            _draw_stop(run, hangs)
        if run.is_resumable:
            _draw_resume(run)
        if run.epochs and _button("Fork", ":material/call_split:", "Start a new run from this one"):
            address = {"collection": slug, "view": "new", "from": run.run_id}
            st.switch_page(TRAINING, query_params=address)
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
    if run.epochs and _button(
        "Finish now", ":material/flag:", "Train no more; make the model of the best epoch"
    ):
        start_run(run.folder, finish=True)
        st.rerun()


def _button(label: str, icon: str, told: str, *, primary: bool = False) -> bool:
    kind = "primary" if primary else "secondary"
    return st.button(label, icon=icon, help=told, type=kind, key=f"deed {label}")


@st.dialog("Promote the model", icon=":material/rocket_launch:")
def ask_to_promote(run: Run) -> None:
    """Ask which collection shall answer with the run's model, and start the work."""
    known = {name: each for name, each in collections().items() if each.health == "ready"}
    own = [name for name, each in known.items() if each.folder != DEMO_COLLECTION]
    target = st.selectbox(
        "Collection",
        [*own, NEW],
        format_func=lambda name: known[name].name if name in known else name,
        key="promote to",
    )
    out, name, source = None, None, target
    if target == NEW:
        source = st.selectbox(
            "Photos of", list(known), format_func=lambda each: known[each].name, key="photos of"
        )
        name = st.text_input("Name", f"{known[source].name} · {run.name}", key="promoted name")
        out = _free_folder(name)
    st.markdown(
        "Its photos are embedded anew in the background. Until that is done it answers as it does "
        "now; then it changes at once, and keeps the version before for one step back."
    )
    if st.button("Promote it", type="primary", disabled=target == NEW and not (name or "").strip()):
        with Told():
            more = [f"--out={out}", f"--name={name}"] if out else []
            called = name or known[source].name
            arguments = [
                "promote",
                str(run.folder),
                f"--to={known[source].folder}",
                *more,
                "--json",
            ]
            start_job("runs", arguments, title=f"Promote {run.name} to {called}")
            st.switch_page(COLLECTIONS)


def _free_folder(name: str) -> Path:
    """Return a folder that is not there yet; a person's name is never a path."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "collection"
    shelf = collections_folder(home())
    taken = ({path.name for path in shelf.iterdir()} if shelf.is_dir() else set()) | {DEMO}
    numbers = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return shelf / next(free for free in (slug, *numbers) if free not in taken)


@st.dialog("Export the run", icon=":material/archive:")
def offer_archive(run: Run) -> None:
    """Pack the run and offer it for download."""
    st.markdown(
        "One zip with settings, figures, checkpoints and model. It goes on elsewhere after "
        "**Import a run**. The captions it was trained on are in it; its photos are not, but for "
        "small pictures of those it measured with."
    )
    with Told(), tempfile.TemporaryDirectory() as scratch:
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
    with st.container(horizontal=True):
        if st.button("Remove it", type="primary"):
            with Told():
                remove_run(run.folder)
                st.switch_page(TRAINING, query_params={"collection": slug})
        if st.button("Keep it"):
            st.rerun()
