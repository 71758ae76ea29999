"""The canvas: outlines in, a lit studio photograph out.

Pieces are laid one over another like cut cloth. Each leaves its colour and its slope (how the
surface tilts) in the canvas; `finish` lights them all at once and puts them on a studio ground
with a soft shadow. Edges are smooth because outlines are filled on a three times finer grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw

from engine.drawing.noise import crop, fold_tile, smooth_tile
from engine.drawing.outline import Points

_FINER = 3
_LIGHT_HEIGHT = 0.62
_REACH = 0.05


class Surface(Protocol):
    """What a piece can be covered with: `engine.drawing.cloth.Cloth` is one."""

    gloss: float
    drape: float

    def albedo(self, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
        """Return the colour in [0, 1] at each point: float32 (rows, columns, 3)."""


@dataclass(frozen=True)
class Pose:
    """How the product lies: turned, scaled, moved, and a little askew as nothing real is straight."""

    turn: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    askew: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    facing: float = 1.0

    @classmethod
    def at_random(cls, rng: np.random.Generator, *, turn: float, zoom: float, may_face_left: bool) -> Pose:
        """Draw a pose turned by at most `turn` radians and about `zoom` times as large as drawn."""
        bend = rng.normal(0.0, 0.012, 2)
        phase = rng.uniform(0.0, 2 * np.pi, 2)
        return cls(
            turn=float(np.clip(rng.normal(0.0, turn / 2), -turn, turn)),
            scale=float(zoom * rng.uniform(0.90, 1.04)),
            shift=(float(rng.normal(0.0, 0.02)), float(rng.normal(0.0, 0.015))),
            askew=(float(bend[0]), float(phase[0]), float(bend[1]), float(phase[1])),
            facing=-1.0 if may_face_left and rng.random() < 0.2 else 1.0,
        )

    def place(self, points: Points) -> Points:
        """Return where the points of the pattern sheet lie in the picture."""
        bend_x, phase_x, bend_y, phase_y = self.askew
        x = points[:, 0] + bend_x * np.sin(3.1 * points[:, 1] + phase_x)
        y = points[:, 1] + bend_y * np.sin(2.7 * points[:, 0] + phase_y)
        x = x * self.facing
        cos, sin = np.cos(self.turn) * self.scale, np.sin(self.turn) * self.scale
        return np.stack([cos * x - sin * y + self.shift[0], sin * x + cos * y + self.shift[1]], 1)

    def sheet(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the way back: where the picture's points lay on the sheet (skew left aside)."""
        cos, sin = np.cos(self.turn) / self.scale, np.sin(self.turn) / self.scale
        x, y = x - self.shift[0], y - self.shift[1]
        return (cos * x + sin * y) * self.facing, cos * y - sin * x


