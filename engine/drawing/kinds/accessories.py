"""Cap, sunglasses, watch and umbrella."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import FABRICS, Cloth, made_of, polished
from engine.drawing.outline import (
    SHARP,
    Points,
    box,
    ellipse,
    flipped,
    mirrored,
    ribbon,
    spline,
    star,
)
from engine.drawing.palette import lightness, rgb_of, shade
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_cap(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a baseball cap, seen from the front at an angle, its peak to the right."""
    peak_cloth = cloth.plain(cloth.accent if cloth.accents and rng.random() < 0.5 else None).still(0.015)
    tall = rng.uniform(0.0, 0.08)
    crown = spline([
        (-0.62, 0.28, SHARP), (-0.66, 0.02), (-0.54, -0.30), (-0.24, -0.47 - tall), (0.12, -0.45 - tall), (0.36, -0.22), (0.44, 0.08),
        (0.43, 0.26, SHARP), (0.1, 0.36), (-0.3, 0.37),
    ])
    canvas.lay(spline([(0.43, 0.20), (0.2, 0.38), (0.55, 0.50), (0.84, 0.42)]),
               cloth.plain(shade(cloth.rgb, -0.45)).still(), bulge=0, lift=0)
    body = canvas.lay(crown, cloth, bulge=0.16, soft=0.12)
    top = (-0.08, -0.465 - tall)
    seams = [spline([top, (0.16, -0.2), (0.22, 0.1), (0.18, 0.36)], closed=False),
             spline([top, (-0.22, -0.2), (-0.28, 0.1), (-0.25, 0.38)], closed=False),
             spline([top, (-0.45, -0.26), (-0.56, 0.02), (-0.56, 0.3)], closed=False)]
    canvas.crease(seams, width=0.025, depth=0.03, within=body)
    canvas.seam(seams, darkness=0.25, within=body)
    for line in seams[:2]:
        canvas.stitch(line + (0.022, 0.0), shade(cloth.rgb, 0.25), within=body)
    for x, y in ((0.05, -0.28), (-0.38, -0.24)):
        canvas.tint(ellipse(x, y, 0.022), shade(cloth.rgb, -0.5), within=body)
    canvas.lay(ellipse(top[0], top[1] + 0.01, 0.045, 0.024), cloth.plain().still(), bulge=0.04,
               soft=0.02)
    peak = spline([(-0.12, 0.33, SHARP), (0.10, 0.245), (0.32, 0.20), (0.45, 0.185, SHARP),
                   (0.66, 0.22), (0.86, 0.36), (0.90, 0.46), (0.80, 0.485),
                   (0.50, 0.415), (0.15, 0.40)])
    piece = canvas.lay(peak, peak_cloth, bulge=0.08, soft=0.05, lift=0.5)
    for step in (0.035, 0.075):
        canvas.stitch(spline([(-0.02, 0.365 - step * 0.2), (0.3, 0.35 - step), (0.6, 0.37 - step),
                              (0.83, 0.46 - step)], closed=False),
                      shade(peak_cloth.rgb,
                            0.25 if lightness(peak_cloth.rgb) < 0.5 else -0.25), within=piece)
    if cloth.pattern == "solid" and rng.random() < 0.6:
        _emblem(canvas, cloth, body, rng)


def _emblem(canvas: Canvas, cloth: Cloth, body: Stencil, rng: np.random.Generator) -> None:
    rgb = rgb_of("white") if lightness(cloth.rgb) < 0.6 else rgb_of(str(rng.choice(("black", "red", "navy blue"))))
    mark = int(rng.integers(3))
    shape = star(-0.03, -0.02, 0.13, 5,
                 depth=0.42) if mark == 0 else ellipse(-0.03, -0.02, 0.12, 0.10)
    if mark == 2:
        shape = spline([(-0.17, 0.04, SHARP), (-0.03, -0.14, SHARP), (0.13, 0.04, SHARP),
                        (-0.03, -0.02, SHARP)])
    canvas.lay(shape, cloth.of("cotton", rgb).still(), bulge=0.02, soft=0.015, lift=0.2,
               within=body)


