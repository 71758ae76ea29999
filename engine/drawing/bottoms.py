"""Dresses, skirts, trousers, jeans and shorts."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas, Stencil
from engine.drawing.cloth import Cloth
from engine.drawing.outline import (
    SHARP, Knot, Points, box, ellipse, flipped, mirrored, ribbon, spline, with_head,
)  # fmt: skip
from engine.drawing.palette import METALS, lightness, shade, trim_of
from engine.drawing.product import Kind, Product


def _gathers(canvas: Canvas, top: float, bottom: float, half_top: float, half_bottom: float,
             piece: Stencil, rng: np.random.Generator, *, n: int = 9, depth: float = 0.045) -> None:
    """Press the long folds of a skirt, fanning out from the waist to the hem."""
    lines = []
    for place in np.linspace(-0.92, 0.92, n) + rng.normal(0, 0.05, n):
        start = top + abs(rng.normal(0, 0.1)) * (bottom - top)
        share = (start - top) / (bottom - top)
        x = place * (half_top + (half_bottom - half_top) * share)
        lines.append(spline([(x, start), (0.5 * (x + place * half_bottom) + rng.normal(0, 0.012), 0.5 * (start + bottom)),
                             (place * half_bottom, bottom + 0.02)], closed=False))
    canvas.crease(lines, width=0.055, depth=depth, within=piece)


def _wavy_hem(half: float, bottom: float, rng: np.random.Generator, *, wave: float) -> list[Knot]:
    """Return the knots along a hem from the right corner to the middle."""
    knots: list[Knot] = [(half, bottom - 0.04, SHARP)]
    for share in (0.8, 0.6, 0.4, 0.2):
        knots.append((half * share, bottom + rng.normal(0, wave) - 0.03 * share**2))
    return [*knots, (0.0, bottom)]


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
            canvas.lay(ribbon([(side * 0.15, top + 0.02), (side * 0.17, top + 0.15), (side * 0.19, top + 0.3)], [0.035] * 3),
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
        canvas.lay(box(-0.4, waist_y - 0.03, 0.4, waist_y + 0.03), sash, bulge=0.03, soft=0.02, lift=0.3, within=body)
    else:
        canvas.seam([spline([(-0.4, waist_y), (0.0, waist_y + 0.015), (0.4, waist_y)], closed=False)],
                    darkness=0.25, within=body)


def _bodice(top: float, neck_depth: float, strappy: bool) -> list[Knot]:
    """Return the right half of the bodice, from the middle of the neck down to the armpit."""
    if strappy:
        return [(0.0, top + 0.30), (0.10, top + 0.25), (0.19, top + 0.20, SHARP), (0.27, top + 0.34, SHARP)]
    return [(0.0, top + neck_depth), (0.10, top + 0.7 * neck_depth), (0.16, top, SHARP), (0.31, top + 0.07, SHARP),
            (0.265, top + 0.22), (0.29, top + 0.36, SHARP)]


def _inner_neck(canvas: Canvas, top: float, depth: float, cloth: Cloth) -> None:
    inner = cloth.plain(shade(cloth.rgb, -0.32)).still()
    canvas.lay(spline(mirrored([(0.0, top + 0.045), (0.1, top + 0.03), (0.165, top + 0.0, SHARP), (0.14, top + 0.12),
                                (0.0, top + depth + 0.04)])), inner, bulge=0.0, lift=0.0)
    canvas.darken(ellipse(0, top + depth, 0.16, depth * 0.5), 0.3)


def _dress_sleeves(canvas: Canvas, top: float, sleeve: str, cloth: Cloth, rng: np.random.Generator) -> None:
    reach = rng.uniform(0.0, 0.1)
    for side in (1.0, -1.0):
        if sleeve == "short":
            path, widths = [(0.25, top + 0.2), (0.34, top + 0.3), (0.41 + reach, top + 0.4)], [0.25, 0.22, 0.21]
        else:
            path = [(0.25, top + 0.2), (0.37, top + 0.5), (0.42 + reach, top + 0.82), (0.43 + 1.3 * reach, top + 1.02)]
            widths = [0.23, 0.18, 0.15, 0.13]
        placed = [(side * x, y) for x, y in path]
        lean = float(np.arctan2(placed[0][0] - placed[-1][0], placed[-1][1] - placed[0][1]))
        canvas.lay(ribbon(*with_head(placed, widths, reach=0.09)), cloth, bulge=0.06, soft=0.05, grain=lean, origin=placed[0])


def _bodice_creases(canvas: Canvas, top: float, waist_y: float, waist: float, body: Stencil,
                    rng: np.random.Generator) -> None:
    lines = []
    for side in (1.0, -1.0):
        lines.append(spline([(side * 0.27, top + 0.38), (side * 0.18, top + 0.42), (side * 0.1, top + 0.4 + rng.uniform(0, 0.1))],
                            closed=False))
        lines.append(spline([(side * 0.13, top + 0.42), (side * 0.12, 0.5 * (top + waist_y) + 0.2), (side * 0.10, waist_y)],
                            closed=False))
        lines.append(spline([(side * waist, waist_y - 0.05), (side * waist * 0.5, waist_y - 0.03 + rng.normal(0, 0.02))],
                            closed=False))
    canvas.crease(lines, width=0.04, depth=0.022, within=body)


def draw_skirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a skirt: A-line, pencil or pleated, with its waistband."""
    cut = product.details["cut"]
    bottom = {"mini": 0.40, "knee-length": 0.62, "maxi": 0.88}[product.details["length"]]
    top = -0.50 if product.details["length"] != "maxi" else -0.84
    waist = 0.29 * rng.uniform(0.93, 1.06)
    half_hem = {"a-line": 0.56, "pencil": 0.31, "pleated": 0.64}[cut] * rng.uniform(0.93, 1.06)
    hips: Knot = (0.40, top + 0.38) if cut == "pencil" else (waist + 0.48 * (half_hem - waist), top + 0.42 * (bottom - top))
    half = [(0.0, top - 0.012), (waist, top, SHARP), hips]
    half += _wavy_hem(half_hem, bottom, rng, wave=0.003 if cut == "pencil" else 0.014)
    canvas.lay(ellipse(0, top, waist * 0.99, 0.035), cloth.plain(shade(cloth.rgb, -0.4)).still(), bulge=0, lift=0)
    body = canvas.lay(spline(mirrored([(0.0, top + 0.022), *half[1:]])), cloth, bulge=0.09, soft=0.07)
    if cut == "pleated":
        _pleats(canvas, top + 0.08, bottom, waist, half_hem, body)
    else:
        _gathers(canvas, top + 0.08, bottom, waist, half_hem, body, rng, n=10 if cut == "a-line" else 4,
                 depth=0.055 if cut == "a-line" else 0.025)
    band = spline(mirrored([(0.0, top + 0.02), (waist, top, SHARP), (waist + 0.012, top + 0.085, SHARP), (0.0, top + 0.108)]))
    canvas.lay(band, cloth.plain(trim_of(cloth.rgb) if rng.random() < 0.3 else None).still(), bulge=0.03, soft=0.02, lift=0.3)
    if rng.random() < 0.5:
        _button(canvas, 0.0, top + 0.065, shade(cloth.rgb, 0.5 if lightness(cloth.rgb) < 0.5 else -0.5))


