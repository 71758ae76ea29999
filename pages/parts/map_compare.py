"""Two maps beside each other: what is chosen on one is chosen on the other."""

from __future__ import annotations

import streamlit as st

from engine.maps import DrawnMap
from engine.search import SearchEngine
from pages.parts import frame
from pages.parts.map_panel import draw_panel
from pages.parts.map_resources import map_named
from pages.parts.map_stage import draw_stage
from pages.parts.map_view import MapView
from pages.parts.resources import collections, engine_of
from pages.parts.wording import plain

Side = tuple[SearchEngine, DrawnMap]


def draw_comparison(engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str) -> None:
    """Draw a second map beside the first: other settings, or the same photos by another model."""
    sides = [(engine, drawn)]
    other = _beside(here)
    if other is None:
        st.warning("The second map is no longer kept.", icon=":material/info:")
    else:
        sides.append(other)
    st.fragment(_draw)(sides, here, slug)


def _beside(here: MapView) -> Side | None:
    name, _, key = here.beside.partition("/")
    summary = collections().get(name)
    if summary is None or summary.health != "ready":
        return None
    engine = engine_of(summary.folder)
    drawn = map_named(engine.collection, key)
    return (engine, drawn) if drawn is not None else None


def _draw(sides: list[Side], here: MapView, slug: str) -> None:
    with frame.Told():
        news = False
        for number, column in enumerate(st.columns(len(sides), gap="medium")):
            engine, drawn = sides[number]
            with column:
                st.markdown(f"**{plain(drawn.record.settings.told())}**")
                kept = f"{drawn.record.kept:.0%} of 10 neighbours kept"
                st.caption(f"{plain(engine.collection.name)}, {kept}")
                news |= draw_stage(engine, drawn, here, slug, key=f"map {number}")
        if news:
            st.rerun(scope="fragment")
        draw_panel(sides[0][0], here, slug)
