"""Swing: the hems and folds of skirts and dresses."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.outline import SHARP, Knot, curve
from engine.drawing.stencil import Stencil


def press_gathers(
    canvas: Canvas,
    top: float,
    bottom: float,
    half_top: float,
    half_bottom: float,
    piece: Stencil,
    rng: np.random.Generator,
    *,
    n: int = 9,
    depth: float = 0.045,
) -> None:
    """Press the long folds of a skirt, fanning out from the waist to the hem."""
    lines = []
    for place in np.linspace(-0.92, 0.92, n) + rng.normal(0, 0.05, n):
        start = top + abs(rng.normal(0, 0.1)) * (bottom - top)
        share = (start - top) / (bottom - top)
        x = place * (half_top + (half_bottom - half_top) * share)
        lines.append(
            curve(
                (x, start),
                (0.5 * (x + place * half_bottom) + rng.normal(0, 0.012), 0.5 * (start + bottom)),
                (place * half_bottom, bottom + 0.02),
            )
        )
    canvas.crease(lines, width=0.055, depth=depth, within=piece)


def wavy_hem(half: float, bottom: float, rng: np.random.Generator, *, wave: float) -> list[Knot]:
    """Return the knots along a hem from the right corner to the middle."""
    knots: list[Knot] = [(half, bottom - 0.04, SHARP)]
    for share in (0.8, 0.6, 0.4, 0.2):
        knots.append((half * share, bottom + rng.normal(0, wave) - 0.03 * share**2))
    return [*knots, (0.0, bottom)]
