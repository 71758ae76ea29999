"""The line above an answer: how many, how fast, in which mode, how many at a time, and receipts."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from engine.receipts import contact_sheet, receipt_of
from engine.search import DIVERSITY, MODE, PARAMETERS, SearchEngine, SearchResult
from pages.search.dial import draw_dial
from pages.shared.download import as_csv, as_json
from pages.shared.elements import draw_door_to_filters
from pages.shared.history import draw_history
from pages.shared.links import show
from pages.shared.phrases import count, milliseconds, steps
from pages.shared.view import View

PER_PAGE = (3, 6, 9, 12, 18, 24, 36, 48, 60)
_GIVERS = {"labels": "Kind and colour, as the model sees them"}


def draw_toolbar(engine: SearchEngine, answer: SearchResult, here: View, slug: str) -> None:
    """Draw what was found and how, and everything that changes it."""
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        _draw_summary(answer)
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            draw_door_to_filters(sum(map(len, here.filters.values())))
            _draw_per_page(here, slug)
            draw_history(slug)
            with st.popover("Options", icon=":material/tune:"):
                _draw_mode(here, slug)
                _draw_arrangement(here, slug)
                draw_dial(engine, here, slug)
            with st.popover("Download", icon=":material/download:"):
                _draw_receipts(engine, answer)


def _draw_summary(answer: SearchResult) -> None:
    time = milliseconds(answer.seconds["total"])
    found = f"{len(answer.matches)} of {count(answer.n_searched, 'photo')}, {time}"
    with st.popover(found, type="tertiary", icon=":material/timer:"):
        st.caption(steps(answer.seconds))
        st.caption(
            "Exact: every photo was compared."
            if answer.is_exact
            else "Approximate: the index looked where near photos are likely."
        )
        for way, share in _shares(answer).items():
            st.caption(f"{way} gave {share * 100:.0f} % of these places")


def _shares(answer: SearchResult) -> dict[str, float]:
    """Return how much of the places on this page each way gave."""
    given: dict[str, float] = {}
    for match in answer.matches:
        for way, share in match.shares.items():
            name = _GIVERS.get(way, way.capitalize())
            given[name] = given.get(name, 0.0) + share
    whole = sum(given.values()) or 1.0
    return {way: share / whole for way, share in given.items()}


def _draw_per_page(here: View, slug: str) -> None:
    st.session_state["per_page"] = here.k
    st.selectbox(
        PARAMETERS["k"].label,
        sorted({*PER_PAGE, here.k}),
        key="per_page",
        width=112,
        format_func=lambda k: f"{k} photos",
        label_visibility="collapsed",
        on_change=lambda: show(here.changed(k=st.session_state["per_page"]), slug),
    )


def _draw_mode(here: View, slug: str) -> None:
    st.session_state["mode"] = here.mode
    st.segmented_control(
        MODE.label,
        list(MODE.labels),
        required=True,
        format_func=MODE.labels.__getitem__,
        help=MODE.sentence(),
        key="mode",
        on_change=lambda: show(here.changed(mode=st.session_state["mode"]), slug),
    )


def _draw_arrangement(here: View, slug: str) -> None:
    _draw_switch("deduplicate", here, slug)
    _draw_switch("only_matching", here, slug)
    st.session_state["diversity"] = here.diversity
    st.slider(
        DIVERSITY.label,
        0.0,
        DIVERSITY.most,
        step=0.1,
        key="diversity",
        help=DIVERSITY.sentence(),
        on_change=lambda: show(
            here.changed(diversity=round(st.session_state["diversity"], 1)), slug
        ),
    )


def _draw_switch(name: str, here: View, slug: str) -> None:
    st.session_state[name] = getattr(here, name)
    st.toggle(
        PARAMETERS[name].label,
        key=name,
        help=PARAMETERS[name].sentence(),
        on_change=lambda: show(here.changed(**{name: st.session_state[name]}), slug),
    )


def _draw_receipts(engine: SearchEngine, answer: SearchResult) -> None:
    receipt = receipt_of(engine, answer)
    st.caption("These matches with the settings and fingerprints that lead to them.")
    _download("CSV", lambda: as_csv(answer, receipt), "text/csv", "csv")
    _download("JSON", lambda: as_json(answer, receipt), "application/json", "json")
    sheet = lambda: contact_sheet(engine, answer, receipt)  # noqa: E731
    _download("Contact sheet", sheet, "image/jpeg", "jpg")
    st.caption("The same answer in a shell:")
    st.code(receipt["shell"], language="bash", wrap_lines=True)
    st.caption(
        f"Collection {receipt['collection']['fingerprint']} · model "
        f"{receipt['model']['fingerprint']} · {json.dumps(receipt['settings'])}"
    )


def _download(kind: str, make: Callable[[], str | bytes], mime: str, ending: str) -> None:
    st.download_button(kind, make, f"kindred.{ending}", mime, on_click="ignore", width="stretch")
