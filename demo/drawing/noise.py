"""Random fields, made once and then only cropped: folds of cloth, grain, blots, scatter.

Every field is periodic, so that a crop may start anywhere.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

TILE = 256


@lru_cache(maxsize=64)
def smooth_tile(sigma_x: float, sigma_y: float, seed: int) -> np.ndarray:
    """Return noise blurred by two sigmas (in cells), of unit variance: float32 (TILE, TILE)."""
    white = np.random.default_rng(seed).standard_normal((TILE, TILE))
    frequency = np.fft.fftfreq(TILE)
    fy, fx = np.meshgrid(frequency, np.fft.rfftfreq(TILE), indexing="ij")
    window = np.exp(-2 * np.pi**2 * ((sigma_x * fx) ** 2 + (sigma_y * fy) ** 2))
    field = np.fft.irfft2(np.fft.rfft2(white) * window, s=(TILE, TILE))
    field -= field.mean()
    return _frozen(field / field.std())


@lru_cache(maxsize=32)
def fold_tile(character: str, variant: int) -> np.ndarray:
    """Return a height field of folds, about -1 to 1: float32 (TILE, TILE).

    Long waves are bent by a second field and then creased (the absolute value of noise has sharp
    valleys where it was zero), which is how cloth lies: broad backs and narrow furrows.

    Parameters
    ----------
    character
        ``drape`` (long, hanging), ``crumple`` (every way) or ``slack`` (broad and few).
    variant
        Which of the endless tiles of that character.
    """
    long, short, crease = {
        "drape": (30, 9, 0.55),
        "crumple": (15, 10, 0.7),
        "slack": (34, 22, 0.35),
    }[character]
    seed = 1000 + 17 * variant
    rows, columns = np.indices((TILE, TILE))
    bend = smooth_tile(24.0, 24.0, seed + 1) * 14, smooth_tile(24.0, 24.0, seed + 2) * 14
    at = (rows + bend[0]).astype(int) % TILE, (columns + bend[1]).astype(int) % TILE
    waves = smooth_tile(float(short), float(long), seed)[at]
    furrows = np.sqrt(smooth_tile(short * 0.9, long * 0.8, seed + 3)[at] ** 2 + 0.02)
    field = (1 - crease) * waves + crease * 1.6 * (furrows - furrows.mean())
    soft = np.fft.fftfreq(TILE)
    window = np.exp(-2 * np.pi**2 * 2.0**2 * (soft[:, None] ** 2 + soft[None, :] ** 2))
    field = np.fft.ifft2(np.fft.fft2(field) * window).real
    return _frozen(field / (2.2 * field.std()))


@lru_cache(maxsize=16)
def scatter(n: int, seed: int) -> np.ndarray:
    """Return four uniform numbers in [0, 1) for each of n x n cells: float32 (n, n, 4)."""
    return _frozen(np.random.default_rng(seed).random((n, n, 4)))


def crop(
    tile: np.ndarray, size_px: int, rng: np.random.Generator, *, zoom: float = 1.0
) -> np.ndarray:
    """Return a square window of the tile at a random place: float32 (size_px, size_px).

    `zoom` 1 shows three quarters of the tile; 2 shows features twice as large.
    """
    window = patch(tile, min(TILE, max(8, int(0.75 * TILE / zoom))), rng)
    if len(window) == size_px:
        return window
    picture = Image.fromarray(np.ascontiguousarray(window))
    return np.asarray(picture.resize((size_px, size_px), Image.Resampling.BICUBIC))


def patch(tile: np.ndarray, size_px: int, rng: np.random.Generator) -> np.ndarray:
    """Return a square of the tile at a random place, one cell per pixel: (size_px, size_px)."""
    along = np.arange(size_px)
    top, left = rng.integers(0, TILE, 2)
    rows, columns = (top + along) & (TILE - 1), (left + along) & (TILE - 1)
    return tile[rows[:, None], columns[:: -1 if rng.random() < 0.5 else 1]]


def sample(tile: np.ndarray, u: np.ndarray, v: np.ndarray, cells_per_unit: float) -> np.ndarray:
    """Return the tile's values at (u, v), nearest cell: the shape of `u`."""
    # A tile's side is a power of two, so that the remainder is its last bits.
    columns = (u * cells_per_unit).astype(np.int32) & (TILE - 1)
    rows = (v * cells_per_unit).astype(np.int32) & (TILE - 1)
    rows *= TILE
    rows += columns
    return tile.reshape(-1).take(rows)


def _frozen(field: np.ndarray) -> np.ndarray:
    """Return the field as float32 that nobody can change: it is shared by every picture."""
    field = np.ascontiguousarray(field, dtype=np.float32)
    field.setflags(write=False)
    return field
