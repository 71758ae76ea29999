"""Jacket: blazer, denim, leather, puffer or bomber."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.bodice import (
    Cut,
    crease_body,
    cut_for,
    lay_collar,
    lay_inside_back,
    lay_sleeves,
    sleeve_cloth,
)
from demo.drawing.kinds.trimmings import sew_buttons, sew_zip
from demo.drawing.outline import SHARP, box, curve, flipped, shifted, spline, symmetric
from demo.drawing.palette import METALS, Paint, lightness, shade, trim_of
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil


def draw_jacket(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a jacket; its material decides which: blazer, denim, leather, puffer or bomber."""
    style = {"wool": _blazer, "denim": _denim_jacket, "leather": _leather_jacket, "nylon": _puffer}
    style.get(product.material, _bomber)(canvas, product, cloth, rng)


def _jacket_base(
    canvas: Canvas,
    product: Product,
    cloth: Cloth,
    rng: np.random.Generator,
    *,
    cuff: Cloth | None,
    hem: float = 0.43,
    bottom: float = 0.68,
    depth: float = 0.16,
    bulge: float = 0.10,
) -> tuple[Cut, Stencil]:
    cut = cut_for(
        product, rng, shoulder=0.49, chest=0.46, waist=0.44, hem=hem, bottom=bottom, neck=0.17
    )
    lay_sleeves(canvas, cut, sleeve_cloth(cloth), "long", rng, cuff=cuff, wide=0.34)
    lay_inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(cut.body(depth, pointed=True), cloth, bulge=bulge, soft=0.08)
    crease_body(canvas, cut, body, rng)
    return cut, body


