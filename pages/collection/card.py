"""One collection as a card: what it is, how it is, and what can be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import streamlit as st

from engine.access import Role, may, shown
from engine.config import DEMO_COLLECTION
from engine.jobs import JobState, start_job
from engine.storage import Collection, CollectionSummary, remove_collection, rename_collection
from pages.collection.model_choice import draw_other_model, draw_way_back
from pages.collection.place import draw_place
from pages.collection.source_reports import draw_skipped, draw_tables
from pages.collection.watch_switch import draw_watch_switch
from pages.shared.elements import quiet_button
from pages.shared.frame import ErrorBoundary, draw_removal
from pages.shared.gallery import draw_photos
from pages.shared.limits import spend
from pages.shared.links import TEXT_SEARCH
from pages.shared.navigation import Link, draw_link
from pages.shared.phrases import count, plain
from pages.shared.resources import collection_of, is_of_another_model, spread

STATES: dict[str, tuple[str, Literal["green", "blue", "orange", "red"], str]] = {
    "ready": ("Ready", "green", ":material/check:"),
    "updated": ("Being updated", "blue", ":material/sync:"),
    "outdated": ("Another model", "orange", ":material/update:"),
    "building": ("Being built", "blue", ":material/hourglass_top:"),
    "damaged": ("Damaged", "red", ":material/error:"),
    "away": ("Does not answer", "orange", ":material/cloud_off:"),
    "unreadable": ("Cannot be read", "red", ":material/lock:"),
}
MAX_NAME_CHARACTERS = 80
N_GLANCE = 10


def draw_collection(slug: str, summary: CollectionSummary, watch: JobState | None = None) -> None:
    """Draw one collection; the demo can be searched, and nothing else done to it."""
    collection = None
    with st.container(border=True, gap="small", key=f"card {slug}"):
        with ErrorBoundary():
            collection = collection_of(summary.folder) if summary.health == "ready" else None
        is_outdated = collection is not None and is_of_another_model(collection)
        is_away = summary.health == "ready" and collection is None
        _draw_title(summary, "away" if is_away else "outdated" if is_outdated else "")
        if collection is not None:
            draw_place(collection)
            photos, label = spread(collection, N_GLANCE), f"A glance at {summary.name}"
            draw_photos(collection, photos, slug=slug, layout="row", label=label)
            if collection.index_remark:
                st.caption(f":material/info: {plain(collection.index_remark.capitalize())}.")
        with st.container(horizontal=True, vertical_alignment="center"):
            if collection is not None and not is_outdated:
                link = Link("Search", TEXT_SEARCH, {"collection": slug}, ":material/search:")
                draw_link(link, key=f"search {slug}")
            is_own = summary.folder != DEMO_COLLECTION and may(Role.EDITOR)
            if is_own and summary.writer is None:
                _draw_changes(slug, summary, collection, is_outdated)
            if collection is not None:
                draw_tables(slug, collection)
                draw_skipped(slug, collection)
        if is_own and collection is not None and not is_outdated:
            draw_watch_switch(slug, collection, watch)


def _draw_title(summary: CollectionSummary, fault: str) -> None:
    state = "updated" if summary.health == "ready" and summary.writer else summary.health
    word, colour, icon = STATES[fault if fault and state == "ready" else state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(summary.name), anchor=False, width="stretch")
        st.badge(word, color=colour, icon=icon)
    if summary.health in ("damaged", "unreadable"):
        st.text(shown(summary.reason))
        return
    made = datetime.fromisoformat(summary.created)
    photos, model = count(summary.n_photos, "photo"), plain(summary.model)
    st.caption(f"{photos} · model {model} · made {made.day} {made:%B %Y}")
    if fault == "outdated":
        st.markdown("Its model is another one now. Embed its photos anew to search them again.")


def _draw_changes(
    slug: str, summary: CollectionSummary, collection: Collection | None, is_outdated: bool
) -> None:
    if collection is not None:
        if is_outdated:
            if may(Role.OWNER) and quiet_button("Embed anew", slug, ":material/refresh:"):
                _index_again(collection)
        elif quiet_button(
            "Update", slug, ":material/sync:", "Take in new, changed and deleted photos"
        ):
            _begin("update", summary, "Update")
        if quiet_button("Rename", slug, ":material/edit:"):
            ask_for_name(summary)
        if may(Role.OWNER):
            draw_way_back(slug, summary)
            draw_other_model(slug, summary)
    elif summary.is_repairable:
        told = "Make it whole again from its photos; they, your tags and your judgements stay"
        if quiet_button("Repair", slug, ":material/healing:", told):
            _begin("check", summary, "Repair", "--repair")
    if may(Role.OWNER) and quiet_button("Remove", slug, ":material/delete:"):
        ask_to_remove(summary)


def _begin(kind: str, summary: CollectionSummary, word: str, *more: str) -> None:
    spend("jobs")
    arguments = [str(summary.folder), *more, "--json"]
    start_job(kind, arguments, title=f"{word} {summary.name}", on=summary.folder)
    st.rerun()


def _index_again(collection: Collection) -> None:
    """Build the collection again from where its photos are, with today's model."""
    origin = collection.manifest.origin
    arguments = [str(collection.root), f"--out={collection.folder}", f"--name={collection.name}"]
    if origin.captions:
        arguments.append(f"--captions={collection.folder / origin.captions}")
    arguments += [f"--column={role}={name}" for role, name in (origin.columns or {}).items()]
    title = f"Embed {collection.name} anew"
    start_job("index", [*arguments, "--json"], title=title, on=collection.folder)
    st.rerun()


@st.dialog("Rename the collection", icon=":material/edit:")
def ask_for_name(summary: CollectionSummary) -> None:
    """Ask for a new name; links to the collection stay as they are."""
    name = st.text_input("Name", summary.name, max_chars=MAX_NAME_CHARACTERS, key="new name")
    if st.button("Save the name", type="primary", disabled=not name.strip()):
        with ErrorBoundary():
            rename_collection(summary.folder, name)
            st.rerun()


@st.dialog("Remove the collection?", icon=":material/delete:")
def ask_to_remove(summary: CollectionSummary) -> None:
    """Say what will be gone, and remove the collection only when that is confirmed."""
    st.markdown(
        f"**{plain(summary.name)}** goes for good, with its index and thumbnails. "
        "Photos that were indexed where they lie stay there; photos you uploaded go too."
    )
    draw_removal(lambda: remove_collection(summary.folder))
