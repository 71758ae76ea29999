"""Word honesty on the page: what each odd word was read as, how often the model saw it, swaps."""

from __future__ import annotations

import re

import streamlit as st

from engine.search import Answer, WordReading
from pages.parts.links import show
from pages.parts.view import View
from pages.parts.wording import count, plain

N_SWAPS = 3


def draw_remarks(answer: Answer, here: View, slug: str) -> None:
    """Say what the model makes of the words it does not know well, and offer others."""
    unknown = [each for each in answer.readings if each.is_unknown]
    if unknown:
        words = ", ".join(f"**{plain(each.word)}**" for each in unknown)
        beside = " by meaning; captions were searched for it" if here.by != "meaning" else ""
        st.warning(f"The model has never seen {words}: left out{beside}.", icon=":material/help:")
    for reading in answer.readings:
        if not reading.is_unknown or reading.swaps:
            _draw_reading(reading, here, slug)
    if answer.n_excluded:
        left_out = count(answer.n_excluded, "photo")
        st.caption(f"{left_out} left out, whose captions or tags name what you took away.")


def _draw_reading(reading: WordReading, here: View, slug: str) -> None:
    """Draw one remark with its swaps in one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        seen = f"seen {count(reading.n_seen, 'time')} in training"
        if reading.is_misread:
            told = f"**{plain(reading.word)}** read as **{plain(reading.read_as)}**, {seen}"
        elif reading.is_unknown:
            told = f"instead of **{plain(reading.word)}**"
        else:
            told = f"**{plain(reading.word)}** hardly known, {seen}"
        st.caption(told, width="content")
        for swap in [each for each in reading.swaps if each != reading.read_as][:N_SWAPS]:
            st.button(
                plain(swap),
                key=f"swap {reading.word} {swap}",
                type="tertiary",
                icon=":material/swap_horiz:",
                on_click=show,
                args=(here.changed(query=swapped(here.query, reading.word, swap)), slug),
            )


def swapped(query: str, word: str, swap: str) -> str:
    """Put one word of a query in another's place, however it was written.

    Examples
    --------
    >>> swapped("Snekers - red", "snekers", "sneaker")
    'sneaker - red'
    """
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", swap, query, flags=re.IGNORECASE)
