"""Light: one lamp over a near-white studio ground, and the shadow that the product throws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from demo.drawing.blur import Field, blur, moved

_HEIGHT = 0.62
"""How high the lamp stands, as the cosine of its angle to the vertical."""


_MIRROR, _SHARPNESS = 0.45, 40.0
"""How much brighter than flat ground a surface is that mirrors the lamp, and how narrow a band."""


@dataclass(frozen=True)
class Lamp:
    """Where the light comes from: the direction towards it, along the ground."""

    x: float
    y: float

    @classmethod
    def at_random(cls, rng: np.random.Generator) -> Lamp:
        """Hang the lamp above and a little to the left, as photographers do."""
        angle = rng.normal(-2.1, 0.3)
        return cls(float(np.cos(angle)), float(np.sin(angle)))

    def lit(self, colour: Field, slope_x: Field, slope_y: Field, gloss: Field) -> np.ndarray:
        """Return the colour as the lamp shows it.

        A surface that rises away from the lamp faces it. Its light follows Lambert's law, relative
        to flat ground and weakened, for a studio is full of white walls; shine is added on top.

        Parameters
        ----------
        colour
            float32 (rows, columns, 3) in [0, 1].
        slope_x, slope_y
            The surface's rise per unit to the right and downwards.
        gloss
            0 (dull) to 1 (patent leather).
        """
        facing = -(slope_x * self.x + slope_y * self.y)
        steep = np.sqrt(1.0 + slope_x**2 + slope_y**2)
        relative = (1.0 + facing / _HEIGHT) / steep - 1.0
        diffuse = np.clip(1.0 + 0.5 * relative, 0.4, 1.26)[..., None]
        bright = np.maximum(relative, 0.0)
        shine = (0.035 + gloss * 0.45 * bright) * bright + 0.02 * np.minimum(relative, 0.0)
        mirror = np.exp(-_SHARPNESS * (relative - _MIRROR) ** 2)
        shine += 0.17 * gloss**2 * mirror
        return colour * diffuse + shine[..., None]

    def shadow_lying(self, cover: Field, pixel: float) -> Field:
        """Return how much light a product that lies flat keeps from the ground: in [0, 1]."""
        per_unit = 1.0 / pixel
        near = moved(cover, -self.x * 0.012 * per_unit, -self.y * 0.014 * per_unit)
        far = moved(cover, -self.x * 0.04 * per_unit, -self.y * 0.05 * per_unit)
        return 0.5 * blur(near, 0.014 * per_unit) + 0.5 * blur(far, 0.05 * per_unit)


def shadow_standing(cover: Field, pixel: float) -> Field:
    """Return how much light a product that stands keeps from the ground: in [0, 1]."""
    size = len(cover)
    rows = np.flatnonzero(cover.max(axis=1) > 0.5)
    foot = int(rows[-1]) if rows.size else size - 1
    thick = max(2, size // 40)
    band = np.zeros_like(cover)
    low = cover[max(0, foot - 3 * thick) : foot + 1].max(axis=0)
    band[max(0, foot - thick) : min(size, foot + thick // 2 + 1)] = low
    tight, wide = blur(band, 0.022 / pixel), blur(band, 0.07 / pixel)
    return np.clip(0.8 * tight + 1.6 * wide, 0.0, 1.0)


def studio_ground(size_px: int, shadow: Field, rng: np.random.Generator) -> np.ndarray:
    """Return the ground with the shadow on it: float32 (size_px, size_px, 3), about 0.95."""
    x, y = pixel_centres(size_px)
    tilt, fall = rng.normal(0.0, 0.008), rng.uniform(0.0, 0.03)
    level = rng.uniform(0.945, 0.99)
    light = level + tilt * x - fall * np.clip(y + x**2 * 0.3, -0.2, 1.4)
    warmth = rng.normal(0.0, 0.006)
    depth = rng.uniform(0.18, 0.42)
    light = light * (1.0 - depth * shadow)
    return light[..., None] * np.array([1.0 + warmth, 1.0, 1.0 - warmth], np.float32)


@lru_cache(maxsize=8)
def pixel_centres(size_px: int) -> tuple[Field, Field]:
    """Return x and y of every pixel's centre, from -1 to 1."""
    centre = ((np.arange(size_px) + 0.5) * 2.0 / size_px - 1.0).astype(np.float32)
    x, y = np.meshgrid(centre, centre)
    return x, y
