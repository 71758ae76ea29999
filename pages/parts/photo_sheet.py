"""One photo, large, with everything the collection knows of it."""

from __future__ import annotations

import streamlit as st

from engine.images import open_upright
from engine.search import SearchEngine
from pages.parts.gallery import address, more_like
from pages.parts.view import View
from pages.parts.wording import attribute, plain

LARGE_PX = 900


def draw_photo_sheet(engine: SearchEngine, here: View, slug: str) -> None:
    """Open the photo that the view names, in a dialog; closing it returns to the results."""
    photo = engine.collection.catalogue.photo(here.photo)

    def close() -> None:
        st.query_params.from_dict(address(here.changed(photo=""), slug))

    @st.dialog("Photo", width="large", on_dismiss=close)
    def sheet() -> None:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            file = engine.collection.photo_file(photo.row)
            st.image(open_upright(file, at_least_px=LARGE_PX), width="stretch", output_format="JPEG")
        with right:
            for caption in photo.captions:
                st.markdown(f"#### {plain(caption)}" if caption == photo.captions[0] else plain(caption))
            st.caption(f"{plain(photo.path)} · {photo.width} × {photo.height} px")
            for key, value in photo.attributes.items():
                st.markdown(f":gray[{plain(attribute(key))}] {plain(value)}")
            if st.button("More like this", type="primary", icon=":material/photo_library:"):
                more_like(photo.photo_id, slug)

    sheet()
