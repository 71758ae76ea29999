"""Trousers, jeans and shorts."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.trimmings import sew_buttons
from engine.drawing.outline import SHARP, Knot, Points, box, ellipse, mirrored, ribbon, spline
from engine.drawing.palette import METALS, lightness, shade
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_trousers(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw trousers: chinos and suit trousers, with a pressed crease or slant pockets."""
    body, m = _trousers(canvas, cloth, rng, fit=product.details["fit"])
    if rng.random() < 0.55:
        lines = [spline([(side * 0.17, m["top"] + 0.2), (side * 0.19, m["crotch"] + 0.1),
                         (side * m["spread"], m["bottom"])],
                        closed=False) for side in (1.0, -1.0)]
        canvas.crease(lines, width=0.022, depth=-0.03, within=body)
    pockets = [np.array([(side * 0.20, m["top"] + 0.10),
                         (side * 0.30, m["top"] + 0.33)]) for side in (1.0, -1.0)]
    canvas.seam(pockets, darkness=0.32, width=0.014, within=body)
    _waistband(canvas, m, cloth.plain() if cloth.pattern != "solid" else cloth)
    sew_buttons(canvas, 0.0, (m["top"] + 0.062,), shade(cloth.rgb,
                                                        0.4 if lightness(cloth.rgb) < 0.5 else -0.45), 0.02)


