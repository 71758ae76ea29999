"""T-shirt, shirt, polo, sweater and hoodie."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.tailoring import (
    Cut,
    crease_body,
    cut_for,
    lay_collar,
    lay_inside_back,
    lay_sleeves,
    sew_neck_band,
    sleeve_cloth,
)
from engine.drawing.kinds.trimmings import sew_buttons, sew_zip
from engine.drawing.outline import SHARP, box, flipped, mirrored, ribbon, spline
from engine.drawing.palette import lightness, rgb_of, shade, trim_of
from engine.drawing.product import Kind, Product


def draw_tshirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a T-shirt: short or long sleeves, round or V neck."""
    cut = cut_for(product, rng)
    pointed = product.details["neck"] == "v-neck"
    depth = {"round": 0.13, "v-neck": 0.26, "scoop": 0.22}[product.details["neck"]]
    trim = cloth.plain(cloth.accent) if rng.random() < 0.15 and cloth.accents else cloth.plain()
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), product.details["sleeve"], rng)
    lay_inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(cut.body(depth, pointed=pointed), cloth, bulge=0.09, soft=0.07,
                      origin=cloth.print_at(-0.08))
    crease_body(canvas, cut, body, rng)
    sew_neck_band(canvas, cut, trim.still(), depth, pointed=pointed)
    hem = np.array([(-0.6, cut.bottom - 0.045), (0.6, cut.bottom - 0.045)])
    canvas.seam([hem], darkness=0.14, within=body)


def draw_polo(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a polo: a soft turned collar and a short buttoned placket."""
    cut = cut_for(product, rng, neck=0.15)
    tipped = cloth.accents and rng.random() < 0.5
    trim = cloth.plain(cloth.accent if tipped else trim_of(cloth.rgb) if rng.random() < 0.3 else None)
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), product.details["sleeve"], rng, cuff=trim.still())
    lay_inside_back(canvas, cut, cloth, 0.12)
    body = canvas.lay(cut.body(0.10), cloth, bulge=0.09, soft=0.07)
    crease_body(canvas, cut, body, rng)
    end = cut.top + rng.uniform(0.36, 0.46)
    canvas.lay(box(-0.042, cut.top + 0.09, 0.042, end), cloth.still(), bulge=0.02, soft=0.02,
               lift=0.25)
    canvas.seam([box(-0.028, end - 0.05, 0.028, end - 0.02)], darkness=0.2)
    pale = (0.9, 0.9, 0.88) if lightness(cloth.rgb) < 0.6 else shade(cloth.rgb, -0.45)
    sew_buttons(canvas, 0.0, np.linspace(cut.top + 0.17, end - 0.07, int(rng.integers(2, 4))), pale)
    lay_collar(canvas, cut, trim.still(), spread=0.16, drop=0.17)


def draw_shirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a buttoned shirt: stiff collar, placket, buttons, perhaps a pocket."""
    cut = cut_for(product, rng, neck=0.15, hem=0.44)
    long = product.details["sleeve"] == "long"
    lay_sleeves(canvas, cut, cloth, product.details["sleeve"], rng,
                cuff=cloth.still() if long else None)
    lay_inside_back(canvas, cut, cloth, 0.13)
    outline = cut.body(0.13, pointed=True)
    body = canvas.lay(outline, cloth, bulge=0.085, soft=0.07)
    crease_body(canvas, cut, body, rng)
    canvas.lay(box(-0.038, cut.top + 0.1, 0.038, cut.bottom + 0.02), cloth.still(0.02), bulge=0.02,
               soft=0.018, lift=0.22, within=body)
    pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.62, 0.62, 0.62)
    sew_buttons(canvas, 0.0, np.linspace(cut.top + 0.2, cut.bottom - 0.1, 7), pale, 0.014)
    pocket = spline([(0.11, -0.33, SHARP), (0.30, -0.33, SHARP), (0.30, -0.13, SHARP),
                     (0.205, -0.10, SHARP),
                     (0.11, -0.13, SHARP)])
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
    canvas.lay(box(-0.6, cut.bottom - 0.11, 0.6, cut.bottom + 0.05), rib, bulge=0.03, soft=0.03,
               lift=0.2, within=body)
    if neck == "turtleneck":
        roll = spline(mirrored([
            (0.0, cut.top - 0.13), (0.85 * cut.neck, cut.top - 0.135, SHARP), (0.98 * cut.neck, cut.top - 0.02),
            (cut.neck, cut.top + 0.05, SHARP), (0.0, cut.top + 0.10),
        ]))
        canvas.lay(roll, rib, bulge=0.06, soft=0.04)
    else:
        sew_neck_band(canvas, cut, rib, depth, pointed=neck == "v-neck", width=0.07)


