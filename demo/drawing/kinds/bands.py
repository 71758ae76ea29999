"""Scarf, belt and tie: things that are one long band."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, polished
from demo.drawing.outline import (
    SHARP,
    Points,
    box,
    closed,
    curve,
    ellipse,
    ribbon,
    shifted,
    spline,
    symmetric,
)
from demo.drawing.palette import against, lightness, shade
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil

_NECK = [
    (-0.17, -0.34),
    (-0.27, -0.56),
    (-0.15, -0.77),
    (0.15, -0.77),
    (0.27, -0.56),
    (0.17, -0.34),
]


def draw_scarf(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a scarf laid around a neck that is not there, its two ends crossed and fanned out."""
    wide = rng.uniform(0.22, 0.27)
    loop = canvas.lay(ribbon(_NECK, [wide] * 6), cloth, bulge=0.08, soft=0.05, grain=0.5)
    _fold_lengthwise(canvas, _NECK, [wide] * 6, loop, rng)
    for side in (1.0, -1.0):
        out, reach = rng.uniform(0.20, 0.40), rng.uniform(0.62, 0.80)
        path = [
            (-side * 0.22, -0.50),
            (-side * 0.11, -0.26),
            (side * 0.12, 0.06),
            (side * out, reach),
        ]
        widths = [wide * 0.9, wide * 0.95, wide * 1.2, rng.uniform(0.34, 0.44)]
        lean = float(np.arctan2(path[0][0] - path[-1][0], path[-1][1] - path[0][1]))
        if product.details["edge"] == "fringed":
            _hang_fringe(canvas, cloth, path, widths[-1], rng)
        tail = canvas.lay(ribbon(path, widths), cloth, bulge=0.08, soft=0.05, grain=lean, lift=0.5)
        _fold_lengthwise(canvas, path, widths, tail, rng)


def _fold_lengthwise(
    canvas: Canvas,
    path: list[tuple[float, float]],
    widths: list[float],
    piece: Stencil,
    rng: np.random.Generator,
) -> None:
    """Press folds that run along the scarf."""
    outline = ribbon(path, widths)
    n = len(outline) // 2
    left, right = outline[:n], outline[n:][::-1]
    lines = []
    for share in (0.22, 0.4, 0.6, 0.8):
        drift = np.clip(
            share + rng.normal(0, 0.05) + np.linspace(0, rng.normal(0, 0.12), n), 0.08, 0.92
        )[:, None]
        lines.append(left + (right - left) * drift)
    canvas.crease(lines, width=0.04, depth=0.05, within=piece)


def _hang_fringe(
    canvas: Canvas,
    cloth: Cloth,
    path: list[tuple[float, float]],
    width: float,
    rng: np.random.Generator,
) -> None:
    """Hang threads from the end of a path, across the width of the scarf there."""
    before, end = np.array(path[-2]), np.array(path[-1])
    along = (end - before) / float(np.hypot(*(end - before)))
    across = np.array([-along[1], along[0]])
    threads = []
    for share in np.linspace(-0.47, 0.47, 16):
        start = end + across * share * width - along * 0.02
        tip = start + along * rng.uniform(0.08, 0.12) + across * rng.normal(0, 0.01)
        threads.append(np.stack([start, tip]))
    canvas.lay(canvas.strokes(threads, 0.014), cloth.plain(), bulge=0.01, soft=0.01, lift=0.1)


_BELT_HEIGHTS = {"slim": 0.14, "regular": 0.20, "wide": 0.30}


