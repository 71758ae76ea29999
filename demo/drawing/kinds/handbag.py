"""Handbag, seen from the front."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.trimmings import fitting, hang_ring
from demo.drawing.outline import SHARP, box, curve, ellipse, flipped, ribbon, symmetric
from demo.drawing.palette import METALS, shade, trim_of
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil


def draw_handbag(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a handbag: tote, satchel, hobo or shoulder bag."""
    styles = {"tote": _tote, "satchel": _satchel, "hobo": _hobo, "shoulder bag": _shoulder_bag}
    styles[product.details["style"]](canvas, cloth, rng)


def _lay_handles(
    canvas: Canvas, cloth: Cloth, foot_x: float, foot_y: float, top: float, width: float
) -> None:
    """Lay a pair of handles, the far one darker."""
    for dy, fabric in ((-0.035, cloth.plain(shade(cloth.rgb, -0.3))), (0.0, cloth.plain())):
        arch = [
            (-foot_x, foot_y),
            (-foot_x * 0.97, 0.5 * (foot_y + top)),
            (-foot_x * 0.55, top + 0.05 + dy),
            (0.0, top + dy),
            (foot_x * 0.55, top + 0.05 + dy),
            (foot_x * 0.97, 0.5 * (foot_y + top)),
            (foot_x, foot_y),
        ]
        canvas.lay(ribbon(arch, [width] * 7), fabric.still(), bulge=0.06, soft=0.025, lift=0.3)


def _tote(canvas: Canvas, cloth: Cloth, rng: np.random.Generator) -> None:
    wide, top, bottom = rng.uniform(0.52, 0.62), -0.18, rng.uniform(0.62, 0.72)
    dye = shade(cloth.rgb, -0.3) if cloth.pattern == "solid" else cloth.accent
    trim = cloth.of("leather", dye)
    _lay_handles(canvas, trim, 0.27, top + 0.05, -0.78, 0.055)
    sack = symmetric(
        (0.0, top + 0.02),
        (wide, top, SHARP),
        (wide - 0.03, 0.3),
        (wide - 0.07, bottom - 0.06),
        (wide - 0.13, bottom),
        (0.0, bottom + 0.01),
    )
    body = canvas.lay(sack, cloth, bulge=0.12, soft=0.09)
    rim, base = box(-0.9, top - 0.05, 0.9, top + 0.07), box(-0.9, bottom - 0.2, 0.9, bottom + 0.1)
    canvas.lay(rim, cloth.still(), bulge=0.02, soft=0.02, lift=0.2, within=body)
    if rng.random() < 0.5:
        canvas.lay(base, trim.still(), bulge=0.02, soft=0.02, lift=0.25, within=body)
    for x in (0.27, -0.27):
        tab = ribbon([(x, top - 0.02), (x, top + 0.16)], [0.075] * 2)
        canvas.lay(tab, trim.still(), bulge=0.03, soft=0.02, lift=0.3)
        canvas.tint(ellipse(x, top + 0.12, 0.014), METALS["gold"])


def _satchel(canvas: Canvas, cloth: Cloth, rng: np.random.Generator) -> None:
    wide, top, bottom = rng.uniform(0.62, 0.72), -0.14, rng.uniform(0.52, 0.62)
    metal = fitting(rng)
    trim = cloth.plain(trim_of(cloth.rgb) if rng.random() < 0.5 else None).still(0.02)
    _lay_handles(canvas, trim, 0.25, top + 0.1, -0.62, 0.06)
    sack = symmetric(
        (0.0, top - 0.02),
        (0.45, top),
        (wide - 0.1, top + 0.07),
        (wide - 0.02, 0.25),
        (wide + 0.02, bottom - 0.08),
        (wide - 0.05, bottom),
        (0.0, bottom + 0.01),
    )
    body = canvas.lay(sack, cloth, bulge=0.14, soft=0.10)
    gusset = np.array([(wide - 0.17, top), (wide - 0.12, bottom)])
    canvas.crease([gusset, flipped(gusset)], width=0.04, depth=0.04, within=body)
    flap = symmetric(
        (0.0, top - 0.035),
        (0.46, top - 0.01),
        (0.50, top + 0.12),
        (0.47, 0.14),
        (0.32, 0.20),
        (0.0, 0.215),
    )
    canvas.lay(flap, cloth, bulge=0.06, soft=0.05, lift=0.4)
    for x in (0.25, -0.25):
        _strap_down(canvas, x, top, trim, metal)


