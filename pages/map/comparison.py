"""Two maps beside each other: what is chosen on one is chosen on the other."""

from __future__ import annotations

import streamlit as st

from engine.maps import DrawnMap
from engine.search import SearchEngine
from pages.map.panel import draw_panel
from pages.map.resources import map_named
from pages.map.stage import draw_stage, hear
from pages.map.view import MapView
from pages.shared import frame
from pages.shared.phrases import plain
from pages.shared.resources import collections, engine_of

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
    with frame.ErrorBoundary():
        base = sides[0][0].collection
        keys = [f"map {number}" for number in range(len(sides))]
        for key, (engine, drawn) in zip(keys, sides, strict=True):
            here = hear(engine.collection, drawn, here, slug, base=base, key=key)
        columns = st.columns(len(sides), gap="medium")
        for key, column, (engine, drawn) in zip(keys, columns, sides, strict=True):
            with column:
                st.markdown(f"**{plain(drawn.record.settings.told())}**")
                kept = f"{drawn.record.kept:.0%} of 10 neighbours kept"
                st.caption(f"{plain(engine.collection.name)}, {kept}")
                draw_stage(engine, drawn, here, slug, base=base, key=key)
        draw_panel(sides[0][0], slug)
