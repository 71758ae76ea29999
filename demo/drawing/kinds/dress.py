"""Dress."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.swing import Sweep, press_gathers, wavy_hem
from demo.drawing.outline import (
    SHARP,
    Knot,
    box,
    curve,
    ellipse,
    flipped,
    ribbon,
    symmetric,
    with_head,
)
from demo.drawing.palette import shade, trim_of
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil


def draw_dress(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a dress: bodice, waist and a narrow or flared skirt of some length."""
    is_flared = product.details["cut"] == "flared"
    length, sleeve = product.details["length"], product.details["sleeve"]
    top = -0.72 if length == "mini" else -0.84
    hem = (0.52 if is_flared else 0.33) * rng.uniform(0.92, 1.08)
    neck_depth = rng.uniform(0.14, 0.24)
    skirt = Sweep(
        top=top + 0.62,
        bottom={"mini": 0.54, "knee-length": 0.74, "maxi": 0.94}[length],
        waist=0.225 * rng.uniform(0.95, 1.08),
        hem=hem,
    )
    if sleeve == "straps":
        _lay_straps(canvas, top, cloth)
    else:
        if sleeve != "sleeveless":
            _lay_sleeves(canvas, top, sleeve, cloth, rng)
        _lay_inner_neck(canvas, top, neck_depth, cloth)
    bodice = _strappy_bodice(top) if sleeve == "straps" else _bodice(top, neck_depth)
    outline = symmetric(*bodice, *_skirt(skirt, is_flared, rng))
    body = canvas.lay(outline, cloth, bulge=0.09, soft=0.07)
    n_folds, depth = (11, 0.055) if is_flared else (5, 0.025)
    press_gathers(canvas, skirt, body, rng, n_folds=n_folds, depth=depth)
    _crease_bodice(canvas, top, skirt, body, rng)
    _mark_waist(canvas, skirt, cloth, body, rng)


def _skirt(skirt: Sweep, is_flared: bool, rng: np.random.Generator) -> list[Knot]:
    """Return the right half of the skirt, from the waist to the middle of the hem."""
    hips: Knot = (max(skirt.hem, 0.33), skirt.top + 0.3)
    if is_flared:
        y = skirt.top + 0.42 * (skirt.bottom - skirt.top)
        hips = (skirt.waist + 0.55 * (skirt.hem - skirt.waist), y)
    hem = wavy_hem(skirt, rng, wave=0.012 if is_flared else 0.002)
    return [(skirt.waist, skirt.top), hips, *hem]


def _mark_waist(
    canvas: Canvas, skirt: Sweep, cloth: Cloth, body: Stencil, rng: np.random.Generator
) -> None:
    """Tie a sash around the waist, or only sew a seam."""
    if rng.random() < 0.45:
        sash = cloth.plain(cloth.accent if cloth.accents else trim_of(cloth.rgb)).still(0.02)
        band = box(-0.4, skirt.top - 0.03, 0.4, skirt.top + 0.03)
        canvas.lay(band, sash, bulge=0.03, soft=0.02, lift=0.3, within=body)
    else:
        seam = curve((-0.4, skirt.top), (0.0, skirt.top + 0.015), (0.4, skirt.top))
        canvas.seam([seam], darkness=0.25, within=body)


def _lay_straps(canvas: Canvas, top: float, cloth: Cloth) -> None:
    """Lay the two thin straps that a strappy dress hangs from."""
    strap = ribbon([(0.15, top + 0.02), (0.17, top + 0.15), (0.19, top + 0.3)], [0.035] * 3)
    for side in (strap, flipped(strap)):
        canvas.lay(side, cloth.plain().still(), bulge=0.02, soft=0.015)


def _strappy_bodice(top: float) -> list[Knot]:
    """Return the right half of a bodice under straps, from its middle to the armpit."""
    return [
        (0.0, top + 0.30),
        (0.10, top + 0.25),
        (0.19, top + 0.20, SHARP),
        (0.27, top + 0.34, SHARP),
    ]


