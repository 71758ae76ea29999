"""The queries of this session, the last first, as links to their answers."""

from __future__ import annotations

import streamlit as st

from pages.shared.elements import draw_links
from pages.shared.links import link_to
from pages.shared.view import View

N_KEPT = 12
KEY = "asked"


def remember(here: View, slug: str) -> None:
    """Put the question of a view first among those of this session."""
    words = here.query or "photos like this"
    asked = {"words": words, "href": link_to(here.changed(photo=""), slug)}
    others = [each for each in st.session_state.get(KEY, []) if each["words"] != words]
    st.session_state[KEY] = [asked, *others][:N_KEPT]


def draw_history(slug: str) -> None:
    """Draw the earlier questions, if there are any."""
    asked = st.session_state.get(KEY, [])
    if len(asked) > 1:
        with st.popover("Earlier", icon=":material/history:"):
            draw_links(asked[1:], key="history")
