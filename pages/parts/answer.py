"""An answer on the page: what was searched and how fast, the photos, and ways on."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from engine.search import Answer, SearchEngine
from pages.parts.download import as_csv, as_json
from pages.parts.elements import draw_door_to_filters
from pages.parts.gallery import draw_matches
from pages.parts.links import show
from pages.parts.photo_sheet import draw_photo_sheet
from pages.parts.view import View
from pages.parts.wording import count, milliseconds, plain, steps

PER_PAGE = (3, 6, 9, 12, 18, 24, 36, 48, 60)


def draw_answer(engine: SearchEngine, answer: Answer, here: View, slug: str) -> None:
    """Draw a whole answer, or say why it is empty."""
    if answer.unknown_words:
        words = ", ".join(f"**{plain(word)}**" for word in answer.unknown_words)
        st.warning(f"The model has never seen {words}: left out.", icon=":material/help:")
    if answer.matches:
        _draw_toolbar(answer, here, slug)
        draw_matches(engine.collection, answer.matches, here=here, slug=slug)
        _draw_pages(answer, here, slug)
    else:
        _draw_no_answer(answer, here, slug)
    if here.photo:
        draw_photo_sheet(engine, here, slug)


def _draw_no_answer(answer: Answer, here: View, slug: str) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        if here.filters and not answer.n_searched:
            st.subheader("No photo passes all these filters", anchor=False, text_alignment="center")
            st.button("Clear the filters", on_click=show, args=(here.changed(filters={}), slug))
        else:
            st.subheader("There are no photos on this page", anchor=False, text_alignment="center")
            st.button("Back to the first page", on_click=show, args=(here.changed(page=1), slug))


def _draw_toolbar(answer: Answer, here: View, slug: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        _draw_summary(answer)
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            draw_door_to_filters(sum(map(len, here.filters.values())))
            _draw_per_page(here, slug)
            with st.popover("Download", icon=":material/download:"):
                st.caption("These matches, with similarity, captions and attributes.")
                _download("CSV", lambda: as_csv(answer), "text/csv")
                _download("JSON", lambda: as_json(answer), "application/json")


def _draw_summary(answer: Answer) -> None:
    time = milliseconds(answer.seconds["total"])
    found = f"{len(answer.matches)} of {count(answer.n_searched, 'photo')}, {time}"
    with st.popover(found, type="tertiary", icon=":material/timer:"):
        st.caption(steps(answer.seconds))
        st.caption(
            "Exact: every photo was compared."
            if answer.is_exact
            else "Approximate: the index looked where near photos are likely."
        )


def _draw_per_page(here: View, slug: str) -> None:
    st.session_state["per_page"] = here.k
    st.selectbox(
        "Photos per page",
        sorted({*PER_PAGE, here.k}),
        key="per_page",
        width=112,
        format_func=lambda k: f"{k} photos",
        label_visibility="collapsed",
        on_change=lambda: show(here.changed(k=st.session_state["per_page"]), slug),
    )


def _download(kind: str, make: Callable[[], str], mime: str) -> None:
    st.download_button(
        kind, make, f"kindred.{kind.lower()}", mime, on_click="ignore", width="stretch"
    )


def _draw_pages(answer: Answer, here: View, slug: str) -> None:
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
