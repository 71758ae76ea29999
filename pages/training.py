"""Training: launch a run, watch the space form, stop it, compare runs, put the best to work."""

from __future__ import annotations

import streamlit as st

from pages.parts.frame import Told, open_page
from pages.parts.run_compare import draw_comparison
from pages.parts.run_form import draw_form
from pages.parts.run_list import draw_runs, draw_ways
from pages.parts.run_watch import draw_run

page = open_page("Training")
asked = st.query_params

st.header("Training", anchor=False)
with Told():
    view = "run" if asked.get("run") else asked.get("view", "")
    draw_ways(page.slug, view)
    if view == "run":
        draw_run(asked["run"], page.slug)
    elif view == "new":
        draw_form(page.slug, fork=asked.get("from", ""))
    elif view == "compare":
        draw_comparison(asked.get_all("runs"), page.slug)
    else:
        draw_runs(page.slug)
