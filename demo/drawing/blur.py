"""Fields of light and height: blurring them, moving them, finding their slopes.

A field is float32 (rows, columns).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

Field = np.ndarray


def blur(field: Field, sigma_px: float) -> Field:
    """Return the field blurred by a Gaussian; what lies outside counts as nothing.

    A Gaussian is two Gaussians of half its variance, and between the two a grid as coarse as
    sigma is enough. Both are matrix products, which is what NumPy is fastest at.

    Parameters
    ----------
    field
        float32 (rows, columns).
    sigma_px
        Rounded to half pixels, at least 1.

    Examples
    --------
    >>> spot = np.zeros((41, 41), np.float32)
    >>> spot[20, 20] = 1.0
    >>> soft = blur(spot, 3.0)
    >>> round(float(soft.sum()), 2), round(float(soft[20, 20] * 2 * np.pi * 3.0**2), 1)
    (1.0, 1.0)
    """
    rows, columns = field.shape
    sigma = max(1.0, round(sigma_px * 2) / 2)
    (down, up), (right, back) = _half_blurs(rows, sigma), _half_blurs(columns, sigma)
    return up @ (down @ field @ right.T) @ back.T


@lru_cache(maxsize=4096)
def _half_blurs(n: int, sigma: float) -> tuple[Field, Field]:
    """Return the matrices to the coarse grid, (n_coarse, n), and back, (n, n_coarse)."""
    step = int(sigma)
    half = sigma / np.sqrt(2.0)
    # Two cells beyond either border: what is blurred outwards comes back in.
    coarse = np.arange(-2 * step, n + 2 * step + 1, step)
    apart = coarse[:, None] - np.arange(n)[None, :]
    weight = np.exp(-0.5 * (apart / half) ** 2) / (half * np.sqrt(2 * np.pi))
    weight[weight < 1e-7] = 0.0  # denormal numbers would slow the products down ten times
    return weight.astype(np.float32), np.ascontiguousarray(weight.T * step, dtype=np.float32)


def slopes(height: Field, pixel: float) -> tuple[Field, Field]:
    """Return the height's rise per unit to the right and downwards; none along the border.

    >>> right, down = slopes(np.arange(9, dtype=np.float32).reshape(3, 3), 1.0)
    >>> float(right[1, 1]), float(down[1, 1])
    (1.0, 3.0)
    """
    slope_x, slope_y = np.zeros_like(height), np.zeros_like(height)
    half = np.float32(0.5 / pixel)
    np.subtract(height[:, 2:], height[:, :-2], out=slope_x[:, 1:-1])
    np.subtract(height[2:], height[:-2], out=slope_y[1:-1])
    slope_x *= half
    slope_y *= half
    return slope_x, slope_y


def moved(field: Field, right_px: float, down_px: float) -> Field:
    """Return the field moved by whole pixels, with nothing coming in.

    >>> moved(np.eye(2, dtype=np.float32), 1, 0).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    dx, dy = round(right_px), round(down_px)
    rows, columns = field.shape
    shifted = np.zeros_like(field)
    shifted[max(0, dy) : rows + min(0, dy), max(0, dx) : columns + min(0, dx)] = field[
        max(0, -dy) : rows + min(0, -dy), max(0, -dx) : columns + min(0, -dx)
    ]
    return shifted


def blend(under: Field, over: Field | np.float32, cover: Field) -> None:
    """Let `over` replace `under`, in place, to the share that `cover` says."""
    under += (over - under) * cover
