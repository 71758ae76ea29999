"""Words in, photos out."""

from __future__ import annotations

import streamlit as st

from engine.errors import QueryError
from pages.search.answer import draw_answer
from pages.search.facets import draw_facets
from pages.search.query_box import draw_query_box, hint_of
from pages.search.query_terms import terms_of
from pages.shared.collection_caches import examples_of
from pages.shared.elements import draw_examples
from pages.shared.figures import answer_of
from pages.shared.frame import ErrorBoundary, open_page, tell
from pages.shared.gallery import draw_photos
from pages.shared.history import remember
from pages.shared.resources import spread

N_AROUND = 48

page = open_page("Search by words")
here = page.view

st.header("Search by words", anchor=False)
with ErrorBoundary():
    engine = page.engine()
    draw_query_box(
        engine, here, page.slug, label="Words", placeholder="A few words about the photo"
    )
    if here.query:
        try:
            answer = answer_of(engine, here.request(terms_of(engine, here)))
        except QueryError as error:
            tell(error)
            draw_examples(examples_of(engine), page.slug)
        else:
            remember(here, page.slug)
            draw_answer(engine, answer, here, page.slug)
            draw_facets(engine, answer, here, page.slug)  # the photos do not wait for the counts
    else:
        examples = examples_of(engine)
        st.caption(hint_of(examples))
        draw_examples(examples, page.slug)
        photos, label = spread(engine.collection, N_AROUND), "A look around the collection"
        draw_photos(engine.collection, photos, slug=page.slug, layout="mosaic", label=label)
