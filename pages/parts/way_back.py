"""The way back to the model that a collection had before another one was promoted to it."""

from __future__ import annotations

import streamlit as st

from engine.storage import CollectionSummary, previous_version, roll_back


def draw_way_back(slug: str, summary: CollectionSummary) -> None:
    """Offer the version before, where there is one."""
    previous = previous_version(summary.folder)
    if previous is None:
        return
    told = f"Answer with the model {previous.model.name} of before; this one stays for a way back"
    icon = ":material/undo:"
    if st.button("Roll back", key=f"Roll back {slug}", type="tertiary", icon=icon, help=told):
        roll_back(summary.folder)
        st.rerun()
