"""Filters with counts: what the photos are, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.search import Facets, SearchEngine, SearchResult
from pages.shared.links import show
from pages.shared.phrases import attribute, plain
from pages.shared.view import View

N_OPEN = 3
N_VALUES = 8


def draw_facets(engine: SearchEngine, answer: SearchResult, here: View, slug: str) -> None:
    """Draw the filters in the sidebar, those in use first; their counts follow the query."""
    facets = count_facets(engine, here.filters, answer.query_embedding)
    keys = sorted(facets, key=lambda key: key not in here.filters)
    n_open = max(N_OPEN, len(here.filters))
    with st.sidebar:
        if keys:
            _draw_title(here, slug)
        for key in keys[:n_open]:
            _draw_facet(key, facets[key], here, slug)
        if keys[n_open:]:
            with st.expander("More filters"):
                for key in keys[n_open:]:
                    _draw_facet(key, facets[key], here, slug)


def count_facets(
    engine: SearchEngine,
    filters: Mapping[str, Sequence[str]],
    near: NDArray[np.float32] | None = None,
) -> Facets:
    """Count the photos each value would leave, among those nearest to a query's row.

    A filter in use does not narrow its own counts: its other values stay in sight, because
    choosing one more of them widens the search.
    """
    facets = engine.facets(filters, near=near)
    for key in filters:
        others = {other: values for other, values in filters.items() if other != key}
        facets[key] = engine.facets(others, near=near).get(key, [])
    return facets


def _draw_title(here: View, slug: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Filters", anchor=False, width="stretch")
        if here.filters:
            cleared = here.changed(filters={})
            st.button("Clear", type="tertiary", on_click=show, args=(cleared, slug))
    st.caption("Counted among the 300 photos nearest to the question.")


def _draw_facet(key: str, values: Sequence[tuple[str, int]], here: View, slug: str) -> None:
    counts = dict(values)
    chosen = here.filters.get(key, ())
    options = [*chosen, *(value for value in counts if value not in chosen)]
    state = f"facet {key}"
    st.session_state[state] = list(chosen)
    st.pills(
        plain(attribute(key)),
        options[: max(N_VALUES, len(chosen))],
        selection_mode="multi",
        format_func=lambda value: f"{plain(value)} :gray[{counts.get(value, 0):,}]",
        key=state,
        on_change=lambda: show(_with(here, key, st.session_state[state]), slug),
    )


def _with(here: View, key: str, values: Sequence[str]) -> View:
    others = {other: chosen for other, chosen in here.filters.items() if other != key}
    return here.changed(filters={**others, key: tuple(values)} if values else others)
