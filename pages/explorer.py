"""The whole collection as a map: photos, captions, or both."""

from __future__ import annotations

import streamlit as st

from pages.parts.frame import Told, open_page
from pages.parts.map_compare import draw_comparison
from pages.parts.map_controls import draw_controls, fitting, has_photos
from pages.parts.map_making import map_to_show
from pages.parts.map_stage import explore
from pages.parts.map_trust import draw_trust
from pages.parts.map_view import MapView

page = open_page("Explorer")

st.header("Explorer", anchor=False)
with Told():
    engine = page.engine()
    here = fitting(MapView.read(st.query_params), engine)
    drawn = None
    if has_photos(engine):
        draw_controls(engine, here, page.slug)
        drawn = map_to_show(engine, here, page.slug)
    if drawn is not None:
        if here.beside:
            draw_comparison(engine, drawn, here, page.slug)
        else:
            explore(engine, drawn, here, page.slug)
        draw_trust(engine, drawn, here, page.slug)
