"""A head trained here on a published model's rows, and that model, as one encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.encoders.model_folder import ModelManifest
from engine.encoders.occlusion import left_out
from engine.encoders.places import LeftOutPlaces
from engine.encoders.portable import PortableEncoder


class StackedEncoder:
    """Photos go through the published model and then the head; texts are the head's own.

    Parameters
    ----------
    folder, manifest
        Of the head.
    base
        The published model.
    """

    def __init__(self, folder: Path, manifest: ModelManifest, base: Encoder) -> None:
        self._base = base
        self.runtime = base.runtime
        self._head = PortableEncoder(folder, manifest)
        self.name = manifest.name
        self.fingerprint = manifest.fingerprint
        self.n_dims = self._head.n_dims
        self.preprocessing = self._base.preprocessing
        self.tokenizer = self._head.tokenizer

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        return self._head.embed_features(self._base.embed_photos(pixels))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims)."""
        return self._head.embed_texts(texts)

    def feature_places(self, pixels: NDArray[np.uint8]) -> LeftOutPlaces:
        """Return what one photo's row is without each of its parts."""
        colour = self._base.mean_colour  # type: ignore[attr-defined]  # published ones have it
        return left_out(self.embed_photos, pixels, colour)
