"""Dress and skirt."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.trimmings import sew_buttons
from engine.drawing.outline import SHARP, Knot, box, ellipse, mirrored, ribbon, spline, with_head
from engine.drawing.palette import lightness, shade, trim_of
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
            canvas.lay(ribbon([(side * 0.15, top + 0.02), (side * 0.17, top + 0.15),
                               (side * 0.19, top + 0.3)], [0.035] * 3),
                       cloth.plain().still(), bulge=0.02, soft=0.015)
    elif sleeve != "sleeveless":
        _dress_sleeves(canvas, top, sleeve, cloth, rng)
    if not strappy:
        _inner_neck(canvas, top, neck_depth, cloth)
    half = _bodice(top, neck_depth, strappy) + [(waist, waist_y)]
    half += [(waist + 0.55 * (half_hem - waist), waist_y + 0.42 * (bottom - waist_y)) if flared
             else (max(half_hem, 0.33), waist_y + 0.3)]
    half += _wavy_hem(half_hem, bottom, rng, wave=0.012 if flared else 0.002)
    body = canvas.lay(spline(mirrored(half)), cloth, bulge=0.09, soft=0.07)
    _gathers(canvas, waist_y, bottom, waist, half_hem, body, rng, n=11 if flared else 5,
             depth=0.055 if flared else 0.025)
    _bodice_creases(canvas, top, waist_y, waist, body, rng)
    if rng.random() < 0.45:
        sash = cloth.plain(cloth.accent if cloth.accents else trim_of(cloth.rgb)).still(0.02)
        canvas.lay(box(-0.4, waist_y - 0.03, 0.4, waist_y + 0.03), sash, bulge=0.03, soft=0.02,
                   lift=0.3, within=body)
    else:
        canvas.seam([spline([(-0.4, waist_y), (0.0, waist_y + 0.015), (0.4, waist_y)],
                            closed=False)],
                    darkness=0.25, within=body)


def _bodice(top: float, neck_depth: float, strappy: bool) -> list[Knot]:
    """Return the right half of the bodice, from the middle of the neck down to the armpit."""
    if strappy:
        return [(0.0, top + 0.30), (0.10, top + 0.25), (0.19, top + 0.20, SHARP),
                (0.27, top + 0.34, SHARP)]
    return [(0.0, top + neck_depth), (0.10, top + 0.7 * neck_depth), (0.16, top, SHARP),
            (0.31, top + 0.07, SHARP),
            (0.265, top + 0.22), (0.29, top + 0.36, SHARP)]


def _inner_neck(canvas: Canvas, top: float, depth: float, cloth: Cloth) -> None:
    inner = cloth.plain(shade(cloth.rgb, -0.32)).still()
    canvas.lay(spline(mirrored([(0.0, top + 0.045), (0.1, top + 0.03), (0.165, top + 0.0, SHARP),
                                (0.14, top + 0.12),
                                (0.0, top + depth + 0.04)])), inner, bulge=0.0, lift=0.0)
    canvas.darken(ellipse(0, top + depth, 0.16, depth * 0.5), 0.3)


def _dress_sleeves(canvas: Canvas, top: float, sleeve: str, cloth: Cloth,
                   rng: np.random.Generator) -> None:
    reach = rng.uniform(0.0, 0.1)
    for side in (1.0, -1.0):
        if sleeve == "short":
            path, widths = [(0.25, top + 0.2), (0.34, top + 0.3),
                            (0.41 + reach, top + 0.4)], [0.25, 0.22, 0.21]
        else:
            path = [(0.25, top + 0.2), (0.37, top + 0.5), (0.42 + reach, top + 0.82),
                    (0.43 + 1.3 * reach, top + 1.02)]
            widths = [0.23, 0.18, 0.15, 0.13]
        placed = [(side * x, y) for x, y in path]
        lean = float(np.arctan2(placed[0][0] - placed[-1][0], placed[-1][1] - placed[0][1]))
        canvas.lay(ribbon(*with_head(placed, widths, reach=0.09)), cloth, bulge=0.06, soft=0.05,
                   grain=lean, origin=placed[0])


def _bodice_creases(canvas: Canvas, top: float, waist_y: float, waist: float, body: Stencil,
                    rng: np.random.Generator) -> None:
    lines = []
    for side in (1.0, -1.0):
        lines.append(spline([(side * 0.27, top + 0.38), (side * 0.18, top + 0.42),
                             (side * 0.1, top + 0.4 + rng.uniform(0, 0.1))],
                            closed=False))
        lines.append(spline([(side * 0.13, top + 0.42), (side * 0.12, 0.5 * (top + waist_y) + 0.2),
                             (side * 0.10, waist_y)],
                            closed=False))
        lines.append(spline([(side * waist, waist_y - 0.05),
                             (side * waist * 0.5, waist_y - 0.03 + rng.normal(0, 0.02))],
                            closed=False))
    canvas.crease(lines, width=0.04, depth=0.022, within=body)


def draw_skirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a skirt: A-line, pencil or pleated, with its waistband."""
    cut = product.details["cut"]
    bottom = {"mini": 0.40, "knee-length": 0.62, "maxi": 0.88}[product.details["length"]]
    top = -0.50 if product.details["length"] != "maxi" else -0.84
    waist = 0.29 * rng.uniform(0.93, 1.06)
    half_hem = {"a-line": 0.56, "pencil": 0.31, "pleated": 0.64}[cut] * rng.uniform(0.93, 1.06)
    hips: Knot = (0.40, top + 0.38) if cut == "pencil" else (waist + 0.48 * (half_hem - waist),
                                                             top + 0.42 * (bottom - top))
    half = [(0.0, top - 0.012), (waist, top, SHARP), hips]
    half += _wavy_hem(half_hem, bottom, rng, wave=0.003 if cut == "pencil" else 0.014)
    canvas.lay(ellipse(0, top, waist * 0.99, 0.035), cloth.plain(shade(cloth.rgb, -0.4)).still(),
               bulge=0, lift=0)
    body = canvas.lay(spline(mirrored([(0.0, top + 0.022), *half[1:]])), cloth, bulge=0.09,
                      soft=0.07)
    if cut == "pleated":
        _pleats(canvas, top + 0.08, bottom, waist, half_hem, body)
    else:
        _gathers(canvas, top + 0.08, bottom, waist, half_hem, body, rng,
                 n=10 if cut == "a-line" else 4,
                 depth=0.055 if cut == "a-line" else 0.025)
    band = spline(mirrored([(0.0, top + 0.02), (waist, top, SHARP),
                            (waist + 0.012, top + 0.085, SHARP), (0.0, top + 0.108)]))
    canvas.lay(band, cloth.plain(trim_of(cloth.rgb) if rng.random() < 0.3 else None).still(),
               bulge=0.03, soft=0.02, lift=0.3)
    if rng.random() < 0.5:
        sew_buttons(canvas, 0.0, (top + 0.065,), shade(cloth.rgb,
                                                       0.5 if lightness(cloth.rgb) < 0.5 else -0.5), 0.02)


