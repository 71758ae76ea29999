"""The home page: a question, a look at the photos, and the ways on."""

from __future__ import annotations

import streamlit as st

from engine.access import Role, may
from engine.search import SearchEngine
from pages.shared.collection_caches import examples_of
from pages.shared.elements import draw_examples, element
from pages.shared.gallery import draw_photos
from pages.shared.links import COLLECTIONS, EXPLORER, IMAGE_SEARCH, TEXT_SEARCH, address, link_to
from pages.shared.phrases import count, plain
from pages.shared.resources import spread
from pages.shared.view import View

N_GLANCE = 48

_ways = element(
    "ways", js="home/ways.js", css="home/ways.css", html='<nav aria-label="Ways on"></nav>'
)


def draw_question(engine: SearchEngine, here: View, slug: str) -> None:
    """Draw what Kindred is, the box to ask in, and queries to begin with."""
    st.title("Find the photo you have in mind", anchor=False)
    st.markdown(
        "Kindred learns one space for photos and words, so a sentence or another photo "
        "leads to the photos nearest in meaning."
    )
    form = st.form("question", border=False)
    with form.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Words",
            here.query,
            type="search",
            icon=":material/search:",
            placeholder="A few words about the photo",
            label_visibility="collapsed",
        )
        asked = st.form_submit_button("Search", type="primary")
    if asked and words.strip():
        st.switch_page(TEXT_SEARCH, query_params=address(View(query=words.strip()), slug))
    draw_examples(examples_of(engine), slug)


def draw_glance(engine: SearchEngine, slug: str) -> None:
    """Draw a wall of photos from all over the collection."""
    collection = engine.collection
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(plain(collection.name), anchor=False, width="stretch")
        st.caption(count(collection.n_photos, "photo"), width="content")
    photos = spread(collection, N_GLANCE)
    draw_photos(collection, photos, slug=slug, layout="mosaic", label="A look at the collection")


def _way_of_photos() -> tuple[str, str, str]:
    if may(Role.OWNER):
        return COLLECTIONS, "Add your own photos", "A folder of this computer, some files, or a zip"
    if may(Role.EDITOR):
        return COLLECTIONS, "Add photos", "Some files, or a zip"
    return COLLECTIONS, "Collections", "What there is to search, and how many photos each has"


def draw_ways(slug: str) -> None:
    """Draw where to go from here."""
    ways = [
        (TEXT_SEARCH, "Search by words", "Weigh and leave out: 2*boots - leather"),
        (IMAGE_SEARCH, "Search by photo", "Drop, paste or take one; it stays in memory"),
        (EXPLORER, "Explorer", "Every photo as a point, near what is alike"),
        _way_of_photos(),
    ]
    _ways(
        key="ways",
        data=[
            {"label": label, "told": told, "href": link_to(View(), slug, page)}
            for page, label, told in ways
        ],
    )
