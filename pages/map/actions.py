"""What can be done with the photos chosen on a map: a tag, a collection of their own, a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.access import Role, may
from engine.catalogue import Photo
from engine.config import DEMO_COLLECTION
from engine.jobs import start_job
from engine.maps import PhotoTable, most_typical
from engine.search import SearchEngine
from engine.storage import new_folder, tag_photos, write_excerpt
from pages.shared import frame
from pages.shared.download import photos_as_csv, photos_as_json
from pages.shared.limits import spend
from pages.shared.links import IMAGE_SEARCH, address
from pages.shared.navigation import Link, draw_link
from pages.shared.phrases import count, plain
from pages.shared.view import View

MOST_LIKE = 6


def draw_uses(
    engine: SearchEngine, table: PhotoTable, places: NDArray[np.int64], slug: str
) -> None:
    """Draw the ways on from the chosen photos."""
    rows = table.rows[places]
    typical = most_typical(np.asarray(engine.collection.embeddings[rows]), MOST_LIKE)
    like = View(like={photo.photo_id: 1.0 for photo in table.photos(places[typical])})
    label = "Search like this" if len(places) == 1 else "More like these"
    told = f"Starts from the {len(typical)} most typical" if len(places) > MOST_LIKE else ""
    link = Link(label, IMAGE_SEARCH, address(like, slug), ":material/photo_library:", told)
    draw_link(link, key="like chosen")
    with st.container(horizontal=True):
        if may(Role.EDITOR):
            with st.popover("Save", icon=":material/bookmark_add:"):
                _draw_tag(engine, rows)
                _draw_new_collection(engine, rows.tolist())
        with st.popover("Export", icon=":material/download:"):
            st.caption("The chosen photos with captions and attributes.")
            for kind, make, mime in (
                ("CSV", photos_as_csv, "text/csv"),
                ("JSON", photos_as_json, "application/json"),
            ):
                st.download_button(
                    kind,
                    partial(_exported, make, table, places),
                    f"chosen.{kind.lower()}",
                    mime,
                    on_click="ignore",
                    width="stretch",
                    key=f"export {kind}",
                )


def _exported(
    make: Callable[[Sequence[Photo]], str], table: PhotoTable, places: NDArray[np.int64]
) -> str:
    return make(table.photos(places))


def _draw_tag(engine: SearchEngine, rows: NDArray[np.int64]) -> None:
    collection = engine.collection
    if collection.folder == DEMO_COLLECTION:
        st.caption("The demo stays as it is; a new collection of these photos can be tagged.")
        return
    with st.form("save tag", border=False, clear_on_submit=True):
        tag = st.text_input("Tag these photos", max_chars=60, placeholder="favourites")
        if st.form_submit_button("Save the tag"):
            with frame.ErrorBoundary():
                spend("jobs")
                photo_ids = set(collection.catalogue.ids_of(rows).values())
                n = tag_photos(collection.folder, photo_ids, tag)
                title = f"Update {collection.name} with the tag {tag.strip()}"
                arguments = [str(collection.folder), "--json"]
                start_job("update", arguments, title=title, on=collection.folder)
                st.toast(f"{count(n, 'photo')} tagged. Filters know the tag after the update.")


def _draw_new_collection(engine: SearchEngine, rows: list[int]) -> None:
    with st.form("save collection", border=False, clear_on_submit=True):
        name = st.text_input("Make a new collection", max_chars=80, placeholder="Its name")
        if st.form_submit_button("Make it") and name.strip():
            with frame.ErrorBoundary():
                spend("jobs")
                out = new_folder(name.strip())
                n = write_excerpt(engine.collection, rows, out / "photos")
                arguments = [str(out / "photos"), f"--out={out}", f"--name={name.strip()}"]
                arguments.append(f"--model={engine.collection.model_folder}")
                start_job("index", [*arguments, "--json"], title=f"Make {name.strip()}")
                st.toast(f"{count(n, 'photo')} copied, {plain(name)} is being made.")
