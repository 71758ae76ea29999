"""Two models asked the same of one's own photos, their answers side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.hub import ModelOnShelf
from engine.storage import Collection
from pages.shared.elements import data_url
from pages.shared.frame import ErrorBoundary, Page
from pages.shared.phrases import count, plain
from pages.shared.resources import collection_of, models, side_by_side_of

N_SHOWN = 9
PHOTO_PX = 132
KEPT = {"first model": "first", "second model": "second", "asked of both": "ask"}


def draw_two_models(page: Page) -> None:
    """Draw the choice of two models, a question, and both answers; the address keeps them."""
    usable = {each.name: each for each in models() if not each.reason}
    if page.summary is None or page.summary.health != "ready" or len(usable) < 2:
        return
    st.subheader("Two models, one question", anchor=False)
    st.caption(
        f"Asked of photos of {plain(page.summary.name)}. The first question takes as long as both "
        "models need to look at them."
    )
    for key, name in KEPT.items():
        st.session_state.setdefault(key, st.query_params.get(name))
    if st.session_state["first model"] not in usable:
        st.session_state["first model"] = next(iter(usable))
    if st.session_state["second model"] not in usable:
        st.session_state["second model"] = list(usable)[-1]
    text = st.text_input("Words", key="asked of both", placeholder="dog on a beach") or ""
    columns = st.columns(2, gap="large")
    chosen = [
        column.selectbox("Model", list(usable), key=key, on_change=_keep)
        for column, key in zip(columns, ("first model", "second model"), strict=True)
    ]
    if not text.strip():
        st.caption("Type some words: both models answer.")
        return
    _keep()
    with ErrorBoundary():
        collection = collection_of(page.summary.folder)
        _draw_answers(collection, [usable[name] for name in chosen], text.strip(), columns)


def _keep() -> None:
    """Write the choice into the address, so that a link brings it back."""
    for key, name in KEPT.items():
        if st.session_state.get(key):
            st.query_params[name] = st.session_state[key]


def _draw_answers(
    collection: Collection,
    chosen: list[ModelOnShelf],
    text: str,
    columns: Sequence[DeltaGenerator],
) -> None:
    sides = side_by_side_of(collection, [each.folder for each in chosen])
    for column, answer in zip(columns, sides.nearest(text, N_SHOWN), strict=True):
        with column:
            st.image(
                [data_url(collection.thumbnail(photo.row)) for photo, _ in answer],
                caption=[f"similarity {similarity:.2f}" for _, similarity in answer],
                width=PHOTO_PX,
                alt=[" ".join(photo.captions[:1]) or photo.path for photo, _ in answer],
            )
    st.caption(f"Among {count(len(sides.photos), 'photo')}, evenly chosen.")
