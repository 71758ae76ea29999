"""Kindred's home page: ask, or look around. Start with ``streamlit run app.py``.

Streamlit imports this file for its server, and runs it for each visit of the page.
"""

from __future__ import annotations

if __name__ == "__main__":
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
else:
    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from engine.config import PROJECT
    from pages.shared.guard import Guard, begin

    begin()
    app = App(PROJECT / "app.py", middleware=[Middleware(Guard)])
