"""A finished map with everything on it, and beside it the photos that are chosen."""

from __future__ import annotations

from base64 import b64encode

import numpy as np
import streamlit as st

from engine.errors import KindredError
from engine.maps import DrawnMap
from engine.maps.landing import Landing
from engine.maps.told import Told
from engine.search import SearchEngine
from pages.parts import frame
from pages.parts.map_choice import points_on, read_choice, remember
from pages.parts.map_colours import colouring_of, described
from pages.parts.map_element import Heard, Shown, draw_map, forget_chosen, send, send_parts
from pages.parts.map_panel import draw_panel
from pages.parts.map_parts import Body, colour_body, named, names_of
from pages.parts.map_resources import ground_of, parts_of, sheets_of, told_of
from pages.parts.map_view import LIKENESS, MapView


def explore(engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str) -> None:
    """Draw the map and its panel; what is done on the map runs only this part of the page."""
    st.fragment(_explore)(engine, drawn, here, slug)


def _explore(engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str) -> None:
    with frame.Told():
        left, right = st.columns([7, 4], gap="medium")
        with left:
            draw_stage(engine, drawn, here, slug)
        with right:
            draw_panel(engine, here, slug)


def draw_stage(
    engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str, *, key: str = "map"
) -> bool:
    """Draw one map; tell whether other points of it were chosen."""
    told = told_of(engine.collection)
    landing = land(engine, drawn, here)
    shown = _shown(engine, drawn, told, here, landing, slug, key)
    heard = draw_map(shown)
    is_news = remember(heard.chosen, drawn, told, slug)
    forget_chosen(key)
    send_parts(shown, heard.has)
    _send_sheets(engine, heard, key)
    return is_news


def land(engine: SearchEngine, drawn: DrawnMap, here: MapView) -> Landing | None:
    """Find where the query lands, an uploaded photo before words; None where nothing is asked."""
    uploaded = st.session_state.get("map photo")
    if not (uploaded or here.query):
        return None
    try:
        images = [uploaded.getvalue()] if uploaded else []
        answer = engine.search("" if uploaded else here.query, images=images, k=1)
    except KindredError as error:
        frame.tell(error)
        return None
    if answer.row is None:
        return None
    return ground_of(engine, drawn).land(answer.row, is_text=not uploaded)


def _shown(
    engine: SearchEngine,
    drawn: DrawnMap,
    told: Told,
    here: MapView,
    landing: Landing | None,
    slug: str,
    key: str,
) -> Shown:
    collection, record = engine.collection, drawn.record
    colour = colouring_of(drawn, told, here, landing)
    body = colour_body(colour, "glow" if here.colour == LIKENESS else "trust")
    parts = {**parts_of(collection, drawn), "colour": (named(body), body)}
    sheets = sheets_of(collection)
    return Shown(
        key=key,
        map=record.key,
        parts=parts,
        described=described(drawn, colour),
        sheets={
            "id": f"sheets-{collection.fingerprint}",
            "n_cells": sheets.n_cells,
            "n_across": sheets.n_across,
            "cell": sheets.cell_px,
            "n_sheets": len(sheets),
        },
        names=names_of(drawn),
        query=_query(landing, here),
        shown=_places_shown(drawn, told, here),
        chosen=points_on(read_choice(slug), drawn, told),
    )


def _query(landing: Landing | None, here: MapView) -> Body | None:
    if landing is None:
        return None
    text = "your photo" if st.session_state.get("map photo") else here.query
    x, y = landing.point
    return {"x": x, "y": y, "text": text, "nearest": landing.nearest}


def _places_shown(drawn: DrawnMap, told: Told, here: MapView) -> list[int]:
    """Return the points of the photo that the page was opened to show."""
    rows = [photo.row for photo in told.photos if photo.photo_id == here.photo]
    return np.flatnonzero(np.isin(drawn.rows, rows)).tolist() if rows else []


def _send_sheets(engine: SearchEngine, heard: Heard, key: str) -> None:
    sheets = sheets_of(engine.collection)
    prefix = f"sheets-{engine.collection.fingerprint}"
    wanted = [int(number) for number in heard.needs if 0 <= int(number) < len(sheets)]
    with st.container(gap=None, key=f"sheets of {key}"):
        for number in wanted[:8]:
            picture = b64encode(sheets.sheet(number)).decode()
            send(f"{key} sheet {number}", {f"{prefix}/{number}": picture})
