"""The box to ask in, and the examples beneath it."""

from __future__ import annotations

import streamlit as st

from pages.parts.gallery import address
from pages.parts.view import View
from pages.parts.wording import plain

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
        on_change=lambda: _ask(here, slug, st.session_state["words"]),
    )


def draw_examples(here: View, slug: str, examples: list[str]) -> None:
    """Draw queries to click on."""
    with st.container(horizontal=True, gap="small", key="examples"):
        for example in examples:
            st.button(
                plain(example), key=f"example {example}", on_click=_ask, args=(here, slug, example)
            )


def _ask(here: View, slug: str, words: str) -> None:
    st.query_params.from_dict(address(here.changed(query=words.strip()), slug))
