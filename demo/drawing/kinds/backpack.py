"""Backpack, seen from the front."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of, polished
from demo.drawing.kinds.trimmings import fitting
from demo.drawing.outline import SHARP, box, curve, ribbon, symmetric
from demo.drawing.palette import lightness, shade, trim_of
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil


def draw_backpack(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a backpack: loop, lid, front pocket, zips and shoulder straps peeping out."""
    wide, bottom = rng.uniform(0.47, 0.54), rng.uniform(0.76, 0.84)
    trim = cloth.plain(
        trim_of(cloth.rgb) if not cloth.accents or rng.random() < 0.5 else cloth.accent
    ).still(0.02)
    _backpack_straps(canvas, trim, wide)
    side_pocket = symmetric(
        (0.0, 0.25),
        (wide + 0.02, 0.24, SHARP),
        (wide + 0.085, 0.45),
        (wide + 0.05, bottom - 0.06),
        (0.0, bottom - 0.03),
    )
    canvas.lay(side_pocket, cloth.plain(shade(cloth.rgb, -0.15)), bulge=0.08, soft=0.05)
    body = canvas.lay(
        symmetric(
            (0.0, -0.70),
            (wide * 0.62, -0.66),
            (wide * 0.95, -0.42),
            (wide, 0.1),
            (wide + 0.02, bottom - 0.16),
            (wide - 0.10, bottom),
            (0.0, bottom + 0.012),
        ),
        cloth,
        bulge=0.15,
        soft=0.10,
        origin=cloth.print_at(-0.22),
    )
    styles = {"flap": _lid, "school": _two_pockets, "laptop": _tall_pocket}
    styles[product.details["style"]](canvas, cloth, trim, wide, bottom, body, rng)


def _backpack_straps(canvas: Canvas, trim: Cloth, wide: float) -> None:
    canvas.lay(
        ribbon(
            [(-0.13, -0.66), (-0.10, -0.82), (0.0, -0.865), (0.10, -0.82), (0.13, -0.66)],
            [0.05] * 5,
        ),
        trim,
        bulge=0.04,
        soft=0.02,
    )
    for side in (1.0, -1.0):
        strap = [
            (side * 0.22, -0.64),
            (side * (wide + 0.06), -0.42),
            (side * (wide + 0.13), 0.0),
            (side * (wide + 0.07), 0.38),
        ]
        canvas.lay(
            ribbon(strap, [0.10, 0.11, 0.08, 0.04]),
            trim.plain(shade(trim.rgb, -0.15)),
            bulge=0.05,
            soft=0.03,
        )


