"""Caches of the page that compares recipes: small pictures of files, and photos drawn again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from engine.config import THUMBNAIL_PX
from engine.encoders import Encoder, load_encoder, load_reconstruction, read_manifest
from engine.errors import PhotoError
from engine.images import encode_jpeg, read_photo, read_photos


def encoder_at(folder: Path) -> Encoder:
    """Return the model of a folder, loaded once and anew after every change of it."""
    return _encoder(str(folder), read_manifest(folder).fingerprint)


@st.cache_resource(show_spinner="Waking the model…", max_entries=8)
def _encoder(folder: str, fingerprint: str) -> Encoder:
    return load_encoder(Path(folder))


@st.cache_data(show_spinner=False, max_entries=2000)
def thumbnail_of(file: Path) -> bytes | None:
    """Return a photo file as a small JPEG, or None where it is gone."""
    try:
        return read_photo(file, 1, thumbnail_px=THUMBNAIL_PX).thumbnail
    except PhotoError:
        return None


@st.cache_data(show_spinner="Drawing photos again…", max_entries=16)
def redrawn(model: Path, files: tuple[Path, ...]) -> list[tuple[bytes, bytes]]:
    """Return photos as an autoencoder sees them and as it draws them; [] for another model."""
    draw = load_reconstruction(model)
    if draw is None:
        return []
    wanted = read_manifest(model).settings.preprocessing
    read = list(read_photos(files, wanted, n_threads=2))
    pixels = np.stack([p.pixels for p in read if not isinstance(p, PhotoError)])
    return [(encode_jpeg(x), encode_jpeg(y)) for x, y in zip(pixels, draw(pixels), strict=True)]
