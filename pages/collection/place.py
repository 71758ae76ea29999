"""Where a collection's photos lie, if not in its own folder, and how they are there."""

from __future__ import annotations

import streamlit as st

from engine.access import shown
from engine.qdrant import StoreState
from engine.storage import Collection
from pages.shared.frame import ErrorBoundary
from pages.shared.phrases import count, plain

STATES = {"green": "in order", "yellow": "still indexing", "red": "not in order"}


def draw_place(collection: Collection) -> None:
    """Say where the photos lie, if not in the collection's own folder, and how they are there."""
    remote = collection.manifest.remote
    if remote is None:
        return
    with ErrorBoundary():
        state = _place_state(collection.fingerprint, collection)
        spread_over = f"{count(state.n_shards, 'shard')} on {count(state.n_nodes, 'machine')}"
        st.caption(
            f":material/database: {plain(shown(remote.address))} · {count(state.n_points, 'photo')}"
            f" · {spread_over} · {STATES.get(state.status, state.status)}"
        )


@st.cache_data(show_spinner=False, ttl=10, max_entries=32)
def _place_state(fingerprint: str, _collection: Collection) -> StoreState:
    assert _collection.store is not None
    return _collection.store.state()
