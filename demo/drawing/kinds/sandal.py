"""Sandal, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of
from demo.drawing.kinds.trimmings import sew_buckle
from demo.drawing.outline import SHARP, curve, ellipse, ribbon, spline
from demo.drawing.palette import shade
from demo.drawing.product import Kind, Product

_OUTSOLE = spline(
    (-0.78, 0.17),
    (-0.72, 0.10),
    (-0.4, 0.13),
    (0.1, 0.20),
    (0.55, 0.15),
    (0.80, 0.18),
    (0.84, 0.27),
    (0.76, 0.36),
    (0.1, 0.375),
    (-0.55, 0.35),
    (-0.78, 0.32),
)
_FOOTBED = spline(
    (-0.77, 0.15),
    (-0.68, 0.065),
    (-0.40, 0.07),
    (0.02, 0.13),
    (0.5, 0.07),
    (0.78, 0.12),
    (0.82, 0.215),
    (0.6, 0.285),
    (0.1, 0.28),
    (-0.45, 0.245),
)


def draw_sandal(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a flat sandal: footbed and straps with a buckle."""
    cork = rng.random() < 0.55
    bed = made_of("suede", (0.62, 0.45, 0.30) if cork else shade(cloth.rgb, -0.3)).still()
    canvas.lay(_OUTSOLE, made_of("rubber", shade(bed.rgb, -0.45)), bulge=0.05, soft=0.035)
    canvas.lay(_FOOTBED, bed, bulge=0.03, soft=0.04, lift=0.35)
    strap, wide = cloth.still(0.02), rng.uniform(0.9, 1.2)
    if product.details["straps"] != "slide":
        _lay_ankle_straps(canvas, strap, wide)
    _lay_front_straps(canvas, product.details["straps"], strap, wide)


_CROSSED = (
    [(-0.06, 0.10), (0.10, -0.03), (0.34, 0.05), (0.52, 0.275)],
    [(0.42, 0.08), (0.30, 0.0), (0.14, 0.08), (0.02, 0.275)],
)
_TOE_POST = (
    [(-0.02, 0.11), (0.18, 0.0), (0.42, 0.04), (0.54, 0.17)],
    [(0.04, 0.275), (0.22, 0.13), (0.42, 0.08), (0.54, 0.17)],
)


def _lay_front_straps(canvas: Canvas, style: str, strap: Cloth, wide: float) -> None:
    """Lay the straps over the toes, each from the far side to the near one."""
    if style == "two straps":
        for x in (0.05, 0.38):
            _lay_broad_strap(canvas, x, strap)
    elif style == "slide":
        _lay_slide(canvas, strap)
    else:
        width = wide * (0.10 if style == "crossed" else 0.075)
        for path in _CROSSED if style == "crossed" else _TOE_POST:
            canvas.lay(ribbon(path, [width] * 4), strap, bulge=0.06, soft=0.04, lift=0.45)


def _lay_broad_strap(canvas: Canvas, x: float, strap: Cloth) -> None:
    """Lay a broad strap with a buckle."""
    path = [
        (x - 0.17, 0.12),
        (x - 0.12, 0.0),
        (x + 0.02, 0.02),
        (x + 0.10, 0.14),
        (x + 0.12, 0.285),
    ]
    band = ribbon(path, [0.10, 0.13, 0.14, 0.14, 0.14])
    canvas.lay(band, strap, bulge=0.06, soft=0.045, lift=0.5)
    sew_buckle(canvas, x + 0.09, 0.13)


def _lay_slide(canvas: Canvas, strap: Cloth) -> None:
    """Lay the one wide band of a slide."""
    band = spline(
        (-0.14, 0.285, SHARP),
        (-0.13, 0.14),
        (-0.03, 0.0),
        (0.18, -0.055),
        (0.40, -0.01),
        (0.54, 0.10),
        (0.60, 0.285, SHARP),
    )
    canvas.lay(band, strap, bulge=0.10, soft=0.07, lift=0.5)
    canvas.seam([curve((-0.10, 0.27), (-0.09, 0.15), (0.0, 0.025), (0.18, -0.02))], darkness=0.2)
    sew_buckle(canvas, 0.22, 0.12)


def _lay_ankle_straps(canvas: Canvas, strap: Cloth, wide: float) -> None:
    """Lay the strap around the ankle and the two that hold it to the sole."""
    ring = ellipse(-0.42, -0.16, 0.25, 0.075, tilt=-0.12)
    far, near = ring[18:], ring[:19]
    canvas.lay(
        canvas.strokes([far], 0.06 * wide),
        strap.plain(shade(strap.rgb, -0.35)),
        bulge=0.03,
        soft=0.02,
    )
    canvas.lay(
        ribbon([(-0.655, -0.13), (-0.70, 0.02), (-0.69, 0.16)], [0.085 * wide] * 3),
        strap,
        bulge=0.05,
        soft=0.03,
    )
    canvas.lay(
        ribbon([(-0.21, -0.17), (-0.20, 0.02), (-0.17, 0.25)], [0.085 * wide] * 3),
        strap,
        bulge=0.05,
        soft=0.03,
        lift=0.4,
    )
    canvas.lay(canvas.strokes([near], 0.065 * wide), strap, bulge=0.04, soft=0.02, lift=0.4)
    sew_buckle(canvas, -0.30, -0.105)


SANDAL = Kind(
    name="sandal",
    draw=draw_sandal,
    patterns={"solid": 3, "floral": 1, "animal print": 1, "horizontal stripes": 1},
    materials={"leather": 2, "suede": 1, "rubber": 1, "canvas": 1},
    details={"straps": {"two straps": 1, "crossed": 1, "toe post": 1, "slide": 1}},
    pattern_period=0.13,
    standing=True,
    turn=0.06,
    zoom=1.1,
    may_face_left=True,
)