@dataclass(frozen=True)
class Stencil:
    """The part of the picture that an outline covers: a window and the share of each pixel."""

    window: tuple[slice, slice]
    cover: np.ndarray

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the outline falls into the picture."""
        return self.cover.size == 0

    def within(self, other: Stencil) -> Stencil:
        """Return what lies inside the other one as well."""
        whole = np.zeros(
            [max(a.stop, b.stop) for a, b in zip(self.window, other.window, strict=True)], np.float32
        )
        whole[other.window] = other.cover
        return replace(self, cover=self.cover * whole[self.window])


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
        Which folds its cloth has: see `engine.drawing.noise.fold_tile`.
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
        angle = rng.normal(-2.1, 0.3)
        self._light = float(np.cos(angle)), float(np.sin(angle))
        heights = crop(fold_tile(folds, int(rng.integers(6))), size_px, rng, zoom=rng.uniform(0.9, 1.5))
        self._folds = _slopes(heights, self.pixel)
        self._colour = np.zeros((size_px, size_px, 3), np.float32)
        self._slope_x = np.zeros((size_px, size_px), np.float32)
        self._slope_y = np.zeros((size_px, size_px), np.float32)
        self._gloss = np.zeros((size_px, size_px), np.float32)
        self._cover = np.zeros((size_px, size_px), np.float32)
        x, y = _pixel_centres(size_px)
        self._u, self._v = pose.sheet(x, y)

    def stencil(self, outline: Points, *, within: Stencil | None = None) -> Stencil:
        """Return what the outline covers."""
        corners = self._pixels(outline)
        window = self._window(corners, margin=_REACH)
        rows, columns = window
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if height <= 0 or width <= 0:
            return Stencil((slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.float32))
        fine = Image.new("L", (width * _FINER, height * _FINER))
        local = (corners - (columns.start, rows.start)) * _FINER - 0.5
        ImageDraw.Draw(fine).polygon(local.ravel().tolist(), fill=255)
        cover = np.asarray(fine.reduce(_FINER), dtype=np.float32) * np.float32(1 / 255)
        found = Stencil(window, cover)
        return found if within is None else found.within(within)

    def strokes(self, lines: Sequence[Points], width: float, *, within: Stencil | None = None) -> Stencil:
        """Return what a pen of that width (picture units) covers, drawn along every line."""
        placed = [self._pixels(line) for line in lines]
        window = self._window(np.vstack(placed), margin=_REACH + width)
        rows, columns = window
        height, wide = rows.stop - rows.start, columns.stop - columns.start
        if height <= 0 or wide <= 0:
            return Stencil((slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.float32))
        fine = Image.new("L", (wide * _FINER, height * _FINER))
        pen = ImageDraw.Draw(fine)
        pen_px = max(1, round(width * self.pose.scale / self.pixel * _FINER))
        joint = "curve" if pen_px > 6 else None
        for line in placed:
            local = (line - (columns.start, rows.start)) * _FINER - 0.5
            pen.line(local.ravel().tolist(), fill=255, width=pen_px, joint=joint)
        cover = np.asarray(fine.reduce(_FINER), dtype=np.float32) * np.float32(1 / 255)
        found = Stencil(window, cover)
        return found if within is None else found.within(within)

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
            Its outline, or what `stencil` made of one.
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
        piece = shape if isinstance(shape, Stencil) else self.stencil(shape)
        if within is not None:
            piece = piece.within(within)
        if piece.is_empty:
            return piece
        window, cover = piece.window, piece.cover
        round_edge = blur(cover, soft / self.pixel)
        if lift > 0:
            self._shade_below(window, cover, lift)
        slope_x, slope_y = _slopes(round_edge * bulge, self.pixel)
        slope_x = slope_x + surface.drape * self._folds[0][window]
        slope_y = slope_y + surface.drape * self._folds[1][window]
        u, v = self._on_sheet(window, grain, origin)
        colour = surface.albedo(u + 0.012 * slope_x, v + 0.012 * slope_y, self.pixel)
        edge = (0.86 + 0.14 * np.minimum(1.0, round_edge * 2 - 1))[..., None] if bulge > 0 else 1.0
        beneath = self._cover[window] * (1.0 - cover)
        share = cover / np.maximum(cover + beneath, np.float32(1e-4))
        _blend(self._colour[window], colour * edge, share[..., None])
        _blend(self._slope_x[window], slope_x, share)
        _blend(self._slope_y[window], slope_y, share)
        _blend(self._gloss[window], np.float32(surface.gloss), share)
        self._cover[window] = cover + beneath
        return piece

    def tint(
        self, shape: Points | Stencil, rgb: Sequence[float], *, opacity: float = 1.0,
        within: Stencil | None = None,
    ) -> None:
        """Colour what lies there without changing its form: prints, dyes, thread."""
        piece = shape if isinstance(shape, Stencil) else self.stencil(shape)
        if within is not None:
            piece = piece.within(within)
        if not piece.is_empty:
            cover = piece.cover[..., None] * np.float32(opacity)
            _blend(self._colour[piece.window], np.asarray(rgb, np.float32), cover)

    def darken(self, shape: Points, amount: float, *, soft: float = 0.03,
               within: Stencil | None = None) -> None:
        """Let less light fall on what lies there, with a soft border."""
        piece = self.stencil(shape)
        if piece.is_empty:
            return
        piece = replace(piece, cover=blur(piece.cover, soft / self.pixel))
        if within is not None:
            piece = piece.within(within)
        self._colour[piece.window] *= (1.0 - amount * piece.cover)[..., None]

    def crease(self, lines: Sequence[Points], *, width: float, depth: float,
               within: Stencil | None = None) -> None:
        """Press soft furrows (negative depth: ridges) along the lines."""
        furrow = self.strokes(lines, width)
        if furrow.is_empty:
            return
        height = blur(furrow.cover, 0.5 * width / self.pixel) * np.float32(-depth)
        slope_x, slope_y = _slopes(height, self.pixel)
        share = self._cover[furrow.window]
        if within is not None:
            share = Stencil(furrow.window, share).within(within).cover
        self._slope_x[furrow.window] += slope_x * share
        self._slope_y[furrow.window] += slope_y * share

    def seam(self, lines: Sequence[Points], *, darkness: float = 0.3, width: float = 0.011,
             within: Stencil | None = None) -> None:
        """Draw where two pieces are sewn together: a thin shaded line."""
        line = self.strokes(lines, width, within=within)
        if not line.is_empty:
            self._colour[line.window] *= (1.0 - darkness * line.cover)[..., None]

    def stitch(self, line: Points, rgb: Sequence[float], *, dash: float = 0.03, width: float = 0.009,
               opacity: float = 0.8, within: Stencil | None = None) -> None:
        """Sew a visible dashed thread along the line."""
        step = np.hypot(*np.diff(line, axis=0).T)
        length = np.concatenate([[0.0], np.cumsum(step)])
        n_dashes = max(1, int(length[-1] / dash))
        starts = np.arange(n_dashes) * dash
        dashes = [
            np.stack([np.interp([a, a + 0.6 * dash], length, line[:, axis]) for axis in (0, 1)], 1)
            for a in starts
        ]
        self.tint(self.strokes(dashes, width, within=within), rgb, opacity=opacity)

    def covered(self) -> np.ndarray:
        """Return the share of each pixel that the product covers so far: float32 (size, size)."""
        return self._cover

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
        facing = -(self._slope_x * self._light[0] + self._slope_y * self._light[1])
        steep = np.sqrt(1.0 + self._slope_x**2 + self._slope_y**2)
        relative = (1.0 + facing / _LIGHT_HEIGHT) / steep - 1.0
        diffuse = np.clip(1.0 + 0.5 * relative, 0.4, 1.26)[..., None]
        bright = np.maximum(relative, 0.0)
        shine = (0.035 + self._gloss * 0.55 * bright) * bright + 0.02 * np.minimum(relative, 0.0)
        lit = self._colour * diffuse + shine[..., None]
        picture = self._ground(standing)
        _blend(picture, lit, self._cover[..., None])
        exposure = self._rng.uniform(0.96, 1.04)
        grain = crop(smooth_tile(0.6, 0.6, 5), self.size_px, self._rng)[..., None] * 0.004
        return (np.clip(picture * exposure + grain, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)

    def _ground(self, standing: bool) -> np.ndarray:
        """Return the near-white studio ground with the product's shadow on it."""
        x, y = _pixel_centres(self.size_px)
        tilt, fall = self._rng.normal(0.0, 0.008), self._rng.uniform(0.0, 0.03)
        level = self._rng.uniform(0.945, 0.99)
        light = level + tilt * x - fall * np.clip(y + x**2 * 0.3, -0.2, 1.4)
        warmth = self._rng.normal(0.0, 0.006)
        depth = self._rng.uniform(0.18, 0.42)
        light = light * (1.0 - depth * self._cast_shadow(standing))
        return light[..., None] * np.array([1.0 + warmth, 1.0, 1.0 - warmth], np.float32)

    def _cast_shadow(self, standing: bool) -> np.ndarray:
        """Return how much of the light the product keeps from the ground: (size, size) in [0, 1]."""
        size = self.size_px
        if standing:
            rows = np.flatnonzero(self._cover.max(axis=1) > 0.5)
            foot = int(rows[-1]) if rows.size else size - 1
            band = np.zeros_like(self._cover)
            thick = max(2, size // 40)
            low = self._cover[max(0, foot - 3 * thick): foot + 1].max(axis=0)
            band[max(0, foot - thick): min(size, foot + thick // 2 + 1)] = low
            tight = blur(band, 0.022 / self.pixel)
            wide = blur(band, 0.07 / self.pixel) * 2.0
            return np.clip(0.8 * tight + 0.8 * wide, 0.0, 1.0)
        near = _moved(self._cover, -self._light[0] * 0.012 * size / 2, -self._light[1] * 0.014 * size / 2)
        far = _moved(self._cover, -self._light[0] * 0.04 * size / 2, -self._light[1] * 0.05 * size / 2)
        return 0.5 * blur(near, 0.014 / self.pixel) + 0.5 * blur(far, 0.05 / self.pixel)

    def _shade_below(self, window: tuple[slice, slice], cover: np.ndarray, lift: float) -> None:
        """Darken what a new piece is about to lie upon, around its edge."""
        offset = -self._light[0] * 0.012 / self.pixel, -self._light[1] * 0.012 / self.pixel
        shadow = blur(_moved(cover, *offset), 0.021 / self.pixel)
        self._colour[window] *= (1.0 - lift * shadow)[..., None]

    def _on_sheet(
        self, window: tuple[slice, slice], grain: float, origin: tuple[float, float]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the window's places on the pattern sheet, turned with the grain."""
        u, v = self._u[window] - np.float32(origin[0]), self._v[window] - np.float32(origin[1])
        if grain == 0.0:
            return u, v
        cos, sin = np.float32(np.cos(grain)), np.float32(np.sin(grain))
        return cos * u + sin * v, cos * v - sin * u

    def _pixels(self, points: Points) -> np.ndarray:
        return (self.pose.place(points) + 1.0) / self.pixel

    def _window(self, corners: np.ndarray, margin: float) -> tuple[slice, slice]:
        """Return the rows and columns around the corners, with room for soft edges."""
        room = margin / self.pixel
        low = np.clip(np.floor(corners.min(axis=0) - room), 0, self.size_px).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0) + room), 0, self.size_px).astype(int)
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def blur(field: np.ndarray, sigma_px: float) -> np.ndarray:
    """Return the field blurred by a Gaussian; what lies outside counts as nothing.

    A Gaussian is two Gaussians of half its variance, and between the two a grid as coarse as
    sigma is enough. Both are matrix products, which is what NumPy is fastest at.
    """
    rows, columns = field.shape
    sigma = max(1.0, round(sigma_px * 2) / 2)
    down, right = _band(rows, sigma), _band(columns, sigma)
    return down[1] @ (down[0] @ field @ right[0].T) @ right[1].T


@lru_cache(maxsize=4096)
def _band(n: int, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrices to the coarse grid, (n_coarse, n), and back, (n, n_coarse)."""
    step = int(sigma)
    half = sigma / np.sqrt(2.0)
    # Two cells beyond either border: what is blurred outwards comes back in.
    coarse = np.arange(-2 * step, n + 2 * step + 1, step)
    apart = coarse[:, None] - np.arange(n)[None, :]
    weight = np.exp(-0.5 * (apart / half) ** 2) / (half * np.sqrt(2 * np.pi))
    weight[weight < 1e-7] = 0.0  # denormal numbers would slow the products down ten times
    return weight.astype(np.float32), np.ascontiguousarray(weight.T * step, dtype=np.float32)


@lru_cache(maxsize=8)
def _pixel_centres(size_px: int) -> tuple[np.ndarray, np.ndarray]:
    centre = ((np.arange(size_px) + 0.5) * 2.0 / size_px - 1.0).astype(np.float32)
    x, y = np.meshgrid(centre, centre)
    return x, y


def _slopes(height: np.ndarray, pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the height's rise per unit to the right and downwards."""
    slope_x, slope_y = np.zeros_like(height), np.zeros_like(height)
    half = np.float32(0.5 / pixel)
    np.subtract(height[:, 2:], height[:, :-2], out=slope_x[:, 1:-1])
    np.subtract(height[2:], height[:-2], out=slope_y[1:-1])
    slope_x *= half
    slope_y *= half
    return slope_x, slope_y


def _moved(field: np.ndarray, right: float, down: float) -> np.ndarray:
    """Return the field moved by whole pixels, with nothing coming in."""
    dx, dy = round(right), round(down)
    rows, columns = field.shape
    moved = np.zeros_like(field)
    moved[max(0, dy): rows + min(0, dy), max(0, dx): columns + min(0, dx)] = field[
        max(0, -dy): rows + min(0, -dy), max(0, -dx): columns + min(0, -dx)
    ]
    return moved


def _blend(under: np.ndarray, over: np.ndarray, cover: np.ndarray) -> None:
    """Let `over` replace `under`, in place, to the share that `cover` says."""
    under += (over - under) * cover