def _pleats(canvas: Canvas, top: float, bottom: float, waist: float, hem: float, piece: Stencil) -> None:
    """Press knife pleats: straight, even, sharp."""
    shares = np.linspace(-0.9, 0.9, 13)
    lines = [np.array([(share * waist, top), (share * hem, bottom + 0.03)]) for share in shares]
    canvas.crease(lines, width=0.035, depth=0.06, within=piece)
    canvas.seam(lines, darkness=0.22, within=piece)


def _button(canvas: Canvas, x: float, y: float, rgb: np.ndarray, radius: float = 0.02) -> None:
    canvas.tint(ellipse(x + 0.004, y + 0.006, radius * 1.1), (0.05, 0.05, 0.05), opacity=0.3)
    canvas.tint(ellipse(x, y, radius), rgb)
    canvas.tint(ellipse(x - 0.3 * radius, y - 0.3 * radius, 0.35 * radius), (1, 1, 1), opacity=0.4)


def _legs(top: float, waist: float, hip: float, crotch: float, knee: float, ankle: float, bottom: float,
          spread: float, thigh: float) -> Points:
    """Return the outline of a pair of trousers.

    `waist` and `hip` are half widths, `knee` and `ankle` the full widths of one leg, `spread` the
    distance of its middle from the picture's middle at the hem, `thigh` the gap's half width.
    """
    mid = 0.5 * (crotch + bottom)
    centre = 0.5 * (hip + thigh)
    knee_at = centre + 0.45 * (spread - centre)
    half: list[Knot] = [
        (0.0, top + 0.02), (waist, top, SHARP), (hip, 0.45 * top + 0.55 * crotch),
        (knee_at + knee / 2, mid), (spread + ankle / 2, bottom, SHARP), (spread, bottom + 0.012),
        (spread - ankle / 2, bottom, SHARP), (knee_at - knee / 2, mid), (thigh, crotch + 0.06), (0.0, crotch, SHARP),
    ]
    return spline(mirrored(half))


