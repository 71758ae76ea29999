"""A promotion tried out: the same nine answers by a collection's present model and by a run's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.catalogue import Photo
from engine.config import DEFAULT_K
from engine.runs import HeldOut, Run
from engine.storage import Collection
from engine.training import MODEL
from pages.shared.elements import data_url
from pages.shared.phrases import count, plain
from pages.shared.resources import collection_of, side_by_side_of

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
    both = side_by_side_of(collection, [collection.model_folder, model])
    titles = "Now", "With this model"
    answers = both.nearest(words, DEFAULT_K)
    for title, answer, column in zip(titles, answers, st.columns(2), strict=True):
        with column:
            st.markdown(f"**{title}**")
            _draw_answers(collection, [photo for photo, _ in answer])
    st.caption(f"Both answer among the same {count(len(both.photos), 'photo')} of the collection.")


def _draw_answers(collection: Collection, photos: Sequence[Photo]) -> None:
    for start in range(0, len(photos), PER_ROW):
        for photo, cell in zip(photos[start : start + PER_ROW], st.columns(PER_ROW), strict=False):
            said = photo.captions[0] if photo.captions else photo.path
            picture = collection.thumbnail(photo.row)
            if picture:
                cell.image(data_url(picture), width="stretch", alt=plain(said))