def _bodice(top: float, neck_depth: float) -> list[Knot]:
    """Return the right half of a bodice, from the middle of the neck down to the armpit."""
    return [
        (0.0, top + neck_depth),
        (0.10, top + 0.7 * neck_depth),
        (0.16, top, SHARP),
        (0.31, top + 0.07, SHARP),
        (0.265, top + 0.22),
        (0.29, top + 0.36, SHARP),
    ]


def _lay_inner_neck(canvas: Canvas, top: float, depth: float, cloth: Cloth) -> None:
    """Show the inner side of the back through the neckline."""
    back = symmetric(
        (0.0, top + 0.045),
        (0.1, top + 0.03),
        (0.165, top, SHARP),
        (0.14, top + 0.12),
        (0.0, top + depth + 0.04),
    )
    canvas.lay(back, cloth.plain(shade(cloth.rgb, -0.32)).still(), bulge=0.0, lift=0.0)
    canvas.darken(ellipse(0, top + depth, 0.16, depth * 0.5), 0.3)


def _lay_sleeves(
    canvas: Canvas, top: float, sleeve: str, cloth: Cloth, rng: np.random.Generator
) -> None:
    """Lay both sleeves; the bodice then covers their heads."""
    out = rng.uniform(0.0, 0.1)
    if sleeve == "short":
        path = [(0.25, top + 0.2), (0.34, top + 0.3), (0.41 + out, top + 0.4)]
        widths = [0.25, 0.22, 0.21]
    else:
        path = [
            (0.25, top + 0.2),
            (0.37, top + 0.5),
            (0.42 + out, top + 0.82),
            (0.43 + 1.3 * out, top + 1.02),
        ]
        widths = [0.23, 0.18, 0.15, 0.13]
    arm = ribbon(*with_head(path, widths, reach=0.09))
    (x, y), (hand_x, hand_y) = path[0], path[-1]
    lean = float(np.arctan2(x - hand_x, hand_y - y))
    canvas.lay(arm, cloth, bulge=0.06, soft=0.05, grain=lean, origin=(x, y))
    canvas.lay(flipped(arm), cloth, bulge=0.06, soft=0.05, grain=-lean, origin=(-x, y))


def _crease_bodice(
    canvas: Canvas, top: float, skirt: Sweep, body: Stencil, rng: np.random.Generator
) -> None:
    """Press the furrows at the armpits, the darts and the pull at the waist."""
    lines = []
    for side in (1.0, -1.0):
        pull, slack = rng.uniform(0, 0.1), rng.normal(0, 0.02)
        waist = side * skirt.waist
        lines += [
            curve(
                (side * 0.27, top + 0.38), (side * 0.18, top + 0.42), (side * 0.1, top + 0.4 + pull)
            ),
            curve((side * 0.13, top + 0.42), (side * 0.12, top + 0.51), (side * 0.10, skirt.top)),
            curve((waist, skirt.top - 0.05), (0.5 * waist, skirt.top - 0.03 + slack)),
        ]
    canvas.crease(lines, width=0.04, depth=0.022, within=body)


DRESS = Kind(
    name="dress",
    draw=draw_dress,
    patterns={
        "solid": 3,
        "floral": 3,
        "polka dot": 2,
        "horizontal stripes": 1,
        "vertical stripes": 1,
        "checked": 1,
        "animal print": 1,
        "colour block": 1,
    },
    materials={"cotton": 1, "silk": 1, "satin": 1, "chiffon": 1, "linen": 1, "polyester": 1},
    genders={"Women": 1},
    details={
        "sleeve": {"sleeveless": 2, "short": 1, "long": 1, "straps": 1},
        "length": {"mini": 1, "knee-length": 2, "maxi": 1},
        "cut": {"flared": 2, "fitted": 1},
    },
)
