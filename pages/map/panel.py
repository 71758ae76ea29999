"""The photos chosen on the map: seen, described, and used."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.maps import PhotoTable, in_common, words_in_common, words_of_the_model
from engine.search import SearchEngine
from engine.selection import even_sample
from pages.map.actions import draw_uses
from pages.map.resources import table_of
from pages.map.selection import forget, read_choice
from pages.shared.gallery import draw_photos
from pages.shared.phrases import attribute, count, plain

PER_PAGE = 24
MOST_COMMON = 6
MOST_COMPARED = 4_096
HINT = (
    "Choose points to see their photos here: click one, draw around many with **Lasso** or "
    "**Box**, or take all in view. With Shift, a choice is added to the last."
)


def draw_panel(engine: SearchEngine, slug: str) -> None:
    """Draw what is chosen, or how to choose."""
    table = table_of(engine.collection)
    choice = read_choice(slug, engine.collection)
    places = choice.places(table)
    if not len(places):
        with st.container(border=True):
            st.subheader("Nothing chosen yet", anchor=False)
            st.markdown(HINT)
        return
    n_captions = sum(caption >= 0 for caption in choice.captions)
    with st.container(key="choice head"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"{count(len(places), 'photo')} chosen", anchor=False, width="stretch")
            st.button("Choose none", type="tertiary", icon=":material/close:", on_click=forget)
        if n_captions:
            st.caption(f"{count(n_captions, 'caption')} among the points; their photos are shown.")
        _draw_described(engine, table, places)
    draw_uses(engine, table, places, slug)
    _draw_photos(engine, table, places, slug)


def _draw_described(engine: SearchEngine, table: PhotoTable, places: NDArray[np.int64]) -> None:
    """Say what the chosen photos have in common that the others have not."""
    words = words_in_common(table, places)
    if not words:
        rows = even_sample(table.rows, MOST_COMPARED)
        chosen = even_sample(table.rows[places], MOST_COMPARED)
        embeddings = engine.collection.embeddings
        words = words_of_the_model(engine.encoder, embeddings[chosen], embeddings[rows])
    if words:
        st.markdown("In words: " + ", ".join(f"**{plain(word)}**" for word in words))
    found = in_common(table, places)[:MOST_COMMON]
    if found:
        lines = [
            f":gray[{plain(attribute(each.key))}] {plain(each.value)} "
            f"{each.share:.0%} :gray[({each.overall:.0%} of all)]"
            for each in found
        ]
        st.markdown("  \n".join(lines))


def _draw_photos(
    engine: SearchEngine, table: PhotoTable, places: NDArray[np.int64], slug: str
) -> None:
    n_pages = math.ceil(len(places) / PER_PAGE)
    page = min(st.session_state.get("choice page") or 1, n_pages)
    shown = table.photos(places[(page - 1) * PER_PAGE : page * PER_PAGE])
    draw_photos(engine.collection, shown, slug=slug, layout="choice", label="Photos chosen")
    if n_pages > 1:
        st.session_state["choice page"] = page
        st.pagination(n_pages, max_visible_pages=5, key="choice page")
