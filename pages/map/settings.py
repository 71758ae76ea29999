"""How a map is drawn, and which other one is shown beside it."""

from __future__ import annotations

import streamlit as st

from engine.maps import (
    MAX_ITERATIONS,
    MAX_PERPLEXITY,
    MIN_ITERATIONS,
    MIN_PERPLEXITY,
    list_maps,
)
from pages.map.view import MapView
from pages.shared.links import show
from pages.shared.resources import collection_of, collections

METHODS = {"tsne": "t-SNE: keeps neighbours", "pca": "PCA: quick, keeps directions"}
METRICS = {"cosine": "Cosine", "euclidean": "Euclidean"}


def draw_settings(here: MapView, slug: str) -> None:
    """Draw the choice of method and numbers, used together when the button is pressed."""
    here = here.renewed(st.query_params)
    settings = here.settings
    with st.form("map settings", border=False):
        method = st.selectbox(
            "Method",
            list(METHODS),
            list(METHODS).index(settings.method),
            format_func=lambda method: METHODS[method],
        )
        left, right = st.columns(2)
        perplexity = left.number_input(
            "Perplexity", MIN_PERPLEXITY, MAX_PERPLEXITY, settings.perplexity, step=5.0
        )
        iterations = right.number_input(
            "Steps", MIN_ITERATIONS, MAX_ITERATIONS, settings.iterations, step=100
        )
        seed = left.number_input("Seed", 0, 2**31 - 1, settings.seed)
        metric = right.selectbox(
            "Distance",
            list(METRICS),
            list(METRICS).index(settings.metric),
            format_func=lambda metric: METRICS[metric],
        )
        if st.form_submit_button("Use these", type="primary"):
            chosen = {
                "method": method,
                "perplexity": perplexity,
                "iterations": int(iterations),
                "seed": int(seed),
                "metric": metric,
            }
            show(here.changed(**chosen, beside="", look=""), slug)
            st.rerun()


def draw_beside(here: MapView, slug: str) -> None:
    """Draw the choice of a second map: other settings, or the same photos by another model."""
    options = maps_beside(slug)
    if not options:
        st.caption("Make a second map first: with other settings, or of another model.")
        return
    here = here.renewed(st.query_params)
    st.session_state["map beside"] = here.beside if here.beside in options else None
    st.selectbox(
        "Show beside this map",
        list(options),
        format_func=lambda key: options[key],
        key="map beside",
        placeholder="Choose a map",
        on_change=lambda: show(_chosen_beside(here), slug),
    )
    if here.beside:
        st.button("Show one map", on_click=show, args=(here.changed(beside=""), slug))


def _chosen_beside(here: MapView) -> MapView:
    """Return the view with the second map just chosen, and the filters of this moment."""
    return here.renewed(st.query_params).changed(beside=st.session_state["map beside"] or "")


def maps_beside(slug: str) -> dict[str, str]:
    """Return the kept maps of this collection, then those of the others, as "slug/key"."""
    ready = {name: each for name, each in collections().items() if each.health == "ready"}
    found = {}
    for name in sorted(ready, key=lambda name: name != slug):
        for record in list_maps(collection_of(ready[name].folder)):
            own = "" if name == slug else f"{ready[name].name}: "
            found[f"{name}/{record.key}"] = own + record.settings.told()
    return found