def draw_belt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a belt, coiled and standing, its buckle to the front."""
    high = _BELT_HEIGHTS[product.details["width"]] * rng.uniform(0.95, 1.05)
    rx, ry, y = rng.uniform(0.74, 0.82), rng.uniform(0.19, 0.26), -0.02
    angle = np.linspace(0, np.pi, 31)
    arc = np.stack([-rx * np.cos(angle), ry * np.sin(angle)], 1)
    back, front = shifted(arc * (1, -1), 0.0, y), shifted(arc, 0.0, y)
    lining = cloth.of("suede", shade(cloth.rgb, 0.18 if lightness(cloth.rgb) < 0.25 else -0.35))
    canvas.lay(_standing(back, high), lining.still(), bulge=0.03, soft=0.04)
    canvas.darken(ellipse(0.0, y + 0.02, rx * 0.96, ry * 0.75), 0.3, soft=0.05)
    canvas.lay(canvas.strokes([back], 0.022), cloth.plain(), bulge=0.01, soft=0.01, lift=0.0)
    piece = canvas.lay(_standing(front, high), cloth.still(), bulge=0.06, soft=0.05, lift=0.55)
    for x in (-rx, rx):
        canvas.darken(box(x - 0.12, -0.6, x + 0.12, 0.8), 0.4, soft=0.07, within=piece)
    if rng.random() < 0.6:
        for down in (0.028, high - 0.028):
            canvas.stitch(shifted(front, 0.0, down), against(cloth.rgb, 0.35), within=piece)
    _close_belt(canvas, product, cloth, y + ry + 0.5 * high, high, rng)


def _standing(edge: Points, high: float) -> Points:
    """Return the outline of a band that stands below its upper edge."""
    return np.vstack([edge, shifted(edge[::-1], 0.0, high)])


def _close_belt(
    canvas: Canvas, product: Product, cloth: Cloth, y: float, high: float, rng: np.random.Generator
) -> None:
    """Punch the holes and set on loop and buckle."""
    x = rng.uniform(-0.16, -0.02)
    for step in range(4):
        canvas.tint(ellipse(x + 0.26 + 0.085 * step, y - 0.012, 0.012, 0.016), (0.05, 0.05, 0.05))
    loop = ribbon([(x + 0.19, y - 0.56 * high), (x + 0.19, y + 0.56 * high)], [0.055] * 2)
    canvas.lay(loop, cloth.plain().still(), bulge=0.03, soft=0.02, lift=0.4)
    metal, shape = polished(product.details["buckle"]), int(rng.integers(3))
    if shape == 2:
        _set_plate(canvas, x, y, high, metal)
        return
    half = 0.62 * high
    square = box(x - 0.13, y - half, x + 0.13, y + half, radius=0.04)
    frame = closed(ellipse(x, y, 0.143, 1.1 * half) if shape == 1 else square)
    canvas.lay(canvas.strokes([frame], 0.042), metal, bulge=0.05, soft=0.015, lift=0.5)
    prong = ribbon([(x - 0.13, y), (x + 0.13, y - 0.005)], [0.032, 0.026])
    canvas.lay(prong, metal, bulge=0.04, soft=0.012, lift=0.4)


def _set_plate(canvas: Canvas, x: float, y: float, high: float, metal: Cloth) -> None:
    """Set on a solid plate buckle with an engraved line."""
    half = 0.57 * high
    plate = box(x - 0.13, y - half, x + 0.13, y + half, radius=0.025)
    piece = canvas.lay(plate, metal, bulge=0.06, soft=0.03, lift=0.5)
    line = box(x - 0.104, y - 0.7 * half, x + 0.104, y + 0.7 * half)
    canvas.seam([line], darkness=0.3, within=piece)


def draw_tie(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a necktie: the blade hanging, the rest rolled to a knot with its tail beside."""
    blade = {"slim": 0.21, "regular": 0.29}[product.details["width"]] * rng.uniform(0.94, 1.06)
    bend = rng.normal(0, 0.02)
    tail_end = rng.uniform(0.30, 0.50)
    tail = [(0.02, -0.74), (0.2, -0.70), (0.36, -0.60), (tail_end + 0.08, -0.50)]
    canvas.lay(
        ribbon(tail, [0.10, 0.12, 0.13, 0.13]), cloth, bulge=0.05, soft=0.03, grain=1.1, lift=0.3
    )
    body = spline(
        (-0.075, -0.62, SHARP),
        (0.075, -0.62, SHARP),
        (0.085 + bend, -0.2),
        (0.115 + bend, 0.3),
        (0.5 * blade, 0.72, SHARP),
        (0.0, 0.90, SHARP),
        (-0.5 * blade, 0.72, SHARP),
        (-0.115 + bend, 0.3),
        (-0.085 + bend, -0.2),
    )
    piece = canvas.lay(body, cloth, bulge=0.07, soft=0.045)
    canvas.crease(
        [curve((0.0, -0.6), (0.02 + bend, -0.35), (bend, -0.1))],
        width=0.05,
        depth=0.05,
        within=piece,
    )
    knot = symmetric(
        (0.0, -0.845), (0.13, -0.83, SHARP), (0.125, -0.74), (0.075, -0.575, SHARP), (0.0, -0.56)
    )
    canvas.lay(knot, cloth, bulge=0.08, soft=0.05, grain=-0.5, origin=(0.1, 0.05), lift=0.5)


SCARF = Kind(
    name="scarf",
    draw=draw_scarf,
    patterns={
        "solid": 2,
        "checked": 2,
        "horizontal stripes": 1,
        "floral": 1,
        "animal print": 1,
        "polka dot": 1,
        "vertical stripes": 1,
        "herringbone": 1,
        "argyle": 1,
    },
    materials={"wool": 2, "silk": 1, "knit": 1, "cotton": 1},
    details={"edge": {"fringed": 1, "hemmed": 1}},
    pattern_period=0.16,
    turn=0.15,
    may_face_left=True,
)


BELT = Kind(
    name="belt",
    draw=draw_belt,
    patterns={
        "solid": 4,
        "horizontal stripes": 1,
        "checked": 1,
        "animal print": 1,
        "herringbone": 1,
    },
    materials={"leather": 2, "suede": 1, "canvas": 1},
    details={
        "width": {"slim": 1, "regular": 1, "wide": 1},
        "buckle": {"silver": 2, "gold": 1, "gunmetal": 1},
    },
    pattern_period=0.11,
    turn=0.03,
    zoom=1.1,
    may_face_left=True,
)


TIE = Kind(
    name="tie",
    draw=draw_tie,
    patterns={
        "solid": 2,
        "diagonal stripes": 3,
        "polka dot": 1,
        "checked": 1,
        "floral": 1,
        "herringbone": 1,
        "argyle": 1,
    },
    materials={"silk": 2, "wool": 1, "knit": 1, "polyester": 1},
    genders={"Men": 1},
    details={"width": {"slim": 1, "regular": 1}},
    pattern_period=0.12,
    turn=0.10,
    zoom=1.04,
    may_face_left=True,
)
