"""Collections: what exists and how it is; make, update, rename and remove."""

from __future__ import annotations

import streamlit as st

from engine.access import Role, may
from pages.collection.card import draw_collection
from pages.collection.creation import choose_what_was_made, draw_new_collection
from pages.collection.watch_switch import watches
from pages.shared.frame import ErrorBoundary, open_page
from pages.shared.jobs import draw_jobs
from pages.shared.resources import collections

choose_what_was_made()
open_page("Collections")

st.header("Collections", anchor=False)
with ErrorBoundary():
    is_editor = may(Role.EDITOR)
    left, right = st.columns([3, 2], gap="large") if is_editor else (st.container(), None)
    with left:
        draw_jobs({"index", "update", "check", "runs"})
        watched = watches() if is_editor else {}
        for slug, summary in collections().items():
            draw_collection(slug, summary, watched.get(str(summary.folder)))
    if right is not None:
        with right:
            draw_new_collection()