def draw_sunglasses(canvas: Canvas, product: Product, cloth: Cloth,
                    rng: np.random.Generator) -> None:
    """Draw sunglasses from the front, temples folded back: aviator, wayfarer, round, cat-eye."""
    frame = replace(cloth, fabric=FABRICS["plastic"])
    shape = product.details["frame"]
    y = rng.uniform(-0.04, 0.04)
    for side in (1.0, -1.0):
        temple = [(side * 0.80, -0.16 + y), (side * 0.86, -0.20 + y), (side * 0.74, -0.30 + y),
                  (side * 0.46, -0.36 + y)]
        canvas.lay(ribbon(temple, [0.05, 0.05, 0.042, 0.035]), frame.plain(shade(cloth.rgb, -0.25)),
                   bulge=0.03, soft=0.015)
    outer, inner = _lens_outlines(shape, y)
    lens_rgb = {0: (0.16, 0.16, 0.18), 1: (0.30, 0.21, 0.15),
                2: shade(cloth.rgb, -0.45)}[int(rng.integers(3))]
    thin = shape == "aviator"
    bridge = [(-0.14, -0.12 + y), (0.0, -0.175 + y), (0.14, -0.12 + y)]
    canvas.lay(ribbon(bridge, [0.03 if thin else 0.07, 0.025 if thin else 0.05,
                               0.03 if thin else 0.07]), frame, bulge=0.04, soft=0.02)
    if thin:
        canvas.lay(ribbon([(-0.2, -0.20 + y), (0.0, -0.225 + y), (0.2, -0.20 + y)], [0.026] * 3),
                   frame, bulge=0.03, soft=0.012)
    for flip in (False, True):
        rim, glass = (flipped(outer), flipped(inner)) if flip else (outer, inner)
        canvas.lay(rim, frame, bulge=0.05, soft=0.022, lift=0.3)
        _lens(canvas, glass, np.asarray(lens_rgb, np.float32))


def _lens_outlines(shape: str, y: float) -> tuple[Points, Points]:
    """Return rim and glass of the right eye."""
    rims = {
        "aviator": [(0.12, -0.13), (0.20, -0.21), (0.50, -0.225), (0.78, -0.19), (0.80, -0.05),
                    (0.70, 0.17), (0.48, 0.27), (0.26, 0.20), (0.13, 0.02)],
        "wayfarer": [(0.08, -0.14), (0.14, -0.21), (0.50, -0.235), (0.86, -0.25, SHARP),
                     (0.87, -0.14), (0.78, 0.10), (0.66, 0.21), (0.32, 0.21), (0.16, 0.10)],
        "round": [(0.10, 0.0), (0.20, -0.24), (0.45, -0.335), (0.70, -0.24), (0.80, 0.0),
                  (0.70, 0.24), (0.45, 0.335), (0.20, 0.24)],
        "cat-eye": [(0.09, -0.08), (0.18, -0.17), (0.50, -0.22), (0.93, -0.36, SHARP),
                    (0.84, -0.06), (0.70, 0.14), (0.46, 0.21), (0.22, 0.15)],
        "rectangular": [(0.10, -0.13), (0.16, -0.18), (0.50, -0.195), (0.84, -0.18), (0.87, -0.12),
                        (0.83, 0.10), (0.74, 0.155), (0.24, 0.15), (0.13, 0.07)],
    }
    rim = spline([(x, v + y, *rest) for x, v, *rest in rims[shape]])
    middle = 0.5 * (rim.min(axis=0) + rim.max(axis=0))
    thick = {"aviator": 0.93, "round": 0.87, "rectangular": 0.82}.get(shape, 0.80)
    return rim, (rim - middle) * (thick, thick * (0.98 if shape == "aviator" else 0.93)) + middle


def _lens(canvas: Canvas, glass: Points, rgb: np.ndarray) -> None:
    """Set in a tinted glass, lighter below, with a slanting reflection."""
    lens = made_of("plastic", rgb)
    piece = canvas.lay(glass, lens, bulge=0.02, soft=0.06, lift=0.0)
    low, high = glass.min(axis=0), glass.max(axis=0)
    canvas.darken(ellipse(0.5 * (low[0] + high[0]), high[1], 0.5 * (high[0] - low[0]),
                          0.6 * (high[1] - low[1])), -0.8, soft=0.08, within=piece)
    x, wide = low[0] + 0.3 * (high[0] - low[0]), 0.16 * (high[0] - low[0])
    glint = np.array([(x, low[1]), (x + wide, low[1]), (x + wide - 0.15, high[1]),
                      (x - 0.15, high[1])])
    canvas.tint(glint, (1, 1, 1), opacity=0.13, within=piece)


