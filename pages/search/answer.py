"""An answer on the page: what was understood, what it is worth, the photos, and ways on."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from engine.search import QueryPart, SearchEngine, SearchResult, Verdict
from pages.search.chips import draw_chips
from pages.search.photo_sheet import draw_photo_sheet
from pages.search.remarks import draw_remarks
from pages.search.toolbar import draw_toolbar
from pages.shared.collection_caches import judged, words_near
from pages.shared.gallery import draw_matches
from pages.shared.links import show
from pages.shared.phrases import chip_label, plain
from pages.shared.view import View


def draw_answer(
    engine: SearchEngine,
    answer: SearchResult,
    here: View,
    slug: str,
    uploads: Sequence[bytes] = (),
) -> None:
    """Draw a whole answer, or say why it is empty; `uploads` are the pictures of its photos."""
    draw_chips(engine, answer, here, slug, uploads)
    draw_remarks(answer, here, slug)
    if answer.matches:
        verdict = judged(engine, answer, here.filters)
        draw_toolbar(engine, answer, here, slug)
        if not verdict.has_answer:
            _draw_no_good_answer(answer, verdict)
        words = words_near(engine, answer)
        draw_matches(engine.collection, answer, verdict, words, here=here, slug=slug)
        _draw_pages(answer, here, slug)
    else:
        _draw_no_answer(answer, here, slug)
    if here.photo:
        draw_photo_sheet(engine, answer, here, slug)


def _draw_no_good_answer(answer: SearchResult, verdict: Verdict) -> None:
    """Say plainly that nothing found is likely to be what was asked for, and why."""
    if verdict.unknown:
        unknown = " and ".join(f"“{plain(word)}”" for word in verdict.unknown)
        st.info(
            f"**This model does not know {unknown}**, so it cannot tell whether the collection "
            "has any. These are only the nearest photos there are.",
            icon=":material/help:",
        )
        return
    percent = f"{verdict.likelihood * 100:.0f} %"
    wanted = [chip for chip in answer.query_parts if chip.term.weight > 0 and not chip.steers]
    asked = " + ".join(map(_asked, wanted)) or f"“{plain(answer.query)}”"
    st.info(
        f"**No good answer.** To this model, nothing in this collection looks like {asked} "
        f"(likelihood {percent}). These are only the nearest photos there are.",
        icon=":material/search_off:",
    )


def _asked(chip: QueryPart) -> str:
    """Return what was asked for as a person would call it."""
    if chip.term.photo:
        return "part of your photo" if chip.term.region else "your photo"
    return f"“{plain(chip_label(chip))}”" if chip.term.text else f"the {plain(chip_label(chip))}"


def _draw_no_answer(answer: SearchResult, here: View, slug: str) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        if here.filters and not answer.n_searched:
            st.subheader("No photo passes all these filters", anchor=False, text_alignment="center")
            st.button("Clear the filters", on_click=show, args=(here.changed(filters={}), slug))
        elif here.only_matching and not answer.n_searched:
            st.subheader("No photo carries all these words", anchor=False, text_alignment="center")
            everything = here.changed(only_matching=False)
            st.button("Search all photos", on_click=show, args=(everything, slug))
        elif here.page > 1:
            st.subheader("There are no photos on this page", anchor=False, text_alignment="center")
            st.button("Back to the first page", on_click=show, args=(here.changed(page=1), slug))
        else:
            st.subheader("No photo says this", anchor=False, text_alignment="center")
            everywhere = here.changed(mode="hybrid")
            st.button("Search by meaning too", on_click=show, args=(everywhere, slug))


def _draw_pages(answer: SearchResult, here: View, slug: str) -> None:
    n_pages = math.ceil(answer.n_searched / here.k)
    if n_pages < 2:
        return
    st.session_state["page"] = min(here.page, n_pages)
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.pagination(
            n_pages,
            max_visible_pages=7,
            key="page",
            on_change=lambda: show(here.changed(page=st.session_state["page"]), slug),
        )
