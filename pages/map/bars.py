"""Histograms of attributes beside a map: they filter it, and show what is left and chosen on it."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from engine.catalogue import TAG
from engine.maps import DrawnMap, PhotoTable
from engine.storage import Collection
from pages.map.parts import Body
from pages.map.resources import column_of, table_of
from pages.map.view import MapView
from pages.shared.elements import element
from pages.shared.phrases import attribute

N_OPEN = 3
WORDS = {
    "title": "Attributes",
    "of": "of",
    "points": "points",
    "clear": "Clear filters",
    "more": "more",
    "fewer": "Show fewer",
    "find": "Find a value",
    "label": "Attributes of the photos; press a value to show only photos that have it",
}
_bars = element(
    "bars",
    js=" ".join(f"map/{name}.js" for name in ("agreed", "colours", "legend", "bars")),
    css="map/bars.css",
)


def columns_shown(
    collection: Collection, drawn: DrawnMap, here: MapView, slug: str
) -> tuple[list[Body], dict[str, tuple[str, Any]]]:
    """Return the attributes of a map, and the values of those that are open or filter it."""
    keys = keys_in_order(table_of(collection))
    wanted = {*keys[:N_OPEN], *opened(slug), *here.filters}
    found = {f"column {key}": column_of(collection, drawn, key) for key in keys if key in wanted}
    columns = []
    for place, key in enumerate(keys):
        part = found.get(f"column {key}", ("", None))[0]
        columns.append({"key": key, "title": attribute(key), "part": part, "open": place < N_OPEN})
    return columns, found


def keys_in_order(table: PhotoTable) -> list[str]:
    """Return the attributes that tell photos apart: a person's tags, then by how many have one."""
    known = {key: sum(table.shares.get(key, {}).values()) for key in table.keys}
    by_share = sorted(table.keys, key=lambda key: (key != TAG, -round(min(known[key], 1.0), 1)))
    return [*by_share, *table.measures]


def opened(slug: str) -> set[str]:
    """Return the attributes whose histograms a person has opened."""
    return set(st.session_state.get(_state(slug), ()))


def draw_bars(collection: Collection, map_key: str, slug: str) -> None:
    """Draw the histograms of the map that is drawn under a key."""
    if not keys_in_order(table_of(collection)):
        return
    _bars(
        key=f"bars of {map_key}",
        data={"map": map_key, "words": WORDS},
        on_opened_change=partial(_open, f"bars of {map_key}", slug),
    )


def _open(key: str, slug: str) -> None:
    if told := st.session_state[key].opened:
        st.session_state[_state(slug)] = sorted({*opened(slug), str(told["key"])})


def _state(slug: str) -> str:
    return f"map bars of {slug}"
