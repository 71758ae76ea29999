"""Sunglasses, seen from the front."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import FABRICS, Cloth, made_of
from demo.drawing.outline import SHARP, Knot, Points, ellipse, flipped, ribbon, shifted, spline
from demo.drawing.palette import shade
from demo.drawing.product import Kind, Product

_RIMS: dict[str, list[Knot]] = {
    "aviator": [
        (0.12, -0.13),
        (0.20, -0.21),
        (0.50, -0.225),
        (0.78, -0.19),
        (0.80, -0.05),
        (0.70, 0.17),
        (0.48, 0.27),
        (0.26, 0.20),
        (0.13, 0.02),
    ],
    "wayfarer": [
        (0.08, -0.14),
        (0.14, -0.21),
        (0.50, -0.235),
        (0.86, -0.25, SHARP),
        (0.87, -0.14),
        (0.78, 0.10),
        (0.66, 0.21),
        (0.32, 0.21),
        (0.16, 0.10),
    ],
    "round": [
        (0.10, 0.0),
        (0.20, -0.24),
        (0.45, -0.335),
        (0.70, -0.24),
        (0.80, 0.0),
        (0.70, 0.24),
        (0.45, 0.335),
        (0.20, 0.24),
    ],
    "cat-eye": [
        (0.09, -0.08),
        (0.18, -0.17),
        (0.50, -0.22),
        (0.93, -0.36, SHARP),
        (0.84, -0.06),
        (0.70, 0.14),
        (0.46, 0.21),
        (0.22, 0.15),
    ],
    "rectangular": [
        (0.10, -0.13),
        (0.16, -0.18),
        (0.50, -0.195),
        (0.84, -0.18),
        (0.87, -0.12),
        (0.83, 0.10),
        (0.74, 0.155),
        (0.24, 0.15),
        (0.13, 0.07),
    ],
}
"""The outline of the right eye's rim, by shape of frame."""


_TEMPLE = ribbon(
    [(0.80, -0.16), (0.86, -0.20), (0.74, -0.30), (0.46, -0.36)], [0.05, 0.05, 0.042, 0.035]
)
_SMOKE, _AMBER = (0.16, 0.16, 0.18), (0.30, 0.21, 0.15)


def draw_sunglasses(
    canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator
) -> None:
    """Draw sunglasses from the front, temples folded back: aviator, wayfarer, round, cat-eye."""
    frame = replace(cloth, fabric=FABRICS["plastic"])
    shape = product.details["frame"]
    y = rng.uniform(-0.04, 0.04)
    temple = shifted(_TEMPLE, 0.0, y)
    for side in (temple, flipped(temple)):
        canvas.lay(side, frame.plain(shade(cloth.rgb, -0.25)), bulge=0.03, soft=0.015)
    outer, inner = _lens_outlines(shape, y)
    tints = (_SMOKE, _AMBER, shade(cloth.rgb, -0.45))
    glass = made_of("plastic", tints[int(rng.integers(3))])
    _lay_bridge(canvas, frame, y, thin=shape == "aviator")
    for rim, lens in ((outer, inner), (flipped(outer), flipped(inner))):
        canvas.lay(rim, frame, bulge=0.05, soft=0.022, lift=0.3)
        _set_lens(canvas, lens, glass)


def _lay_bridge(canvas: Canvas, frame: Cloth, y: float, *, thin: bool) -> None:
    """Lay the bridge between the eyes; a thin one is doubled."""
    path: list[Knot] = [(-0.14, -0.12 + y), (0.0, -0.175 + y), (0.14, -0.12 + y)]
    widths = [0.03, 0.025, 0.03] if thin else [0.07, 0.05, 0.07]
    canvas.lay(ribbon(path, widths), frame, bulge=0.04, soft=0.02)
    if thin:
        brow = ribbon([(-0.2, -0.20 + y), (0.0, -0.225 + y), (0.2, -0.20 + y)], [0.026] * 3)
        canvas.lay(brow, frame, bulge=0.03, soft=0.012)


def _lens_outlines(shape: str, y: float) -> tuple[Points, Points]:
    """Return rim and glass of the right eye."""
    rim = shifted(spline(*_RIMS[shape]), 0.0, y)
    middle = 0.5 * (rim.min(axis=0) + rim.max(axis=0))
    thick = {"aviator": 0.93, "round": 0.87, "rectangular": 0.82}.get(shape, 0.80)
    return rim, (rim - middle) * (thick, thick * (0.98 if shape == "aviator" else 0.93)) + middle


def _set_lens(canvas: Canvas, lens: Points, glass: Cloth) -> None:
    """Set in a tinted glass, lighter below, with a slanting reflection."""
    piece = canvas.lay(lens, glass, bulge=0.02, soft=0.06, lift=0.0)
    (left, top), (right, bottom) = lens.min(axis=0), lens.max(axis=0)
    wide, high = right - left, bottom - top
    pale = ellipse(0.5 * (left + right), bottom, 0.5 * wide, 0.6 * high)
    canvas.darken(pale, -0.8, soft=0.08, within=piece)
    x, y = left + 0.3 * wide, left + 0.46 * wide
    glint = np.array([(x, top), (y, top), (y - 0.15, bottom), (x - 0.15, bottom)])
    canvas.tint(glint, (1, 1, 1), opacity=0.13, within=piece)


SUNGLASSES = Kind(
    name="sunglasses",
    draw=draw_sunglasses,
    patterns={"solid": 4, "animal print": 1, "horizontal stripes": 1},
    materials={"plastic": 1},
    details={"frame": {"aviator": 1, "wayfarer": 1, "round": 1, "cat-eye": 1, "rectangular": 1}},
    pattern_period=0.09,
    turn=0.12,
)
