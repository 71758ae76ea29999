"""Models: which are here, which can be had, and two of them asked the same of one's own photos."""

from __future__ import annotations

import streamlit as st

from pages.parts.frame import Told, open_page
from pages.parts.jobs_view import draw_jobs
from pages.parts.model_compare import draw_two_models
from pages.parts.model_list import draw_models_here, draw_models_to_get

page = open_page("Models")

st.header("Models", anchor=False)
with Told():
    draw_jobs({"models"})
    left, right = st.columns(2, gap="large")
    with left:
        draw_models_here()
    with right:
        draw_models_to_get()
    draw_two_models(page)
