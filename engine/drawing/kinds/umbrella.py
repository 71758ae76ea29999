"""Umbrella, open, seen from the side."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, made_of, polished
from engine.drawing.outline import SHARP, curve, ribbon, spline
from engine.drawing.palette import shade
from engine.drawing.product import Kind, Product


def draw_umbrella(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw an umbrella, open and seen from the side, with its shaft and hooked or straight grip."""
    steel = polished("silver" if rng.random() < 0.5 else "gunmetal")
    hook = product.details["handle"] == "curved"
    wood = made_of("plastic", (0.36, 0.22, 0.12) if rng.random() < 0.5 else (0.13, 0.13, 0.14))
    canvas.lay(ribbon([(0.0, -0.80), (0.0, 0.62)], [0.032] * 2), steel, bulge=0.04, soft=0.012)
    grip = (
        [(0.0, 0.55), (0.0, 0.76), (-0.06, 0.87), (-0.16, 0.87), (-0.20, 0.77)]
        if hook
        else [(0.0, 0.58), (0.0, 0.72), (0.0, 0.88)]
    )
    canvas.lay(ribbon(grip, [0.055 if hook else 0.075] * len(grip)), wood, bulge=0.06, soft=0.025)
    wide, top, low = rng.uniform(0.80, 0.88), -0.70, rng.uniform(0.06, 0.14)
    tips = np.array([-1.0, -0.58, 0.0, 0.58, 1.0]) * wide
    drop = np.array([0.0, 0.035, 0.05, 0.035, 0.0]) + low
    under = cloth.plain(shade(cloth.rgb, -0.5)).still()
    under_edge = [
        (tips[0], drop[0], SHARP),
        (0.85 * tips[0], low - 0.13),
        (0.85 * tips[4], low - 0.13),
        (tips[4], drop[4], SHARP),
    ]
    canvas.lay(spline(*under_edge, (0.0, low + 0.02)), under, bulge=0, lift=0)
    order = (0, 3, 1, 2)
    for panel in order:
        _panel(canvas, cloth, tips[panel : panel + 2], drop[panel : panel + 2], top, panel)
    canvas.lay(ribbon([(0.0, -0.84), (0.0, -0.68)], [0.025, 0.05]), steel, bulge=0.03, soft=0.012)


def _panel(
    canvas: Canvas, cloth: Cloth, x: np.ndarray, y: np.ndarray, top: float, panel: int
) -> None:
    """Lay one gore of the canopy; neighbours take the light differently."""
    middle_x, middle_y = 0.5 * (x[0] + x[1]), y.min() - 0.075
    rib = [[(0.42 * end, top + 0.075), (0.80 * end, top + 0.36)] for end in x]
    shape = spline(
        (0.0, top, SHARP),
        *rib[1],
        (x[1], y[1], SHARP),
        (middle_x, middle_y),
        (x[0], y[0], SHARP),
        rib[0][1],
        rib[0][0],
    )
    piece = canvas.lay(shape, cloth, bulge=0.07, soft=0.05, lift=0.25)
    if panel in (2, 3):
        canvas.darken(shape, 0.10 * (panel - 1), soft=0.01, within=piece)
    canvas.seam([curve((0.0, top), *rib[0], (x[0], y[0]))], darkness=0.3)


UMBRELLA = Kind(
    name="umbrella",
    draw=draw_umbrella,
    patterns=(
        "solid",
        "solid",
        "solid",
        "polka dot",
        "floral",
        "checked",
        "horizontal stripes",
        "animal print",
        "camouflage",
        "vertical stripes",
    ),
    materials=("nylon", "polyester"),
    details={"handle": ("curved", "straight")},
    pattern_period=0.20,
    turn=0.35,
)
