"""Word honesty on the page: what each odd word was read as, how often the model saw it, swaps."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from engine.search import QueryPart, SearchResult, WordReading
from pages.shared.links import show
from pages.shared.phrases import count, plain
from pages.shared.view import View

N_SWAPS = 3


def draw_remarks(answer: SearchResult, here: View, slug: str) -> None:
    """Say in one line what the model makes of odd words; it opens over the page, not into it."""
    if answer.readings:
        icon = ":material/help:"
        with st.popover(_summary(answer.readings), type="tertiary", icon=icon):
            for reading in answer.readings:
                _draw_reading(reading, here, slug)
    weighed = how_weighed(answer.query_parts)
    if weighed:
        st.caption(weighed)
    if answer.n_excluded:
        left_out = count(answer.n_excluded, "photo")
        st.caption(f"{left_out} left out, whose captions or tags name what you took away.")


def _summary(readings: Sequence[WordReading]) -> str:
    """Return the folded line."""
    misread = [f"“{plain(r.word)}” as “{plain(r.read_as)}”" for r in readings if r.is_misread]
    parts = [f"Read {', '.join(misread)}"] if misread else []
    others = [reading for reading in readings if not reading.is_misread]
    for what, is_so in (("new to this model", False), ("hardly known to it", True)):
        n = sum(bool(reading.n_seen) == is_so for reading in others)
        if n:
            parts.append(f"{count(n, 'word')} {'is' if n == 1 else 'are'} {what}")
    return " · ".join(parts)


def how_weighed(chips: Sequence[QueryPart]) -> str:
    """Return how photos asked with together were weighed, "" where there is but one.

    Examples
    --------
    >>> import numpy as np
    >>> from engine.search import Term
    >>> one, two = (QueryPart(Term(w, photo=n), np.zeros(2), w) for n, w in ((1, 1.0), (2, 0.5)))
    >>> how_weighed([one, two])
    'Photos were weighed: photo 67 %, photo2 33 %.'
    >>> how_weighed([one])
    ''
    """
    shown = [chip for chip in chips if not chip.term.text and not chip.steers]
    if len(shown) < 2:
        return ""
    whole = sum(abs(chip.term.weight) for chip in shown)
    told = [
        f"{'away from ' if chip.term.weight < 0 else ''}{_photo_name(chip, place)} "
        f"{abs(chip.term.weight) / whole * 100:.0f} %"
        for place, chip in enumerate(shown, start=1)
    ]
    return f"Photos were weighed: {', '.join(told)}."


def _photo_name(chip: QueryPart, place: int) -> str:
    number = chip.term.photo or place
    return "photo" if number == 1 else f"photo{number}"


def _draw_reading(reading: WordReading, here: View, slug: str) -> None:
    """Draw one remark with its swaps in one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        word, seen = f"**{plain(reading.word)}**", count(reading.n_seen, "time")
        if reading.is_misread:
            told = f"{word} read as **{plain(reading.read_as)}**, seen {seen} in training"
        elif reading.language:
            told = f"{word} looks like {plain(reading.language)}, which this model did not learn"
        elif reading.is_unknown:
            beside = "; captions were searched for it" if here.mode != "dense" else ""
            told = f"{word} was never seen in training: left out{beside}"
        elif reading.n_seen:
            told = f"{word} hardly known, seen {seen} in training"
        else:
            told = f"{word} was never seen in training as a whole: read by its parts"
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
