"""Another model for a collection, and the way back to the one that it had before."""

from __future__ import annotations

import streamlit as st

from engine.encoders import bundled_models
from engine.jobs import start_job
from engine.storage import CollectionSummary, previous_version, roll_back
from pages.shared.elements import quiet_button


def draw_way_back(slug: str, summary: CollectionSummary) -> None:
    """Offer the version before, where there is one."""
    previous = previous_version(summary.folder)
    if previous is None:
        return
    told = f"Answer with the model {previous.model.name} of before; this one stays for a way back"
    if quiet_button("Roll back", slug, ":material/undo:", told):
        roll_back(summary.folder)
        st.rerun()


def draw_other_model(slug: str, summary: CollectionSummary) -> None:
    """Offer the other bundled model; to a collection of somebody's own model the default one."""
    other = next((name for name in bundled_models() if name != summary.model), None)
    if other is None:
        return
    told = (
        f"Embed its photos anew with {other}. Until that is done it answers as it does now, and "
        "the version before is kept for one step back."
    )
    if quiet_button(f"Use {other}", slug, ":material/model_training:", told, kind="Use"):
        arguments = [str(summary.folder), f"--model={other}", "--json"]
        start_job("update", arguments, title=f"Move {summary.name} to {other}")
        st.rerun()
