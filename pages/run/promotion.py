"""Promotion: which collection shall answer with a run's model, tried out beside its present one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.catalogue import Photo
from engine.config import DEFAULT_K, DEMO_COLLECTION
from engine.jobs import start_job
from engine.runs import HeldOut, Run
from engine.storage import Collection, new_folder
from engine.training import MODEL
from pages.shared.elements import data_url
from pages.shared.frame import ErrorBoundary
from pages.shared.links import COLLECTIONS
from pages.shared.phrases import count, plain
from pages.shared.resources import collection_of, collections, side_by_side_of

PER_ROW = 3
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


def draw_before_after(run: Run, folder: Path) -> None:
    """Ask both models the same words, and draw what each answers."""
    held_out = HeldOut(run.folder)
    first = held_out.queries[0] if held_out.is_there and held_out.queries else ""
    words = st.text_input("Try words on both", first, key="words on both").strip()
    model = run.folder / MODEL
    if not words or not (model / "manifest.json").is_file():
        return
    collection = collection_of(folder)
    both = side_by_side_of(collection, [collection.model_folder, model])
    titles = "Now", "With this model"
    answers = both.nearest(words, DEFAULT_K)
    for title, answer, column in zip(titles, answers, st.columns(2), strict=True):
        with column:
            st.markdown(f"**{title}**")
            _draw_answers(collection, [photo for photo, _ in answer])
    st.caption(f"Both answer among the same {count(len(both.photos), 'photo')} of the collection.")


def _draw_answers(collection: Collection, photos: Sequence[Photo]) -> None:
    for start in range(0, len(photos), PER_ROW):
        for photo, cell in zip(photos[start : start + PER_ROW], st.columns(PER_ROW), strict=False):
            said = photo.captions[0] if photo.captions else photo.path
            picture = collection.thumbnail(photo.row)
            if picture:
                cell.image(data_url(picture), width="stretch", alt=plain(said))
