"""The whole collection as a map: photos, captions, or both."""

from __future__ import annotations

import streamlit as st

from pages.map.comparison import draw_comparison
from pages.map.controls import draw_controls, fitting, has_photos
from pages.map.creation import map_to_show
from pages.map.saved_views import draw_saved
from pages.map.stage import explore
from pages.map.trust import draw_trust
from pages.map.view import MapView
from pages.shared.elements import place_controls
from pages.shared.frame import ErrorBoundary, open_page

page = open_page("Explorer")

head = st.container(horizontal=True, vertical_alignment="center", key="map head")
head.header("Explorer", anchor=False, width="stretch")
with ErrorBoundary():
    engine = page.engine()
    here = fitting(MapView.read(st.query_params), engine)
    if has_photos(engine):
        with head:
            draw_saved(engine.collection, page.slug)
        draw_controls(engine, here, page.slug)
        offer = map_to_show(engine, here)
        if offer.drawn is not None:
            if here.beside:
                draw_comparison(engine, offer.drawn, here, page.slug)
            else:
                explore(engine, offer.drawn, here, page.slug)
            with st.container(key="map trust"):
                draw_trust(engine, offer.drawn, here, page.slug)
        place_controls()
        offer.tell_time(engine, here.settings)
