"""Legs: what trousers, jeans and shorts share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.outline import SHARP, Points, box, curve, ellipse, symmetric
from demo.drawing.palette import shade
from demo.drawing.stencil import Stencil

_WIDTHS = {
    "slim": (0.235, 0.165),
    "straight": (0.27, 0.235),
    "wide": (0.31, 0.34),
    "flared": (0.235, 0.33),
    "short": (0.43, 0.43),
}
"""Fit → width of one leg at the knee and at the hem."""


@dataclass(frozen=True)
class Legs:
    """The measures of a pair of trousers, in picture units.

    Parameters
    ----------
    top, crotch, bottom
        Heights (y grows downwards).
    waist, hip
        Half widths.
    knee, ankle
        Full widths of one leg.
    spread
        Distance of a leg's middle from the picture's middle, at the hem.
    """

    top: float
    crotch: float
    bottom: float
    waist: float
    hip: float
    knee: float
    ankle: float
    spread: float

    @classmethod
    def of_fit(cls, fit: str, top: float, bottom: float, rng: np.random.Generator) -> Legs:
        """Return the measures of a fit, varied as makers vary."""
        knee, ankle = _WIDTHS[fit]
        wide, apart = rng.uniform(0.95, 1.06), rng.uniform(-0.02, 0.05)
        waist, hip, rise, spread = 0.275, 0.355, 0.53, 0.235 + apart
        if fit == "short":
            waist, hip, rise, spread = 0.37, 0.455, 0.60, 0.265 + rng.uniform(0.0, 0.025)
        return cls(
            top=top,
            crotch=top + rise,
            bottom=bottom,
            waist=waist * wide,
            hip=hip * wide,
            knee=knee * wide,
            ankle=ankle * wide,
            spread=spread,
        )

    @property
    def middle(self) -> float:
        """Half way from the crotch to the hem: the height of the knees."""
        return 0.5 * (self.crotch + self.bottom)

    def outline(self) -> Points:
        """Return the outline of both legs."""
        gap = 0.012
        centre = 0.5 * (self.hip + gap)
        knee_at = centre + 0.45 * (self.spread - centre)
        return symmetric(
            (0.0, self.top + 0.02),
            (self.waist, self.top, SHARP),
            (self.hip, 0.45 * self.top + 0.55 * self.crotch),
            (knee_at + self.knee / 2, self.middle),
            (self.spread + self.ankle / 2, self.bottom, SHARP),
            (self.spread, self.bottom + 0.012),
            (self.spread - self.ankle / 2, self.bottom, SHARP),
            (knee_at - self.knee / 2, self.middle),
            (gap, self.crotch + 0.06),
            (0.0, self.crotch, SHARP),
        )


def lay_legs(canvas: Canvas, cloth: Cloth, legs: Legs, rng: np.random.Generator) -> Stencil:
    """Lay the legs with their folds and the fly."""
    inner = cloth.plain(shade(cloth.rgb, -0.4)).still()
    canvas.lay(ellipse(0, legs.top + 0.005, legs.waist * 0.98, 0.03), inner, bulge=0, lift=0)
    body = canvas.lay(legs.outline(), cloth, bulge=0.085, soft=0.06)
    _crease_legs(canvas, legs, body, rng)
    fly = curve((0.0, legs.top + 0.11), (0.015, legs.top + 0.3), (0.0, legs.crotch))
    canvas.seam([fly], darkness=0.35, width=0.012, within=body)
    return body


def _crease_legs(canvas: Canvas, legs: Legs, body: Stencil, rng: np.random.Generator) -> None:
    """Press whiskers at the hips and slack folds behind the knees and above the hem."""
    lines = []
    for side in (1.0, -1.0):
        for rise in (0.02, 0.10):
            lines.append(
                curve(
                    (side * 0.02, legs.crotch - rise),
                    (side * 0.14, legs.crotch - rise - 0.03),
                    (side * 0.28, legs.crotch - rise - rng.uniform(0.06, 0.16)),
                )
            )
        for y in (legs.middle - 0.06, legs.middle + 0.05, legs.bottom - 0.1):
            x, w = side * (0.2 + 0.3 * (legs.spread - 0.2)), legs.knee * 0.45
            y += rng.normal(0, 0.02)
            tilt = rng.normal(0, 0.05)
            lines.append(curve((x - w, y - tilt), (x, y + 0.015), (x + w * 0.6, y + tilt)))
    canvas.crease(lines, width=0.035, depth=0.022, within=body)


def lay_waistband(
    canvas: Canvas, legs: Legs, cloth: Cloth, *, loops: bool = True, height: float = 0.085
) -> None:
    """Sew on the waistband, with belt loops."""
    top, waist = legs.top, legs.waist
    band = symmetric(
        (0.0, top + 0.022),
        (waist, top, SHARP),
        (waist + 0.014, top + height, SHARP),
        (0.0, top + height + 0.022),
    )
    canvas.lay(band, cloth.still(), bulge=0.025, soft=0.02, lift=0.28)
    if loops:
        for share in (-0.62, 0.62, -0.28, 0.28):
            x = share * waist
            canvas.lay(
                box(x - 0.012, top - 0.005, x + 0.012, top + height + 0.03),
                cloth.still(),
                bulge=0.015,
                soft=0.01,
            )
