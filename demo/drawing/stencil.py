"""Stencils: which share of each pixel an outline or a pen covers.

Edges are smooth because they are drawn on a three times finer grid and averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

_FINER = 3
_SMOOTH = 12

Window = tuple[slice, slice]


@dataclass(frozen=True)
class Stencil:
    """The part of a picture that something covers.

    Parameters
    ----------
    window
        The rows and columns it lies in, with room around it for soft shadows.
    cover
        float32 of the window's shape, in [0, 1].
    """

    window: Window
    cover: np.ndarray

    @property
    def is_empty(self) -> bool:
        """Whether its window lies outside the picture."""
        return self.cover.size == 0

    def within(self, other: Stencil | None) -> Stencil:
        """Return what lies inside the other one as well; all of it when there is no other."""
        if other is None or self.is_empty:
            return self
        both = zip(self.window, other.window, strict=True)
        whole = np.zeros([max(mine.stop, its.stop) for mine, its in both], np.float32)
        whole[other.window] = other.cover
        return replace(self, cover=self.cover * whole[self.window])


def fill(corners_px: np.ndarray, size_px: int, *, room_px: float) -> Stencil:
    """Return what a closed outline covers.

    Parameters
    ----------
    corners_px
        (n_corners, 2) in pixels.
    size_px
        Width and height of the picture.
    room_px
        How far the window reaches beyond the outline.
    """
    window = _window_around(corners_px, size_px, room_px)

    def draw(pen: ImageDraw.ImageDraw, origin: tuple[int, int]) -> None:
        pen.polygon(_on_fine_grid(corners_px, origin), fill=255)

    return _drawn(window, draw)


def stroke(
    lines_px: Sequence[np.ndarray], width_px: float, size_px: int, *, room_px: float
) -> Stencil:
    """Return what a round pen of that width covers, drawn along every line."""
    window = _window_around(np.vstack(lines_px), size_px, room_px)
    fine_width = max(1, round(width_px * _FINER))

    def draw(pen: ImageDraw.ImageDraw, origin: tuple[int, int]) -> None:
        for line in lines_px:
            # Smooth lines have so many points that their bends need no rounding.
            joint = "curve" if fine_width > 6 and len(line) < _SMOOTH else None
            pen.line(_on_fine_grid(line, origin), fill=255, width=fine_width, joint=joint)

    return _drawn(window, draw)


def _window_around(points_px: np.ndarray, size_px: int, room_px: float) -> Window:
    low = np.clip(np.floor(points_px.min(axis=0) - room_px), 0, size_px).astype(int)
    high = np.clip(np.ceil(points_px.max(axis=0) + room_px), 0, size_px).astype(int)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _on_fine_grid(points_px: np.ndarray, origin: tuple[int, int]) -> list[float]:
    return ((points_px - origin) * _FINER - 0.5).ravel().tolist()


def _drawn(window: Window, draw: Callable[[ImageDraw.ImageDraw, tuple[int, int]], None]) -> Stencil:
    rows, columns = window
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if height <= 0 or width <= 0:
        return Stencil((slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.float32))
    fine = Image.new("L", (width * _FINER, height * _FINER))
    draw(ImageDraw.Draw(fine), (columns.start, rows.start))
    return Stencil(window, np.asarray(fine.reduce(_FINER), np.float32) * np.float32(1 / 255))
