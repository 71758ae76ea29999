"""Photos of the collection to start from, where a person brings none."""

from __future__ import annotations

import streamlit as st

from engine.search import SearchEngine
from pages.shared.gallery import draw_photos
from pages.shared.resources import spread

N_SAMPLES = 36


def draw_samples(engine: SearchEngine, slug: str) -> None:
    """Draw photos from all over the collection; one chosen becomes the photo to start from."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Bring a photo, paste one anywhere on this page, or start from one of these.")
        st.space("stretch")
        st.button("Show others", icon=":material/shuffle:", type="tertiary", on_click=_turn)
    turn = st.session_state.get("samples turn", 0)
    photos = spread(engine.collection, N_SAMPLES, turn=turn)
    draw_photos(engine.collection, photos, slug=slug, layout="strip", label="Photos to start from")


def _turn() -> None:
    st.session_state["samples turn"] = st.session_state.get("samples turn", 0) + 7