def _trousers(
    canvas: Canvas, cloth: Cloth, rng: np.random.Generator, *, fit: str, bottom: float = 0.90, top: float = -0.86,
) -> tuple[Stencil, dict[str, float]]:
    """Lay the legs with their folds and waistband, and return the piece and its measures."""
    knee, ankle = {"slim": (0.235, 0.165), "straight": (0.27, 0.235), "wide": (0.31, 0.34), "flared": (0.235, 0.33),
                   "short": (0.43, 0.43)}[fit]
    wide = rng.uniform(0.95, 1.06)
    m = {"top": top, "waist": 0.275 * wide, "hip": 0.355 * wide, "crotch": top + 0.53, "bottom": bottom,
         "spread": 0.235 + rng.uniform(-0.02, 0.05), "thigh": 0.012, "knee": knee * wide, "ankle": ankle * wide}
    if fit == "short":
        m |= {"waist": 0.37 * wide, "hip": 0.455 * wide, "crotch": top + 0.60, "spread": 0.265 + rng.uniform(0.0, 0.025)}
    inner = cloth.plain(shade(cloth.rgb, -0.4)).still()
    canvas.lay(ellipse(0, top + 0.005, m["waist"] * 0.98, 0.03), inner, bulge=0, lift=0)
    body = canvas.lay(_legs(m["top"], m["waist"], m["hip"], m["crotch"], m["knee"], m["ankle"], m["bottom"],
                            m["spread"], m["thigh"]), cloth, bulge=0.085, soft=0.06)
    _leg_creases(canvas, m, body, rng)
    fly = spline([(0.0, top + 0.11), (0.015, top + 0.3), (0.0, m["crotch"])], closed=False)
    canvas.seam([fly], darkness=0.35, width=0.012, within=body)
    return body, m


def _leg_creases(canvas: Canvas, m: dict[str, float], body: Stencil, rng: np.random.Generator) -> None:
    """Press whiskers at the hips and slack folds behind the knees and above the hem."""
    lines, mid = [], 0.5 * (m["crotch"] + m["bottom"])
    for side in (1.0, -1.0):
        for rise in (0.02, 0.10):
            lines.append(spline([(side * 0.02, m["crotch"] - rise), (side * 0.14, m["crotch"] - rise - 0.03),
                                 (side * 0.28, m["crotch"] - rise - rng.uniform(0.06, 0.16))], closed=False))
        for y in (mid - 0.06, mid + 0.05, m["bottom"] - 0.1):
            x, w = side * (0.2 + 0.3 * (m["spread"] - 0.2)), m["knee"] * 0.45
            y += rng.normal(0, 0.02)
            tilt = rng.normal(0, 0.05)
            lines.append(spline([(x - w, y - tilt), (x, y + 0.015), (x + w * 0.6, y + tilt)], closed=False))
    canvas.crease(lines, width=0.035, depth=0.022, within=body)


def _waistband(canvas: Canvas, m: dict[str, float], cloth: Cloth, *, loops: bool = True, height: float = 0.085) -> None:
    top, waist = m["top"], m["waist"]
    band = spline(mirrored([(0.0, top + 0.022), (waist, top, SHARP), (waist + 0.014, top + height, SHARP),
                            (0.0, top + height + 0.022)]))
    canvas.lay(band, cloth.still(), bulge=0.025, soft=0.02, lift=0.28)
    if loops:
        for share in (-0.62, 0.62, -0.28, 0.28):
            x = share * waist
            canvas.lay(box(x - 0.012, top - 0.005, x + 0.012, top + height + 0.03), cloth.still(), bulge=0.015, soft=0.01)


