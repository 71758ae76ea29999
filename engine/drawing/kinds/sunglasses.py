"""Sunglasses, seen from the front."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import FABRICS, Cloth, made_of
from engine.drawing.outline import SHARP, Points, ellipse, flipped, ribbon, spline
from engine.drawing.palette import shade
from engine.drawing.product import Kind, Product


def draw_sunglasses(
    canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator
) -> None:
    """Draw sunglasses from the front, temples folded back: aviator, wayfarer, round, cat-eye."""
    frame = replace(cloth, fabric=FABRICS["plastic"])
    shape = product.details["frame"]
    y = rng.uniform(-0.04, 0.04)
    for side in (1.0, -1.0):
        temple = [
            (side * 0.80, -0.16 + y),
            (side * 0.86, -0.20 + y),
            (side * 0.74, -0.30 + y),
            (side * 0.46, -0.36 + y),
        ]
        canvas.lay(
            ribbon(temple, [0.05, 0.05, 0.042, 0.035]),
            frame.plain(shade(cloth.rgb, -0.25)),
            bulge=0.03,
            soft=0.015,
        )
    outer, inner = _lens_outlines(shape, y)
    lens_rgb = {0: (0.16, 0.16, 0.18), 1: (0.30, 0.21, 0.15), 2: shade(cloth.rgb, -0.45)}[
        int(rng.integers(3))
    ]
    thin = shape == "aviator"
    bridge = [(-0.14, -0.12 + y), (0.0, -0.175 + y), (0.14, -0.12 + y)]
    canvas.lay(
        ribbon(bridge, [0.03 if thin else 0.07, 0.025 if thin else 0.05, 0.03 if thin else 0.07]),
        frame,
        bulge=0.04,
        soft=0.02,
    )
    if thin:
        canvas.lay(
            ribbon([(-0.2, -0.20 + y), (0.0, -0.225 + y), (0.2, -0.20 + y)], [0.026] * 3),
            frame,
            bulge=0.03,
            soft=0.012,
        )
    for flip in (False, True):
        rim, glass = (flipped(outer), flipped(inner)) if flip else (outer, inner)
        canvas.lay(rim, frame, bulge=0.05, soft=0.022, lift=0.3)
        _lens(canvas, glass, np.asarray(lens_rgb, np.float32))


def _lens_outlines(shape: str, y: float) -> tuple[Points, Points]:
    """Return rim and glass of the right eye."""
    rims = {
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
    rim = spline(*[(x, v + y, *rest) for x, v, *rest in rims[shape]])
    middle = 0.5 * (rim.min(axis=0) + rim.max(axis=0))
    thick = {"aviator": 0.93, "round": 0.87, "rectangular": 0.82}.get(shape, 0.80)
    return rim, (rim - middle) * (thick, thick * (0.98 if shape == "aviator" else 0.93)) + middle


def _lens(canvas: Canvas, glass: Points, rgb: np.ndarray) -> None:
    """Set in a tinted glass, lighter below, with a slanting reflection."""
    lens = made_of("plastic", rgb)
    piece = canvas.lay(glass, lens, bulge=0.02, soft=0.06, lift=0.0)
    low, high = glass.min(axis=0), glass.max(axis=0)
    canvas.darken(
        ellipse(
            0.5 * (low[0] + high[0]), high[1], 0.5 * (high[0] - low[0]), 0.6 * (high[1] - low[1])
        ),
        -0.8,
        soft=0.08,
        within=piece,
    )
    x, wide = low[0] + 0.3 * (high[0] - low[0]), 0.16 * (high[0] - low[0])
    glint = np.array(
        [(x, low[1]), (x + wide, low[1]), (x + wide - 0.15, high[1]), (x - 0.15, high[1])]
    )
    canvas.tint(glint, (1, 1, 1), opacity=0.13, within=piece)


SUNGLASSES = Kind(
    name="sunglasses",
    draw=draw_sunglasses,
    patterns=("solid", "solid", "solid", "solid", "animal print", "horizontal stripes"),
    materials=("plastic",),
    details={"frame": ("aviator", "wayfarer", "round", "cat-eye", "rectangular")},
    pattern_period=0.09,
    turn=0.12,
)
