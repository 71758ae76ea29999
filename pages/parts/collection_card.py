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
from pages.parts.links import TEXT_SEARCH
from pages.parts.resources import collection_of
from pages.parts.wording import count, plain

HEALTH: dict[str, tuple[str, Literal["green", "blue", "red"], str]] = {
    "ready": ("Ready", "green", ":material/check:"),
    "building": ("Being built", "blue", ":material/hourglass_top:"),
    "damaged": ("Damaged", "red", ":material/error:"),
}
MAX_NAME_CHARACTERS = 80


def draw_collection(slug: str, summary: CollectionSummary) -> None:
    """Draw one collection; the demo can be searched, and nothing else done to it."""
    word, colour, icon = HEALTH[summary.health]
    with st.container(border=True, gap="small", key=f"card {slug}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(summary.name), anchor=False, width="stretch")
            st.badge(word, color=colour, icon=icon)
        if summary.health == "damaged":
            st.text(summary.reason)
        else:
            st.caption(_facts(summary))
        with st.container(horizontal=True, vertical_alignment="center"):
            if summary.health == "ready":
                st.page_link(
                    TEXT_SEARCH,
                    label="Search",
                    icon=":material/search:",
                    query_params={"collection": slug},
                )
            if summary.folder != DEMO_COLLECTION:
                _draw_changes(slug, summary)
            if summary.n_skipped and st.button(
                f"{count(summary.n_skipped, 'file')} skipped",
                key=f"skipped {slug}",
                type="tertiary",
                icon=":material/report:",
            ):
                _show_skipped(summary)


def _facts(summary: CollectionSummary) -> str:
    made = datetime.fromisoformat(summary.created).strftime("%-d %B %Y")
    return f"{count(summary.n_photos, 'photo')} · model {plain(summary.model)} · made {made}"


def _draw_changes(slug: str, summary: CollectionSummary) -> None:
    if summary.health == "ready":
        st.button(
            "Update",
            key=f"update {slug}",
            type="tertiary",
            icon=":material/sync:",
            help="Take in new and changed photos, leave out deleted ones",
            on_click=_update,
            args=(summary,),
        )
        if st.button("Rename", key=f"rename {slug}", type="tertiary", icon=":material/edit:"):
            _rename(summary)
    if summary.health != "building" and st.button(
        "Remove", key=f"remove {slug}", type="tertiary", icon=":material/delete:"
    ):
        _remove(summary)


def _update(summary: CollectionSummary) -> None:
    start_job("update", [str(summary.folder), "--json"], title=f"Update {summary.name}")


@st.dialog("Rename the collection", icon=":material/edit:")
def _rename(summary: CollectionSummary) -> None:
    name = st.text_input("Name", summary.name, max_chars=MAX_NAME_CHARACTERS, key="new name")
    if st.button("Rename", type="primary", disabled=not name.strip()):
        with Told():
            rename_collection(summary.folder, name.strip())
            st.rerun()


@st.dialog("Remove the collection?", icon=":material/delete:")
def _remove(summary: CollectionSummary) -> None:
    st.markdown(
        f"**{plain(summary.name)}** with its index and thumbnails goes for good. "
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