def _zip_line(canvas: Canvas, line: np.ndarray, cloth: Cloth, body: Stencil | None = None) -> None:
    canvas.seam([line], darkness=0.45, width=0.03, within=body)
    dark = lightness(cloth.rgb) < 0.3
    canvas.stitch(
        line,
        (0.6, 0.6, 0.62) if dark else shade(cloth.rgb, -0.6),
        dash=0.02,
        width=0.012,
        within=body,
    )
    end = line[len(line) // 2 + 4]
    canvas.lay(
        box(end[0] - 0.012, end[1], end[0] + 0.012, end[1] + 0.09, radius=0.01),
        polished("silver"),
        bulge=0.01,
        soft=0.01,
        lift=0.3,
    )


def _main_zip(canvas: Canvas, cloth: Cloth, wide: float, body: Stencil) -> None:
    arch = [
        (-wide + 0.06, -0.12),
        (-wide * 0.78, -0.45),
        (0.0, -0.585),
        (wide * 0.78, -0.45),
        (wide - 0.06, -0.12),
    ]
    _zip_line(canvas, curve(*arch), cloth, body)


def _front_pocket(canvas: Canvas, cloth: Cloth, half: float, top: float, bottom: float) -> Stencil:
    shape = symmetric(
        (0.0, top - 0.02),
        (half - 0.08, top),
        (half, top + 0.1),
        (half + 0.02, bottom - 0.1),
        (half - 0.07, bottom),
        (0.0, bottom + 0.012),
    )
    piece = canvas.lay(shape, cloth, bulge=0.10, soft=0.06, lift=0.45)
    arch = curve(
        (-half + 0.02, top + 0.14),
        (-half + 0.07, top + 0.065),
        (0.0, top + 0.04),
        (half - 0.07, top + 0.065),
        (half - 0.02, top + 0.14),
    )
    _zip_line(canvas, arch, cloth, piece)
    return piece


def _patch(canvas: Canvas, cloth: Cloth, y: float) -> None:
    rgb = (0.86, 0.86, 0.84) if lightness(cloth.rgb) < 0.5 else (0.25, 0.25, 0.27)
    canvas.tint(box(-0.075, y - 0.03, 0.075, y + 0.03, radius=0.01), rgb, opacity=0.85)


def _two_pockets(
    canvas: Canvas,
    cloth: Cloth,
    trim: Cloth,
    wide: float,
    bottom: float,
    body: Stencil,
    rng: np.random.Generator,
) -> None:
    _main_zip(canvas, cloth, wide, body)
    canvas.lay(
        box(-0.9, bottom - 0.10, 0.9, bottom + 0.1),
        trim,
        bulge=0.02,
        soft=0.02,
        lift=0.2,
        within=body,
    )
    lower = cloth if rng.random() < 0.6 and cloth.pattern != "graphic print" else trim
    _front_pocket(canvas, lower, wide - 0.07, 0.10, bottom - 0.05)
    _patch(canvas, cloth, -0.20)


def _tall_pocket(
    canvas: Canvas,
    cloth: Cloth,
    trim: Cloth,
    wide: float,
    bottom: float,
    body: Stencil,
    rng: np.random.Generator,
) -> None:
    _main_zip(canvas, cloth, wide, body)
    _front_pocket(canvas, cloth.unprinted(), wide - 0.09, -0.30, bottom - 0.05)
    _front_pocket(canvas, trim if rng.random() < 0.5 else cloth, wide - 0.15, 0.22, bottom - 0.10)
    canvas.seam([np.array([(0.0, -0.2), (0.0, 0.2)])], darkness=0.2)
    _patch(canvas, cloth, -0.10)


def _lid(
    canvas: Canvas,
    cloth: Cloth,
    trim: Cloth,
    wide: float,
    bottom: float,
    body: Stencil,
    rng: np.random.Generator,
) -> None:
    _front_pocket(canvas, cloth.unprinted(), wide - 0.10, 0.16, bottom - 0.06)
    lid = symmetric(
        (0.0, -0.73),
        (wide * 0.66, -0.69),
        (wide + 0.01, -0.42),
        (wide + 0.02, -0.05),
        (wide - 0.07, 0.04),
        (0.0, 0.065),
    )
    canvas.lay(lid, cloth, bulge=0.12, soft=0.08, lift=0.5, origin=cloth.print_at(-0.34))
    metal = fitting(rng)
    leather = made_of("leather", (0.45, 0.29, 0.17)).still() if rng.random() < 0.5 else trim
    for side in (1.0, -1.0):
        x = side * 0.22
        canvas.lay(
            ribbon([(x, -0.08), (x, 0.12), (x, 0.34)], [0.07] * 3),
            leather,
            bulge=0.03,
            soft=0.02,
            lift=0.35,
        )
        canvas.lay(
            box(x - 0.05, 0.12, x + 0.05, 0.20, radius=0.015),
            metal,
            bulge=0.03,
            soft=0.015,
            lift=0.3,
        )


BACKPACK = Kind(
    name="backpack",
    draw=draw_backpack,
    patterns={
        "solid": 4,
        "camouflage": 1,
        "floral": 1,
        "checked": 1,
        "polka dot": 1,
        "horizontal stripes": 1,
        "graphic print": 1,
        "colour block": 1,
    },
    materials={"nylon": 2, "canvas": 1, "leather": 1},
    genders={"Unisex": 1, "Men": 1, "Women": 1},
    details={"style": {"school": 1, "laptop": 1, "flap": 1}},
    pattern_period=0.19,
    standing=True,
    turn=0.02,
)
