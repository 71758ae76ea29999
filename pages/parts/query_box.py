"""The box to ask in."""

from __future__ import annotations

import streamlit as st

from engine.search import SearchEngine
from pages.parts.elements import draw_suggestions
from pages.parts.learned import suggestions_of
from pages.parts.links import show
from pages.parts.view import View

HINT = (
    "Leave out with a minus, or say it: `dress - floral`, `dress without flowers` · "
    "weigh with a number: `2*boots + leather`"
)


def draw_query_box(
    engine: SearchEngine, here: View, slug: str, *, label: str, placeholder: str
) -> None:
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
    draw_suggestions(suggestions_of(engine), label)
