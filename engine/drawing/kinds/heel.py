"""Heel, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, made_of
from engine.drawing.outline import SHARP, box, curve, ellipse, ribbon, spline
from engine.drawing.palette import shade
from engine.drawing.product import Kind, Product


def draw_heel(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a court shoe: stiletto, block or kitten heel, closed or open at the toe."""
    style = product.details["heel"]
    rise = {"stiletto": 0.62, "block": 0.52, "kitten": 0.34, "wedge": 0.50}[style] * rng.uniform(
        0.93, 1.05
    )
    floor = 0.55
    back = floor - rise
    _heel_block(canvas, cloth, style, back, floor)
    line = [
        (-0.62, back + 0.01),
        (-0.36, back + 0.27 * rise),
        (-0.09, back + 0.71 * rise),
        (0.18, floor - 0.028),
        (0.5, floor - 0.018),
        (0.84, floor - 0.014),
    ]
    if style != "wedge":
        canvas.lay(
            ribbon(line, [0.05, 0.05, 0.055, 0.05, 0.036, 0.02]),
            made_of("rubber", shade(cloth.rgb, -0.5)),
            bulge=0.01,
            soft=0.01,
            lift=0.0,
        )
    inside = made_of("leather", (0.78, 0.64, 0.50)).still()
    far = spline(
        (-0.62, back - 0.20),
        (-0.50, back - 0.21),
        (-0.2, back + 0.35 * rise - 0.09),
        (0.30, floor - 0.24),
        (0.42, floor - 0.19),
        (0.2, floor - 0.10),
        (-0.5, back - 0.02),
    )
    canvas.lay(far, inside, bulge=-0.02, soft=0.03)
    if product.details["toe"] == "open":
        _open_upper(canvas, cloth, back, floor, rise)
    else:
        upper = spline(
            (-0.675, back - 0.235, SHARP),
            (-0.56, back - 0.15),
            (-0.36, back - 0.02 + 0.08 * rise),
            (-0.05, back + 0.52 * rise - 0.06),
            (0.20, floor - 0.155),
            (0.36, floor - 0.20, SHARP),
            (0.52, floor - 0.20),
            (0.72, floor - 0.11),
            (0.86, floor - 0.035),
            (0.84, floor - 0.008, SHARP),
            (0.4, floor - 0.015),
            (0.18, floor - 0.02),
            (-0.1, back + 0.72 * rise),
            (-0.38, back + 0.28 * rise),
            (-0.62, back + 0.03, SHARP),
            (-0.695, back - 0.06),
        )
        body = canvas.lay(upper, cloth, bulge=0.10, soft=0.06, lift=0.4)
        if rng.random() < 0.3:
            canvas.seam(
                [curve((0.3, floor - 0.21), (0.42, floor - 0.12), (0.44, floor))],
                darkness=0.2,
                within=body,
            )
    if product.details["strap"] == "ankle strap":
        _ankle_strap(canvas, cloth, back)


def _heel_block(canvas: Canvas, cloth: Cloth, style: str, back: float, floor: float) -> None:
    """Set the heel under the shoe."""
    high = floor - back
    if style == "wedge":
        shape = spline(
            (-0.67, back - 0.02, SHARP),
            (-0.35, back + 0.25 * high),
            (0.18, floor - 0.05, SHARP),
            (0.45, floor - 0.01, SHARP),
            (0.3, floor, SHARP),
            (-0.62, floor, SHARP),
            (-0.66, back + 0.5 * high),
        )
        canvas.lay(shape, made_of("straw", (0.70, 0.55, 0.36)), bulge=0.05, soft=0.04)
        return
    top, tip = {"stiletto": (0.23, 0.035), "block": (0.27, 0.20), "kitten": (0.20, 0.05)}[style]
    shape = spline(
        (-0.69, back - 0.06, SHARP),
        (-0.62 + top, back + 0.10 + 0.12 * high, SHARP),
        (-0.62 + 0.5 * (top * 0.35 + tip), back + 0.55 * high),
        (-0.61 + tip, floor, SHARP),
        (-0.61, floor, SHARP),
        (-0.645, back + 0.5 * high),
    )
    canvas.lay(shape, cloth.of("leather", shade(cloth.rgb, -0.08)), bulge=0.06, soft=0.035)
    canvas.lay(
        box(-0.617, floor - 0.02, -0.604 + tip, floor + 0.006),
        made_of("rubber", (0.1, 0.1, 0.1)),
        bulge=0,
        lift=0,
    )


def _open_upper(canvas: Canvas, cloth: Cloth, back: float, floor: float, rise: float) -> None:
    """Lay heel counter, insole and the strap across an open toe."""
    sole = spline(
        (-0.68, back - 0.02),
        (-0.4, back + 0.2 * rise),
        (-0.08, back + 0.66 * rise),
        (0.2, floor - 0.06),
        (0.55, floor - 0.07),
        (0.80, floor - 0.05),
        (0.84, floor - 0.01),
        (0.2, floor),
        (-0.1, back + 0.77 * rise),
        (-0.6, back + 0.05),
    )
    canvas.lay(sole, made_of("leather", (0.74, 0.60, 0.46)).still(), bulge=0.03, soft=0.03)
    counter = spline(
        (-0.675, back - 0.22, SHARP),
        (-0.56, back - 0.17),
        (-0.42, back + 0.02),
        (-0.26, back + 0.36 * rise, SHARP),
        (-0.42, back + 0.24 * rise),
        (-0.62, back + 0.03, SHARP),
        (-0.695, back - 0.06),
    )
    canvas.lay(counter, cloth, bulge=0.07, soft=0.05)
    vamp = spline(
        (0.20, floor - 0.03, SHARP),
        (0.25, floor - 0.16),
        (0.36, floor - 0.225),
        (0.52, floor - 0.20),
        (0.66, floor - 0.11),
        (0.69, floor - 0.02, SHARP),
    )
    canvas.lay(vamp, cloth.still(0.02), bulge=0.08, soft=0.05, lift=0.45)


def _ankle_strap(canvas: Canvas, cloth: Cloth, back: float) -> None:
    """Lay a strap around the ankle, held by a loop above the heel."""
    ring = ellipse(-0.49, back - 0.31, 0.175, 0.05, tilt=-0.14)
    canvas.lay(
        canvas.strokes([ring[18:]], 0.05),
        cloth.plain(shade(cloth.rgb, -0.35)).still(),
        bulge=0.02,
        soft=0.015,
    )
    canvas.lay(
        ribbon(
            [(-0.66, back - 0.14), (-0.67, back - 0.23), (-0.655, back - 0.32)], [0.085, 0.07, 0.06]
        ),
        cloth.still(),
        bulge=0.03,
        soft=0.02,
    )
    canvas.lay(canvas.strokes([ring[:19]], 0.055), cloth.still(), bulge=0.03, soft=0.015, lift=0.3)


HEEL = Kind(
    name="heel",
    draw=draw_heel,
    patterns=("solid", "solid", "solid", "animal print", "floral", "polka dot"),
    materials=("leather", "suede", "satin"),
    genders=("Women",),
    details={
        "heel": ("stiletto", "stiletto", "block", "kitten", "wedge"),
        "toe": ("closed", "closed", "open"),
        "strap": ("", "", "ankle strap"),
    },
    pattern_period=0.12,
    standing=True,
    turn=0.04,
    may_face_left=True,
)
