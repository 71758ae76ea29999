"""Dress."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.swing import press_gathers, wavy_hem
from engine.drawing.outline import SHARP, Knot, box, curve, ellipse, ribbon, symmetric, with_head
from engine.drawing.palette import shade, trim_of
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_dress(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a dress: bodice, waist and a narrow or flared skirt of some length."""
    flared = product.details["cut"] == "flared"
    bottom = {"mini": 0.54, "knee-length": 0.74, "maxi": 0.94}[product.details["length"]]
    top = -0.84 if product.details["length"] != "mini" else -0.72
    half_hem = (0.52 if flared else 0.33) * rng.uniform(0.92, 1.08)
    sleeve = product.details["sleeve"]
    strappy = sleeve == "straps"
    neck_depth = rng.uniform(0.14, 0.24)
    waist_y, waist = top + 0.62, 0.225 * rng.uniform(0.95, 1.08)
    if strappy:
        for side in (1.0, -1.0):
            canvas.lay(
                ribbon(
                    [
                        (side * 0.15, top + 0.02),
                        (side * 0.17, top + 0.15),
                        (side * 0.19, top + 0.3),
                    ],
                    [0.035] * 3,
                ),
                cloth.plain().still(),
                bulge=0.02,
                soft=0.015,
            )
    elif sleeve != "sleeveless":
        _dress_sleeves(canvas, top, sleeve, cloth, rng)
    if not strappy:
        _inner_neck(canvas, top, neck_depth, cloth)
    half = _bodice(top, neck_depth, strappy) + [(waist, waist_y)]
    half += [
        (waist + 0.55 * (half_hem - waist), waist_y + 0.42 * (bottom - waist_y))
        if flared
        else (max(half_hem, 0.33), waist_y + 0.3)
    ]
    half += wavy_hem(half_hem, bottom, rng, wave=0.012 if flared else 0.002)
    body = canvas.lay(symmetric(*half), cloth, bulge=0.09, soft=0.07)
    press_gathers(
        canvas,
        waist_y,
        bottom,
        waist,
        half_hem,
        body,
        rng,
        n=11 if flared else 5,
        depth=0.055 if flared else 0.025,
    )
    _bodice_creases(canvas, top, waist_y, waist, body, rng)
    if rng.random() < 0.45:
        sash = cloth.plain(cloth.accent if cloth.accents else trim_of(cloth.rgb)).still(0.02)
        canvas.lay(
            box(-0.4, waist_y - 0.03, 0.4, waist_y + 0.03),
            sash,
            bulge=0.03,
            soft=0.02,
            lift=0.3,
            within=body,
        )
    else:
        canvas.seam(
            [curve((-0.4, waist_y), (0.0, waist_y + 0.015), (0.4, waist_y))],
            darkness=0.25,
            within=body,
        )


def _bodice(top: float, neck_depth: float, strappy: bool) -> list[Knot]:
    """Return the right half of the bodice, from the middle of the neck down to the armpit."""
    if strappy:
        return [
            (0.0, top + 0.30),
            (0.10, top + 0.25),
            (0.19, top + 0.20, SHARP),
            (0.27, top + 0.34, SHARP),
        ]
    return [
        (0.0, top + neck_depth),
        (0.10, top + 0.7 * neck_depth),
        (0.16, top, SHARP),
        (0.31, top + 0.07, SHARP),
        (0.265, top + 0.22),
        (0.29, top + 0.36, SHARP),
    ]


def _inner_neck(canvas: Canvas, top: float, depth: float, cloth: Cloth) -> None:
    inner = cloth.plain(shade(cloth.rgb, -0.32)).still()
    canvas.lay(
        symmetric(
            (0.0, top + 0.045),
            (0.1, top + 0.03),
            (0.165, top + 0.0, SHARP),
            (0.14, top + 0.12),
            (0.0, top + depth + 0.04),
        ),
        inner,
        bulge=0.0,
        lift=0.0,
    )
    canvas.darken(ellipse(0, top + depth, 0.16, depth * 0.5), 0.3)


def _dress_sleeves(
    canvas: Canvas, top: float, sleeve: str, cloth: Cloth, rng: np.random.Generator
) -> None:
    reach = rng.uniform(0.0, 0.1)
    for side in (1.0, -1.0):
        if sleeve == "short":
            path, widths = (
                [(0.25, top + 0.2), (0.34, top + 0.3), (0.41 + reach, top + 0.4)],
                [0.25, 0.22, 0.21],
            )
        else:
            path = [
                (0.25, top + 0.2),
                (0.37, top + 0.5),
                (0.42 + reach, top + 0.82),
                (0.43 + 1.3 * reach, top + 1.02),
            ]
            widths = [0.23, 0.18, 0.15, 0.13]
        placed = [(side * x, y) for x, y in path]
        lean = float(np.arctan2(placed[0][0] - placed[-1][0], placed[-1][1] - placed[0][1]))
        canvas.lay(
            ribbon(*with_head(placed, widths, reach=0.09)),
            cloth,
            bulge=0.06,
            soft=0.05,
            grain=lean,
            origin=placed[0],
        )


def _bodice_creases(
    canvas: Canvas,
    top: float,
    waist_y: float,
    waist: float,
    body: Stencil,
    rng: np.random.Generator,
) -> None:
    lines = []
    for side in (1.0, -1.0):
        lines.append(
            curve(
                (side * 0.27, top + 0.38),
                (side * 0.18, top + 0.42),
                (side * 0.1, top + 0.4 + rng.uniform(0, 0.1)),
            )
        )
        lines.append(
            curve(
                (side * 0.13, top + 0.42),
                (side * 0.12, 0.5 * (top + waist_y) + 0.2),
                (side * 0.10, waist_y),
            )
        )
        lines.append(
            curve(
                (side * waist, waist_y - 0.05),
                (side * waist * 0.5, waist_y - 0.03 + rng.normal(0, 0.02)),
            )
        )
    canvas.crease(lines, width=0.04, depth=0.022, within=body)


DRESS = Kind(
    name="dress",
    draw=draw_dress,
    patterns=(
        "solid",
        "solid",
        "solid",
        "floral",
        "floral",
        "floral",
        "polka dot",
        "polka dot",
        "horizontal stripes",
        "vertical stripes",
        "checked",
        "animal print",
        "colour block",
    ),
    materials=("cotton", "silk", "satin", "chiffon", "linen", "polyester"),
    genders=("Women",),
    details={
        "sleeve": ("sleeveless", "sleeveless", "short", "long", "straps"),
        "length": ("mini", "knee-length", "knee-length", "maxi"),
        "cut": ("flared", "flared", "fitted"),
    },
)
