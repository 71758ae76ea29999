"""Words in, near words out, and the photos beside them."""

from __future__ import annotations

import streamlit as st

from pages.search.near_words import EXAMPLES, HINT, draw_near_words, draw_photos_of
from pages.search.query_box import draw_query_box
from pages.shared.elements import draw_examples
from pages.shared.frame import ErrorBoundary, open_page
from pages.shared.links import WORDS
from pages.shared.resources import word_vectors

page = open_page("Similar words")
here = page.view

st.header("Similar words", anchor=False)
with ErrorBoundary():
    vectors, engine = word_vectors(), page.engine()
    draw_query_box(engine, here, page.slug, label="Words", placeholder="A word, or a sum of words")
    if here.query:
        left, right = st.columns([2, 3], gap="large")
        with left:
            understood = draw_near_words(vectors, here, page.slug)
        if understood:
            with right, ErrorBoundary():
                draw_photos_of(engine, here, page.slug)
    else:
        st.caption(HINT.format(n_words=len(vectors)))
        draw_examples(EXAMPLES, page.slug, WORDS)
