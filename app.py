"""Kindred's home page: ask, or look around. Start with ``streamlit run app.py``."""

from __future__ import annotations

from pages.home.variation import draw_variation
from pages.home.welcome import draw_glance, draw_question, draw_ways
from pages.shared.frame import ErrorBoundary, open_page

page = open_page("Home")

with ErrorBoundary():
    engine = page.engine()
    draw_question(engine, page.view, page.slug)
    draw_ways(page.slug)
    draw_variation(engine, page.slug)
    draw_glance(engine, page.slug)