def _blazer(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, body = _jacket_base(
        canvas, product, cloth, rng, cuff=None, bottom=0.78, hem=0.46, depth=0.5
    )
    lapel = spline(
        (cut.neck * 0.9, cut.top - 0.03, SHARP),
        (cut.neck + 0.06, cut.top + 0.06),
        (0.27, cut.top + 0.28, SHARP),
        (0.20, cut.top + 0.31, SHARP),
        (0.25, cut.top + 0.36, SHARP),
        (0.012, cut.top + 0.72, SHARP),
        (0.02, cut.top + 0.48),
    )
    edge = np.array([(0.0, cut.top + 0.68), (0.012, cut.bottom + 0.02)])
    canvas.seam([edge], darkness=0.5, width=0.014, within=body)
    for leaf in (lapel, flipped(lapel)):
        canvas.lay(leaf, cloth.still(0.01), bulge=0.035, soft=0.025, lift=0.4)
    sew_buttons(
        canvas,
        0.0,
        (cut.top + 0.82, cut.top + 1.0)[: int(rng.integers(1, 3))],
        shade(cloth.rgb, -0.55),
        0.024,
    )
    for side in (1.0, -1.0):
        flap = box(0.16, 0.30, 0.36, 0.36, radius=0.01) * (side, 1.0)
        canvas.lay(flap, cloth.still(), bulge=0.012, soft=0.015, lift=0.35)
    canvas.lay(box(0.17, -0.20, 0.33, -0.165), cloth.still(), bulge=0.01, soft=0.01, lift=0.3)


def _denim_jacket(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=cloth.still(), hem=0.41, bottom=0.62)
    band, yoke = cut.bottom - 0.09, cut.top + 0.33
    still = cloth.still()
    hem = box(-0.6, band, 0.6, cut.bottom + 0.05)
    canvas.lay(hem, still, bulge=0.02, soft=0.02, lift=0.3, within=body)
    placket = box(-0.04, cut.top + 0.12, 0.04, cut.bottom + 0.02)
    canvas.lay(placket, still, bulge=0.02, soft=0.02, lift=0.25, within=body)
    thread = (0.80, 0.58, 0.28) if lightness(cloth.rgb) < 0.6 else shade(cloth.rgb, -0.4)
    for side in (1.0, -1.0):
        _denim_seams(canvas, side, yoke, band, thread, body)
        _denim_pocket(canvas, side, yoke, still, thread)
    rivets = np.linspace(cut.top + 0.2, cut.bottom - 0.045, 6)
    sew_buttons(canvas, 0.0, rivets, METALS["gold"], 0.017)
    lay_collar(canvas, cut, still, spread=0.22, drop=0.21)


def _denim_seams(
    canvas: Canvas, side: float, yoke: float, band: float, thread: Paint, body: Stencil
) -> None:
    """Sew the yoke and the two long seams of one side, with coloured thread."""
    lines = [
        np.array([(side * 0.42, yoke), (side * 0.05, yoke)]),
        np.array([(side * 0.10, yoke + 0.13), (side * 0.055, band)]),
        np.array([(side * 0.29, yoke + 0.13), (side * 0.24, band)]),
    ]
    canvas.seam(lines, darkness=0.35, within=body)
    for line in lines:
        canvas.stitch(shifted(line, 0.012, 0.012), thread, within=body)


def _denim_pocket(canvas: Canvas, side: float, yoke: float, cloth: Cloth, thread: Paint) -> None:
    """Lay a pointed pocket flap with its button."""
    right = spline(
        (0.10, yoke, SHARP),
        (0.29, yoke, SHARP),
        (0.29, yoke + 0.08, SHARP),
        (0.195, yoke + 0.13, SHARP),
        (0.10, yoke + 0.08, SHARP),
    )
    flap = right if side > 0 else flipped(right)
    canvas.lay(flap, cloth, bulge=0.015, soft=0.015, lift=0.35)
    canvas.stitch(shifted(flap * 0.96, side * 0.008, yoke * 0.04), thread)
    sew_buttons(canvas, side * 0.195, (yoke + 0.095,), METALS["gold"], 0.013)


def _leather_jacket(
    canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator
) -> None:
    cut, body = _jacket_base(
        canvas, product, cloth, rng, cuff=cloth.still(0.02), bottom=0.64, depth=0.22
    )
    end = cut.bottom - 0.02
    lapel = spline(
        (cut.neck * 0.95, cut.top - 0.02, SHARP),
        (0.26, cut.top + 0.10, SHARP),
        (0.30, cut.top + 0.28, SHARP),
        (0.16, cut.top + 0.36),
        (0.02, cut.top + 0.56, SHARP),
        (0.03, cut.top + 0.3),
    )
    sew_zip(canvas, 0.035, cut.top + 0.42, end, rng)
    for leaf in (lapel, flipped(lapel)):
        piece = canvas.lay(leaf, cloth.still(0.02), bulge=0.045, soft=0.03, lift=0.45)
        canvas.seam([leaf * (0.93, 0.985)], darkness=0.15, within=piece)
    for side in (1.0, -1.0):
        line = np.array([(side * 0.33, 0.10), (side * 0.20, 0.36)])
        canvas.seam([line], darkness=0.4, width=0.03, within=body)
        canvas.stitch(line, METALS["silver"], dash=0.022, width=0.014, opacity=0.9)
    canvas.seam(
        [np.array([(side * 0.3, cut.top + 0.09), (side * 0.34, cut.bottom)]) for side in (1, -1)],
        darkness=0.22,
        within=body,
    )


def _puffer(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, _ = _jacket_base(
        canvas, product, cloth, rng, cuff=cloth.plain(trim_of(cloth.rgb)).still(), bulge=0.13
    )
    gap = rng.uniform(0.13, 0.19)
    rows = np.arange(cut.top + 0.22, cut.bottom - 0.03, gap)
    bows = [
        curve((-0.8, y + rng.normal(0, 0.008)), (0.0, y + 0.025), (0.8, y + rng.normal(0, 0.008)))
        for y in rows
    ]
    canvas.crease(bows, width=0.05, depth=0.045)
    canvas.seam(bows, darkness=0.22, width=0.01)
    collar = symmetric(
        (0.0, cut.top - 0.10),
        (0.16, cut.top - 0.10, SHARP),
        (0.20, cut.top),
        (0.21, cut.top + 0.08, SHARP),
        (0.0, cut.top + 0.15),
    )
    canvas.lay(collar, cloth.plain().still(0.03), bulge=0.07, soft=0.04)
    sew_zip(canvas, 0.0, cut.top - 0.06, cut.bottom, rng)


def _bomber(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    rib = cloth.of("corduroy", trim_of(cloth.rgb)).still()
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=rib, hem=0.40, bottom=0.64)
    canvas.lay(
        box(-0.6, cut.bottom - 0.10, 0.6, cut.bottom + 0.05),
        rib,
        bulge=0.03,
        soft=0.03,
        lift=0.25,
        within=body,
    )
    collar = symmetric(
        (0.0, cut.top - 0.05),
        (0.15, cut.top - 0.055, SHARP),
        (0.205, cut.top + 0.03, SHARP),
        (0.12, cut.top + 0.12),
        (0.0, cut.top + 0.20, SHARP),
    )
    canvas.lay(collar, rib, bulge=0.04, soft=0.025, lift=0.35)
    inner = symmetric(
        (0.0, cut.top - 0.02), (0.10, cut.top - 0.02), (0.07, cut.top + 0.06), (0.0, cut.top + 0.11)
    )
    canvas.lay(inner, cloth.plain(shade(cloth.rgb, -0.4)).still(), bulge=0, lift=0)
    sew_zip(canvas, 0.0, cut.top + 0.17, cut.bottom, rng)
    for side in (1.0, -1.0):
        line = np.array([(side * 0.33, 0.12), (side * 0.24, 0.36)])
        canvas.seam([line], darkness=0.4, width=0.022, within=body)


JACKET = Kind(
    name="jacket",
    draw=draw_jacket,
    patterns={"solid": 4, "camouflage": 1, "checked": 1, "colour block": 1, "herringbone": 1},
    materials={"wool": 1, "denim": 1, "leather": 1, "nylon": 1, "polyester": 1},
    genders={"Men": 2, "Women": 1, "Unisex": 1},
)
