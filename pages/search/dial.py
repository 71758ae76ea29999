"""The recall dial: how far the index looks, what that finds, and what it costs, measured here."""

from __future__ import annotations

import streamlit as st

from engine.search import PARAMETERS, SearchEngine
from pages.shared.collection_caches import measured_recall
from pages.shared.links import show
from pages.shared.phrases import count, milliseconds
from pages.shared.view import View


def draw_dial(engine: SearchEngine, here: View, slug: str) -> None:
    """Draw the switch to exact answers, and the candidates of the index where it keeps any."""
    collection = engine.collection
    if not collection.ef:
        told = count(collection.n_photos, "photo")
        st.caption(f"Every answer is exact: {told} are few enough to compare them all.")
        return
    st.session_state["exact"] = here.exact
    st.toggle(
        PARAMETERS["exact"].label,
        key="exact",
        on_change=lambda: show(here.changed(exact=st.session_state["exact"]), slug),
    )
    if not st.toggle("Measure the index on this collection", key="measure the index"):
        return
    points = measured_recall(engine)
    options = [0, *(point.ef for point in points)]
    st.session_state["ef"] = here.ef if here.ef in options else 0
    by_ef = {point.ef: point for point in points}
    st.select_slider(
        PARAMETERS["ef"].label,
        options,
        key="ef",
        format_func=lambda ef: f"{ef}" if ef else "usual",
        disabled=here.exact,
        on_change=lambda: show(here.changed(ef=st.session_state["ef"] or None), slug),
    )
    st.markdown(
        "| candidates | index recall@9 of photos | of texts | time |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {ef or 'every photo'} | {point.photo_recall:.4f} | {point.text_recall:.4f} "
            f"| {milliseconds(point.seconds)} |"
            for ef, point in by_ef.items()
        )
    )
