"""Kindred's home page: ask, or look around. Start with ``streamlit run app.py``."""

from __future__ import annotations

from pages.parts.frame import Told, open_page
from pages.parts.variation import draw_variation
from pages.parts.welcome import draw_glance, draw_question, draw_ways

page = open_page("Home")

with Told():
    engine = page.engine()
    draw_question(engine, page.view, page.slug)
    draw_ways(page.slug)
    draw_variation(engine, page.slug)
    draw_glance(engine, page.slug)
