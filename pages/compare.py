"""The recipes side by side: one table on the same photos, and one question asked of two of them."""

from __future__ import annotations

import streamlit as st

from engine.access import Role, may
from engine.evaluation import bundled_comparison, list_comparisons
from pages.comparison.form import draw_form
from pages.comparison.view import choose_comparison, draw_side_by_side, draw_table
from pages.shared.frame import ErrorBoundary, open_page
from pages.shared.jobs import draw_jobs

page = open_page("Compare methods")

st.header("Compare methods", anchor=False)
with ErrorBoundary():
    own = list_comparisons() if may(Role.OWNER) else []
    comparison = choose_comparison([*own, bundled_comparison()])
    draw_jobs({"compare"})
    st.markdown(
        "A comparison trains five systems of image search, and our own model, for a few "
        "minutes on the same photos, and measures all of them on others."
    )
    draw_table(comparison)
    draw_side_by_side(comparison)
    if may(Role.OWNER):
        draw_form(page)
