"""T-shirt, polo, shirt and sweater."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.bodice import (
    crease_body,
    cut_for,
    lay_collar,
    lay_inside_back,
    lay_sleeves,
    sew_neck_band,
    sleeve_cloth,
)
from demo.drawing.kinds.trimmings import sew_buttons
from demo.drawing.outline import SHARP, box, flipped, spline, symmetric
from demo.drawing.palette import lightness, shade, trim_of
from demo.drawing.product import Kind, Product


def draw_tshirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a T-shirt: short or long sleeves, round or V neck."""
    cut = cut_for(product, rng)
    pointed = product.details["neck"] == "v-neck"
    depth = {"round": 0.13, "v-neck": 0.26, "scoop": 0.22}[product.details["neck"]]
    trim = cloth.plain(cloth.accent) if rng.random() < 0.15 and cloth.accents else cloth.plain()
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), product.details["sleeve"], rng)
    lay_inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(
        cut.body(depth, pointed=pointed), cloth, bulge=0.09, soft=0.07, origin=cloth.print_at(-0.08)
    )
    crease_body(canvas, cut, body, rng)
    sew_neck_band(canvas, cut, trim.still(), depth, pointed=pointed)
    hem = np.array([(-0.6, cut.bottom - 0.045), (0.6, cut.bottom - 0.045)])
    canvas.seam([hem], darkness=0.14, within=body)


def draw_polo(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a polo: a soft turned collar and a short buttoned placket."""
    cut = cut_for(product, rng, neck=0.15)
    tipped = cloth.accents and rng.random() < 0.5
    trim = cloth.plain(
        cloth.accent if tipped else trim_of(cloth.rgb) if rng.random() < 0.3 else None
    )
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), product.details["sleeve"], rng, cuff=trim.still())
    lay_inside_back(canvas, cut, cloth, 0.12)
    body = canvas.lay(cut.body(0.10), cloth, bulge=0.09, soft=0.07)
    crease_body(canvas, cut, body, rng)
    end = cut.top + rng.uniform(0.36, 0.46)
    canvas.lay(
        box(-0.042, cut.top + 0.09, 0.042, end), cloth.still(), bulge=0.02, soft=0.02, lift=0.25
    )
    canvas.seam([box(-0.028, end - 0.05, 0.028, end - 0.02)], darkness=0.2)
    pale = (0.9, 0.9, 0.88) if lightness(cloth.rgb) < 0.6 else shade(cloth.rgb, -0.45)
    sew_buttons(canvas, 0.0, np.linspace(cut.top + 0.17, end - 0.07, int(rng.integers(2, 4))), pale)
    lay_collar(canvas, cut, trim.still(), spread=0.16, drop=0.17)


def draw_shirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a buttoned shirt: stiff collar, placket, buttons, perhaps a pocket."""
    cut = cut_for(product, rng, neck=0.15, hem=0.44)
    long = product.details["sleeve"] == "long"
    lay_sleeves(
        canvas, cut, cloth, product.details["sleeve"], rng, cuff=cloth.still() if long else None
    )
    lay_inside_back(canvas, cut, cloth, 0.13)
    outline = cut.body(0.13, pointed=True)
    body = canvas.lay(outline, cloth, bulge=0.085, soft=0.07)
    crease_body(canvas, cut, body, rng)
    canvas.lay(
        box(-0.038, cut.top + 0.1, 0.038, cut.bottom + 0.02),
        cloth.still(0.02),
        bulge=0.02,
        soft=0.018,
        lift=0.22,
        within=body,
    )
    pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.62, 0.62, 0.62)
    sew_buttons(canvas, 0.0, np.linspace(cut.top + 0.2, cut.bottom - 0.1, 7), pale, 0.014)
    pocket = spline(
        (0.11, -0.33, SHARP),
        (0.30, -0.33, SHARP),
        (0.30, -0.13, SHARP),
        (0.205, -0.10, SHARP),
        (0.11, -0.13, SHARP),
    )
    places = {"": (), "chest pocket": (pocket,), "two pockets": (pocket, flipped(pocket))}
    for place in places[product.details["pockets"]]:
        canvas.lay(place, cloth.still(0.02), bulge=0.012, soft=0.02, lift=0.2)
    lay_collar(canvas, cut, cloth.still(), spread=0.15, drop=0.2)


