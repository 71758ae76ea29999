"""Accessories: cap, sunglasses, watch, scarf, belt, tie, umbrella."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas, Stencil
from engine.drawing.cloth import FABRICS, Cloth
from engine.drawing.outline import (
    SHARP, Points, box, ellipse, flipped, mirrored, ribbon, spline, star,
)  # fmt: skip
from engine.drawing.palette import METALS, lightness, rgb_of, shade
from engine.drawing.product import Kind, Product


def _metal(name: str) -> Cloth:
    return Cloth(np.asarray(METALS[name], np.float32), FABRICS["metal"])


def _closed(points: Points) -> Points:
    return np.vstack([points, points[:2]])


def draw_cap(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a baseball cap, seen from the front at an angle, its peak to the right."""
    peak_cloth = cloth.plain(cloth.accent if cloth.accents and rng.random() < 0.5 else None).still(0.015)
    tall = rng.uniform(0.0, 0.08)
    crown = spline([
        (-0.62, 0.28, SHARP), (-0.66, 0.02), (-0.54, -0.30), (-0.24, -0.47 - tall), (0.12, -0.45 - tall), (0.36, -0.22), (0.44, 0.08),
        (0.43, 0.26, SHARP), (0.1, 0.36), (-0.3, 0.37),
    ])
    canvas.lay(spline([(0.43, 0.20), (0.2, 0.38), (0.55, 0.50), (0.84, 0.42)]), cloth.plain(shade(cloth.rgb, -0.45)).still(), bulge=0, lift=0)
    body = canvas.lay(crown, cloth, bulge=0.16, soft=0.12)
    top = (-0.08, -0.465 - tall)
    seams = [spline([top, (0.16, -0.2), (0.22, 0.1), (0.18, 0.36)], closed=False), spline([top, (-0.22, -0.2), (-0.28, 0.1), (-0.25, 0.38)], closed=False),
             spline([top, (-0.45, -0.26), (-0.56, 0.02), (-0.56, 0.3)], closed=False)]
    canvas.crease(seams, width=0.025, depth=0.03, within=body)
    canvas.seam(seams, darkness=0.25, within=body)
    for line in seams[:2]:
        canvas.stitch(line + (0.022, 0.0), shade(cloth.rgb, 0.25), within=body)
    for x, y in ((0.05, -0.28), (-0.38, -0.24)):
        canvas.tint(ellipse(x, y, 0.022), shade(cloth.rgb, -0.5), within=body)
    canvas.lay(ellipse(top[0], top[1] + 0.01, 0.045, 0.024), cloth.plain().still(), bulge=0.04, soft=0.02)
    peak = spline([(-0.12, 0.33, SHARP), (0.10, 0.245), (0.32, 0.20), (0.45, 0.185, SHARP), (0.66, 0.22), (0.86, 0.36), (0.90, 0.46), (0.80, 0.485),
                   (0.50, 0.415), (0.15, 0.40)])
    piece = canvas.lay(peak, peak_cloth, bulge=0.08, soft=0.05, lift=0.5)
    for step in (0.035, 0.075):
        canvas.stitch(spline([(-0.02, 0.365 - step * 0.2), (0.3, 0.35 - step), (0.6, 0.37 - step), (0.83, 0.46 - step)], closed=False),
                      shade(peak_cloth.rgb, 0.25 if lightness(peak_cloth.rgb) < 0.5 else -0.25), within=piece)
    if cloth.pattern == "solid" and rng.random() < 0.6:
        _emblem(canvas, cloth, body, rng)


def _emblem(canvas: Canvas, cloth: Cloth, body: Stencil, rng: np.random.Generator) -> None:
    rgb = rgb_of("white") if lightness(cloth.rgb) < 0.6 else rgb_of(str(rng.choice(("black", "red", "navy blue"))))
    mark = int(rng.integers(3))
    shape = star(-0.03, -0.02, 0.13, 5, depth=0.42) if mark == 0 else ellipse(-0.03, -0.02, 0.12, 0.10)
    if mark == 2:
        shape = spline([(-0.17, 0.04, SHARP), (-0.03, -0.14, SHARP), (0.13, 0.04, SHARP), (-0.03, -0.02, SHARP)])
    canvas.lay(shape, cloth.of("cotton", rgb).still(), bulge=0.02, soft=0.015, lift=0.2, within=body)


