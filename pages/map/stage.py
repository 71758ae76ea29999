"""A finished map with everything on it, and beside it the photos that are chosen."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.errors import KindredError
from engine.maps import DrawnMap, Landing
from engine.search import SearchEngine
from engine.storage import Collection
from pages.map.bars import columns_shown, draw_bars
from pages.map.colours import colouring_of, described
from pages.map.element import Shown, deeds_on, draw_map, send_parts
from pages.map.panel import draw_panel
from pages.map.parts import Body, colour_body, named, names_of
from pages.map.pictures import send_sheets, sheets_body
from pages.map.resources import ground_of, parts_of, table_of
from pages.map.saved_views import asked_look, keep_view, look_of
from pages.map.selection import points_on, read_choice, remember
from pages.map.view import ATTRIBUTE, LIKENESS, MapView
from pages.shared import frame
from pages.shared.links import show


def explore(engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str) -> None:
    """Draw the map and its panel; what is done on the map runs only this part of the page."""
    st.fragment(_explore)(engine, drawn, here, slug)


def _explore(engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str) -> None:
    with frame.ErrorBoundary():
        here = hear(engine.collection, drawn, here, slug, base=engine.collection)
        left, right = st.columns([7, 4], gap="medium")
        with left:
            draw_stage(engine, drawn, here, slug, base=engine.collection)
        with right, st.container(key="map side"):
            with st.container(key="map bars"):
                draw_bars(engine.collection, "map", slug)
            with st.container(key="map panel"):
                draw_panel(engine, slug)


def hear(
    collection: Collection,
    drawn: DrawnMap,
    here: MapView,
    slug: str,
    *,
    base: Collection,
    key: str = "map",
) -> MapView:
    """Take note of what was done on a map, before anything is drawn; return the view since."""
    deeds = deeds_on(key)
    remember(deeds.get("chosen"), drawn, collection, slug, base)
    here = here.renewed(st.query_params)
    if "look" in deeds:
        keep_view(base, here, deeds["look"])
    if "filters" in deeds:
        told = deeds["filters"]["filters"]
        here = here.changed(filters={key: tuple(values) for key, values in told.items()})
        show(here, slug)
    return here


def draw_stage(
    engine: SearchEngine,
    drawn: DrawnMap,
    here: MapView,
    slug: str,
    *,
    base: Collection,
    key: str = "map",
) -> None:
    """Draw one map of `engine`; what is chosen is kept in the rows of `base`."""
    landing = land(engine, drawn, here)
    shown = _shown(engine, drawn, here, landing, slug, base, key)
    heard = draw_map(shown)
    send_parts(shown, heard.has)
    send_sheets(engine.collection, heard.needs, key)


def land(engine: SearchEngine, drawn: DrawnMap, here: MapView) -> Landing | None:
    """Find where the query lands, an uploaded photo before words; None where nothing is asked."""
    uploaded = st.session_state.get("map photo")
    if not (uploaded or here.query):
        return None
    try:
        images = [uploaded.getvalue()] if uploaded else []
        answer = engine.search("" if uploaded else here.query, images=images, k=1, mode="dense")
    except KindredError as error:
        frame.tell(error)
        return None
    if answer.query_embedding is None:
        return None
    return ground_of(engine, drawn).land(answer.query_embedding, is_text=not uploaded)


def _shown(
    engine: SearchEngine,
    drawn: DrawnMap,
    here: MapView,
    landing: Landing | None,
    slug: str,
    base: Collection,
    key: str,
) -> Shown:
    collection, record = engine.collection, drawn.record
    colour = colouring_of(drawn, table_of(collection), here, landing)
    body = colour_body(colour, "glow" if here.colour == LIKENESS else "trust")
    body["key"] = here.colour.removeprefix(ATTRIBUTE) if ATTRIBUTE in here.colour else ""
    columns, parts = columns_shown(collection, drawn, here, slug)
    parts = {**parts_of(collection, drawn), **parts, "colour": (named(body), body)}
    return Shown(
        key=key,
        map=record.key,
        parts=parts,
        described=described(drawn, colour),
        sheets=sheets_body(collection),
        columns=columns,
        filters=here.filters,
        names=names_of(drawn),
        query=_query(landing, here),
        shown=_places_shown(collection, drawn, here),
        chosen=points_on(read_choice(slug, base), drawn, collection, base),
        look=look_of(here),
        ask=asked_look(),
    )


def _query(landing: Landing | None, here: MapView) -> Body | None:
    if landing is None:
        return None
    text = "your photo" if st.session_state.get("map photo") else here.query
    x, y = landing.point
    return {"x": x, "y": y, "text": text, "nearest": landing.nearest}


def _places_shown(collection: Collection, drawn: DrawnMap, here: MapView) -> list[int]:
    """Return the points of the photo that the page was opened to show."""
    rows = list(collection.catalogue.rows_of([here.photo]).values()) if here.photo else []
    return np.flatnonzero(np.isin(drawn.rows, rows)).tolist() if rows else []
