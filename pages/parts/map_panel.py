"""The photos chosen on the map: seen, described, and used."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import streamlit as st

from engine.catalogue import Photo
from engine.config import DEMO_COLLECTION
from engine.jobs import start_job
from engine.maps.choice import in_common, most_typical, words_in_common, words_of_the_model
from engine.maps.told import Told
from engine.search import SearchEngine
from engine.storage import tag_photos, write_excerpt
from pages.parts import frame
from pages.parts.download import photos_as_csv, photos_as_json
from pages.parts.gallery import draw_photos
from pages.parts.links import IMAGE_SEARCH, address
from pages.parts.map_choice import forget, places_of, read_choice
from pages.parts.map_resources import told_of
from pages.parts.map_view import MapView
from pages.parts.new_collection import free_folder
from pages.parts.view import View
from pages.parts.wording import attribute, count, plain

PER_PAGE = 24
MOST_LIKE = 6
MOST_COMMON = 6
HINT = (
    "Choose points to see their photos here: click one, draw around many with **Lasso** or "
    "**Box**, or take all in view. With Shift, a choice is added to the last."
)


def draw_panel(engine: SearchEngine, here: MapView, slug: str) -> None:
    """Draw what is chosen, or how to choose."""
    told = told_of(engine.collection)
    choice = read_choice(slug)
    places = places_of(choice, told)
    if not places:
        with st.container(border=True):
            st.subheader("Nothing chosen yet", anchor=False)
            st.markdown(HINT)
        return
    photos = [told.photos[place] for place in places]
    n_captions = sum(caption >= 0 for caption in choice.captions)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{count(len(photos), 'photo')} chosen", anchor=False, width="stretch")
        st.button("Choose none", type="tertiary", icon=":material/close:", on_click=forget)
    if n_captions:
        st.caption(f"{count(n_captions, 'caption')} among the points; their photos are shown.")
    _draw_described(engine, told, places)
    _draw_uses(engine, photos, slug)
    _draw_photos(engine, photos, slug)


def _draw_described(engine: SearchEngine, told: Told, places: list[int]) -> None:
    """Say what the chosen photos have in common that the others have not."""
    words = words_in_common(told, places)
    if not words:
        everything = engine.collection.embeddings[told.rows]
        words = words_of_the_model(engine.encoder, everything[places], everything)
    if words:
        st.markdown("In words: " + ", ".join(f"**{plain(word)}**" for word in words))
    found = in_common(told, places)[:MOST_COMMON]
    if found:
        lines = [
            f":gray[{plain(attribute(each.key))}] {plain(each.value)} "
            f"{each.share:.0%} :gray[({each.overall:.0%} of all)]"
            for each in found
        ]
        st.markdown("  \n".join(lines))


def _draw_photos(engine: SearchEngine, photos: list[Photo], slug: str) -> None:
    n_pages = math.ceil(len(photos) / PER_PAGE)
    page = min(st.session_state.get("choice page") or 1, n_pages)
    shown = photos[(page - 1) * PER_PAGE : page * PER_PAGE]
    draw_photos(engine.collection, shown, slug=slug, layout="choice", label="Photos chosen")
    if n_pages > 1:
        st.session_state["choice page"] = page
        st.pagination(n_pages, max_visible_pages=5, key="choice page")


def _draw_uses(engine: SearchEngine, photos: list[Photo], slug: str) -> None:
    rows = [photo.row for photo in photos]
    typical = most_typical(np.asarray(engine.collection.embeddings[rows]), MOST_LIKE)
    like = View(like={photos[i].photo_id: 1.0 for i in typical})
    label = "Search like this" if len(photos) == 1 else "More like these"
    st.page_link(
        IMAGE_SEARCH,
        label=label,
        icon=":material/photo_library:",
        query_params=address(like, slug),
        help=f"Starts from the {len(typical)} most typical" if len(photos) > MOST_LIKE else None,
    )
    with st.container(horizontal=True):
        with st.popover("Save", icon=":material/bookmark_add:"):
            _draw_tag(engine, photos)
            _draw_new_collection(engine, rows)
        with st.popover("Export", icon=":material/download:"):
            st.caption("The chosen photos with captions and attributes.")
            for kind, make, mime in (
                ("CSV", photos_as_csv, "text/csv"),
                ("JSON", photos_as_json, "application/json"),
            ):
                st.download_button(
                    kind,
                    partial(make, photos),
                    f"chosen.{kind.lower()}",
                    mime,
                    on_click="ignore",
                    width="stretch",
                    key=f"export {kind}",
                )


def _draw_tag(engine: SearchEngine, photos: list[Photo]) -> None:
    collection = engine.collection
    if collection.folder == DEMO_COLLECTION:
        st.caption("The demo stays as it is; a new collection of these photos can be tagged.")
        return
    with st.form("save tag", border=False, clear_on_submit=True):
        tag = st.text_input("Tag these photos", max_chars=60, placeholder="favourites")
        if st.form_submit_button("Save the tag"):
            with frame.Told():
                n = tag_photos(collection.folder, {photo.photo_id for photo in photos}, tag)
                title = f"Update {collection.name} with the tag {tag.strip()}"
                start_job("update", [str(collection.folder), "--json"], title=title)
                st.toast(f"{count(n, 'photo')} tagged. Filters know the tag after the update.")


def _draw_new_collection(engine: SearchEngine, rows: list[int]) -> None:
    with st.form("save collection", border=False, clear_on_submit=True):
        name = st.text_input("Make a new collection", max_chars=80, placeholder="Its name")
        if st.form_submit_button("Make it") and name.strip():
            with frame.Told():
                out = free_folder(name.strip())
                n = write_excerpt(engine.collection, rows, out / "photos")
                arguments = [str(out / "photos"), f"--out={out}", f"--name={name.strip()}"]
                arguments.append(f"--model={engine.collection.model_folder}")
                start_job("index", [*arguments, "--json"], title=f"Make {name.strip()}")
                st.toast(f"{count(n, 'photo')} copied, {plain(name)} is being made.")