def draw_sunglasses(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw sunglasses from the front, temples folded back: aviator, wayfarer, round, cat-eye."""
    frame = Cloth(cloth.rgb, FABRICS["plastic"], cloth.accents, cloth.pattern, cloth.repeat)
    shape = product.details["frame"]
    y = rng.uniform(-0.04, 0.04)
    for side in (1.0, -1.0):
        temple = [(side * 0.80, -0.16 + y), (side * 0.86, -0.20 + y), (side * 0.74, -0.30 + y), (side * 0.46, -0.36 + y)]
        canvas.lay(ribbon(temple, [0.05, 0.05, 0.042, 0.035]), frame.plain(shade(cloth.rgb, -0.25)), bulge=0.03, soft=0.015)
    outer, inner = _lens_outlines(shape, y)
    lens_rgb = {0: (0.16, 0.16, 0.18), 1: (0.30, 0.21, 0.15), 2: shade(cloth.rgb, -0.45)}[int(rng.integers(3))]
    thin = shape == "aviator"
    bridge = [(-0.14, -0.12 + y), (0.0, -0.175 + y), (0.14, -0.12 + y)]
    canvas.lay(ribbon(bridge, [0.03 if thin else 0.07, 0.025 if thin else 0.05, 0.03 if thin else 0.07]), frame, bulge=0.04, soft=0.02)
    if thin:
        canvas.lay(ribbon([(-0.2, -0.20 + y), (0.0, -0.225 + y), (0.2, -0.20 + y)], [0.026] * 3), frame, bulge=0.03, soft=0.012)
    for flip in (False, True):
        rim, glass = (flipped(outer), flipped(inner)) if flip else (outer, inner)
        canvas.lay(rim, frame, bulge=0.05, soft=0.022, lift=0.3)
        _lens(canvas, glass, np.asarray(lens_rgb, np.float32))


def _lens_outlines(shape: str, y: float) -> tuple[Points, Points]:
    """Return rim and glass of the right eye."""
    rims = {
        "aviator": [(0.12, -0.13), (0.20, -0.21), (0.50, -0.225), (0.78, -0.19), (0.80, -0.05), (0.70, 0.17), (0.48, 0.27), (0.26, 0.20), (0.13, 0.02)],
        "wayfarer": [(0.08, -0.14), (0.14, -0.21), (0.50, -0.235), (0.86, -0.25, SHARP), (0.87, -0.14), (0.78, 0.10), (0.66, 0.21), (0.32, 0.21), (0.16, 0.10)],
        "round": [(0.10, 0.0), (0.20, -0.24), (0.45, -0.335), (0.70, -0.24), (0.80, 0.0), (0.70, 0.24), (0.45, 0.335), (0.20, 0.24)],
        "cat-eye": [(0.09, -0.08), (0.18, -0.17), (0.50, -0.22), (0.93, -0.36, SHARP), (0.84, -0.06), (0.70, 0.14), (0.46, 0.21), (0.22, 0.15)],
        "rectangular": [(0.10, -0.13), (0.16, -0.18), (0.50, -0.195), (0.84, -0.18), (0.87, -0.12), (0.83, 0.10), (0.74, 0.155), (0.24, 0.15), (0.13, 0.07)],
    }
    rim = spline([(x, v + y, *rest) for x, v, *rest in rims[shape]])
    middle = 0.5 * (rim.min(axis=0) + rim.max(axis=0))
    thick = {"aviator": 0.93, "round": 0.87, "rectangular": 0.82}.get(shape, 0.80)
    return rim, (rim - middle) * (thick, thick * (0.98 if shape == "aviator" else 0.93)) + middle


def _lens(canvas: Canvas, glass: Points, rgb: np.ndarray) -> None:
    """Set in a tinted glass, lighter below, with a slanting reflection."""
    lens = Cloth(rgb, FABRICS["plastic"])
    piece = canvas.lay(glass, lens, bulge=0.02, soft=0.06, lift=0.0)
    low, high = glass.min(axis=0), glass.max(axis=0)
    canvas.darken(ellipse(0.5 * (low[0] + high[0]), high[1], 0.5 * (high[0] - low[0]), 0.6 * (high[1] - low[1])), -0.8, soft=0.08, within=piece)
    x, wide = low[0] + 0.3 * (high[0] - low[0]), 0.16 * (high[0] - low[0])
    glint = np.array([(x, low[1]), (x + wide, low[1]), (x + wide - 0.15, high[1]), (x - 0.15, high[1])])
    canvas.tint(glint, (1, 1, 1), opacity=0.13, within=piece)


def draw_watch(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a wrist watch from the front: strap or bracelet, case, dial, hands."""
    metal = _metal(product.details["case"])
    round_case = product.details["shape"] == "round"
    wide = rng.uniform(0.25, 0.31)
    radius = rng.uniform(0.39, 0.45)
    bracelet = product.material == "metal"
    band = metal if bracelet else cloth.still()
    strap = spline(mirrored([(0.0, -0.93), (wide * 0.72, -0.925, SHARP), (wide * 0.98, -0.4), (wide * 0.98, 0.4), (wide * 0.72, 0.925, SHARP), (0.0, 0.93)]))
    piece = canvas.lay(strap, band, bulge=0.08, soft=0.05)
    canvas.darken(box(-0.5, -1.1, 0.5, -0.78), 0.35, soft=0.07, within=piece)
    canvas.darken(box(-0.5, 0.78, 0.5, 1.1), 0.35, soft=0.07, within=piece)
    if bracelet:
        _links(canvas, wide, piece)
    else:
        _strap_details(canvas, cloth, wide, piece)
    case = ellipse(0, 0, radius) if round_case else box(-radius * 0.88, -radius, radius * 0.88, radius, radius=0.11)
    for side in (-1.0, 1.0):
        canvas.lay(box(-wide - 0.01, side * radius - 0.10, wide + 0.01, side * radius + 0.06, radius=0.03), metal, bulge=0.04, soft=0.03)
    canvas.lay(box(radius * 0.85, -0.045, radius + 0.065, 0.045, radius=0.02), metal, bulge=0.04, soft=0.02)
    canvas.lay(case, metal, bulge=0.10, soft=0.045, lift=0.5)
    inner = case * 0.84
    dial_rgb = _dial_colour(product, cloth, rng, bracelet)
    canvas.lay(inner * 1.03, Cloth(shade(metal.rgb, -0.45), FABRICS["metal"]), bulge=0, lift=0)
    face = canvas.lay(inner, Cloth(dial_rgb, FABRICS["rubber"]), bulge=-0.03, soft=0.03, lift=0)
    _dial(canvas, radius * 0.84, dial_rgb, metal, round_case, rng)
    canvas.tint(np.array([(-0.5, -0.5), (-0.12, -0.5), (-0.42, 0.5), (-0.8, 0.5)]), (1, 1, 1), opacity=0.10, within=face)


def _dial_colour(product: Product, cloth: Cloth, rng: np.random.Generator, bracelet: bool) -> np.ndarray:
    """Return the dial's colour: the watch's own on a bracelet, else often white or black."""
    if bracelet or rng.random() < 0.5:
        return cloth.rgb
    return rgb_of("white") if product.colour in ("white", "beige") or rng.random() < 0.5 else rgb_of("black")


def _links(canvas: Canvas, wide: float, piece: Stencil) -> None:
    rows = [np.array([(-0.5, y), (0.5, y)]) for y in np.arange(-0.93, 0.95, 0.085)]
    columns = [np.array([(side * wide * 0.36, -1.0), (side * wide * 0.36, 1.0)]) for side in (1, -1)]
    canvas.crease(rows, width=0.024, depth=0.035, within=piece)
    canvas.seam([*rows, *columns], darkness=0.35, width=0.012, within=piece)


def _strap_details(canvas: Canvas, cloth: Cloth, wide: float, piece: Stencil) -> None:
    thread = shade(cloth.rgb, 0.4 if lightness(cloth.rgb) < 0.5 else -0.4)
    for side in (1.0, -1.0):
        canvas.stitch(np.array([(side * wide * 0.74, -0.9), (side * wide * 0.86, -0.42)]), thread, within=piece)
        canvas.stitch(np.array([(side * wide * 0.86, 0.42), (side * wide * 0.74, 0.9)]), thread, within=piece)
    for y in (0.62, 0.70, 0.78):
        canvas.tint(ellipse(0, y, 0.018, 0.022), shade(cloth.rgb, -0.7), within=piece)


def _dial(canvas: Canvas, radius: float, rgb: np.ndarray, metal: Cloth, round_case: bool, rng: np.random.Generator) -> None:
    """Mark the hours and set the hands (near ten past ten, as shops like them)."""
    ink = rgb_of("white") if lightness(rgb) < 0.5 else rgb_of("black")
    marks = ink if rng.random() < 0.6 else shade(metal.rgb, -0.2 if lightness(rgb) > 0.6 else 0.1)
    for hour in range(12):
        angle = hour * np.pi / 6
        way = np.array([np.sin(angle), -np.cos(angle)])
        outer = 0.92 * radius if round_case else 0.9 * radius / max(abs(way[0]) * 1.12, abs(way[1]))
        inner = outer - radius * (0.22 if hour % 3 == 0 else 0.13)
        canvas.tint(ribbon([tuple(way * inner), tuple(way * outer)], [0.034 if hour % 3 == 0 else 0.02] * 2), marks)
    if rng.random() < 0.45:
        for x, y in ((-0.42, 0.0), (0.42, 0.0), (0.0, 0.45)):
            canvas.tint(ellipse(x * radius, y * radius, 0.21 * radius), shade(rgb, 0.25 if lightness(rgb) < 0.5 else -0.2))
            canvas.tint(ribbon([(x * radius, y * radius), (x * radius + 0.02, (y - 0.16) * radius)], [0.014] * 2), ink)
    for angle, reach, width in ((-1.05 + rng.normal(0, 0.05), 0.52, 0.042), (1.05 + rng.normal(0, 0.1), 0.76, 0.03), (rng.uniform(2, 4.3), 0.8, 0.011)):
        tip = np.array([np.sin(angle), -np.cos(angle)]) * radius
        rgb_hand = ink if width > 0.02 else (0.8, 0.15, 0.12)
        canvas.tint(ribbon([tuple(-0.14 * tip), tuple(reach * tip)], [width, width * 0.6]), rgb_hand)
    canvas.tint(ellipse(0, 0, 0.028), metal.rgb)


def draw_scarf(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a scarf laid around a neck that is not there, its two ends crossed and fanned out."""
    neck = [(-0.17, -0.34), (-0.27, -0.56), (-0.15, -0.77), (0.15, -0.77), (0.27, -0.56), (0.17, -0.34)]
    wide = rng.uniform(0.22, 0.27)
    loop = canvas.lay(ribbon(neck, [wide] * 6), cloth, bulge=0.08, soft=0.05, grain=0.5)
    _scarf_folds(canvas, neck, [wide] * 6, loop, rng)
    for side in (1.0, -1.0):
        out, reach = rng.uniform(0.20, 0.40), rng.uniform(0.62, 0.80)
        path = [(-side * 0.22, -0.50), (-side * 0.11, -0.26), (side * 0.12, 0.06), (side * out, reach)]
        widths = [wide * 0.9, wide * 0.95, wide * 1.2, rng.uniform(0.34, 0.44)]
        lean = float(np.arctan2(path[0][0] - path[-1][0], path[-1][1] - path[0][1]))
        if product.details["edge"] == "fringed":
            _fringe(canvas, cloth, path, widths[-1], rng)
        tail = canvas.lay(ribbon(path, widths), cloth, bulge=0.08, soft=0.05, grain=lean, lift=0.5)
        _scarf_folds(canvas, path, widths, tail, rng)


def _scarf_folds(canvas: Canvas, path: list[tuple[float, float]], widths: list[float], piece: Stencil, rng: np.random.Generator) -> None:
    """Press folds that run along the scarf."""
    outline = ribbon(path, widths)
    n = len(outline) // 2
    left, right = outline[:n], outline[n:][::-1]
    lines = []
    for share in (0.22, 0.4, 0.6, 0.8):
        drift = np.clip(share + rng.normal(0, 0.05) + np.linspace(0, rng.normal(0, 0.12), n), 0.08, 0.92)[:, None]
        lines.append(left + (right - left) * drift)
    canvas.crease(lines, width=0.04, depth=0.05, within=piece)


def _fringe(canvas: Canvas, cloth: Cloth, path: list[tuple[float, float]], width: float, rng: np.random.Generator) -> None:
    (px, py), (x, y) = path[-2], path[-1]
    along = np.array([x - px, y - py]) / float(np.hypot(x - px, y - py))
    across = np.array([-along[1], along[0]])
    threads = []
    for share in np.linspace(-0.47, 0.47, 16):
        start = np.array([x, y]) + across * share * width - along * 0.02
        threads.append(np.stack([start, start + along * rng.uniform(0.08, 0.12) + across * rng.normal(0, 0.01)]))
    canvas.lay(canvas.strokes(threads, 0.014), cloth.plain(), bulge=0.01, soft=0.01, lift=0.1)


def draw_belt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a belt, coiled and standing, its buckle to the front."""
    high = {"slim": 0.14, "regular": 0.20, "wide": 0.30}[product.details["width"]] * rng.uniform(0.95, 1.05)
    rx, ry, y = rng.uniform(0.74, 0.82), rng.uniform(0.19, 0.26), -0.02
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    rim = np.stack([rx * np.cos(angle), y - ry * np.sin(angle)], 1)
    back = rim[(rim[:, 1] <= y + 1e-9)]
    lining = cloth.of("suede", shade(cloth.rgb, 0.18 if lightness(cloth.rgb) < 0.25 else -0.35)).still()
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
        canvas.darken(box(side * rx - 0.12, -0.6, side * rx + 0.12, 0.8), 0.4, soft=0.07, within=piece)
    thread = shade(cloth.rgb, 0.35 if lightness(cloth.rgb) < 0.5 else -0.35)
    if rng.random() < 0.6:
        for dy in (0.028, high - 0.028):
            canvas.stitch(front + (0.0, dy), thread, within=piece)
    _belt_buckle(canvas, product, cloth, y + ry + 0.5 * high, high, rng)


def _belt_buckle(canvas: Canvas, product: Product, cloth: Cloth, y: float, high: float, rng: np.random.Generator) -> None:
    metal = _metal(product.details["buckle"])
    x = rng.uniform(-0.16, -0.02)
    for step in range(4):
        canvas.tint(ellipse(x + 0.26 + 0.085 * step, y - 0.012, 0.012, 0.016), (0.05, 0.05, 0.05))
    canvas.lay(ribbon([(x + 0.19, y - 0.56 * high), (x + 0.19, y + 0.56 * high)], [0.055] * 2), cloth.plain().still(), bulge=0.03, soft=0.02, lift=0.4)
    shape = int(rng.integers(3))
    half_w, half_h = 0.13, 0.62 * high
    if shape == 2:
        plate = canvas.lay(box(x - half_w, y - half_h * 0.92, x + half_w, y + half_h * 0.92, radius=0.025), metal, bulge=0.06, soft=0.03, lift=0.5)
        canvas.seam([box(x - 0.8 * half_w, y - 0.65 * half_h, x + 0.8 * half_w, y + 0.65 * half_h)], darkness=0.3, within=plate)
        return
    frame = ellipse(x, y, half_w * 1.1, half_h * 1.1) if shape == 1 else box(x - half_w, y - half_h, x + half_w, y + half_h, radius=0.04)
    canvas.lay(canvas.strokes([_closed(frame)], 0.042), metal, bulge=0.05, soft=0.015, lift=0.5)
    canvas.lay(ribbon([(x - half_w, y), (x + half_w, y - 0.005)], [0.032, 0.026]), metal, bulge=0.04, soft=0.012, lift=0.4)


def draw_tie(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a necktie: the blade hanging, the rest rolled to a knot with its tail beside."""
    blade = {"slim": 0.21, "regular": 0.29}[product.details["width"]] * rng.uniform(0.94, 1.06)
    bend = rng.normal(0, 0.02)
    tail_end = rng.uniform(0.30, 0.50)
    tail = [(0.02, -0.74), (0.2, -0.70), (0.36, -0.60), (tail_end + 0.08, -0.50)]
    canvas.lay(ribbon(tail, [0.10, 0.12, 0.13, 0.13]), cloth, bulge=0.05, soft=0.03, grain=1.1, lift=0.3)
    body = spline([(-0.075, -0.62, SHARP), (0.075, -0.62, SHARP), (0.085 + bend, -0.2), (0.115 + bend, 0.3), (0.5 * blade, 0.72, SHARP), (0.0, 0.90, SHARP),
                   (-0.5 * blade, 0.72, SHARP), (-0.115 + bend, 0.3), (-0.085 + bend, -0.2)])
    piece = canvas.lay(body, cloth, bulge=0.07, soft=0.045)
    canvas.crease([spline([(0.0, -0.6), (0.02 + bend, -0.35), (0.0 + bend, -0.1)], closed=False)], width=0.05, depth=0.05, within=piece)
    knot = spline(mirrored([(0.0, -0.845), (0.13, -0.83, SHARP), (0.125, -0.74), (0.075, -0.575, SHARP), (0.0, -0.56)]))
    canvas.lay(knot, cloth, bulge=0.08, soft=0.05, grain=-0.5, origin=(0.1, 0.05), lift=0.5)


def draw_umbrella(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw an umbrella, open and seen from the side, with its shaft and hooked or straight grip."""
    steel = _metal("silver" if rng.random() < 0.5 else "gunmetal")
    hook = product.details["handle"] == "curved"
    wood = Cloth(np.asarray((0.36, 0.22, 0.12) if rng.random() < 0.5 else (0.13, 0.13, 0.14), np.float32), FABRICS["plastic"])
    canvas.lay(ribbon([(0.0, -0.80), (0.0, 0.62)], [0.032] * 2), steel, bulge=0.04, soft=0.012)
    grip = [(0.0, 0.55), (0.0, 0.76), (-0.06, 0.87), (-0.16, 0.87), (-0.20, 0.77)] if hook else [(0.0, 0.58), (0.0, 0.72), (0.0, 0.88)]
    canvas.lay(ribbon(grip, [0.055 if hook else 0.075] * len(grip)), wood, bulge=0.06, soft=0.025)
    wide, top, low = rng.uniform(0.80, 0.88), -0.70, rng.uniform(0.06, 0.14)
    tips = np.array([-1.0, -0.58, 0.0, 0.58, 1.0]) * wide
    drop = np.array([0.0, 0.035, 0.05, 0.035, 0.0]) + low
    under = cloth.plain(shade(cloth.rgb, -0.5)).still()
    under_edge = [(tips[0], drop[0], SHARP), (0.85 * tips[0], low - 0.13), (0.85 * tips[4], low - 0.13), (tips[4], drop[4], SHARP)]
    canvas.lay(spline([*under_edge, (0.0, low + 0.02)]), under, bulge=0, lift=0)
    order = (0, 3, 1, 2)
    for panel in order:
        _panel(canvas, cloth, tips[panel: panel + 2], drop[panel: panel + 2], top, panel)
    canvas.lay(ribbon([(0.0, -0.84), (0.0, -0.68)], [0.025, 0.05]), steel, bulge=0.03, soft=0.012)


def _panel(canvas: Canvas, cloth: Cloth, x: np.ndarray, y: np.ndarray, top: float, panel: int) -> None:
    """Lay one gore of the canopy; neighbours take the light differently."""
    middle_x, middle_y = 0.5 * (x[0] + x[1]), y.min() - 0.075
    rib = [[(0.42 * end, top + 0.075), (0.80 * end, top + 0.36)] for end in x]
    shape = spline([(0.0, top, SHARP), *rib[1], (x[1], y[1], SHARP), (middle_x, middle_y), (x[0], y[0], SHARP), rib[0][1], rib[0][0]])
    piece = canvas.lay(shape, cloth, bulge=0.07, soft=0.05, lift=0.25)
    if panel in (2, 3):
        canvas.darken(shape, 0.10 * (panel - 1), soft=0.01, within=piece)
    canvas.seam([spline([(0.0, top), *rib[0], (x[0], y[0])], closed=False)], darkness=0.3)


ACCESSORIES: tuple[Kind, ...] = (
    Kind("cap", draw_cap, ("solid", "solid", "solid", "solid", "camouflage", "checked", "colour block", "horizontal stripes", "floral",
                           "herringbone"),
         ("cotton", "cotton", "polyester", "wool", "denim"), details={"closure": ("strapback", "snapback")},
         pattern_period=0.14, turn=0.08, may_face_left=True),
    Kind("sunglasses", draw_sunglasses, ("solid", "solid", "solid", "solid", "animal print", "horizontal stripes"), ("plastic",),
         details={"frame": ("aviator", "wayfarer", "round", "cat-eye", "rectangular")}, pattern_period=0.09, turn=0.12),
    Kind("watch", draw_watch, ("solid",), ("leather", "leather", "rubber", "metal"),
         details={"case": ("silver", "silver", "gold", "gunmetal"), "shape": ("round", "round", "round", "square")}, turn=0.06),
    Kind("scarf", draw_scarf, ("solid", "solid", "checked", "checked", "horizontal stripes", "floral", "animal print", "polka dot",
                               "vertical stripes", "herringbone", "argyle"),
         ("wool", "wool", "silk", "knit", "cotton"), details={"edge": ("fringed", "hemmed")}, pattern_period=0.16, turn=0.15,
         may_face_left=True),
    Kind("belt", draw_belt, ("solid", "solid", "solid", "solid", "horizontal stripes", "checked", "animal print", "herringbone"),
         ("leather", "leather", "suede", "canvas"), details={"width": ("slim", "regular", "wide"), "buckle": ("silver", "silver", "gold", "gunmetal")},
         pattern_period=0.11, turn=0.03, may_face_left=True),
    Kind("tie", draw_tie, ("solid", "solid", "diagonal stripes", "diagonal stripes", "diagonal stripes", "polka dot", "checked", "floral",
                           "herringbone", "argyle"),
         ("silk", "silk", "wool", "knit", "polyester"), ("Men",), {"width": ("slim", "regular")}, pattern_period=0.12, turn=0.10, zoom=1.04,
         may_face_left=True),
    Kind("umbrella", draw_umbrella, ("solid", "solid", "solid", "polka dot", "floral", "checked", "horizontal stripes", "animal print",
                                     "camouflage", "vertical stripes"),
         ("nylon", "polyester"), details={"handle": ("curved", "straight")}, pattern_period=0.20, turn=0.35),
)  # fmt: skip
"""The kinds of accessories."""
