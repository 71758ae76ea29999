"""The box to ask in."""

from __future__ import annotations

import streamlit as st

from pages.parts.links import show
from pages.parts.view import View

HINT = "Leave out with a minus: `dress - floral` · weigh with a number: `2*boots + leather`"


def draw_query_box(here: View, slug: str, *, label: str, placeholder: str) -> None:
    """Draw the box with the words of this view; new words make a new view."""
    st.session_state["words"] = here.query
    st.text_input(
        label,
        key="words",
        type="search",
        icon=":material/search:",
        placeholder=placeholder,
        label_visibility="collapsed",
        on_change=lambda: show(here.changed(query=st.session_state["words"].strip()), slug),
    )
