"""A promotion tried out: the same nine answers by a collection's present model and by a run's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.catalogue import Photo
from engine.encoders import read_manifest
from engine.runs import BeforeAfter, HeldOut, Run
from engine.storage import Collection
from engine.training import MODEL
from pages.shared.elements import data_url
from pages.shared.phrases import count, plain
from pages.shared.resources import collection_of, encoder_of, engine_of

PER_ROW = 3


def draw_before_after(run: Run, folder: Path) -> None:
    """Ask both models the same words, and draw what each answers."""
    held_out = HeldOut(run.folder)
    first = held_out.queries[0] if held_out.is_there and held_out.queries else ""
    words = st.text_input("Try words on both", first, key="words on both").strip()
    model = run.folder / MODEL
    if not words or not (model / "manifest.json").is_file():
        return
    collection = collection_of(folder)
    fingerprints = collection.fingerprint, read_manifest(model).fingerprint
    both = _before_after(fingerprints, folder, model)
    titles = "Now", "With this model"
    for title, photos, column in zip(titles, both.answers(words), st.columns(2), strict=True):
        with column:
            st.markdown(f"**{title}**")
            _draw_answers(collection, photos)
    st.caption(f"Both answer among the same {count(both.n_photos, 'photo')} of the collection.")


@st.cache_resource(show_spinner="Embedding some of its photos with this model…", max_entries=4)
def _before_after(fingerprints: tuple[str, str], folder: Path, model: Path) -> BeforeAfter:
    return BeforeAfter(collection_of(folder), engine_of(folder).encoder, encoder_of(model))


def _draw_answers(collection: Collection, photos: Sequence[Photo]) -> None:
    for start in range(0, len(photos), PER_ROW):
        for photo, cell in zip(photos[start : start + PER_ROW], st.columns(PER_ROW), strict=False):
            said = photo.captions[0] if photo.captions else photo.path
            picture = collection.thumbnail(photo.row)
            if picture:
                cell.image(data_url(picture), width="stretch", alt=plain(said))