def draw_jeans(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw jeans: faded thighs, rivets, orange thread, curved pockets."""
    body, m = _trousers(canvas, cloth, rng, fit=product.details["fit"])
    if product.details["wash"] != "dark":
        strength = {"washed": 0.28, "light": 0.42, "ripped": 0.32}[product.details["wash"]]
        for side in (1.0, -1.0):
            _fade(canvas, side, m, strength, body)
    thread = (0.82, 0.58, 0.26) if lightness(cloth.rgb) < 0.7 else (0.6, 0.5, 0.4)
    for side in (1.0, -1.0):
        pocket = spline([(side * 0.10, m["top"] + 0.10), (side * 0.13, m["top"] + 0.19),
                         (side * 0.22, m["top"] + 0.225),
                         (side * 0.36, m["top"] + 0.20)], closed=False)
        canvas.seam([pocket], darkness=0.35, width=0.012, within=body)
        canvas.stitch(pocket + (0, 0.014), thread, within=body)
        outer = spline([(side * (m["waist"] - 0.02), m["top"] + 0.1),
                        (side * (m["hip"] - 0.025), m["top"] + 0.4),
                        (side * (m["spread"] + 0.4 * m["ankle"]), m["bottom"])], closed=False)
        canvas.seam([outer], darkness=0.12, within=body)
        hem = np.array([(side * m["spread"] - 0.3, m["bottom"] - 0.03),
                        (side * m["spread"] + 0.3, m["bottom"] - 0.03)])
        canvas.stitch(hem, thread, within=body)
    canvas.stitch(spline([(0.03, m["top"] + 0.11), (0.045, m["top"] + 0.3),
                          (0.005, m["crotch"] - 0.04)], closed=False),
                  thread, within=body)
    if product.details["wash"] == "ripped":
        _rips(canvas, m, body, rng)
    _waistband(canvas, m, cloth)
    canvas.stitch(np.array([(-m["waist"], m["top"] + 0.08), (m["waist"], m["top"] + 0.08)]), thread)
    sew_buttons(canvas, 0.0, (m["top"] + 0.06,), METALS["gold"], 0.021)


def _fade(canvas: Canvas, side: float, m: dict[str, float], strength: float, body: Stencil) -> None:
    """Wear the dye off the front of a thigh."""
    for scale, share in ((1.0, 0.35), (0.7, 0.4), (0.4, 0.4)):
        y = 0.55 * m["crotch"] + 0.45 * 0.5 * (m["crotch"] + m["bottom"])
        spot = ellipse(side * 0.18, y, 0.10 * scale, 0.34 * scale, tilt=side * 0.06)
        canvas.darken(spot, -strength * share, soft=0.05, within=body)


def _rips(canvas: Canvas, m: dict[str, float], body: Stencil, rng: np.random.Generator) -> None:
    """Tear the knees: pale threads across a hole."""
    for side in (1.0, -1.0):
        x, y = side * (0.2 + rng.normal(0,
                                        0.02)), 0.5 * (m["crotch"] + m["bottom"]) - rng.uniform(-0.1, 0.2)
        hole = spline([(x - 0.075, y), (x, y - 0.03), (x + 0.075, y + 0.005), (x, y + 0.035)])
        canvas.tint(hole, (0.93, 0.92, 0.9), within=body)
        canvas.seam([np.array([(x - 0.07, y + d),
                               (x + 0.07, y + d)]) for d in (-0.012, 0.008, 0.022)], darkness=0.3)


def draw_shorts(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw shorts: chino, denim or with an elastic waist and cords."""
    bottom = {"short": 0.34, "knee-length": 0.60}[product.details["length"]]
    body, m = _trousers(canvas, cloth, rng, fit="short", bottom=bottom,
                        top=-0.56 if bottom > 0.5 else -0.48)
    pockets = [spline([(side * 0.20, m["top"] + 0.09), (side * 0.25, m["top"] + 0.2),
                       (side * 0.33, m["top"] + 0.3)],
                      closed=False) for side in (1.0, -1.0)]
    canvas.seam(pockets, darkness=0.3, width=0.014, within=body)
    for side in (1.0, -1.0):
        y = m["bottom"] - 0.045
        canvas.seam([np.array([(side * m["spread"] - 0.4, y), (side * m["spread"] + 0.4, y)])],
                    darkness=0.16, within=body)
    if product.details["waist"] == "drawstring":
        _waistband(canvas, m, cloth.of("corduroy"), loops=False, height=0.1)
        pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.35, 0.35, 0.35)
        for side in (1.0, -1.0):
            fall = rng.uniform(0.14, 0.24)
            cord = ribbon([(side * 0.02, m["top"] + 0.07),
                           (side * 0.045, m["top"] + 0.07 + fall / 2),
                           (side * (0.035 + rng.normal(0, 0.015)),
                            m["top"] + 0.07 + fall)], [0.02] * 3)
            canvas.lay(cord, cloth.of("cotton", np.asarray(pale, np.float32)).still(), bulge=0.02,
                       soft=0.01, lift=0.3)
    else:
        _waistband(canvas, m, cloth.plain())
        sew_buttons(canvas, 0.0, (m["top"] + 0.06,),
                    shade(cloth.rgb, 0.45 if lightness(cloth.rgb) < 0.5 else -0.45), 0.02)


def _trousers(
    canvas: Canvas, cloth: Cloth, rng: np.random.Generator, *, fit: str, bottom: float = 0.90, top: float = -0.86,
) -> tuple[Stencil, dict[str, float]]:
    """Lay the legs with their folds and waistband, and return the piece and its measures."""
    knee, ankle = {"slim": (0.235, 0.165), "straight": (0.27, 0.235), "wide": (0.31, 0.34),
                   "flared": (0.235, 0.33),
                   "short": (0.43, 0.43)}[fit]
    wide = rng.uniform(0.95, 1.06)
    m = {"top": top, "waist": 0.275 * wide, "hip": 0.355 * wide, "crotch": top + 0.53,
         "bottom": bottom,
         "spread": 0.235 + rng.uniform(-0.02,
                                       0.05), "thigh": 0.012, "knee": knee * wide, "ankle": ankle * wide}
    if fit == "short":
        m |= {"waist": 0.37 * wide, "hip": 0.455 * wide, "crotch": top + 0.60,
              "spread": 0.265 + rng.uniform(0.0, 0.025)}
    inner = cloth.plain(shade(cloth.rgb, -0.4)).still()
    canvas.lay(ellipse(0, top + 0.005, m["waist"] * 0.98, 0.03), inner, bulge=0, lift=0)
    body = canvas.lay(_legs(m["top"], m["waist"], m["hip"], m["crotch"], m["knee"], m["ankle"],
                            m["bottom"],
                            m["spread"], m["thigh"]), cloth, bulge=0.085, soft=0.06)
    _leg_creases(canvas, m, body, rng)
    fly = spline([(0.0, top + 0.11), (0.015, top + 0.3), (0.0, m["crotch"])], closed=False)
    canvas.seam([fly], darkness=0.35, width=0.012, within=body)
    return body, m


