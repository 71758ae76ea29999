"""Wrist watch, seen from the front."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of, polished
from demo.drawing.outline import SHARP, box, ellipse, ribbon, symmetric
from demo.drawing.palette import Rgb, against, lightness, rgb_of, shade
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil


def draw_watch(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a wrist watch from the front: strap or bracelet, case, dial, hands."""
    metal = polished(product.details["case"])
    is_round = product.details["shape"] == "round"
    wide, radius = rng.uniform(0.25, 0.31), rng.uniform(0.39, 0.45)
    if product.material == "metal":
        _lay_bracelet(canvas, metal, wide)
    else:
        _lay_strap(canvas, cloth, wide)
    for side in (-1.0, 1.0):
        y = side * radius - 0.02
        lug = box(-wide - 0.01, y - 0.08, wide + 0.01, y + 0.08, radius=0.03)
        canvas.lay(lug, metal, bulge=0.04, soft=0.03)
    crown = box(radius * 0.85, -0.045, radius + 0.065, 0.045, radius=0.02)
    canvas.lay(crown, metal, bulge=0.04, soft=0.02)
    side = radius * 0.88
    case = ellipse(0, 0, radius) if is_round else box(-side, -radius, side, radius, radius=0.11)
    canvas.lay(case, metal, bulge=0.10, soft=0.045, lift=0.5)
    canvas.lay(case * 0.865, made_of("metal", shade(metal.rgb, -0.45)), bulge=0, lift=0)
    ground = _dial_colour(product, cloth, rng)
    face = canvas.lay(case * 0.84, made_of("rubber", ground), bulge=-0.03, soft=0.03, lift=0)
    _draw_dial(canvas, 0.84 * radius, ground, metal, is_round, rng)
    glint = np.array([(-0.5, -0.5), (-0.12, -0.5), (-0.42, 0.5), (-0.8, 0.5)])
    canvas.tint(glint, (1, 1, 1), opacity=0.10, within=face)


def _lay_band(canvas: Canvas, cloth: Cloth, wide: float) -> Stencil:
    """Lay what goes round the wrist, darker where it bends away above and below."""
    band = symmetric(
        (0.0, -0.93),
        (wide * 0.72, -0.925, SHARP),
        (wide * 0.98, -0.4),
        (wide * 0.98, 0.4),
        (wide * 0.72, 0.925, SHARP),
        (0.0, 0.93),
    )
    piece = canvas.lay(band, cloth, bulge=0.08, soft=0.05)
    canvas.darken(box(-0.5, -1.1, 0.5, -0.78), 0.35, soft=0.07, within=piece)
    canvas.darken(box(-0.5, 0.78, 0.5, 1.1), 0.35, soft=0.07, within=piece)
    return piece


def _lay_bracelet(canvas: Canvas, metal: Cloth, wide: float) -> None:
    """Lay a band of metal links."""
    piece = _lay_band(canvas, metal, wide)
    rows = [np.array([(-0.5, y), (0.5, y)]) for y in np.arange(-0.93, 0.95, 0.085)]
    columns = [np.array([(x, -1.0), (x, 1.0)]) for x in (-0.36 * wide, 0.36 * wide)]
    canvas.crease(rows, width=0.024, depth=0.035, within=piece)
    canvas.seam([*rows, *columns], darkness=0.35, width=0.012, within=piece)


def _lay_strap(canvas: Canvas, cloth: Cloth, wide: float) -> None:
    """Lay a stitched strap with holes."""
    piece = _lay_band(canvas, cloth.still(), wide)
    thread = against(cloth.rgb, 0.4)
    for side in (1.0, -1.0):
        for end in (-1.0, 1.0):
            edge = [(side * wide * 0.74, end * 0.9), (side * wide * 0.86, end * 0.42)]
            canvas.stitch(np.array(edge), thread, within=piece)
    for y in (0.62, 0.70, 0.78):
        canvas.tint(ellipse(0, y, 0.018, 0.022), shade(cloth.rgb, -0.7), within=piece)


def _dial_colour(product: Product, cloth: Cloth, rng: np.random.Generator) -> Rgb:
    """Return the dial's colour: the watch's own on a bracelet, else often white or black."""
    if product.material == "metal" or rng.random() < 0.5:
        return cloth.rgb
    is_pale = product.colour in ("white", "beige") or rng.random() < 0.5
    return rgb_of("white" if is_pale else "black")


def _draw_dial(
    canvas: Canvas,
    radius: float,
    ground: Rgb,
    metal: Cloth,
    is_round: bool,
    rng: np.random.Generator,
) -> None:
    """Mark the hours and set the hands (near ten past ten, as shops like them)."""
    ink = rgb_of("white" if lightness(ground) < 0.5 else "black")
    marks = (
        ink if rng.random() < 0.6 else shade(metal.rgb, -0.2 if lightness(ground) > 0.6 else 0.1)
    )
    for hour in range(12):
        way = _towards(hour * np.pi / 6)
        square = 0.9 / max(abs(way[0]) * 1.12, abs(way[1]))
        outer = radius * (0.92 if is_round else square)
        inner = outer - radius * (0.22 if hour % 3 == 0 else 0.13)
        width = 0.034 if hour % 3 == 0 else 0.02
        canvas.tint(canvas.strokes([np.array([way * inner, way * outer])], width), marks)
    if rng.random() < 0.45:
        _draw_small_dials(canvas, radius, against(ground, 0.25), ink)
    hands = (
        (-1.05 + rng.normal(0, 0.05), 0.52, 0.042, ink),
        (1.05 + rng.normal(0, 0.1), 0.76, 0.03, ink),
        (rng.uniform(2, 4.3), 0.8, 0.011, (0.8, 0.15, 0.12)),
    )
    for angle, reach, width, paint in hands:
        x, y = _towards(angle) * radius
        hand = ribbon([(-0.14 * x, -0.14 * y), (reach * x, reach * y)], [width, width * 0.6])
        canvas.tint(hand, paint)
    canvas.tint(ellipse(0, 0, 0.028), metal.rgb)


def _draw_small_dials(canvas: Canvas, radius: float, ground: Rgb, ink: Rgb) -> None:
    """Draw the three small dials of a chronograph."""
    for x, y in ((-0.42, 0.0), (0.42, 0.0), (0.0, 0.45)):
        canvas.tint(ellipse(x * radius, y * radius, 0.21 * radius), ground)
        hand = np.array([(x * radius, y * radius), (x * radius + 0.02, (y - 0.16) * radius)])
        canvas.tint(canvas.strokes([hand], 0.014), ink)


def _towards(angle: float) -> np.ndarray:
    """Return the direction of a hand, clockwise from twelve, in radians: (2,)."""
    return np.array([np.sin(angle), -np.cos(angle)])


WATCH = Kind(
    name="watch",
    draw=draw_watch,
    patterns={"solid": 1},
    materials={"leather": 2, "rubber": 1, "metal": 1},
    details={
        "case": {"silver": 2, "gold": 1, "gunmetal": 1},
        "shape": {"round": 3, "square": 1},
    },
    turn=0.06,
)
