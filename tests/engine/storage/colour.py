"""A model that needs no training: photos with like colours in like places have like embeddings.

Run as a program it builds or updates a collection, so that tests can kill it; it can be told to
hold still once so many photos are embedded.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.images import Preprocessing, encode_jpeg, encode_png
from engine.storage import build_collection, update_collection

# What a collection's folder holds beside its build.
OWN = frozenset({"manifest.json", ".manifest.copy.json", ".writer", "snapshot.npz"})


class ColourEncoder:
    """Mean colours of a 2 × 2 grid, turned into unit rows by a fixed projection."""

    name = "colours"
    runtime = "onnx"
    tokenizer = None

    def __init__(
        self,
        n_dims: int = 8,
        size_px: int = 16,
        *,
        pause_seconds: float = 0.0,
        holds_at: int | None = None,
    ) -> None:
        self.n_dims = n_dims
        self.preprocessing = Preprocessing(size_px)
        self.fingerprint = f"colours of {size_px} pixels in {n_dims} numbers"
        self.n_embedded = 0
        self._pause_seconds = pause_seconds
        self._holds_at = holds_at
        projection = np.random.default_rng(7).normal(size=(13, n_dims))
        self._projection = projection.astype(np.float32)

    def embed_photos(self, pixels: np.ndarray) -> np.ndarray:
        time.sleep(3600 if self._holds_at == self.n_embedded else self._pause_seconds)
        self.n_embedded += len(pixels)
        half = self.preprocessing.size_px // 2
        grid = pixels.reshape(len(pixels), 2, half, 2, half, 3).mean(axis=(2, 4), dtype=np.float32)
        colours = np.hstack([grid.reshape(len(pixels), 12) / 255, np.ones((len(pixels), 1))])
        rows = colours.astype(np.float32) @ self._projection
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        raise NotImplementedError("colours cannot be asked for by words")


def pixels_of(seed: int, width: int = 24, height: int = 24) -> np.ndarray:
    """Return a picture of four coloured quarters; every seed has its own."""
    colours = np.random.default_rng(seed).integers(0, 256, (2, 2, 3), dtype=np.uint8)
    rows, columns = np.arange(height) * 2 // height, np.arange(width) * 2 // width
    return colours[rows[:, None], columns[None, :]]


def draw(path: Path, seed: int, width: int = 24, height: int = 24) -> Path:
    """Write the picture of a seed, as PNG or JPEG by the path's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encode = encode_png if path.suffix == ".png" else encode_jpeg
    path.write_bytes(encode(pixels_of(seed, width, height)))
    return path


def draw_folder(folder: Path, n_photos: int) -> Path:
    """Write photos of the seeds from 0: 000.jpg, 001.jpg and so on."""
    for seed in range(n_photos):
        draw(folder / f"{seed:03}.jpg", seed)
    return folder


if __name__ == "__main__":
    from engine.encoders import photo_batches

    photo_batches.BATCH, photo_batches.SHARD_PHOTOS, photo_batches.SHARD_SECONDS = 4, 8, 3600.0
    what, folder, photos, *held = sys.argv[1:]
    encoder = ColourEncoder(pause_seconds=0.005, holds_at=int(held[0]) if held else None)
    if what == "build":
        report = build_collection(photos, model=encoder, out=folder)
    else:
        report = update_collection(folder, model=encoder)
    sys.stdout.write(f"{report.indexed} {report.embedded}\n")
