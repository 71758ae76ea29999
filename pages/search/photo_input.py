"""The ways to bring a photo: choose, drop, paste, or take one; or one of the collection's."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from engine.search import SearchEngine
from pages.shared.elements import catch_pasted_photos
from pages.shared.gallery import draw_photos
from pages.shared.resources import spread
from pages.shared.view import View

SOURCES = {"Upload": ":material/upload:", "Camera": ":material/photo_camera:"}
MAX_UPLOAD_MB = 64
N_SAMPLES = 36


@dataclass(frozen=True, slots=True)
class Brought:
    """A file somebody brought: the upload's own id, the name for display, the bytes."""

    key: str
    name: str
    data: bytes


def asks(here: View) -> bool:
    """Tell, before anything is drawn, whether there is a photo to start from."""
    return bool(
        here.like or here.query or st.session_state.get("uploads") or st.session_state.get("camera")
    )


def bring_photos() -> list[Brought]:
    """Draw the ways to bring photos, and return those that were brought."""
    catch_pasted_photos()
    source = st.segmented_control(
        "Where from",
        list(SOURCES),
        default="Upload",
        required=True,
        format_func=lambda name: f"{SOURCES[name]} {name}",
        key="source",
        label_visibility="collapsed",
        width="stretch",
    )
    files = st.file_uploader(
        "Photos to start from",
        accept_multiple_files=True,
        key="uploads",
        max_upload_size=MAX_UPLOAD_MB,
        label_visibility="collapsed",
    )
    st.caption(
        "Drop, paste or choose photos: JPEG, PNG, HEIC, AVIF, WebP, GIF, TIFF and more. "
        "They stay in memory and never enter a link."
    )
    if source == "Camera":
        taken = st.camera_input("Take a photo", key="camera", label_visibility="collapsed")
        files = [*files, taken] if taken else files
    return [Brought(file.file_id, file.name, file.getvalue()) for file in files]


def draw_samples(engine: SearchEngine, slug: str) -> None:
    """Draw photos from all over the collection; one chosen becomes the photo to start from."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Bring a photo, paste one anywhere on this page, or start from one of these.")
        st.space("stretch")
        st.button("Show others", icon=":material/shuffle:", type="tertiary", on_click=_turn)
    turn = st.session_state.get("samples turn", 0)
    photos = spread(engine.collection, N_SAMPLES, turn=turn)
    draw_photos(engine.collection, photos, slug=slug, layout="strip", label="Photos to start from")


def _turn() -> None:
    st.session_state["samples turn"] = st.session_state.get("samples turn", 0) + 7
