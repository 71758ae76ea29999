"""Trimmings: buttons, zips, laces, buckles, rings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of, polished
from demo.drawing.outline import box, closed, ellipse, ribbon
from demo.drawing.palette import METALS, Paint, shade


def sew_buttons(
    canvas: Canvas, x: float, ys: Iterable[float], paint: Paint, radius: float = 0.016
) -> None:
    """Sew a row of small buttons."""
    for y in ys:
        canvas.tint(ellipse(x + 0.004, y + 0.006, radius * 1.1), (0.05, 0.05, 0.05), opacity=0.3)
        canvas.tint(ellipse(x, y, radius), paint)
        canvas.tint(
            ellipse(x - 0.3 * radius, y - 0.3 * radius, 0.35 * radius), (1, 1, 1), opacity=0.4
        )


def sew_zip(
    canvas: Canvas,
    x: float,
    top: float,
    bottom: float,
    rng: np.random.Generator,
) -> None:
    """Sew in a zip with its pull."""
    teeth = METALS["silver" if rng.random() < 0.7 else "gunmetal"]
    line = np.array([(x, top), (x, bottom)])
    canvas.seam([line], darkness=0.35, width=0.045)
    canvas.tint(canvas.strokes([line], 0.02), shade(teeth, -0.25))
    canvas.stitch(line, teeth, dash=0.022, width=0.018, opacity=1.0)
    canvas.tint(box(x - 0.014, top + 0.02, x + 0.014, top + 0.09, radius=0.01), teeth)


def thread_laces(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    n_rows: int,
    paint: Paint,
    *,
    wide: float = 0.15,
    width: float = 0.028,
) -> None:
    """Thread laces across the line from `start` to `end`, with a bow at the start."""
    lace = made_of("cotton", paint).still()
    direction = np.subtract(end, start)
    across = np.array([-direction[1], direction[0]]) / np.hypot(*direction)
    for share in np.linspace(0.04, 0.94, n_rows):
        middle = np.add(start, direction * share)
        reach = 0.5 * wide * (0.75 + 0.25 * share)
        knots = [
            tuple(middle - across * reach),
            (middle[0], middle[1] - 0.012),
            tuple(middle + across * reach),
        ]
        canvas.lay(ribbon(knots, [width] * 3), lace, bulge=0.03, soft=0.012, lift=0.4)
    x, y = start
    for dx, dy in ((0.12, 0.05), (-0.03, 0.12)):
        loop = [(x, y), (x + 0.6 * dx, y + 0.5 * dy - 0.03), (x + dx, y + dy)]
        canvas.lay(ribbon(loop, [width * 0.8] * 3), lace, bulge=0.02, soft=0.01, lift=0.3)


def sew_buckle(canvas: Canvas, x: float, y: float) -> None:
    """Sew on the small gold frame that holds a strap."""
    frame = closed(box(x - 0.04, y - 0.045, x + 0.04, y + 0.045, radius=0.015))
    canvas.lay(canvas.strokes([frame], 0.018), polished("gold"), bulge=0.02, soft=0.01, lift=0.3)


def hang_ring(canvas: Canvas, x: float, y: float, radius: float, metal: Cloth) -> None:
    """Hang a ring that a handle passes through."""
    loop = closed(ellipse(x, y, radius))
    canvas.lay(canvas.strokes([loop], 0.02), metal, bulge=0.03, soft=0.01, lift=0.3)


def hang_cords(
    canvas: Canvas,
    fabric: Cloth,
    x: float,
    top: float,
    fall: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """Let two cords hang from (x, top) and its mirror image, about as far as `fall` says."""
    for side in (1.0, -1.0):
        length = rng.uniform(*fall)
        path = [
            (side * x, top),
            (side * (x + 0.015), top + 0.5 * length),
            (side * (x + rng.normal(0.005, 0.018)), top + length),
        ]
        canvas.lay(ribbon(path, [0.02] * 3), fabric, bulge=0.02, soft=0.01, lift=0.3)


def fitting(rng: np.random.Generator) -> Cloth:
    """Return the metal of a bag's fittings."""
    return polished("gold" if rng.random() < 0.5 else "silver")
