"""Trousers and shorts."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.legs import lay_legs, lay_waistband
from engine.drawing.kinds.trimmings import sew_buttons
from engine.drawing.outline import curve, ribbon
from engine.drawing.palette import lightness, shade
from engine.drawing.product import Kind, Product


def draw_trousers(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw trousers: chinos and suit trousers, with a pressed crease or slant pockets."""
    body, m = lay_legs(canvas, cloth, rng, fit=product.details["fit"])
    if rng.random() < 0.55:
        lines = [
            curve(
                (side * 0.17, m["top"] + 0.2),
                (side * 0.19, m["crotch"] + 0.1),
                (side * m["spread"], m["bottom"]),
            )
            for side in (1.0, -1.0)
        ]
        canvas.crease(lines, width=0.022, depth=-0.03, within=body)
    pockets = [
        np.array([(side * 0.20, m["top"] + 0.10), (side * 0.30, m["top"] + 0.33)])
        for side in (1.0, -1.0)
    ]
    canvas.seam(pockets, darkness=0.32, width=0.014, within=body)
    lay_waistband(canvas, m, cloth.plain() if cloth.pattern != "solid" else cloth)
    sew_buttons(
        canvas,
        0.0,
        (m["top"] + 0.062,),
        shade(cloth.rgb, 0.4 if lightness(cloth.rgb) < 0.5 else -0.45),
        0.02,
    )


def draw_shorts(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw shorts: chino, denim or with an elastic waist and cords."""
    bottom = {"short": 0.34, "knee-length": 0.60}[product.details["length"]]
    body, m = lay_legs(
        canvas, cloth, rng, fit="short", bottom=bottom, top=-0.56 if bottom > 0.5 else -0.48
    )
    pockets = [
        curve(
            (side * 0.20, m["top"] + 0.09),
            (side * 0.25, m["top"] + 0.2),
            (side * 0.33, m["top"] + 0.3),
        )
        for side in (1.0, -1.0)
    ]
    canvas.seam(pockets, darkness=0.3, width=0.014, within=body)
    for side in (1.0, -1.0):
        y = m["bottom"] - 0.045
        canvas.seam(
            [np.array([(side * m["spread"] - 0.4, y), (side * m["spread"] + 0.4, y)])],
            darkness=0.16,
            within=body,
        )
    if product.details["waist"] == "drawstring":
        lay_waistband(canvas, m, cloth.of("corduroy"), loops=False, height=0.1)
        pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.35, 0.35, 0.35)
        for side in (1.0, -1.0):
            fall = rng.uniform(0.14, 0.24)
            cord = ribbon(
                [
                    (side * 0.02, m["top"] + 0.07),
                    (side * 0.045, m["top"] + 0.07 + fall / 2),
                    (side * (0.035 + rng.normal(0, 0.015)), m["top"] + 0.07 + fall),
                ],
                [0.02] * 3,
            )
            canvas.lay(
                cord,
                cloth.of("cotton", np.asarray(pale, np.float32)).still(),
                bulge=0.02,
                soft=0.01,
                lift=0.3,
            )
    else:
        lay_waistband(canvas, m, cloth.plain())
        sew_buttons(
            canvas,
            0.0,
            (m["top"] + 0.06,),
            shade(cloth.rgb, 0.45 if lightness(cloth.rgb) < 0.5 else -0.45),
            0.02,
        )


TROUSERS = Kind(
    name="trousers",
    draw=draw_trousers,
    patterns=(
        "solid",
        "solid",
        "solid",
        "solid",
        "checked",
        "vertical stripes",
        "herringbone",
        "camouflage",
    ),
    materials=("cotton", "cotton", "wool", "linen", "corduroy", "polyester"),
    genders=("Men", "Men", "Women"),
    details={"fit": ("slim", "straight", "straight", "wide")},
    pattern_period=0.13,
)


SHORTS = Kind(
    name="shorts",
    draw=draw_shorts,
    patterns=(
        "solid",
        "solid",
        "solid",
        "checked",
        "checked",
        "floral",
        "horizontal stripes",
        "camouflage",
        "vertical stripes",
        "polka dot",
        "colour block",
    ),
    materials=("cotton", "cotton", "denim", "linen", "polyester"),
    genders=("Men", "Women"),
    details={"length": ("short", "knee-length"), "waist": ("button", "drawstring")},
    pattern_period=0.15,
    zoom=1.15,
)