def _legs(top: float, waist: float, hip: float, crotch: float, knee: float, ankle: float,
          bottom: float,
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


def _leg_creases(canvas: Canvas, m: dict[str, float], body: Stencil,
                 rng: np.random.Generator) -> None:
    """Press whiskers at the hips and slack folds behind the knees and above the hem."""
    lines, mid = [], 0.5 * (m["crotch"] + m["bottom"])
    for side in (1.0, -1.0):
        for rise in (0.02, 0.10):
            lines.append(spline([(side * 0.02, m["crotch"] - rise),
                                 (side * 0.14, m["crotch"] - rise - 0.03),
                                 (side * 0.28, m["crotch"] - rise - rng.uniform(0.06,
                                                                                0.16))], closed=False))
        for y in (mid - 0.06, mid + 0.05, m["bottom"] - 0.1):
            x, w = side * (0.2 + 0.3 * (m["spread"] - 0.2)), m["knee"] * 0.45
            y += rng.normal(0, 0.02)
            tilt = rng.normal(0, 0.05)
            lines.append(spline([(x - w, y - tilt), (x, y + 0.015), (x + w * 0.6, y + tilt)],
                                closed=False))
    canvas.crease(lines, width=0.035, depth=0.022, within=body)


def _waistband(canvas: Canvas, m: dict[str, float], cloth: Cloth, *, loops: bool = True,
               height: float = 0.085) -> None:
    top, waist = m["top"], m["waist"]
    band = spline(mirrored([(0.0, top + 0.022), (waist, top, SHARP),
                            (waist + 0.014, top + height, SHARP),
                            (0.0, top + height + 0.022)]))
    canvas.lay(band, cloth.still(), bulge=0.025, soft=0.02, lift=0.28)
    if loops:
        for share in (-0.62, 0.62, -0.28, 0.28):
            x = share * waist
            canvas.lay(box(x - 0.012, top - 0.005, x + 0.012, top + height + 0.03), cloth.still(),
                       bulge=0.015, soft=0.01)


_DENIM_COLOURS = ("blue", "blue", "blue", "navy blue", "navy blue", "black", "grey", "white", "red",
                  "green", "olive",
                  "beige", "brown")

LEGWEAR: tuple[Kind, ...] = (
    Kind("trousers", draw_trousers, ("solid", "solid", "solid", "solid", "checked",
                                     "vertical stripes", "herringbone",
                                     "camouflage"),
         ("cotton", "cotton", "wool", "linen", "corduroy", "polyester"), ("Men", "Men", "Women"),
         {"fit": ("slim", "straight", "straight", "wide")}, pattern_period=0.13),
    Kind("jeans", draw_jeans, ("solid",), ("denim",), ("Men", "Women"),
         {"fit": ("slim", "slim", "straight", "flared"),
          "wash": ("dark", "washed", "washed", "light", "ripped")},
         colours=_DENIM_COLOURS),
    Kind("shorts", draw_shorts, ("solid", "solid", "solid", "checked", "checked", "floral",
                                 "horizontal stripes",
                                 "camouflage", "vertical stripes", "polka dot", "colour block"),
         ("cotton", "cotton", "denim", "linen", "polyester"), ("Men", "Women"),
         {"length": ("short", "knee-length"),
          "waist": ("button", "drawstring")}, pattern_period=0.15, zoom=1.15),
)
"""What has legs."""
