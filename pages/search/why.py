"""Why a photo matched: what each chip gave, where in the photo it was found, nearest words."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.catalogue import Photo
from engine.errors import KindredError
from engine.explanation import Heat, explain_places
from engine.images import Preprocessing
from engine.search import SearchEngine, SearchResult, parts_of
from pages.shared.collection_caches import word_book_of
from pages.shared.elements import data_url, element
from pages.shared.phrases import chip_label, plain

N_WORDS = 6

_heat = element("heat", js="search/heat.js", css="search/heat.css")


def draw_why(engine: SearchEngine, answer: SearchResult, photo: Photo) -> None:
    """Draw the parts of a photo's similarity, its heat map, and its nearest words."""
    embedding = np.asarray(engine.collection.embeddings[photo.row], np.float32)
    if answer.query_parts:
        parts = parts_of(answer.query_parts, embedding[None])[0].tolist()
        told = [
            f"{'+' if part >= 0 else '−'}{abs(part):.2f} {plain(chip_label(chip))}"
            for chip, part in zip(answer.query_parts, parts, strict=True)
        ]
        st.markdown(f"**Similarity {sum(parts):.2f}** = " + "  ".join(told))
        _draw_heat(engine, answer, photo)
    words = word_book_of(engine).nearest(embedding, N_WORDS)
    if words:
        near = ", ".join(plain(word) for word, _ in words)
        st.markdown(f":gray[Nearest words] {near}")


def _draw_heat(engine: SearchEngine, answer: SearchResult, photo: Photo) -> None:
    try:
        found = explain_places(engine, answer.query_parts, photo.row)
    except KindredError as error:
        st.caption(f"{plain(error.what[:1].upper() + error.what[1:])}.")
        return
    picture = data_url(engine.collection.thumbnail(photo.row))
    data = {
        "image": picture,
        "label": "Where in the photo it was found",
        "maps": [_map_of(heat) for heat in found],
        "box": box_of(engine.encoder.preprocessing, photo.width, photo.height),
    }
    _heat(key="heat", data=data)


def box_of(preprocessing: Preprocessing, width: int, height: int) -> list[float]:
    """Return where a model's square lies in a square frame that shows the whole photo.

    Returns
    -------
    list of float
        Left, top, width and height in shares of the frame.

    Examples
    --------
    >>> box_of(Preprocessing(96), 200, 100), box_of(Preprocessing(96, "squash"), 200, 100)
    ([0.0, 0.0, 1.0, 1.0], [0.0, 0.25, 1.0, 0.5])
    """
    longest = max(width, height, 1)
    wide, high = width / longest, height / longest
    left, top, across, down = preprocessing.covers(width, height)
    return [(1 - wide) / 2 + left * wide, (1 - high) / 2 + top * high, across * wide, down * high]


def _map_of(heat: Heat) -> dict[str, object]:
    return {
        "label": chip_label(heat.part),
        "places": [[round(float(each), 4) for each in line] for line in heat.places],
    }
