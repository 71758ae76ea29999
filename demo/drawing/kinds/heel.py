"""Heel, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of
from demo.drawing.outline import SHARP, Points, box, curve, ellipse, ribbon, spline
from demo.drawing.palette import shade
from demo.drawing.product import Kind, Product

_RISE = {"stiletto": 0.62, "block": 0.52, "kitten": 0.34, "wedge": 0.50}
_FLOOR = 0.55


def draw_heel(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a court shoe: stiletto, block, kitten or wedge; closed or open at the toe."""
    style = product.details["heel"]
    rise = _RISE[style] * rng.uniform(0.93, 1.05)
    back = _FLOOR - rise
    _set_heel(canvas, cloth, style, back)
    if style != "wedge":
        _lay_sole(canvas, cloth, back)
    _lay_far_side(canvas, back)
    if product.details["toe"] == "open":
        _lay_open_upper(canvas, cloth, back)
    else:
        upper = canvas.lay(_closed_upper(back), cloth, bulge=0.10, soft=0.06, lift=0.4)
        if rng.random() < 0.3:
            cap = curve((0.3, _FLOOR - 0.21), (0.42, _FLOOR - 0.12), (0.44, _FLOOR))
            canvas.seam([cap], darkness=0.2, within=upper)
    if product.details["strap"] == "ankle strap":
        _lay_ankle_strap(canvas, cloth, back)


def _lay_sole(canvas: Canvas, cloth: Cloth, back: float) -> None:
    """Lay the thin sole from the heel down to the toe."""
    rise = _FLOOR - back
    path = [
        (-0.62, back + 0.01),
        (-0.36, back + 0.27 * rise),
        (-0.09, back + 0.71 * rise),
        (0.18, _FLOOR - 0.028),
        (0.5, _FLOOR - 0.018),
        (0.84, _FLOOR - 0.014),
    ]
    sole = ribbon(path, [0.05, 0.05, 0.055, 0.05, 0.036, 0.02])
    canvas.lay(sole, made_of("rubber", shade(cloth.rgb, -0.5)), bulge=0.01, soft=0.01, lift=0.0)


def _lay_far_side(canvas: Canvas, back: float) -> None:
    """Show the lining of the far side above the near one."""
    rise = _FLOOR - back
    far = spline(
        (-0.62, back - 0.20),
        (-0.50, back - 0.21),
        (-0.2, back + 0.35 * rise - 0.09),
        (0.30, _FLOOR - 0.24),
        (0.42, _FLOOR - 0.19),
        (0.2, _FLOOR - 0.10),
        (-0.5, back - 0.02),
    )
    canvas.lay(far, made_of("leather", (0.78, 0.64, 0.50)).still(), bulge=-0.02, soft=0.03)


def _closed_upper(back: float) -> Points:
    """Return the near side of a pump."""
    rise = _FLOOR - back
    return spline(
        (-0.675, back - 0.235, SHARP),
        (-0.56, back - 0.15),
        (-0.36, back - 0.02 + 0.08 * rise),
        (-0.05, back + 0.52 * rise - 0.06),
        (0.20, _FLOOR - 0.155),
        (0.36, _FLOOR - 0.20, SHARP),
        (0.52, _FLOOR - 0.20),
        (0.72, _FLOOR - 0.11),
        (0.86, _FLOOR - 0.035),
        (0.84, _FLOOR - 0.008, SHARP),
        (0.4, _FLOOR - 0.015),
        (0.18, _FLOOR - 0.02),
        (-0.1, back + 0.72 * rise),
        (-0.38, back + 0.28 * rise),
        (-0.62, back + 0.03, SHARP),
        (-0.695, back - 0.06),
    )


def _set_heel(canvas: Canvas, cloth: Cloth, style: str, back: float) -> None:
    """Set the heel under the shoe."""
    high = _FLOOR - back
    if style == "wedge":
        shape = spline(
            (-0.67, back - 0.02, SHARP),
            (-0.35, back + 0.25 * high),
            (0.18, _FLOOR - 0.05, SHARP),
            (0.45, _FLOOR - 0.01, SHARP),
            (0.3, _FLOOR, SHARP),
            (-0.62, _FLOOR, SHARP),
            (-0.66, back + 0.5 * high),
        )
        canvas.lay(shape, made_of("straw", (0.70, 0.55, 0.36)), bulge=0.05, soft=0.04)
        return
    top, tip = {"stiletto": (0.23, 0.035), "block": (0.27, 0.20), "kitten": (0.20, 0.05)}[style]
    shape = spline(
        (-0.69, back - 0.06, SHARP),
        (-0.62 + top, back + 0.10 + 0.12 * high, SHARP),
        (-0.62 + 0.5 * (top * 0.35 + tip), back + 0.55 * high),
        (-0.61 + tip, _FLOOR, SHARP),
        (-0.61, _FLOOR, SHARP),
        (-0.645, back + 0.5 * high),
    )
    canvas.lay(shape, cloth.of("leather", shade(cloth.rgb, -0.08)), bulge=0.06, soft=0.035)
    canvas.lay(
        box(-0.617, _FLOOR - 0.02, -0.604 + tip, _FLOOR + 0.006),
        made_of("rubber", (0.1, 0.1, 0.1)),
        bulge=0,
        lift=0,
    )


def _lay_open_upper(canvas: Canvas, cloth: Cloth, back: float) -> None:
    """Lay insole, heel counter and the band across an open toe."""
    rise = _FLOOR - back
    sole = spline(
        (-0.68, back - 0.02),
        (-0.4, back + 0.2 * rise),
        (-0.08, back + 0.66 * rise),
        (0.2, _FLOOR - 0.06),
        (0.55, _FLOOR - 0.07),
        (0.80, _FLOOR - 0.05),
        (0.84, _FLOOR - 0.01),
        (0.2, _FLOOR),
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
        (0.20, _FLOOR - 0.03, SHARP),
        (0.25, _FLOOR - 0.16),
        (0.36, _FLOOR - 0.225),
        (0.52, _FLOOR - 0.20),
        (0.66, _FLOOR - 0.11),
        (0.69, _FLOOR - 0.02, SHARP),
    )
    canvas.lay(vamp, cloth.still(0.02), bulge=0.08, soft=0.05, lift=0.45)


def _lay_ankle_strap(canvas: Canvas, cloth: Cloth, back: float) -> None:
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
    patterns={"solid": 3, "animal print": 1, "floral": 1, "polka dot": 1},
    materials={"leather": 1, "suede": 1, "satin": 1},
    genders={"Women": 1},
    details={
        "heel": {"stiletto": 2, "block": 1, "kitten": 1, "wedge": 1},
        "toe": {"closed": 2, "open": 1},
        "strap": {"": 2, "ankle strap": 1},
    },
    pattern_period=0.12,
    standing=True,
    turn=0.04,
    zoom=1.1,
    may_face_left=True,
)
