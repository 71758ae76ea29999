"""Training: launch a run, watch the space form, stop it, compare runs, put the best to work."""

from __future__ import annotations

import streamlit as st

from engine.access import Role
from pages.run.comparison import draw_comparison
from pages.run.detail import draw_run
from pages.run.form import draw_form
from pages.run.overview import draw_runs, draw_ways
from pages.shared.frame import ErrorBoundary, open_page

page = open_page("Training", least=Role.OWNER)
asked = st.query_params

st.header("Training", anchor=False)
with ErrorBoundary():
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
