"""The canvas: outlines in, a lit studio photograph out.

Pieces are laid one over another like cut cloth. Each leaves its colour and its slope (how the
surface tilts) in the canvas; `Canvas.finish` lights them all at once and sets them on the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from demo.drawing.blur import blend, blur, moved, slopes
from demo.drawing.light import Lamp, pixel_centres, shadow_standing, studio_ground
from demo.drawing.noise import crop, fold_tile, patch, smooth_tile
from demo.drawing.outline import Points
from demo.drawing.palette import Paint
from demo.drawing.pose import Pose
from demo.drawing.stencil import Stencil, Window, fill, stroke

_ROOM = 0.05
"""How far shadows reach beyond a piece, in picture units."""


class Surface(Protocol):
    """What a piece can be covered with: `demo.drawing.cloth.Cloth` is one."""

    @property
    def gloss(self) -> float:
        """How much it shines, 0 to 1."""

    @property
    def drape(self) -> float:
        """How deep its folds are."""

    def albedo(self, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
        """Return the colour in [0, 1] at each point: float32 (rows, columns, 3)."""


class Canvas:
    """A picture in the making.

    Parameters
    ----------
    size_px
        Width and height of the picture, at least 32.
    rng
        Decides light, folds and background.
    pose
        Where the product lies.
    folds
        Which folds its cloth has: see `demo.drawing.noise.fold_tile`.
    """

    def __init__(
        self, size_px: int, rng: np.random.Generator, pose: Pose, *, folds: str = "crumple"
    ) -> None:
        if size_px < 32:
            raise ValueError(f"size_px must be at least 32, got {size_px}")
        self.size_px = size_px
        self.pixel = 2.0 / size_px
        self.pose = pose
        self._rng = rng
        self._lamp = Lamp.at_random(rng)
        tile = fold_tile(folds, int(rng.integers(6)))
        self._folds = slopes(crop(tile, size_px, rng, zoom=rng.uniform(0.9, 1.5)), self.pixel)
        self._colour = np.zeros((size_px, size_px, 3), np.float32)
        self._slope_x, self._slope_y, self._gloss, self._cover = (
            np.zeros((size_px, size_px), np.float32) for _ in range(4)
        )
        self._u, self._v = pose.sheet(*pixel_centres(size_px))

    def stencil(self, outline: Points) -> Stencil:
        """Return what the outline covers."""
        return fill(self._pixels(outline), self.size_px, room_px=_ROOM / self.pixel)

    def strokes(
        self, lines: Sequence[Points], width: float, *, within: Stencil | None = None
    ) -> Stencil:
        """Return what a pen of that width (picture units) covers, drawn along every line."""
        ends = np.cumsum([len(line) for line in lines])[:-1]
        placed = np.split(self._pixels(np.vstack(lines)), ends)
        width_px = width * self.pose.scale / self.pixel
        room_px = (_ROOM + width) / self.pixel
        return stroke(placed, width_px, self.size_px, room_px=room_px).within(within)

    def lay(
        self,
        shape: Points | Stencil,
        surface: Surface,
        *,
        bulge: float = 0.045,
        soft: float = 0.05,
        lift: float = 0.35,
        grain: float = 0.0,
        origin: tuple[float, float] = (0.0, 0.0),
        within: Stencil | None = None,
    ) -> Stencil:
        """Lay a piece on top of what is there.

        Parameters
        ----------
        shape
            Its outline, or what `stencil` or `strokes` made of one.
        surface
            What it is made of.
        bulge, soft
            How high it rises from its edge, and over which distance (picture units).
        lift
            How dark a shadow it throws on the pieces beneath, 0 to 1.
        grain, origin
            The turn (radians) and the zero point of its weave and pattern.
        within
            Cut it to this.

        Returns
        -------
        Stencil
            What it covers, for the pieces that belong on it.
        """
        piece = self._piece(shape, within)
        if piece.is_empty:
            return piece
        window, cover = piece.window, piece.cover
        rise = blur(cover, soft / self.pixel)
        if lift > 0:
            self._shade_below(piece, lift)
        slope_x, slope_y = slopes(rise * bulge, self.pixel)
        slope_x = slope_x + surface.drape * self._folds[0][window]
        slope_y = slope_y + surface.drape * self._folds[1][window]
        u, v = self._on_sheet(window, grain, origin)
        colour = surface.albedo(u + 0.012 * slope_x, v + 0.012 * slope_y, self.pixel)
        if bulge > 0:
            colour *= (0.86 + 0.14 * np.minimum(1.0, rise * 2 - 1))[..., None]
        self._settle(piece, colour, slope_x, slope_y, surface.gloss)
        return piece

    def tint(
        self,
        shape: Points | Stencil,
        paint: Paint,
        *,
        opacity: float = 1.0,
        within: Stencil | None = None,
    ) -> None:
        """Colour what lies there without changing its form: prints, dyes, thread."""
        piece = self._piece(shape, within)
        if not piece.is_empty:
            share = piece.cover[..., None] * np.float32(opacity)
            blend(self._colour[piece.window], np.asarray(paint, np.float32), share)

    def darken(
        self, shape: Points, amount: float, *, soft: float = 0.03, within: Stencil | None = None
    ) -> None:
        """Let less light fall on what lies there, with a soft border; more, if negative."""
        piece = self.stencil(shape)
        if not piece.is_empty:
            softened = replace(piece, cover=blur(piece.cover, soft / self.pixel)).within(within)
            self._colour[piece.window] *= (1.0 - amount * softened.cover)[..., None]

    def crease(
        self, lines: Sequence[Points], *, width: float, depth: float, within: Stencil | None = None
    ) -> None:
        """Press soft furrows (negative depth: ridges) along the lines."""
        furrow = self.strokes(lines, width)
        if furrow.is_empty:
            return
        height = blur(furrow.cover, 0.5 * width / self.pixel) * np.float32(-depth)
        slope_x, slope_y = slopes(height, self.pixel)
        share = replace(furrow, cover=self._cover[furrow.window]).within(within).cover
        self._slope_x[furrow.window] += slope_x * share
        self._slope_y[furrow.window] += slope_y * share

    def seam(
        self,
        lines: Sequence[Points],
        *,
        darkness: float = 0.3,
        width: float = 0.011,
        within: Stencil | None = None,
    ) -> None:
        """Draw where two pieces are sewn together: a thin shaded line."""
        line = self.strokes(lines, width, within=within)
        if not line.is_empty:
            self._colour[line.window] *= (1.0 - darkness * line.cover)[..., None]

    def stitch(
        self,
        line: Points,
        thread: Paint,
        *,
        dash: float = 0.03,
        width: float = 0.009,
        opacity: float = 0.8,
        within: Stencil | None = None,
    ) -> None:
        """Sew a visible dashed thread along the line."""
        step = np.hypot(*np.diff(line, axis=0).T)
        length = np.concatenate([[0.0], np.cumsum(step)])
        starts = np.arange(max(1, int(length[-1] / dash))) * dash
        ends = np.stack([starts, starts + 0.6 * dash], axis=1)
        dashes = np.stack([np.interp(ends, length, line[:, axis]) for axis in (0, 1)], axis=2)
        self.tint(self.strokes(list(dashes), width, within=within), thread, opacity=opacity)

    def finish(self, *, standing: bool = False) -> np.ndarray:
        """Light the product and set it on the studio's ground.

        Parameters
        ----------
        standing
            Whether it stands on the ground (shoes, bags), or lies flat, seen from above.

        Returns
        -------
        numpy.ndarray
            uint8 (size_px, size_px, 3).
        """
        if standing:
            shadow = shadow_standing(self._cover, self.pixel)
        else:
            shadow = self._lamp.shadow_lying(self._cover, self.pixel)
        picture = studio_ground(self.size_px, shadow, self._rng)
        lit = self._lamp.lit(self._colour, self._slope_x, self._slope_y, self._gloss)
        blend(picture, lit, self._cover[..., None])
        exposure = self._rng.uniform(0.96, 1.04)
        grain = 0.004 * patch(smooth_tile(0.6, 0.6, 5), self.size_px, self._rng)[..., None]
        return (np.clip(picture * exposure + grain, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)

    def _piece(self, shape: Points | Stencil, within: Stencil | None) -> Stencil:
        piece = shape if isinstance(shape, Stencil) else self.stencil(shape)
        return piece.within(within)

    def _settle(
        self,
        piece: Stencil,
        colour: np.ndarray,
        slope_x: np.ndarray,
        slope_y: np.ndarray,
        gloss: float,
    ) -> None:
        """Put a piece over what is there; where there is nothing, only its edge is thin."""
        window = piece.window
        beneath = self._cover[window] * (1.0 - piece.cover)
        share = piece.cover / np.maximum(piece.cover + beneath, np.float32(1e-4))
        blend(self._colour[window], colour, share[..., None])
        blend(self._slope_x[window], slope_x, share)
        blend(self._slope_y[window], slope_y, share)
        blend(self._gloss[window], np.float32(gloss), share)
        self._cover[window] = piece.cover + beneath

    def _shade_below(self, piece: Stencil, lift: float) -> None:
        """Darken what a new piece is about to lie upon, around its edge."""
        reach = -0.012 / self.pixel
        shadow = blur(
            moved(piece.cover, self._lamp.x * reach, self._lamp.y * reach), 0.021 / self.pixel
        )
        self._colour[piece.window] *= (1.0 - lift * shadow)[..., None]

    def _on_sheet(
        self, window: Window, grain: float, origin: tuple[float, float]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the window's places on the pattern sheet, turned with the grain."""
        u, v = self._u[window] - np.float32(origin[0]), self._v[window] - np.float32(origin[1])
        if grain == 0.0:
            return u, v
        cos, sin = np.float32(np.cos(grain)), np.float32(np.sin(grain))
        return cos * u + sin * v, cos * v - sin * u

    def _pixels(self, points: Points) -> np.ndarray:
        return (self.pose.place(points) + 1.0) / self.pixel