def _strap_down(canvas: Canvas, x: float, top: float, trim: Cloth, metal: Cloth) -> None:
    """Lay a strap over the flap, with the handle's ring above and a clasp below."""
    strap = ribbon([(x, top + 0.02), (x, 0.17), (x, 0.30)], [0.075] * 3)
    canvas.lay(strap, trim, bulge=0.03, soft=0.02, lift=0.3)
    hang_ring(canvas, x, top + 0.05, 0.04, metal)
    clasp = box(x - 0.045, 0.18, x + 0.045, 0.26, radius=0.015)
    canvas.lay(clasp, metal, bulge=0.03, soft=0.015, lift=0.3)


def _hobo(canvas: Canvas, cloth: Cloth, rng: np.random.Generator) -> None:
    wide, bottom = rng.uniform(0.66, 0.74), rng.uniform(0.58, 0.66)
    metal = fitting(rng)
    strap = [(-0.52, -0.16), (-0.40, -0.52), (0.0, -0.80), (0.40, -0.52), (0.52, -0.16)]
    canvas.lay(
        ribbon(strap, [0.10, 0.085, 0.075, 0.085, 0.10]),
        cloth.plain().still(0.02),
        bulge=0.06,
        soft=0.03,
    )
    body = canvas.lay(
        symmetric(
            (0.0, 0.02),
            (0.28, -0.05),
            (0.50, -0.20, SHARP),
            (0.60, -0.10),
            (wide, 0.24),
            (0.56, bottom - 0.05),
            (0.25, bottom + 0.02),
            (0.0, bottom + 0.03),
        ),
        cloth,
        bulge=0.15,
        soft=0.11,
    )
    lines = [
        curve((x, -0.1 * abs(x)), (x * 1.1 + rng.normal(0, 0.03), 0.2), (x * 1.15, 0.42))
        for x in np.linspace(-0.48, 0.48, 7)
    ]
    canvas.crease(lines, width=0.055, depth=0.05, within=body)
    canvas.seam(
        [curve((-0.5, -0.18), (0.0, 0.05), (0.5, -0.18))], darkness=0.35, width=0.016, within=body
    )
    canvas.stitch(
        curve((-0.5, -0.13), (0.0, 0.09), (0.5, -0.13)), shade(cloth.rgb, 0.3), within=body
    )
    for side in (1.0, -1.0):
        hang_ring(canvas, side * 0.515, -0.17, 0.05, metal)


def _shoulder_bag(canvas: Canvas, cloth: Cloth, rng: np.random.Generator) -> None:
    wide, top, bottom = rng.uniform(0.56, 0.66), -0.08, rng.uniform(0.54, 0.62)
    metal = fitting(rng)
    path = [
        (-wide + 0.05, top + 0.08),
        (-wide * 0.85, -0.45),
        (-0.2, -0.80),
        (0.25, -0.78),
        (wide * 0.85, -0.42),
        (wide - 0.05, top + 0.08),
    ]
    if rng.random() < 0.5:
        line = curve(*path)
        canvas.lay(canvas.strokes([line], 0.03), metal, bulge=0.03, soft=0.012)
        canvas.stitch(line, shade(metal.rgb, -0.5), dash=0.035, width=0.014)
    else:
        canvas.lay(ribbon(path, [0.05] * 6), cloth.plain().still(), bulge=0.04, soft=0.02)
    canvas.lay(box(-wide, top, wide, bottom, radius=0.11), cloth, bulge=0.11, soft=0.07)
    flap = symmetric(
        (0.0, top - 0.03),
        (wide - 0.1, top - 0.025),
        (wide + 0.005, top + 0.08),
        (wide - 0.02, 0.18),
        (0.35, 0.30),
        (0.0, 0.335),
    )
    piece = canvas.lay(flap, cloth, bulge=0.06, soft=0.045, lift=0.45)
    if cloth.pattern == "solid" and rng.random() < 0.45:
        _quilt(canvas, piece)
    canvas.lay(box(-0.07, 0.25, 0.07, 0.37, radius=0.02), metal, bulge=0.04, soft=0.02, lift=0.4)


def _quilt(canvas: Canvas, piece: Stencil) -> None:
    lines = [
        np.array([(x, -0.3), (x + side * 0.9, 0.6)])
        for x in np.arange(-1.4, 1.5, 0.16)
        for side in (1, -1)
    ]
    canvas.crease(lines, width=0.03, depth=0.035, within=piece)


HANDBAG = Kind(
    name="handbag",
    draw=draw_handbag,
    patterns={
        "solid": 4,
        "floral": 1,
        "checked": 1,
        "animal print": 1,
        "polka dot": 1,
        "vertical stripes": 1,
        "horizontal stripes": 1,
        "colour block": 1,
    },
    materials={"leather": 2, "suede": 1, "canvas": 1, "straw": 1},
    genders={"Women": 1},
    details={"style": {"tote": 1, "satchel": 1, "hobo": 1, "shoulder bag": 1}},
    pattern_period=0.17,
    zoom=1.06,
    standing=True,
    turn=0.02,
)
