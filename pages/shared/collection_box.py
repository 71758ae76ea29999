"""The choice of collection in the sidebar, and the one to begin with."""

from __future__ import annotations

import streamlit as st

from engine.storage import CollectionSummary
from pages.shared.resources import DEMO
from pages.shared.view import View


def first_of(known: dict[str, CollectionSummary]) -> str:
    """Return the collection to begin with: the newest of one's own, else what there is."""
    own = {
        slug: summary.created
        for slug, summary in known.items()
        if slug != DEMO and summary.health == "ready"
    }
    return max(own, key=own.__getitem__) if own else next(iter(known), "")


def draw_collection_box(known: dict[str, CollectionSummary], slug: str) -> None:
    """Draw the choice of collection; what is not ready cannot be chosen."""
    ready = [name for name, summary in known.items() if summary.health == "ready"]
    if not ready:
        return
    st.session_state["collection"] = slug if slug in ready else None
    st.selectbox(
        "Collection",
        ready,
        key="collection",
        format_func=lambda name: known[name].name,
        placeholder="Choose a collection",
        on_change=_choose_collection,
    )


def _choose_collection() -> None:
    """A new collection keeps the words; ids and filters belong to the old one."""
    view = View.read(st.query_params)
    kept = View(query=view.query, k=view.k)
    st.query_params.from_dict({"collection": st.session_state["collection"], **kept.parameters()})
