"""Scarf, belt and tie: things that are one long band."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, polished
from engine.drawing.outline import SHARP, box, closed, curve, ellipse, ribbon, spline, symmetric
from engine.drawing.palette import lightness, shade
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_scarf(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a scarf laid around a neck that is not there, its two ends crossed and fanned out."""
    neck = [
        (-0.17, -0.34),
        (-0.27, -0.56),
        (-0.15, -0.77),
        (0.15, -0.77),
        (0.27, -0.56),
        (0.17, -0.34),
    ]
    wide = rng.uniform(0.22, 0.27)
    loop = canvas.lay(ribbon(neck, [wide] * 6), cloth, bulge=0.08, soft=0.05, grain=0.5)
    _scarf_folds(canvas, neck, [wide] * 6, loop, rng)
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
            _fringe(canvas, cloth, path, widths[-1], rng)
        tail = canvas.lay(ribbon(path, widths), cloth, bulge=0.08, soft=0.05, grain=lean, lift=0.5)
        _scarf_folds(canvas, path, widths, tail, rng)


def _scarf_folds(
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


def _fringe(
    canvas: Canvas,
    cloth: Cloth,
    path: list[tuple[float, float]],
    width: float,
    rng: np.random.Generator,
) -> None:
    (px, py), (x, y) = path[-2], path[-1]
    along = np.array([x - px, y - py]) / float(np.hypot(x - px, y - py))
    across = np.array([-along[1], along[0]])
    threads = []
    for share in np.linspace(-0.47, 0.47, 16):
        start = np.array([x, y]) + across * share * width - along * 0.02
        threads.append(
            np.stack(
                [start, start + along * rng.uniform(0.08, 0.12) + across * rng.normal(0, 0.01)]
            )
        )
    canvas.lay(canvas.strokes(threads, 0.014), cloth.plain(), bulge=0.01, soft=0.01, lift=0.1)


def draw_belt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a belt, coiled and standing, its buckle to the front."""
    high = {"slim": 0.14, "regular": 0.20, "wide": 0.30}[product.details["width"]] * rng.uniform(
        0.95, 1.05
    )
    rx, ry, y = rng.uniform(0.74, 0.82), rng.uniform(0.19, 0.26), -0.02
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    rim = np.stack([rx * np.cos(angle), y - ry * np.sin(angle)], 1)
    back = rim[(rim[:, 1] <= y + 1e-9)]
    lining = cloth.of(
        "suede", shade(cloth.rgb, 0.18 if lightness(cloth.rgb) < 0.25 else -0.35)
    ).still()
    inner_band = np.vstack([back, back[::-1] + (0.0, high)])
    canvas.lay(inner_band, lining, bulge=0.03, soft=0.04)
    canvas.darken(ellipse(0.0, y + 0.02, rx * 0.96, ry * 0.75), 0.3, soft=0.05)
    canvas.lay(canvas.strokes([back], 0.022), cloth.plain(), bulge=0.01, soft=0.01, lift=0.0)
    front = rim[(rim[:, 1] >= y - 1e-9)]
    front = front[np.argsort(front[:, 0])]
    front = np.vstack([(-rx, y), front[1:-1], (rx, y)])
    outer_band = np.vstack([front, front[::-1] + (0.0, high)])
    piece = canvas.lay(outer_band, cloth.still(), bulge=0.06, soft=0.05, lift=0.55)
    for side in (1.0, -1.0):
        canvas.darken(
            box(side * rx - 0.12, -0.6, side * rx + 0.12, 0.8), 0.4, soft=0.07, within=piece
        )
    thread = shade(cloth.rgb, 0.35 if lightness(cloth.rgb) < 0.5 else -0.35)
    if rng.random() < 0.6:
        for dy in (0.028, high - 0.028):
            canvas.stitch(front + (0.0, dy), thread, within=piece)
    _belt_buckle(canvas, product, cloth, y + ry + 0.5 * high, high, rng)


def _belt_buckle(
    canvas: Canvas, product: Product, cloth: Cloth, y: float, high: float, rng: np.random.Generator
) -> None:
    metal = polished(product.details["buckle"])
    x = rng.uniform(-0.16, -0.02)
    for step in range(4):
        canvas.tint(ellipse(x + 0.26 + 0.085 * step, y - 0.012, 0.012, 0.016), (0.05, 0.05, 0.05))
    canvas.lay(
        ribbon([(x + 0.19, y - 0.56 * high), (x + 0.19, y + 0.56 * high)], [0.055] * 2),
        cloth.plain().still(),
        bulge=0.03,
        soft=0.02,
        lift=0.4,
    )
    shape = int(rng.integers(3))
    half_w, half_h = 0.13, 0.62 * high
    if shape == 2:
        plate = canvas.lay(
            box(x - half_w, y - half_h * 0.92, x + half_w, y + half_h * 0.92, radius=0.025),
            metal,
            bulge=0.06,
            soft=0.03,
            lift=0.5,
        )
        canvas.seam(
            [box(x - 0.8 * half_w, y - 0.65 * half_h, x + 0.8 * half_w, y + 0.65 * half_h)],
            darkness=0.3,
            within=plate,
        )
        return
    frame = (
        ellipse(x, y, half_w * 1.1, half_h * 1.1)
        if shape == 1
        else box(x - half_w, y - half_h, x + half_w, y + half_h, radius=0.04)
    )
    canvas.lay(canvas.strokes([closed(frame)], 0.042), metal, bulge=0.05, soft=0.015, lift=0.5)
    canvas.lay(
        ribbon([(x - half_w, y), (x + half_w, y - 0.005)], [0.032, 0.026]),
        metal,
        bulge=0.04,
        soft=0.012,
        lift=0.4,
    )


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
        [curve((0.0, -0.6), (0.02 + bend, -0.35), (0.0 + bend, -0.1))],
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
    patterns=(
        "solid",
        "solid",
        "checked",
        "checked",
        "horizontal stripes",
        "floral",
        "animal print",
        "polka dot",
        "vertical stripes",
        "herringbone",
        "argyle",
    ),
    materials=("wool", "wool", "silk", "knit", "cotton"),
    details={"edge": ("fringed", "hemmed")},
    pattern_period=0.16,
    turn=0.15,
    may_face_left=True,
)


BELT = Kind(
    name="belt",
    draw=draw_belt,
    patterns=(
        "solid",
        "solid",
        "solid",
        "solid",
        "horizontal stripes",
        "checked",
        "animal print",
        "herringbone",
    ),
    materials=("leather", "leather", "suede", "canvas"),
    details={
        "width": ("slim", "regular", "wide"),
        "buckle": ("silver", "silver", "gold", "gunmetal"),
    },
    pattern_period=0.11,
    turn=0.03,
    may_face_left=True,
)


TIE = Kind(
    name="tie",
    draw=draw_tie,
    patterns=(
        "solid",
        "solid",
        "diagonal stripes",
        "diagonal stripes",
        "diagonal stripes",
        "polka dot",
        "checked",
        "floral",
        "herringbone",
        "argyle",
    ),
    materials=("silk", "silk", "wool", "knit", "polyester"),
    genders=("Men",),
    details={"width": ("slim", "regular")},
    pattern_period=0.12,
    turn=0.10,
    zoom=1.04,
    may_face_left=True,
)
