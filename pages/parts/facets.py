"""Filters with counts: what the photos are, and how many of each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.search import SearchEngine
from pages.parts.gallery import address
from pages.parts.view import View
from pages.parts.wording import attribute, plain

N_OPEN = 3
N_VALUES = 8


def draw_facets(engine: SearchEngine, here: View, slug: str) -> None:
    """Draw the filters in the sidebar, each value with the photos it would leave."""
    facets = engine.facets(here.filters)
    if not facets:
        return
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Narrow", anchor=False, width="stretch")
            if here.filters:
                st.button("Clear", type="tertiary", on_click=_show, args=(here.changed(filters={}), slug))
        keys = sorted(facets, key=lambda key: key not in here.filters)
        for number, key in enumerate(keys):
            if number < max(N_OPEN, len(here.filters)):
                _draw_facet(key, facets[key], here, slug)
        rest = keys[max(N_OPEN, len(here.filters)) :]
        if rest:
            with st.expander("More filters"):
                for key in rest:
                    _draw_facet(key, facets[key], here, slug)


def _draw_facet(key: str, values: Sequence[tuple[str, int]], here: View, slug: str) -> None:
    counts = dict(values)
    chosen = here.filters.get(key, ())
    options = [*chosen, *[value for value in counts if value not in chosen]]
    state = f"facet {key}"
    st.session_state[state] = list(chosen)
    st.pills(
        plain(attribute(key)),
        options[: max(N_VALUES, len(chosen))],
        selection_mode="multi",
        format_func=lambda value: f"{plain(value)} :gray[{counts.get(value, 0):,}]",
        key=state,
        on_change=lambda: _show(_with(here, key, st.session_state[state]), slug),
    )


def _with(here: View, key: str, values: Sequence[str]) -> View:
    others = {other: chosen for other, chosen in here.filters.items() if other != key}
    return here.changed(filters={**others, key: tuple(values)} if values else others)


def _show(view: View, slug: str) -> None:
    st.query_params.from_dict(address(view, slug))
