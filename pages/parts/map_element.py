"""The map on the page: an element of Kindred's own, and the couriers that bring its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from pages.parts.elements import element
from pages.parts.map_parts import Body
from pages.parts.map_words import WORDS

SCRIPTS = "lens painter store colours overlay legend hands map"
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
    names, query, shown, chosen, state
        Names on the map, where a query landed, points to point at, points chosen, and a word
        about what is going on.
    """

    key: str
    map: str
    parts: Mapping[str, tuple[str, Any]]
    described: str
    sheets: Body | None = None
    names: Sequence[Body] = ()
    query: Body | None = None
    shown: Sequence[int] = ()
    chosen: Body | None = None
    state: str = ""
    height: int = HEIGHT_PX


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person did on the map since the last run.

    Parameters
    ----------
    chosen
        The points chosen, or None.
    needs
        Sheets of pictures that are wanted.
    has
        Names of the parts that this very page has already.
    """

    chosen: Mapping[str, Any] | None
    needs: Sequence[int]
    has: frozenset[str]


def draw_map(shown: Shown) -> Heard:
    """Draw a map; return what was chosen on it, and which sheets of pictures it needs."""
    names: dict[str, Any] = {kind: name for kind, (name, _) in shown.parts.items()}
    if shown.sheets:
        names["sheets"] = shown.sheets
    result = _map(
        key=shown.key,
        data={
            "map": shown.map,
            "parts": names,
            "names": list(shown.names),
            "query": shown.query,
            "shown": list(shown.shown),
            "chosen": shown.chosen,
            "state": shown.state,
            "height": shown.height,
            "words": {**WORDS, "described": shown.described},
        },
        on_chosen_change=partial(_hear_chosen, shown.key),
        on_needs_change=_hear,
    )
    needs, chosen = result.needs or {}, st.session_state.get(_ear(shown.key))
    has = (result.chosen or needs).get("has", ())
    return Heard(chosen, needs.get("numbers", ()), frozenset(map(str, has)))


def forget_chosen(key: str) -> None:
    """Let go of what was heard to be chosen on a map, once it is remembered."""
    st.session_state.pop(_ear(key), None)


def _hear_chosen(key: str) -> None:
    """Keep what was chosen until it is dealt with.

    A wish for pictures that comes a moment later ends the run which the choice began, and with it
    goes what only that run was told.
    """
    if chosen := st.session_state[key].chosen:
        st.session_state[_ear(key)] = dict(chosen)


def _ear(key: str) -> str:
    return f"chosen on {key}"


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


def _hear() -> None:
    """What was done is read where the map is drawn; Streamlit only has to know of it."""
