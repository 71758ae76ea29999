"""Promotion: which collection shall answer with a run's model."""

from __future__ import annotations

import streamlit as st

from engine.config import DEMO_COLLECTION
from engine.jobs import start_job
from engine.runs import Run
from engine.storage import new_folder
from pages.run.before_after import draw_before_after
from pages.shared.frame import ErrorBoundary
from pages.shared.links import COLLECTIONS
from pages.shared.resources import collections

NEW = "A new collection of the same photos"


@st.dialog("Promote the model", icon=":material/rocket_launch:", width="large")
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
    name, source = None, target
    if target == NEW:
        source = st.selectbox(
            "Photos of", list(known), format_func=lambda each: known[each].name, key="photos of"
        )
        name = st.text_input("Name", f"{known[source].name} · {run.name}", key="promoted name")
    st.markdown(
        "Its photos are embedded anew in the background. Until that is done it answers as it does "
        "now; then it changes at once, and keeps the version before for one step back."
    )
    if source in known:
        with ErrorBoundary():
            draw_before_after(run, known[source].folder)
    if st.button("Promote it", type="primary", disabled=target == NEW and not (name or "").strip()):
        with ErrorBoundary():
            more = [f"--out={new_folder(name)}", f"--name={name}"] if name else []
            called = name or known[source].name
            arguments = [
                "promote",
                str(run.folder),
                f"--to={known[source].folder}",
                *more,
                "--json",
            ]
            changed = None if name else known[source].folder
            start_job("runs", arguments, title=f"Promote {run.name} to {called}", on=changed)
            st.switch_page(COLLECTIONS, query_params={"collection": source})
