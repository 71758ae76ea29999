"""One collection as a card: what it is, how it is, and what can be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import streamlit as st

from engine.config import DEMO_COLLECTION
from engine.jobs import start_job
from engine.storage import CollectionSummary, remove_collection, rename_collection
from pages.parts.download import skipped_as_csv
from pages.parts.frame import Told
from pages.parts.gallery import draw_photos
from pages.parts.links import TEXT_SEARCH
from pages.parts.resources import collection_of, spread
from pages.parts.wording import count, plain

HEALTH: dict[str, tuple[str, Literal["green", "blue", "red"], str]] = {
    "ready": ("Ready", "green", ":material/check:"),
    "building": ("Being built", "blue", ":material/hourglass_top:"),
    "damaged": ("Damaged", "red", ":material/error:"),
}
UPDATED: tuple[str, Literal["blue"], str] = ("Being updated", "blue", ":material/sync:")
MAX_NAME_CHARACTERS = 80
N_GLANCE = 10


def draw_collection(slug: str, summary: CollectionSummary) -> None:
    """Draw one collection; the demo can be searched, and nothing else done to it."""
    is_updated = summary.health == "ready" and summary.writer is not None
    word, colour, icon = UPDATED if is_updated else HEALTH[summary.health]
    with st.container(border=True, gap="small", key=f"card {slug}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(summary.name), anchor=False, width="stretch")
            st.badge(word, color=colour, icon=icon)
        if summary.health == "damaged":
            st.text(summary.reason)
        else:
            st.caption(_facts(summary))
        if summary.health == "ready":
            _draw_glance(slug, summary)
        with st.container(horizontal=True, vertical_alignment="center"):
            if summary.health == "ready":
                st.page_link(
                    TEXT_SEARCH,
                    label="Search",
                    icon=":material/search:",
                    query_params={"collection": slug},
                )
            if summary.folder != DEMO_COLLECTION and summary.writer is None:
                _draw_changes(slug, summary)
            label = f"{count(summary.n_skipped, 'file')} skipped"
            if summary.n_skipped and _button(label, slug, ":material/report:"):
                _show_skipped(summary)


def _draw_glance(slug: str, summary: CollectionSummary) -> None:
    with Told():
        collection = collection_of(summary.folder)
        photos = spread(collection, N_GLANCE)
        label = f"A glance at {summary.name}"
        draw_photos(collection, photos, slug=slug, layout="row", label=label)


def _facts(summary: CollectionSummary) -> str:
    made = datetime.fromisoformat(summary.created)
    photos, model = count(summary.n_photos, "photo"), plain(summary.model)
    return f"{photos} · model {model} · made {made.day} {made:%B %Y}"


def _draw_changes(slug: str, summary: CollectionSummary) -> None:
    if summary.health == "ready":
        if _button("Update", slug, ":material/sync:", "Take in new, changed and deleted photos"):
            title = f"Update {summary.name}"
            start_job("update", [str(summary.folder), "--json"], title=title)
            st.rerun()
        if _button("Rename", slug, ":material/edit:"):
            ask_for_name(summary)
    if _button("Remove", slug, ":material/delete:"):
        ask_to_remove(summary)


def _button(label: str, slug: str, icon: str, told: str | None = None) -> bool:
    return st.button(label, key=f"{label} {slug}", type="tertiary", icon=icon, help=told)


@st.dialog("Rename the collection", icon=":material/edit:")
def ask_for_name(summary: CollectionSummary) -> None:
    """Ask for a new name; links to the collection stay as they are."""
    name = st.text_input("Name", summary.name, max_chars=MAX_NAME_CHARACTERS, key="new name")
    if st.button("Save the name", type="primary", disabled=not name.strip()):
        with Told():
            rename_collection(summary.folder, name)
            st.rerun()


@st.dialog("Remove the collection?", icon=":material/delete:")
def ask_to_remove(summary: CollectionSummary) -> None:
    """Say what will be gone, and remove the collection only when that is confirmed."""
    st.markdown(
        f"**{plain(summary.name)}** goes for good, with its index and thumbnails. "
        "Photos that were indexed where they lie stay there; photos you uploaded go too."
    )
    with st.container(horizontal=True):
        if st.button("Remove it", type="primary"):
            with Told():
                remove_collection(summary.folder)
                st.rerun()
        if st.button("Keep it"):
            st.rerun()


@st.dialog("Skipped files", width="large", icon=":material/report:")
def _show_skipped(summary: CollectionSummary) -> None:
    with Told():
        skipped = collection_of(summary.folder).catalogue.skipped()
        st.caption("These files could not be read as photos, so they are not in the collection.")
        rows = [{"File": each.path, "Reason": each.reason} for each in skipped]
        st.dataframe(rows, hide_index=True, width="stretch", height="auto")
        st.download_button(
            "Download as CSV",
            skipped_as_csv(skipped),
            "skipped.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
