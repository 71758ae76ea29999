"""Views of the map that a person has named: saved with all that is on them, and opened again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.access import Role, may
from engine.maps import MAX_NAME_CHARACTERS, SavedView, list_views, remove_view, save_view
from engine.storage import Collection
from pages.map.parts import Body
from pages.map.selection import choose_photos, read_choice
from pages.map.view import MapView
from pages.shared import frame
from pages.shared.links import show
from pages.shared.phrases import count, plain

ASKED, OPENED, SAVED = "map view asked", "map view opened", "map view saved"


def draw_saved(collection: Collection, slug: str) -> None:
    """Draw the box that names the view one sees now, and the views that are saved."""
    if name := st.session_state.pop(SAVED, ""):
        st.toast(f"“{plain(name)}” is saved.", icon=":material/bookmark_added:")
    with st.popover("Views", icon=":material/bookmarks:"):
        if may(Role.EDITOR):
            _draw_form(slug)
        else:
            st.caption("Views of this map that were saved.")
        with frame.ErrorBoundary():
            for view in list_views(collection):
                _draw_view(collection, view, slug)


def _draw_form(slug: str) -> None:
    st.caption("What you see now: the map, its colours, filters, zoom and chosen photos.")
    with st.form("save view", border=False, clear_on_submit=True):
        name = st.text_input(
            "Save this view as", max_chars=MAX_NAME_CHARACTERS, placeholder="Red dresses"
        )
        if st.form_submit_button("Save the view", type="primary") and name.strip():
            told = {"name": name.strip(), "serial": str(time.time_ns()), "slug": slug}
            st.session_state[ASKED] = told


def _draw_view(collection: Collection, view: SavedView, slug: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        n = len(view.photo_ids)
        st.button(
            plain(view.name),
            key=f"open view {view.name}",
            on_click=_open,
            args=(collection, view, slug),
            help=f"{count(n, 'photo')} chosen" if n else None,
            width="stretch",
        )
        if may(Role.EDITOR):
            st.button(
                "",
                key=f"remove view {view.name}",
                type="tertiary",
                icon=":material/delete:",
                help=f"Remove the view {plain(view.name)}",
                on_click=remove_view,
                args=(collection, view.name),
            )


def _open(collection: Collection, view: SavedView, slug: str) -> None:
    show(MapView.read(_Parameters(view.parameters)), slug)
    choose_photos(view.photo_ids, slug, collection)
    st.session_state[OPENED] = str(time.time_ns())


class _Parameters:
    """What was saved of an address, read as one."""

    def __init__(self, kept: Mapping[str, str | list[str]]) -> None:
        self._kept = kept

    def get_all(self, key: str) -> list[str]:
        """Return every value of a parameter."""
        found = self._kept.get(key, [])
        return [found] if isinstance(found, str) else [str(each) for each in found]


def look_of(here: MapView) -> Body:
    """Return where a view looks; opened once more, it looks there once more."""
    return {"at": here.look, "serial": st.session_state.get(OPENED, "")}


def asked_look() -> str:
    """Return the serial by which the map tells where one looks now; "" where nobody asks."""
    return str(st.session_state.get(ASKED, {}).get("serial", ""))


def keep_view(collection: Collection, here: MapView, told: Mapping[str, Any]) -> None:
    """Save the view that was asked for, now that the map has told where one looks."""
    asked = st.session_state.get(ASKED, {})
    if told.get("ask") != asked.get("serial"):
        return
    del st.session_state[ASKED]
    choice = read_choice(asked["slug"], collection)
    photo_ids = list(collection.catalogue.ids_of(choice.rows).values())
    parameters = here.changed(look=str(told["look"])).parameters()
    save_view(collection, SavedView(asked["name"], parameters, photo_ids))
    st.session_state[SAVED] = asked["name"]
    st.rerun()
