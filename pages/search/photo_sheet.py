"""One photo, large, with everything the collection knows of it."""

from __future__ import annotations

import logging

import numpy as np
import streamlit as st

from engine.catalogue import Photo
from engine.errors import PhotoError
from engine.images import encode_jpeg, open_upright
from engine.search import SearchEngine, SearchResult
from pages.map.view import MapView
from pages.search.why import draw_why
from pages.shared.elements import data_url
from pages.shared.frame import ErrorBoundary
from pages.shared.links import EXPLORER, IMAGE_SEARCH, address, show
from pages.shared.navigation import Link, draw_navigation
from pages.shared.phrases import attribute, plain
from pages.shared.view import View

LOGGER = logging.getLogger(__name__)
LARGE_PX = 900
COLUMN_PX = 420
MOST_ENLARGED = 3  # beyond it a small photo shows its pixels


def draw_photo_sheet(engine: SearchEngine, answer: SearchResult, here: View, slug: str) -> None:
    """Open the photo that the view names, in a dialog; closing it returns to the results."""
    photo = engine.collection.catalogue.photo(here.photo)

    title = plain(_said(photo))

    @st.dialog(title, width="medium", on_dismiss=lambda: show(here.changed(photo=""), slug))
    def sheet() -> None:
        with ErrorBoundary():
            left, right = st.columns([3, 2], gap="medium")
            with left:
                _draw_picture(engine, photo)
            with right:
                draw_why(engine, answer, photo)
                _draw_facts(photo)
                draw_navigation(_ways_on(photo.photo_id, slug), label="Ways on", key="from photo")

    sheet()


def _ways_on(photo_id: str, slug: str) -> list[Link]:
    like = address(View(like={photo_id: 1.0}), slug)
    place = address(MapView(photo=photo_id), slug)
    return [
        Link("More like this", IMAGE_SEARCH, like, ":material/photo_library:"),
        Link("Show on the map", EXPLORER, place, ":material/scatter_plot:"),
    ]


def _draw_picture(engine: SearchEngine, photo: Photo) -> None:
    """Draw the photo's own file, or its thumbnail where the file has gone."""
    collection = engine.collection
    try:
        picture = open_upright(collection.photo_file(photo.row), at_least_px=LARGE_PX)
    except PhotoError as error:
        LOGGER.info("a photo is shown by its thumbnail: %s", error)
        thumbnail = collection.thumbnail(photo.row)
        if thumbnail:
            st.image(data_url(thumbnail), width="stretch", alt=_said(photo))
        st.caption("The photo's own file is no longer where it was.")
    else:
        width = min(picture.width * MOST_ENLARGED, COLUMN_PX)
        st.image(data_url(encode_jpeg(np.asarray(picture))), width=width, alt=_said(photo))


def _said(photo: Photo) -> str:
    """Return what the photo is called."""
    return photo.captions[0] if photo.captions else photo.path


def _draw_facts(photo: Photo) -> None:
    for caption in photo.captions[1:]:
        st.markdown(plain(caption))
    facts = {attribute(key): value for key, value in photo.attributes.items()}
    if photo.tags:
        facts["Tags"] = ", ".join(photo.tags)
    st.markdown("  \n".join(f":gray[{plain(key)}] {plain(facts[key])}" for key in facts))
    st.caption(f"{plain(photo.path)} · {photo.width} × {photo.height} px")
