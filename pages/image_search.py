"""A photo in, similar photos out; several photos and words add up."""

from __future__ import annotations

import streamlit as st

from pages.search.answer import draw_answer
from pages.search.attached import draw_attached, terms_with, understand
from pages.search.facets import draw_facets
from pages.search.photo_input import asks, bring_photos, draw_samples
from pages.search.query_box import draw_query_box
from pages.shared.figures import answer_of
from pages.shared.frame import ErrorBoundary, open_page
from pages.shared.history import remember

page = open_page("Search by photo")
here = page.view

st.header("Search by photo", anchor=False)
with ErrorBoundary():
    engine = page.engine()
    left, right = st.columns([1, 3] if asks(here) else [1, 2], gap="large")
    with left:
        attached = understand(engine, bring_photos(), here)
        draw_attached(engine, attached, here, page.slug)
    with right:
        if not attached and not here.query:
            draw_samples(engine, page.slug)
        else:
            draw_query_box(
                engine,
                here,
                page.slug,
                label="Refine",
                placeholder="Refine with words: + red - leather",
            )
            images = [photo.data for photo in attached if photo.data]
            answer = answer_of(engine, here.request(terms_with(engine, here, attached), images))
            if not any(photo.data for photo in attached):
                remember(here, page.slug)
            uploads = [photo.understood for photo in attached if photo.data]
            draw_answer(engine, answer, here, page.slug, uploads)
            draw_facets(engine, answer, here, page.slug)  # the photos do not wait for the counts