def draw_hoodie(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a hoodie: hood, cords, ribs and a kangaroo pocket, closed or with a zip."""
    cut = cut_for(product, rng, top=-0.55, waist=0.44, hem=0.41, neck=0.19)
    rib = cloth.of("corduroy", shade(cloth.rgb, -0.05)).still()
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), "long", rng, cuff=rib, wide=0.33)
    _hood(canvas, cut, cloth, rng)
    body = canvas.lay(cut.body(0.15, pointed=True), cloth, bulge=0.10, soft=0.08,
                      origin=cloth.print_at(-0.03))
    crease_body(canvas, cut, body, rng)
    canvas.lay(box(-0.6, cut.bottom - 0.10, 0.6, cut.bottom + 0.05), rib, bulge=0.03, soft=0.03,
               lift=0.2, within=body)
    pocket = spline(mirrored([
        (0.0, 0.24), (0.19, 0.24, SHARP), (0.30, 0.44), (0.31, cut.bottom - 0.115, SHARP), (0.0, cut.bottom - 0.11),
    ]))
    canvas.lay(pocket, cloth.unprinted(), bulge=0.03, soft=0.03, lift=0.3)
    _hood_front(canvas, cut, cloth, rng)
    if product.details["closure"] == "zip":
        sew_zip(canvas, 0.0, cut.top + 0.15, cut.bottom, rng)


def _hood(canvas: Canvas, cut: Cut, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the hood's back and its dark inside."""
    high = cut.top - rng.uniform(0.30, 0.36)
    crown = spline(mirrored([
        (0.0, high), (0.20, high + 0.05), (0.285, cut.top - 0.10), (0.27, cut.top + 0.10), (0.0, cut.top + 0.16),
    ]))
    canvas.lay(crown, cloth.plain(), bulge=0.08, soft=0.06)
    inside = spline(mirrored([
        (0.0, high + 0.075), (0.13, high + 0.11), (0.19, cut.top - 0.06), (0.12, cut.top + 0.1), (0.0, cut.top + 0.17),
    ]))
    canvas.lay(inside, cloth.plain(shade(cloth.rgb, -0.42)).still(), bulge=-0.03, soft=0.05,
               lift=0.0)


def _hood_front(canvas: Canvas, cut: Cut, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the hood's crossed fronts and the cords that hang from them."""
    front = spline([
        (0.275, cut.top - 0.08), (0.285, cut.top + 0.06), (0.12, cut.top + 0.15), (-0.03, cut.top + 0.22, SHARP),
        (-0.05, cut.top + 0.16, SHARP), (0.09, cut.top + 0.07), (0.19, cut.top - 0.06),
    ])
    for side in (flipped(front), front):
        canvas.lay(side, cloth.plain(), bulge=0.05, soft=0.03, lift=0.35)
    cord = rgb_of("white") if rng.random() < 0.5 and lightness(cloth.rgb) < 0.7 else trim_of(cloth.rgb)
    for side in (1.0, -1.0):
        fall = rng.uniform(0.26, 0.38)
        line = [(side * 0.075, cut.top + 0.13), (side * (0.085 + rng.normal(0, 0.012)),
                                                 cut.top + 0.13 + 0.5 * fall),
                (side * (0.08 + rng.normal(0, 0.02)), cut.top + 0.13 + fall)]
        canvas.lay(ribbon(line, [0.02] * 3), cloth.of("cotton", cord).still(), bulge=0.02,
                   soft=0.01, lift=0.3)


_FABRIC_PATTERNS = (
    "solid", "solid", "solid", "horizontal stripes", "vertical stripes", "checked", "polka dot",
    "floral", "graphic print", "camouflage", "animal print", "colour block",
)

TOPS: tuple[Kind, ...] = (
    Kind("t-shirt", draw_tshirt, (*_FABRIC_PATTERNS, "graphic print", "graphic print"),
         ("cotton", "cotton", "linen", "polyester"),
         details={"sleeve": ("short", "short", "short", "long"),
                  "neck": ("round", "round", "v-neck", "scoop")}, zoom=1.06),
    Kind("shirt", draw_shirt,
         ("solid", "solid", "checked", "checked", "vertical stripes", "vertical stripes",
          "horizontal stripes",
          "floral", "polka dot", "camouflage", "animal print"),
         ("cotton", "cotton", "linen", "silk", "denim"), ("Men", "Men", "Women"),
         {"sleeve": ("long", "long", "short"),
          "pockets": ("", "chest pocket", "two pockets")}, pattern_period=0.16),
    Kind("polo", draw_polo, ("solid", "solid", "solid", "horizontal stripes", "horizontal stripes",
                             "colour block",
                             "checked", "polka dot", "camouflage", "vertical stripes"),
         ("cotton", "cotton", "polyester"), ("Men", "Men", "Women"),
         {"sleeve": ("short", "short", "short", "long")}),
    Kind("hoodie", draw_hoodie, ("solid", "solid", "solid", "graphic print", "graphic print",
                                 "camouflage",
                                 "horizontal stripes", "colour block", "animal print"),
         ("cotton", "fleece", "fleece"), details={"closure": ("pullover", "pullover", "zip")}),
    Kind("sweater", draw_sweater, ("solid", "solid", "solid", "horizontal stripes",
                                   "horizontal stripes", "argyle",
                                   "argyle", "colour block", "herringbone", "polka dot"),
         ("knit",), details={"neck": ("round", "v-neck", "turtleneck")}),
)
"""What is worn above the waist, jackets aside."""
