"""The map on the page: an element of Kindred's own, and the couriers that bring its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from pages.map.labels import WORDS
from pages.map.parts import Body
from pages.shared.elements import element

SCRIPTS = "lens agreed painter store colours columns overlay legend hands map"
HEIGHT_PX = 640

_map = element("map", js=" ".join(f"map/{name}.js" for name in SCRIPTS.split()), css="map/map.css")
_courier = element("courier", js="map/store.js map/courier.js")


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything one map on the page shows.

    Parameters
    ----------
    key
        Names the element.
    map
        Names the map that chosen points belong to.
    parts
        Kind of part to its name and body: ``points``, ``told``, ``facts``, ``colour``, ``pairs``.
    sheets
        How small pictures lie on their sheets, or None.
    described
        The map in words, for those who do not see it.
    columns
        Attributes that can be filtered by: ``key``, ``title``, and the ``part`` that has its
        values, once that was asked for.
    filters
        Attribute to the values that points may have.
    names, query, shown, chosen, state
        Names on the map, where a query landed, points to point at, points chosen, and a word
        about what is going on.
    look, ask
        Where to look, with a serial of its own; and a serial to be told where one looks now.
    """

    key: str
    map: str
    parts: Mapping[str, tuple[str, Any]]
    described: str
    sheets: Body | None = None
    columns: Sequence[Body] = ()
    filters: Mapping[str, Sequence[str]] | None = None
    names: Sequence[Body] = ()
    query: Body | None = None
    shown: Sequence[int] = ()
    chosen: Body | None = None
    state: str = ""
    look: Body | None = None
    ask: str = ""
    height: int = HEIGHT_PX


@dataclass(frozen=True, slots=True)
class Heard:
    """What the map asks for since the last run.

    Parameters
    ----------
    needs
        Sheets of pictures that are wanted.
    has
        Names of the parts that this very page has already.
    """

    needs: Sequence[int]
    has: frozenset[str]


def draw_map(shown: Shown) -> Heard:
    """Draw a map; return which sheets of pictures it needs. `deeds_on` tells what was done."""
    names: dict[str, Any] = {kind: name for kind, (name, _) in shown.parts.items()}
    if shown.sheets:
        names["sheets"] = shown.sheets
    result = _map(
        key=shown.key,
        data={
            "key": shown.key,
            "map": shown.map,
            "parts": names,
            "columns": list(shown.columns),
            "filters": {key: list(values) for key, values in (shown.filters or {}).items()},
            "names": list(shown.names),
            "query": shown.query,
            "shown": list(shown.shown),
            "chosen": shown.chosen,
            "state": shown.state,
            "look": shown.look,
            "ask": shown.ask,
            "height": shown.height,
            "words": {**WORDS, "described": shown.described},
        },
        on_chosen_change=partial(_hear, shown.key, "chosen"),
        on_filters_change=partial(_hear, shown.key, "filters"),
        on_look_change=partial(_hear, shown.key, "look"),
        on_needs_change=partial(_hear, shown.key, "needs"),
    )
    told = result.needs or result.chosen or result.filters or {}
    return Heard(told.get("numbers", ()), frozenset(map(str, told.get("has", ()))))


def deeds_on(key: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what was chosen and filtered on a map since this was last asked, by its name.

    It is known before the map is drawn anew, so that what is drawn agrees with it.
    """
    return st.session_state.pop(_ear(key), {})


def _hear(key: str, name: str) -> None:
    """Keep what was done until it is dealt with."""
    # A wish for pictures that comes a moment later takes the place of what was told before it, or
    # ends the run which that began: so every message carries all that the map has no answer to yet.
    if told := getattr(st.session_state[key], name):
        st.session_state[_ear(key)] = {**st.session_state.get(_ear(key), {}), **told["unheard"]}


def _ear(key: str) -> str:
    return f"done on {key}"


def send(key: str, parts: Mapping[str, Any]) -> None:
    """Bring parts into the page; each stays there under its name."""
    if parts:
        _courier(key=f"courier {key}", data=dict(parts))


def send_parts(shown: Shown, has: frozenset[str] = frozenset()) -> None:
    """Bring the parts of a map that the page has not got, one courier each."""
    with st.container(gap=None, key=f"couriers of {shown.key}"):
        for kind, (name, body) in shown.parts.items():
            if name not in has:
                send(f"{shown.key} {kind}", {name: body})
