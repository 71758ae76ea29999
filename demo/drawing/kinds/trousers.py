"""Trousers and shorts."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.legs import Legs, lay_legs, lay_waistband
from demo.drawing.kinds.trimmings import hang_cords, sew_buttons
from demo.drawing.outline import curve
from demo.drawing.palette import against, lightness
from demo.drawing.product import Kind, Product


def draw_trousers(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw trousers: chinos and suit trousers, with a pressed crease or slant pockets."""
    legs = Legs.of_fit(product.details["fit"], -0.86, 0.90, rng)
    body = lay_legs(canvas, cloth, legs, rng)
    if rng.random() < 0.55:
        lines = [
            curve(
                (side * 0.17, legs.top + 0.2),
                (side * 0.19, legs.crotch + 0.1),
                (side * legs.spread, legs.bottom),
            )
            for side in (1.0, -1.0)
        ]
        canvas.crease(lines, width=0.022, depth=-0.03, within=body)
    pockets = [
        np.array([(side * 0.20, legs.top + 0.10), (side * 0.30, legs.top + 0.33)])
        for side in (1.0, -1.0)
    ]
    canvas.seam(pockets, darkness=0.32, width=0.014, within=body)
    lay_waistband(canvas, legs, cloth.plain() if cloth.pattern != "solid" else cloth)
    sew_buttons(canvas, 0.0, (legs.top + 0.062,), against(cloth.rgb, 0.45), 0.02)


def draw_shorts(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw shorts: chino, denim or with an elastic waist and cords."""
    bottom = {"short": 0.34, "knee-length": 0.60}[product.details["length"]]
    legs = Legs.of_fit("short", -0.56 if bottom > 0.5 else -0.48, bottom, rng)
    body = lay_legs(canvas, cloth, legs, rng)
    pockets = [
        curve(
            (side * 0.20, legs.top + 0.09),
            (side * 0.25, legs.top + 0.2),
            (side * 0.33, legs.top + 0.3),
        )
        for side in (1.0, -1.0)
    ]
    canvas.seam(pockets, darkness=0.3, width=0.014, within=body)
    y = legs.bottom - 0.045
    canvas.seam([np.array([(-0.7, y), (0.7, y)])], darkness=0.16, within=body)
    if product.details["waist"] == "drawstring":
        lay_waistband(canvas, legs, cloth.of("corduroy"), loops=False, height=0.1)
        pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.35, 0.35, 0.35)
        cotton = cloth.of("cotton", pale).still()
        hang_cords(canvas, cotton, 0.025, legs.top + 0.07, (0.14, 0.24), rng)
    else:
        lay_waistband(canvas, legs, cloth.plain())
        sew_buttons(canvas, 0.0, (legs.top + 0.06,), against(cloth.rgb, 0.45), 0.02)


TROUSERS = Kind(
    name="trousers",
    draw=draw_trousers,
    patterns={"solid": 4, "checked": 1, "vertical stripes": 1, "herringbone": 1, "camouflage": 1},
    materials={"cotton": 2, "wool": 1, "linen": 1, "corduroy": 1, "polyester": 1},
    genders={"Men": 2, "Women": 1},
    details={"fit": {"slim": 1, "straight": 2, "wide": 1}},
    pattern_period=0.13,
)


SHORTS = Kind(
    name="shorts",
    draw=draw_shorts,
    patterns={
        "solid": 3,
        "checked": 2,
        "floral": 1,
        "horizontal stripes": 1,
        "camouflage": 1,
        "vertical stripes": 1,
        "polka dot": 1,
        "colour block": 1,
    },
    materials={"cotton": 2, "denim": 1, "linen": 1, "polyester": 1},
    genders={"Men": 1, "Women": 1},
    details={"length": {"short": 1, "knee-length": 1}, "waist": {"button": 1, "drawstring": 1}},
    pattern_period=0.15,
    zoom=1.3,
)
