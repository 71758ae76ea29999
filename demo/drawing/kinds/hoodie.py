"""Hoodie."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.bodice import Cut, crease_body, cut_for, lay_sleeves, sleeve_cloth
from demo.drawing.kinds.trimmings import hang_cords, sew_zip
from demo.drawing.outline import SHARP, box, flipped, spline, symmetric
from demo.drawing.palette import lightness, rgb_of, shade, trim_of
from demo.drawing.product import Kind, Product


def draw_hoodie(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a hoodie: hood, cords, ribs and a kangaroo pocket, closed or with a zip."""
    cut = cut_for(product, rng, top=-0.55, waist=0.44, hem=0.41, neck=0.19)
    rib = cloth.of("corduroy", shade(cloth.rgb, -0.05)).still()
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), "long", rng, cuff=rib, wide=0.33)
    _hood(canvas, cut, cloth, rng)
    body = canvas.lay(
        cut.body(0.15, pointed=True), cloth, bulge=0.10, soft=0.08, origin=cloth.print_at(-0.07)
    )
    crease_body(canvas, cut, body, rng)
    canvas.lay(
        box(-0.6, cut.bottom - 0.10, 0.6, cut.bottom + 0.05),
        rib,
        bulge=0.03,
        soft=0.03,
        lift=0.2,
        within=body,
    )
    pocket = symmetric(
        (0.0, 0.24),
        (0.19, 0.24, SHARP),
        (0.30, 0.44),
        (0.31, cut.bottom - 0.115, SHARP),
        (0.0, cut.bottom - 0.11),
    )
    canvas.lay(pocket, cloth.unprinted(), bulge=0.03, soft=0.03, lift=0.3)
    _hood_front(canvas, cut, cloth, rng)
    if product.details["closure"] == "zip":
        sew_zip(canvas, 0.0, cut.top + 0.15, cut.bottom, rng)


def _hood(canvas: Canvas, cut: Cut, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the hood's back and its dark inside."""
    high = cut.top - rng.uniform(0.30, 0.36)
    crown = symmetric(
        (0.0, high),
        (0.20, high + 0.05),
        (0.285, cut.top - 0.10),
        (0.27, cut.top + 0.10),
        (0.0, cut.top + 0.16),
    )
    canvas.lay(crown, cloth.plain(), bulge=0.08, soft=0.06)
    inside = symmetric(
        (0.0, high + 0.075),
        (0.13, high + 0.11),
        (0.19, cut.top - 0.06),
        (0.12, cut.top + 0.1),
        (0.0, cut.top + 0.17),
    )
    canvas.lay(
        inside, cloth.plain(shade(cloth.rgb, -0.42)).still(), bulge=-0.03, soft=0.05, lift=0.0
    )


def _hood_front(canvas: Canvas, cut: Cut, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the hood's crossed fronts and the cords that hang from them."""
    front = spline(
        (0.275, cut.top - 0.08),
        (0.285, cut.top + 0.06),
        (0.12, cut.top + 0.15),
        (-0.03, cut.top + 0.22, SHARP),
        (-0.05, cut.top + 0.16, SHARP),
        (0.09, cut.top + 0.07),
        (0.19, cut.top - 0.06),
    )
    for leaf in (flipped(front), front):
        canvas.lay(leaf, cloth.plain(), bulge=0.05, soft=0.03, lift=0.35)
    cord = (
        rgb_of("white") if rng.random() < 0.5 and lightness(cloth.rgb) < 0.7 else trim_of(cloth.rgb)
    )
    cotton = cloth.of("cotton", cord).still()
    hang_cords(canvas, cotton, 0.075, cut.top + 0.13, (0.26, 0.38), rng)


HOODIE = Kind(
    name="hoodie",
    draw=draw_hoodie,
    patterns={
        "solid": 3,
        "graphic print": 2,
        "camouflage": 1,
        "horizontal stripes": 1,
        "colour block": 1,
        "animal print": 1,
    },
    materials={"cotton": 1, "fleece": 2},
    details={"closure": {"pullover": 2, "zip": 1}},
)