def _pleats(canvas: Canvas, top: float, bottom: float, waist: float, hem: float,
            piece: Stencil) -> None:
    """Press knife pleats: straight, even, sharp."""
    shares = np.linspace(-0.9, 0.9, 13)
    lines = [np.array([(share * waist, top), (share * hem, bottom + 0.03)]) for share in shares]
    canvas.crease(lines, width=0.035, depth=0.06, within=piece)
    canvas.seam(lines, darkness=0.22, within=piece)


def _gathers(canvas: Canvas, top: float, bottom: float, half_top: float, half_bottom: float,
             piece: Stencil, rng: np.random.Generator, *, n: int = 9, depth: float = 0.045) -> None:
    """Press the long folds of a skirt, fanning out from the waist to the hem."""
    lines = []
    for place in np.linspace(-0.92, 0.92, n) + rng.normal(0, 0.05, n):
        start = top + abs(rng.normal(0, 0.1)) * (bottom - top)
        share = (start - top) / (bottom - top)
        x = place * (half_top + (half_bottom - half_top) * share)
        lines.append(spline([(x, start), (0.5 * (x + place * half_bottom) + rng.normal(0, 0.012),
                                          0.5 * (start + bottom)),
                             (place * half_bottom, bottom + 0.02)], closed=False))
    canvas.crease(lines, width=0.055, depth=depth, within=piece)


def _wavy_hem(half: float, bottom: float, rng: np.random.Generator, *, wave: float) -> list[Knot]:
    """Return the knots along a hem from the right corner to the middle."""
    knots: list[Knot] = [(half, bottom - 0.04, SHARP)]
    for share in (0.8, 0.6, 0.4, 0.2):
        knots.append((half * share, bottom + rng.normal(0, wave) - 0.03 * share**2))
    return [*knots, (0.0, bottom)]


DRESSES: tuple[Kind, ...] = (
    Kind("dress", draw_dress, ("solid", "solid", "solid", "floral", "floral", "floral", "polka dot",
                               "polka dot",
                               "horizontal stripes", "vertical stripes", "checked", "animal print", "colour block"),
         ("cotton", "silk", "satin", "chiffon", "linen", "polyester"), ("Women",),
         {"sleeve": ("sleeveless", "sleeveless", "short", "long", "straps"),
          "length": ("mini", "knee-length", "knee-length", "maxi"),
          "cut": ("flared", "flared", "fitted")}),
    Kind("skirt", draw_skirt, ("solid", "solid", "solid", "floral", "floral", "polka dot",
                               "horizontal stripes",
                               "vertical stripes", "checked", "checked", "animal print", "colour block"),
         ("cotton", "denim", "satin", "wool", "leather", "polyester"), ("Women",),
         {"cut": ("a-line", "a-line", "pencil", "pleated"),
          "length": ("mini", "mini", "knee-length", "maxi")}),
)
"""What swings."""