def draw_sweater(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a knitted sweater: ribbed hem, cuffs and neck."""
    cut = cut_for(product, rng, waist=0.43, hem=0.40)
    neck = product.details["neck"]
    depth = {"round": 0.12, "v-neck": 0.30, "turtleneck": 0.05}[neck]
    rib = cloth.of("corduroy", shade(cloth.rgb, -0.06)).still()
    lay_sleeves(canvas, cut, cloth, "long", rng, cuff=rib, wide=0.31)
    lay_inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(cut.body(depth, pointed=neck == "v-neck"), cloth, bulge=0.10, soft=0.08)
    crease_body(canvas, cut, body, rng)
    canvas.lay(
        box(-0.6, cut.bottom - 0.11, 0.6, cut.bottom + 0.05),
        rib,
        bulge=0.03,
        soft=0.03,
        lift=0.2,
        within=body,
    )
    if neck == "turtleneck":
        roll = symmetric(
            (0.0, cut.top - 0.13),
            (0.85 * cut.neck, cut.top - 0.135, SHARP),
            (0.98 * cut.neck, cut.top - 0.02),
            (cut.neck, cut.top + 0.05, SHARP),
            (0.0, cut.top + 0.10),
        )
        canvas.lay(roll, rib, bulge=0.06, soft=0.04)
    else:
        sew_neck_band(canvas, cut, rib, depth, pointed=neck == "v-neck", width=0.07)


T_SHIRT = Kind(
    name="t-shirt",
    draw=draw_tshirt,
    patterns={
        "solid": 3,
        "horizontal stripes": 1,
        "vertical stripes": 1,
        "checked": 1,
        "polka dot": 1,
        "floral": 1,
        "graphic print": 3,
        "camouflage": 1,
        "animal print": 1,
        "colour block": 1,
    },
    materials={"cotton": 2, "linen": 1, "polyester": 1},
    details={
        "sleeve": {"short": 3, "long": 1},
        "neck": {"round": 2, "v-neck": 1, "scoop": 1},
    },
    zoom=1.06,
)


SHIRT = Kind(
    name="shirt",
    draw=draw_shirt,
    patterns={
        "solid": 2,
        "checked": 2,
        "vertical stripes": 2,
        "horizontal stripes": 1,
        "floral": 1,
        "polka dot": 1,
        "camouflage": 1,
        "animal print": 1,
    },
    materials={"cotton": 2, "linen": 1, "silk": 1, "denim": 1},
    genders={"Men": 2, "Women": 1},
    details={
        "sleeve": {"long": 2, "short": 1},
        "pockets": {"": 1, "chest pocket": 1, "two pockets": 1},
    },
    pattern_period=0.16,
)


POLO = Kind(
    name="polo",
    draw=draw_polo,
    patterns={
        "solid": 3,
        "horizontal stripes": 2,
        "colour block": 1,
        "checked": 1,
        "polka dot": 1,
        "camouflage": 1,
        "vertical stripes": 1,
    },
    materials={"cotton": 2, "polyester": 1},
    genders={"Men": 2, "Women": 1},
    details={"sleeve": {"short": 3, "long": 1}},
)


SWEATER = Kind(
    name="sweater",
    draw=draw_sweater,
    patterns={
        "solid": 3,
        "horizontal stripes": 2,
        "argyle": 2,
        "colour block": 1,
        "herringbone": 1,
        "polka dot": 1,
    },
    materials={"knit": 1},
    details={"neck": {"round": 1, "v-neck": 1, "turtleneck": 1}},
)
