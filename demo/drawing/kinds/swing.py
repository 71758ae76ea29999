"""Swing: the hems and folds of skirts and dresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.outline import SHARP, Knot, curve
from demo.drawing.stencil import Stencil


@dataclass(frozen=True)
class Sweep:
    """Where cloth hangs from a waist: heights (y grows downwards) and half widths."""

    top: float
    bottom: float
    waist: float
    hem: float

    def half_width(self, y: float) -> float:
        """Return half its width at a height."""
        share = (y - self.top) / (self.bottom - self.top)
        return self.waist + (self.hem - self.waist) * share


def press_gathers(
    canvas: Canvas,
    sweep: Sweep,
    piece: Stencil,
    rng: np.random.Generator,
    *,
    n_folds: int,
    depth: float,
) -> None:
    """Press the long folds of a skirt, fanning out from the waist to the hem."""
    lines = []
    for place in np.linspace(-0.92, 0.92, n_folds) + rng.normal(0, 0.05, n_folds):
        start = sweep.top + abs(rng.normal(0, 0.1)) * (sweep.bottom - sweep.top)
        x, foot = place * sweep.half_width(start), place * sweep.hem
        middle = (0.5 * (x + foot) + rng.normal(0, 0.012), 0.5 * (start + sweep.bottom))
        lines.append(curve((x, start), middle, (foot, sweep.bottom + 0.02)))
    canvas.crease(lines, width=0.055, depth=depth, within=piece)


def press_pleats(canvas: Canvas, sweep: Sweep, piece: Stencil) -> None:
    """Press knife pleats: straight, even, sharp."""
    lines = [
        np.array([(share * sweep.waist, sweep.top), (share * sweep.hem, sweep.bottom + 0.03)])
        for share in np.linspace(-0.9, 0.9, 13)
    ]
    canvas.crease(lines, width=0.035, depth=0.06, within=piece)
    canvas.seam(lines, darkness=0.22, within=piece)


def wavy_hem(sweep: Sweep, rng: np.random.Generator, *, wave: float) -> list[Knot]:
    """Return the knots along a hem from its right corner to its middle."""
    knots: list[Knot] = [(sweep.hem, sweep.bottom - 0.04, SHARP)]
    for share in (0.8, 0.6, 0.4, 0.2):
        y = sweep.bottom + rng.normal(0, wave) - 0.03 * share**2
        knots.append((sweep.hem * share, y))
    return [*knots, (0.0, sweep.bottom)]
