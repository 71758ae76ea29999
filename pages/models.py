"""Models: which are here, which can be had, and two of them asked the same of one's own photos."""

from __future__ import annotations

import streamlit as st

from engine.access import Role
from pages.model.comparison import draw_two_models
from pages.model.overview import draw_models_here, draw_models_to_get
from pages.shared.frame import ErrorBoundary, open_page
from pages.shared.jobs import draw_jobs

page = open_page("Models", least=Role.OWNER)

st.header("Models", anchor=False)
with ErrorBoundary():
    draw_jobs({"models"})
    left, right = st.columns(2, gap="large")
    with left:
        draw_models_here()
    with right:
        draw_models_to_get()
    draw_two_models(page)