def draw_watch(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a wrist watch from the front: strap or bracelet, case, dial, hands."""
    metal = polished(product.details["case"])
    round_case = product.details["shape"] == "round"
    wide = rng.uniform(0.25, 0.31)
    radius = rng.uniform(0.39, 0.45)
    bracelet = product.material == "metal"
    band = metal if bracelet else cloth.still()
    strap = spline(mirrored([(0.0, -0.93), (wide * 0.72, -0.925, SHARP), (wide * 0.98, -0.4),
                             (wide * 0.98, 0.4), (wide * 0.72, 0.925, SHARP), (0.0, 0.93)]))
    piece = canvas.lay(strap, band, bulge=0.08, soft=0.05)
    canvas.darken(box(-0.5, -1.1, 0.5, -0.78), 0.35, soft=0.07, within=piece)
    canvas.darken(box(-0.5, 0.78, 0.5, 1.1), 0.35, soft=0.07, within=piece)
    if bracelet:
        _links(canvas, wide, piece)
    else:
        _strap_details(canvas, cloth, wide, piece)
    case = ellipse(0, 0, radius) if round_case else box(-radius * 0.88, -radius, radius * 0.88,
                                                        radius, radius=0.11)
    for side in (-1.0, 1.0):
        canvas.lay(box(-wide - 0.01, side * radius - 0.10, wide + 0.01, side * radius + 0.06,
                       radius=0.03), metal, bulge=0.04, soft=0.03)
    canvas.lay(box(radius * 0.85, -0.045, radius + 0.065, 0.045, radius=0.02), metal, bulge=0.04,
               soft=0.02)
    canvas.lay(case, metal, bulge=0.10, soft=0.045, lift=0.5)
    inner = case * 0.84
    dial_rgb = _dial_colour(product, cloth, rng, bracelet)
    canvas.lay(inner * 1.03, made_of("metal", shade(metal.rgb, -0.45)), bulge=0, lift=0)
    face = canvas.lay(inner, made_of("rubber", dial_rgb), bulge=-0.03, soft=0.03, lift=0)
    _dial(canvas, radius * 0.84, dial_rgb, metal, round_case, rng)
    canvas.tint(np.array([(-0.5, -0.5), (-0.12, -0.5), (-0.42, 0.5), (-0.8, 0.5)]), (1, 1, 1),
                opacity=0.10, within=face)


def _dial_colour(product: Product, cloth: Cloth, rng: np.random.Generator,
                 bracelet: bool) -> np.ndarray:
    """Return the dial's colour: the watch's own on a bracelet, else often white or black."""
    if bracelet or rng.random() < 0.5:
        return cloth.rgb
    return rgb_of("white") if product.colour in ("white", "beige") or rng.random() < 0.5 else rgb_of("black")


def _links(canvas: Canvas, wide: float, piece: Stencil) -> None:
    rows = [np.array([(-0.5, y), (0.5, y)]) for y in np.arange(-0.93, 0.95, 0.085)]
    columns = [np.array([(side * wide * 0.36, -1.0),
                         (side * wide * 0.36, 1.0)]) for side in (1, -1)]
    canvas.crease(rows, width=0.024, depth=0.035, within=piece)
    canvas.seam([*rows, *columns], darkness=0.35, width=0.012, within=piece)


def _strap_details(canvas: Canvas, cloth: Cloth, wide: float, piece: Stencil) -> None:
    thread = shade(cloth.rgb, 0.4 if lightness(cloth.rgb) < 0.5 else -0.4)
    for side in (1.0, -1.0):
        canvas.stitch(np.array([(side * wide * 0.74, -0.9), (side * wide * 0.86, -0.42)]), thread,
                      within=piece)
        canvas.stitch(np.array([(side * wide * 0.86, 0.42), (side * wide * 0.74, 0.9)]), thread,
                      within=piece)
    for y in (0.62, 0.70, 0.78):
        canvas.tint(ellipse(0, y, 0.018, 0.022), shade(cloth.rgb, -0.7), within=piece)


def _dial(canvas: Canvas, radius: float, rgb: np.ndarray, metal: Cloth, round_case: bool,
          rng: np.random.Generator) -> None:
    """Mark the hours and set the hands (near ten past ten, as shops like them)."""
    ink = rgb_of("white") if lightness(rgb) < 0.5 else rgb_of("black")
    marks = ink if rng.random() < 0.6 else shade(metal.rgb, -0.2 if lightness(rgb) > 0.6 else 0.1)
    for hour in range(12):
        angle = hour * np.pi / 6
        way = np.array([np.sin(angle), -np.cos(angle)])
        outer = 0.92 * radius if round_case else 0.9 * radius / max(abs(way[0]) * 1.12, abs(way[1]))
        inner = outer - radius * (0.22 if hour % 3 == 0 else 0.13)
        canvas.tint(ribbon([tuple(way * inner), tuple(way * outer)],
                           [0.034 if hour % 3 == 0 else 0.02] * 2), marks)
    if rng.random() < 0.45:
        for x, y in ((-0.42, 0.0), (0.42, 0.0), (0.0, 0.45)):
            canvas.tint(ellipse(x * radius, y * radius, 0.21 * radius),
                        shade(rgb, 0.25 if lightness(rgb) < 0.5 else -0.2))
            canvas.tint(ribbon([(x * radius, y * radius), (x * radius + 0.02, (y - 0.16) * radius)],
                               [0.014] * 2), ink)
    for angle, reach, width in ((-1.05 + rng.normal(0, 0.05), 0.52, 0.042),
                                (1.05 + rng.normal(0,
                                                   0.1), 0.76, 0.03), (rng.uniform(2,
                                                                                   4.3), 0.8, 0.011)):
        tip = np.array([np.sin(angle), -np.cos(angle)]) * radius
        rgb_hand = ink if width > 0.02 else (0.8, 0.15, 0.12)
        canvas.tint(ribbon([tuple(-0.14 * tip), tuple(reach * tip)], [width, width * 0.6]),
                    rgb_hand)
    canvas.tint(ellipse(0, 0, 0.028), metal.rgb)


def draw_umbrella(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw an umbrella, open and seen from the side, with its shaft and hooked or straight grip."""
    steel = polished("silver" if rng.random() < 0.5 else "gunmetal")
    hook = product.details["handle"] == "curved"
    wood = made_of("plastic", (0.36, 0.22, 0.12) if rng.random() < 0.5 else (0.13, 0.13, 0.14))
    canvas.lay(ribbon([(0.0, -0.80), (0.0, 0.62)], [0.032] * 2), steel, bulge=0.04, soft=0.012)
    grip = [(0.0, 0.55), (0.0, 0.76), (-0.06, 0.87), (-0.16, 0.87),
            (-0.20, 0.77)] if hook else [(0.0, 0.58), (0.0, 0.72), (0.0, 0.88)]
    canvas.lay(ribbon(grip, [0.055 if hook else 0.075] * len(grip)), wood, bulge=0.06, soft=0.025)
    wide, top, low = rng.uniform(0.80, 0.88), -0.70, rng.uniform(0.06, 0.14)
    tips = np.array([-1.0, -0.58, 0.0, 0.58, 1.0]) * wide
    drop = np.array([0.0, 0.035, 0.05, 0.035, 0.0]) + low
    under = cloth.plain(shade(cloth.rgb, -0.5)).still()
    under_edge = [(tips[0], drop[0], SHARP), (0.85 * tips[0], low - 0.13),
                  (0.85 * tips[4], low - 0.13), (tips[4], drop[4], SHARP)]
    canvas.lay(spline([*under_edge, (0.0, low + 0.02)]), under, bulge=0, lift=0)
    order = (0, 3, 1, 2)
    for panel in order:
        _panel(canvas, cloth, tips[panel: panel + 2], drop[panel: panel + 2], top, panel)
    canvas.lay(ribbon([(0.0, -0.84), (0.0, -0.68)], [0.025, 0.05]), steel, bulge=0.03, soft=0.012)


def _panel(canvas: Canvas, cloth: Cloth, x: np.ndarray, y: np.ndarray, top: float,
           panel: int) -> None:
    """Lay one gore of the canopy; neighbours take the light differently."""
    middle_x, middle_y = 0.5 * (x[0] + x[1]), y.min() - 0.075
    rib = [[(0.42 * end, top + 0.075), (0.80 * end, top + 0.36)] for end in x]
    shape = spline([(0.0, top, SHARP), *rib[1], (x[1], y[1], SHARP), (middle_x, middle_y),
                    (x[0], y[0], SHARP), rib[0][1], rib[0][0]])
    piece = canvas.lay(shape, cloth, bulge=0.07, soft=0.05, lift=0.25)
    if panel in (2, 3):
        canvas.darken(shape, 0.10 * (panel - 1), soft=0.01, within=piece)
    canvas.seam([spline([(0.0, top), *rib[0], (x[0], y[0])], closed=False)], darkness=0.3)


ACCESSORIES: tuple[Kind, ...] = (
    Kind("cap", draw_cap, ("solid", "solid", "solid", "solid", "camouflage", "checked",
                           "colour block", "horizontal stripes", "floral",
                           "herringbone"),
         ("cotton", "cotton", "polyester", "wool", "denim"), details={"closure": ("strapback", "snapback")},
         pattern_period=0.14, turn=0.08, may_face_left=True),
    Kind("sunglasses", draw_sunglasses, ("solid", "solid", "solid", "solid", "animal print",
                                         "horizontal stripes"), ("plastic",),
         details={"frame": ("aviator", "wayfarer", "round", "cat-eye", "rectangular")}, pattern_period=0.09, turn=0.12),
    Kind("watch", draw_watch, ("solid",), ("leather", "leather", "rubber", "metal"),
         details={"case": ("silver", "silver", "gold", "gunmetal"),
                  "shape": ("round", "round", "round", "square")}, turn=0.06),
    Kind("umbrella", draw_umbrella, ("solid", "solid", "solid", "polka dot", "floral", "checked",
                                     "horizontal stripes", "animal print",
                                     "camouflage", "vertical stripes"),
         ("nylon", "polyester"), details={"handle": ("curved", "straight")}, pattern_period=0.20, turn=0.35),
)
"""What goes with it."""
