"""The box to ask in."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.search import SearchEngine
from pages.shared.collection_caches import suggestions_of
from pages.shared.elements import draw_suggestions
from pages.shared.links import show
from pages.shared.view import View


def hint_of(examples: Sequence[str]) -> str:
    """Return how words are weighed and left out, said with words of the collection.

    Examples
    --------
    >>> print(hint_of(["black shoes", "shoes - black"]).split(" · ")[1])
    weigh with a number: `2*shoes + black`
    >>> print(hint_of(["dog", "beach"]).split(" · ")[0])
    Leave out with a minus, or say it: `dog - beach`, `dog without beach`
    """
    minus = [each.split(" - ") for each in examples if " - " in each]
    thing, other = minus[-1] if minus else (*examples[:2], "this", "that")[:2]
    return (
        f"Leave out with a minus, or say it: `{thing} - {other}`, `{thing} without {other}` · "
        f"weigh with a number: `2*{thing} + {other}`"
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
