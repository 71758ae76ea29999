"""Umbrella, open, seen from the side."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of, polished
from demo.drawing.outline import SHARP, Knot, curve, ribbon, spline
from demo.drawing.palette import shade
from demo.drawing.product import Kind, Product

_HOOK: list[Knot] = [(0.0, 0.55), (0.0, 0.76), (-0.06, 0.87), (-0.16, 0.87), (-0.20, 0.77)]
_TOP = -0.70


def draw_umbrella(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw an umbrella, open and seen from the side, with its shaft and its grip."""
    steel = polished("silver" if rng.random() < 0.5 else "gunmetal")
    wood = made_of("plastic", (0.36, 0.22, 0.12) if rng.random() < 0.5 else (0.13, 0.13, 0.14))
    canvas.lay(ribbon([(0.0, -0.80), (0.0, 0.62)], [0.032] * 2), steel, bulge=0.04, soft=0.012)
    curved = product.details["handle"] == "curved"
    straight = ribbon([(0.0, 0.58), (0.0, 0.72), (0.0, 0.88)], [0.075] * 3)
    canvas.lay(ribbon(_HOOK, [0.055] * 5) if curved else straight, wood, bulge=0.06, soft=0.025)
    _lay_canopy(canvas, cloth, rng)
    canvas.lay(ribbon([(0.0, -0.84), (0.0, -0.68)], [0.025, 0.05]), steel, bulge=0.03, soft=0.012)


def _lay_canopy(canvas: Canvas, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the dark inside and, over it, the four gores that face us."""
    wide, low = rng.uniform(0.80, 0.88), rng.uniform(0.06, 0.14)
    tips = np.array([-1.0, -0.58, 0.0, 0.58, 1.0]) * wide
    drop = np.array([0.0, 0.035, 0.05, 0.035, 0.0]) + low
    inside = spline(
        (-wide, low, SHARP),
        (-0.85 * wide, low - 0.13),
        (0.85 * wide, low - 0.13),
        (wide, low, SHARP),
        (0.0, low + 0.02),
    )
    canvas.lay(inside, cloth.plain(shade(cloth.rgb, -0.5)).still(), bulge=0, lift=0)
    for gore in (0, 3, 1, 2):
        ends = slice(gore, gore + 2)
        _lay_gore(canvas, cloth, tips[ends], drop[ends], shadow=0.1 * max(0, gore - 1))


def _lay_gore(canvas: Canvas, cloth: Cloth, x: np.ndarray, y: np.ndarray, *, shadow: float) -> None:
    """Lay one gore between the tips of two ribs; those turned from the light lie in shadow."""
    left, right = ([(0.42 * tip, _TOP + 0.075), (0.80 * tip, _TOP + 0.36)] for tip in x)
    shape = spline(
        (0.0, _TOP, SHARP),
        *right,
        (x[1], y[1], SHARP),
        (0.5 * (x[0] + x[1]), y.min() - 0.075),
        (x[0], y[0], SHARP),
        *left[::-1],
    )
    piece = canvas.lay(shape, cloth, bulge=0.07, soft=0.05, lift=0.25)
    if shadow > 0:
        canvas.darken(shape, shadow, soft=0.01, within=piece)
    canvas.seam([curve((0.0, _TOP), *left, (x[0], y[0]))], darkness=0.3)


UMBRELLA = Kind(
    name="umbrella",
    draw=draw_umbrella,
    patterns={
        "solid": 3,
        "polka dot": 1,
        "floral": 1,
        "checked": 1,
        "horizontal stripes": 1,
        "animal print": 1,
        "camouflage": 1,
        "vertical stripes": 1,
    },
    materials={"nylon": 1, "polyester": 1},
    details={"handle": {"curved": 1, "straight": 1}},
    pattern_period=0.20,
    turn=0.35,
)
