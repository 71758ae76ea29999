"""What a person chooses about the map: what is on it, its colours, a query, and how it is drawn."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.search import SearchEngine
from pages.map.bars import keys_in_order
from pages.map.resources import table_of
from pages.map.settings import draw_beside, draw_settings
from pages.map.view import ATTRIBUTE, CLUSTER, LIKENESS, SIDE, TRUST, MapView
from pages.shared.links import show
from pages.shared.phrases import attribute

WHAT = {"photos": "Photos", "captions": "Captions", "both": "Both"}
COLOURS = {CLUSTER: "Cluster", TRUST: "Trust", LIKENESS: "Likeness", SIDE: "Photo or caption"}
NO_PHOTOS = "There are no photos in this collection yet."
NO_WORDS = "This model understands no words, so only photos are on the map."
NO_CAPTIONS = "No photo here has a caption, so only photos are on the map."


def fitting(here: MapView, engine: SearchEngine) -> MapView:
    """Return the view as far as this collection can show it."""
    if engine.encoder.tokenizer is None:
        here = here.changed(query="")
    if not has_captions(engine) and here.settings.what != "photos":
        here = here.changed(what="photos", centred=False)
    colours = colours_of(here, engine)
    return here if here.colour in colours else here.changed(colour=_first_colour(here, colours))


def has_photos(engine: SearchEngine) -> bool:
    """Whether there is anything to draw; where there is not, say so."""
    if not engine.collection.n_photos:
        st.info(NO_PHOTOS, icon=":material/info:")
    return engine.collection.n_photos > 0


def has_captions(engine: SearchEngine) -> bool:
    """Whether captions can be drawn: there are some, and the model understands words."""
    if engine.encoder.tokenizer is None:
        return False
    return table_of(engine.collection).n_captions > 0


def colours_of(here: MapView, engine: SearchEngine) -> dict[str, str]:
    """Return the ways to colour this map, and what they are called."""
    keys = keys_in_order(table_of(engine.collection))
    found = {f"{ATTRIBUTE}{key}": attribute(key) for key in keys}
    for colour, label in COLOURS.items():
        if colour == SIDE and here.settings.what != "both":
            continue
        if colour == LIKENESS and not (here.query or st.session_state.get("map photo")):
            continue
        found[colour] = label
    return found


def _first_colour(here: MapView, colours: dict[str, str]) -> str:
    if LIKENESS in colours:
        return LIKENESS
    return SIDE if SIDE in colours else next(iter(colours))


def draw_controls(engine: SearchEngine, here: MapView, slug: str) -> None:
    """Draw the controls in one row that wraps; on a narrow screen they stand below the map."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="map controls"):
        if has_captions(engine):
            _draw_what(here, slug)
        _draw_colour(engine, here, slug)
        _draw_query(engine, here, slug)
        with st.popover("Settings", icon=":material/tune:"):
            if here.settings.what == "both":
                _draw_centred(here, slug)
            draw_settings(here, slug)
        with st.popover("Two maps", icon=":material/splitscreen_vertical_add:"):
            draw_beside(here, slug)
    if not has_captions(engine):
        st.caption(NO_WORDS if engine.encoder.tokenizer is None else NO_CAPTIONS)


def _set(state: str, name: str, here: MapView, slug: str, **also: Any) -> None:
    """Write a widget's new value into the address."""
    value = st.session_state[state]
    if value is not None:
        changes = {name: value.strip() if name == "query" else value, **also}
        show(here.renewed(st.query_params).changed(**changes), slug)


def _draw_what(here: MapView, slug: str) -> None:
    st.session_state["map what"] = here.settings.what
    st.segmented_control(
        "Points",
        list(WHAT),
        format_func=lambda what: WHAT[what],
        key="map what",
        required=True,
        width="content",
        on_change=lambda: _set("map what", "what", here, slug, colour=""),
    )


def _draw_centred(here: MapView, slug: str) -> None:
    st.session_state["map centred"] = here.settings.centred
    st.toggle(
        "Centre each side",
        key="map centred",
        help="Takes the mean of photos and of captions away, which closes the gap between them",
        on_change=lambda: _set("map centred", "centred", here, slug),
    )


def _draw_colour(engine: SearchEngine, here: MapView, slug: str) -> None:
    colours = colours_of(here, engine)
    st.session_state["map colour"] = here.colour
    st.selectbox(
        "Colour by",
        list(colours),
        format_func=lambda colour: colours[colour],
        key="map colour",
        width=150,
        on_change=lambda: _set("map colour", "colour", here, slug),
    )


def _draw_query(engine: SearchEngine, here: MapView, slug: str) -> None:
    if engine.encoder.tokenizer is not None:
        st.session_state["map query"] = here.query
        st.text_input(
            "Find on the map",
            key="map query",
            type="search",
            icon=":material/search:",
            placeholder="red boots",
            width=190,
            on_change=lambda: _set("map query", "query", here, slug, colour=""),
        )
    with st.popover("A photo", icon=":material/image_search:"):
        st.caption("Find the place of a photo from outside. It stays in memory.")
        st.file_uploader(
            "Photo", type="image", key="map photo", max_upload_size=64, label_visibility="collapsed"
        )