def draw_trousers(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw trousers: chinos and suit trousers, with a pressed crease or slant pockets."""
    body, m = _trousers(canvas, cloth, rng, fit=product.details["fit"])
    if rng.random() < 0.55:
        lines = [spline([(side * 0.17, m["top"] + 0.2), (side * 0.19, m["crotch"] + 0.1), (side * m["spread"], m["bottom"])],
                        closed=False) for side in (1.0, -1.0)]
        canvas.crease(lines, width=0.022, depth=-0.03, within=body)
    pockets = [np.array([(side * 0.20, m["top"] + 0.10), (side * 0.30, m["top"] + 0.33)]) for side in (1.0, -1.0)]
    canvas.seam(pockets, darkness=0.32, width=0.014, within=body)
    _waistband(canvas, m, cloth.plain() if cloth.pattern != "solid" else cloth)
    _button(canvas, 0.0, m["top"] + 0.062, shade(cloth.rgb, 0.4 if lightness(cloth.rgb) < 0.5 else -0.45))


def draw_jeans(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw jeans: faded thighs, rivets, orange thread, curved pockets."""
    body, m = _trousers(canvas, cloth, rng, fit=product.details["fit"])
    if product.details["wash"] != "dark":
        strength = {"washed": 0.28, "light": 0.42, "ripped": 0.32}[product.details["wash"]]
        for side in (1.0, -1.0):
            _fade(canvas, side, m, strength, body)
    thread = (0.82, 0.58, 0.26) if lightness(cloth.rgb) < 0.7 else (0.6, 0.5, 0.4)
    for side in (1.0, -1.0):
        pocket = spline([(side * 0.10, m["top"] + 0.10), (side * 0.13, m["top"] + 0.19), (side * 0.22, m["top"] + 0.225),
                         (side * 0.36, m["top"] + 0.20)], closed=False)
        canvas.seam([pocket], darkness=0.35, width=0.012, within=body)
        canvas.stitch(pocket + (0, 0.014), thread, within=body)
        outer = spline([(side * (m["waist"] - 0.02), m["top"] + 0.1), (side * (m["hip"] - 0.025), m["top"] + 0.4),
                        (side * (m["spread"] + 0.4 * m["ankle"]), m["bottom"])], closed=False)
        canvas.seam([outer], darkness=0.12, within=body)
        hem = np.array([(side * m["spread"] - 0.3, m["bottom"] - 0.03), (side * m["spread"] + 0.3, m["bottom"] - 0.03)])
        canvas.stitch(hem, thread, within=body)
    canvas.stitch(spline([(0.03, m["top"] + 0.11), (0.045, m["top"] + 0.3), (0.005, m["crotch"] - 0.04)], closed=False),
                  thread, within=body)
    if product.details["wash"] == "ripped":
        _rips(canvas, m, body, rng)
    _waistband(canvas, m, cloth)
    canvas.stitch(np.array([(-m["waist"], m["top"] + 0.08), (m["waist"], m["top"] + 0.08)]), thread)
    _button(canvas, 0.0, m["top"] + 0.06, np.asarray(METALS["gold"]), 0.021)


def _fade(canvas: Canvas, side: float, m: dict[str, float], strength: float, body: Stencil) -> None:
    """Wear the dye off the front of a thigh."""
    for scale, share in ((1.0, 0.35), (0.7, 0.4), (0.4, 0.4)):
        y = 0.55 * m["crotch"] + 0.45 * 0.5 * (m["crotch"] + m["bottom"])
        spot = ellipse(side * 0.18, y, 0.10 * scale, 0.34 * scale, tilt=side * 0.06)
        canvas.darken(spot, -strength * share, soft=0.05, within=body)


def _rips(canvas: Canvas, m: dict[str, float], body: Stencil, rng: np.random.Generator) -> None:
    """Tear the knees: pale threads across a hole."""
    for side in (1.0, -1.0):
        x, y = side * (0.2 + rng.normal(0, 0.02)), 0.5 * (m["crotch"] + m["bottom"]) - rng.uniform(-0.1, 0.2)
        hole = spline([(x - 0.075, y), (x, y - 0.03), (x + 0.075, y + 0.005), (x, y + 0.035)])
        canvas.tint(hole, (0.93, 0.92, 0.9), within=body)
        canvas.seam([np.array([(x - 0.07, y + d), (x + 0.07, y + d)]) for d in (-0.012, 0.008, 0.022)], darkness=0.3)


def draw_shorts(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw shorts: chino, denim or with an elastic waist and cords."""
    bottom = {"short": 0.34, "knee-length": 0.60}[product.details["length"]]
    body, m = _trousers(canvas, cloth, rng, fit="short", bottom=bottom, top=-0.56 if bottom > 0.5 else -0.48)
    pockets = [spline([(side * 0.20, m["top"] + 0.09), (side * 0.25, m["top"] + 0.2), (side * 0.33, m["top"] + 0.3)],
                      closed=False) for side in (1.0, -1.0)]
    canvas.seam(pockets, darkness=0.3, width=0.014, within=body)
    for side in (1.0, -1.0):
        y = m["bottom"] - 0.045
        canvas.seam([np.array([(side * m["spread"] - 0.4, y), (side * m["spread"] + 0.4, y)])], darkness=0.16, within=body)
    if product.details["waist"] == "drawstring":
        _waistband(canvas, m, cloth.of("corduroy"), loops=False, height=0.1)
        pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.35, 0.35, 0.35)
        for side in (1.0, -1.0):
            fall = rng.uniform(0.14, 0.24)
            cord = ribbon([(side * 0.02, m["top"] + 0.07), (side * 0.045, m["top"] + 0.07 + fall / 2),
                           (side * (0.035 + rng.normal(0, 0.015)), m["top"] + 0.07 + fall)], [0.02] * 3)
            canvas.lay(cord, cloth.of("cotton", np.asarray(pale, np.float32)).still(), bulge=0.02, soft=0.01, lift=0.3)
    else:
        _waistband(canvas, m, cloth.plain())
        _button(canvas, 0.0, m["top"] + 0.06, shade(cloth.rgb, 0.45 if lightness(cloth.rgb) < 0.5 else -0.45))


_DENIM_COLOURS = ("blue", "blue", "blue", "navy blue", "navy blue", "black", "grey", "white", "red", "green", "olive",
                  "beige", "brown")

BOTTOMS: tuple[Kind, ...] = (
    Kind("dress", draw_dress, ("solid", "solid", "solid", "floral", "floral", "floral", "polka dot", "polka dot",
                               "horizontal stripes", "vertical stripes", "checked", "animal print", "colour block"),
         ("cotton", "silk", "satin", "chiffon", "linen", "polyester"), ("Women",),
         {"sleeve": ("sleeveless", "sleeveless", "short", "long", "straps"), "length": ("mini", "knee-length", "knee-length", "maxi"),
          "cut": ("flared", "flared", "fitted")}),
    Kind("skirt", draw_skirt, ("solid", "solid", "solid", "floral", "floral", "polka dot", "horizontal stripes",
                               "vertical stripes", "checked", "checked", "animal print", "colour block"),
         ("cotton", "denim", "satin", "wool", "leather", "polyester"), ("Women",),
         {"cut": ("a-line", "a-line", "pencil", "pleated"), "length": ("mini", "mini", "knee-length", "maxi")}),
    Kind("trousers", draw_trousers, ("solid", "solid", "solid", "solid", "checked", "vertical stripes", "herringbone",
                                     "camouflage"),
         ("cotton", "cotton", "wool", "linen", "corduroy", "polyester"), ("Men", "Men", "Women"),
         {"fit": ("slim", "straight", "straight", "wide")}, pattern_period=0.13),
    Kind("jeans", draw_jeans, ("solid",), ("denim",), ("Men", "Women"),
         {"fit": ("slim", "slim", "straight", "flared"), "wash": ("dark", "washed", "washed", "light", "ripped")},
         colours=_DENIM_COLOURS),
    Kind("shorts", draw_shorts, ("solid", "solid", "solid", "checked", "checked", "floral", "horizontal stripes",
                                 "camouflage", "vertical stripes", "polka dot", "colour block"),
         ("cotton", "cotton", "denim", "linen", "polyester"), ("Men", "Women"),
         {"length": ("short", "knee-length"), "waist": ("button", "drawstring")}, pattern_period=0.15, zoom=1.15),
)  # fmt: skip
"""The kinds of dresses and of what is worn on the legs."""
