"""Words in, photos out."""

from __future__ import annotations

import streamlit as st

from pages.parts.answer import draw_answer
from pages.parts.facets import draw_facets
from pages.parts.frame import Told, open_page
from pages.parts.query_box import HINT, draw_examples, draw_query_box
from pages.parts.resources import examples_of, spread
from pages.parts.gallery import draw_photos, more_like

page = open_page("Text search")
here = page.view

st.header("Search with words", anchor=False)
with Told():
    engine = page.engine()
    draw_query_box(here, page.slug, label="Words", placeholder="A few words about the photo")
    if not here.query:
        st.caption(HINT)
        draw_examples(here, page.slug, examples_of(engine))
        chosen = draw_photos(
            engine,
            spread(engine, 48),
            slug=page.slug,
            layout="mosaic",
            label="A look around the collection",
            key="around",
        )
        if chosen:
            more_like(chosen, page.slug)
    else:
        draw_facets(engine, here, page.slug)
        answer = engine.search(here.query, filters=here.filters, k=here.k, offset=here.offset)
        draw_answer(engine, answer, here, page.slug)
