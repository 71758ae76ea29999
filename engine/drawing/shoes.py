"""Shoes, seen from the side with the toe to the right: sneaker, boot, sandal, heel."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas, Stencil
from engine.drawing.cloth import FABRICS, Cloth
from engine.drawing.outline import SHARP, box, ellipse, ribbon, spline
from engine.drawing.palette import METALS, lightness, rgb_of, shade
from engine.drawing.product import Kind, Product


def _rubber(rgb: tuple[float, float, float] | np.ndarray) -> Cloth:
    return Cloth(np.asarray(rgb, np.float32), FABRICS["rubber"])


def _laces(canvas: Canvas, start: tuple[float, float], end: tuple[float, float], n: int, rgb: np.ndarray,
           *, wide: float = 0.15, width: float = 0.028) -> None:
    """Thread laces across the line from `start` to `end`, with a bow at the start."""
    lace = Cloth(np.asarray(rgb, np.float32), FABRICS["cotton"]).still()
    direction = np.subtract(end, start)
    across = np.array([-direction[1], direction[0]]) / np.hypot(*direction)
    for share in np.linspace(0.04, 0.94, n):
        middle = np.add(start, direction * share)
        reach = 0.5 * wide * (0.75 + 0.25 * share)
        knots = [tuple(middle - across * reach), tuple(middle + (0, -0.012)), tuple(middle + across * reach)]
        canvas.lay(ribbon(knots, [width] * 3), lace, bulge=0.03, soft=0.012, lift=0.4)
    x, y = start
    for dx, dy in ((0.12, 0.05), (-0.03, 0.12)):
        loop = [(x, y), (x + 0.6 * dx, y + 0.5 * dy - 0.03), (x + dx, y + dy)]
        canvas.lay(ribbon(loop, [width * 0.8] * 3), lace, bulge=0.02, soft=0.01, lift=0.3)


def draw_sneaker(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a sneaker: rubber sole, toe cap, laces, stripes on the flank; low or high."""
    high = product.details["cut"] == "high-top"
    rise = -0.44 if high else -0.12
    chunky = product.details["sole"] == "chunky"
    floor, thick = 0.42, 0.165 if chunky else 0.115
    sole_rgb = rgb_of("white") if rng.random() < 0.72 else shade(cloth.rgb, -0.4)
    _opening(canvas, cloth, rise, high)
    upper = spline([
        (-0.70, floor - thick, SHARP), (-0.735, 0.12), (-0.70, rise + 0.12), (-0.69, rise - 0.03, SHARP),
        (-0.50, rise + 0.09), (-0.27, rise + 0.03 if high else rise + 0.015, SHARP),
        (-0.10, -0.12 if high else -0.03), (0.14, 0.06), (0.40, 0.105), (0.64, 0.14), (0.785, 0.24),
        (0.80, floor - thick, SHARP),
    ])
    body = canvas.lay(upper, cloth, bulge=0.11, soft=0.08, lift=0.3)
    _sneaker_panels(canvas, cloth, body, rise, high, rng)
    _sneaker_sole(canvas, _rubber(sole_rgb), floor, thick, chunky, rng)
    lace = rgb_of("white") if lightness(cloth.rgb) < 0.75 and rng.random() < 0.75 else shade(cloth.rgb, -0.5)
    _laces(canvas, (-0.23, rise + 0.04), (0.22, 0.075), 7 if high else 5, lace)


def _opening(canvas: Canvas, cloth: Cloth, rise: float, high: bool) -> None:
    """Show the inside of the collar and the tongue."""
    inside = cloth.of("cotton", shade(cloth.rgb, -0.45)).still()
    canvas.lay(spline([(-0.69, rise - 0.02), (-0.55, rise - 0.065), (-0.36, rise - 0.04), (-0.27, rise + 0.06),
                       (-0.5, rise + 0.16)]), inside, bulge=-0.03, soft=0.03, lift=0)
    tongue = spline([(-0.42, rise + 0.0), (-0.345, rise - 0.10, SHARP), (-0.21, rise - 0.075, SHARP), (0.10, 0.02),
                     (0.0, 0.12), (-0.30, rise + 0.12)])
    canvas.lay(tongue, cloth.plain(shade(cloth.rgb, 0.12)).still(), bulge=0.05, soft=0.03)


def _sneaker_panels(canvas: Canvas, cloth: Cloth, body: Stencil, rise: float, high: bool, rng: np.random.Generator) -> None:
    """Sew on toe cap, heel, eyestay and the maker's stripes."""
    second = cloth.accent if cloth.accents else shade(cloth.rgb, -0.22 if lightness(cloth.rgb) > 0.25 else 0.25)
    panel = cloth.of("leather", shade(cloth.rgb, -0.08)).still()
    toe = spline([(0.42, 0.06, SHARP), (0.39, 0.2), (0.46, 0.36, SHARP), (0.95, 0.40, SHARP), (0.95, 0.0, SHARP)])
    cap = _rubber(rgb_of("white")) if rng.random() < 0.25 else panel
    canvas.lay(toe, cap, bulge=0.06, soft=0.05, lift=0.25, within=body)
    heel = spline([(-0.85, rise - 0.1, SHARP), (-0.58, rise + 0.06, SHARP), (-0.56, 0.12), (-0.50, 0.36, SHARP), (-0.85, 0.4, SHARP)])
    canvas.lay(heel, cloth.of("leather", second if rng.random() < 0.4 else panel.rgb).still(), bulge=0.05, soft=0.04,
               lift=0.25, within=body)
    stay = spline([(-0.36, rise - 0.02, SHARP), (-0.22, rise - 0.02, SHARP), (0.20, 0.04), (0.33, 0.09, SHARP), (0.24, 0.16),
                   (0.02, 0.12), (-0.26, rise + 0.20, SHARP)])
    piece = canvas.lay(stay, panel, bulge=0.02, soft=0.03, lift=0.25, within=body)
    holes = np.linspace(0.1, 0.9, 5)
    for share in holes:
        canvas.tint(ellipse(-0.24 + 0.46 * share, rise + 0.12 + (0.01 - rise) * share, 0.012), (0.1, 0.1, 0.1), within=piece)
    _flank(canvas, second, body, rng)


def _flank(canvas: Canvas, rgb: np.ndarray, body: Stencil, rng: np.random.Generator) -> None:
    """Paint the mark on the side: bars, a sweep, or nothing."""
    mark = int(rng.integers(3))
    if mark == 0:
        for step in range(3):
            x = -0.22 + 0.12 * step
            canvas.tint(np.array([(x, 0.36), (x + 0.055, 0.36), (x + 0.0, 0.04 + 0.03 * step), (x - 0.055, 0.04 + 0.03 * step)]),
                        rgb, within=body, opacity=0.92)
    elif mark == 1:
        sweep = spline([(-0.45, 0.30, SHARP), (-0.1, 0.25), (0.28, 0.13, SHARP), (-0.02, 0.32), (-0.30, 0.355)])
        canvas.tint(sweep, rgb, within=body, opacity=0.92)
    else:
        canvas.seam([spline([(-0.5, 0.12), (-0.2, 0.2), (0.1, 0.22), (0.42, 0.3)], closed=False)], darkness=0.2, within=body)


def _sneaker_sole(canvas: Canvas, rubber: Cloth, floor: float, thick: float, chunky: bool, rng: np.random.Generator) -> None:
    sole = spline([
        (-0.755, floor - thick - 0.03), (-0.4, floor - thick + 0.012), (0.1, floor - thick + 0.012), (0.6, floor - thick - 0.02),
        (0.80, floor - thick - 0.07, SHARP), (0.845, floor - thick + 0.01), (0.80, floor - 0.035), (0.64, floor),
        (0.0, floor), (-0.62, floor), (-0.76, floor - 0.03, SHARP), (-0.775, floor - 0.5 * thick),
    ])
    piece = canvas.lay(sole, rubber, bulge=0.05, soft=0.035, lift=0.5)
    line = spline([(-0.8, floor - 0.45 * thick), (0.1, floor - 0.40 * thick), (0.85, floor - 0.6 * thick)], closed=False)
    if rng.random() < 0.5:
        canvas.seam([line], darkness=0.35, width=0.012, within=piece)
    if chunky:
        grooves = [np.array([(x, floor - 0.4 * thick), (x + 0.02, floor + 0.01)]) for x in np.arange(-0.72, 0.8, 0.09)]
        canvas.seam(grooves, darkness=0.3, width=0.016, within=piece)
    out = _rubber((0.25, 0.2, 0.17) if rng.random() < 0.4 else shade(rubber.rgb, -0.25))
    canvas.lay(box(-0.9, floor - 0.025, 0.9, floor + 0.05), out, bulge=0, lift=0, within=piece)


def draw_boot(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a boot: a shaft to the ankle, the calf or the knee; laced, zipped or pulled on."""
    tall = {"ankle": -0.38, "mid-calf": -0.62, "knee-high": -0.88}[product.details["shaft"]]
    floor = 0.62 if tall > -0.5 else 0.82
    heeled = product.details["heel"] != "flat"
    lift = {"flat": 0.07, "block": 0.20, "high": 0.30}[product.details["heel"]]
    back, front = -0.52, 0.02 if tall > -0.5 else -0.01
    foot = floor - lift
    _shaft_mouth(canvas, cloth, back, front, tall)
    upper = spline([
        (back, foot - 0.02, SHARP), (back - 0.035, foot - 0.18), (back + 0.03, 0.5 * (foot - 0.4 + tall)),
        (back - 0.005, tall, SHARP), (0.5 * (back + front), tall + 0.035), (front, tall, SHARP),
        (front - 0.03, 0.5 * (foot - 0.5 + tall)), (front + 0.02, foot - 0.36), (front + 0.20, floor - 0.32),
        (front + 0.46, floor - 0.26), (front + 0.60, floor - 0.14), (front + 0.58, floor - 0.055, SHARP),
        (front + 0.2, floor - 0.05), (-0.22, foot + 0.0 if heeled else floor - 0.06),
    ])
    if heeled:
        _boot_heel(canvas, back, front, floor, lift, rng)
    body = canvas.lay(upper, cloth, bulge=0.12, soft=0.085, lift=0.2)
    _boot_creases(canvas, body, back, front, foot, tall, rng)
    if not heeled:
        _boot_sole(canvas, back, front, floor, rng)
    closure = product.details["closure"]
    if closure == "lace-up":
        lace = shade(cloth.rgb, -0.55) if lightness(cloth.rgb) > 0.3 else shade(cloth.rgb, 0.45)
        _laces(canvas, (front - 0.045, max(tall + 0.08, foot - 0.75)), (front + 0.16, floor - 0.36), 6, lace, wide=0.13)
    elif closure == "zip":
        line = spline([(back + 0.24, tall + 0.05), (back + 0.25, 0.5 * (tall + foot)), (back + 0.22, foot - 0.08)], closed=False)
        canvas.seam([line], darkness=0.45, width=0.026, within=body)
        canvas.stitch(line, METALS["silver"], dash=0.02, width=0.014, within=body)
    elif tall > -0.5:
        panel = spline([(back + 0.17, tall + 0.04, SHARP), (front - 0.14, tall + 0.04, SHARP), (front - 0.17, foot - 0.30), (back + 0.2, foot - 0.30)])
        canvas.lay(panel, cloth.of("corduroy", shade(cloth.rgb, -0.25)), bulge=-0.02, soft=0.02, lift=0.0, within=body)
    canvas.seam([spline([(back - 0.05, foot - 0.22), (back + 0.2, foot - 0.26), (front + 0.05, foot - 0.2), (front + 0.2, floor - 0.1)],
                        closed=False)], darkness=0.2, within=body)


def _shaft_mouth(canvas: Canvas, cloth: Cloth, back: float, front: float, tall: float) -> None:
    inside = cloth.of("suede", shade(cloth.rgb, -0.45)).still()
    canvas.lay(ellipse(0.5 * (back + front), tall + 0.008, 0.5 * (front - back), 0.05), inside, bulge=-0.03, soft=0.03, lift=0)


def _boot_creases(canvas: Canvas, body: Stencil, back: float, front: float, foot: float, tall: float,
                  rng: np.random.Generator) -> None:
    lines = []
    for y in (foot - 0.32, foot - 0.25, *rng.uniform(tall + 0.2, foot - 0.3, 2)):
        lines.append(spline([(front + 0.04, y - 0.03), (0.5 * (front + back), y + 0.03), (back + 0.1, y - rng.uniform(-0.02, 0.05))],
                            closed=False))
    for x in (front + 0.2, front + 0.27):
        lines.append(spline([(x - 0.02, foot - 0.15), (x + 0.02, foot + 0.02)], closed=False))
    canvas.crease(lines, width=0.04, depth=0.03, within=body)


def _sole_rubber(rng: np.random.Generator) -> Cloth:
    return _rubber((0.12, 0.11, 0.11) if rng.random() < 0.7 else (0.42, 0.28, 0.17))


def _boot_heel(canvas: Canvas, back: float, front: float, floor: float, lift: float, rng: np.random.Generator) -> None:
    """Set the heel and the thin sole that the foot then stands on."""
    dark, foot = _sole_rubber(rng), floor - lift
    slim = 0.24 if lift < 0.25 else 0.13
    heel = spline([(back - 0.03, foot - 0.08, SHARP), (back + 0.31, foot - 0.03, SHARP), (back + slim + 0.02, foot + 0.5 * lift),
                   (back + slim, floor, SHARP), (back + 0.03, floor, SHARP), (back + 0.005, foot + 0.4 * lift)])
    canvas.lay(heel, dark, bulge=0.06, soft=0.04)
    line = [(back + 0.02, foot - 0.03), (-0.22, foot + 0.005), (front + 0.10, floor - 0.055), (front + 0.33, floor - 0.04),
            (front + 0.58, floor - 0.06)]
    canvas.lay(ribbon(line, [0.06, 0.06, 0.075, 0.08, 0.06]), dark, bulge=0.03, soft=0.02, lift=0.0)


def _boot_sole(canvas: Canvas, back: float, front: float, floor: float, rng: np.random.Generator) -> None:
    """Lay a flat lugged sole."""
    sole = spline([(back - 0.045, floor - 0.10, SHARP), (-0.2, floor - 0.085), (front + 0.3, floor - 0.085), (front + 0.62, floor - 0.12, SHARP),
                   (front + 0.635, floor - 0.05), (front + 0.56, floor), (0.0, floor), (back, floor), (back - 0.05, floor - 0.03)])
    piece = canvas.lay(sole, _sole_rubber(rng), bulge=0.04, soft=0.03, lift=0.45)
    canvas.seam([np.array([(x, floor - 0.035), (x, floor + 0.01)]) for x in np.arange(back, front + 0.6, 0.075)],
                darkness=0.45, width=0.018, within=piece)


def draw_sandal(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a flat sandal: footbed and straps with a buckle."""
    floor = 0.36
    bed_rgb = (0.62, 0.45, 0.30) if rng.random() < 0.55 else tuple(shade(cloth.rgb, -0.3))
    bed = Cloth(np.asarray(bed_rgb, np.float32), FABRICS["suede"]).still()
    outsole = spline([(-0.78, 0.17), (-0.72, 0.10), (-0.4, 0.13), (0.1, 0.20), (0.55, 0.15), (0.80, 0.18), (0.84, 0.27),
                      (0.76, floor), (0.1, floor + 0.015), (-0.55, floor - 0.01), (-0.78, floor - 0.04)])
    canvas.lay(outsole, _rubber(shade(np.asarray(bed_rgb, np.float32), -0.45)), bulge=0.05, soft=0.035)
    top = spline([(-0.77, 0.15), (-0.68, 0.065), (-0.40, 0.07), (0.02, 0.13), (0.5, 0.07), (0.78, 0.12), (0.82, 0.215),
                  (0.6, 0.285), (0.1, 0.28), (-0.45, 0.245)])
    canvas.lay(top, bed, bulge=0.03, soft=0.04, lift=0.35)
    _sandal_straps(canvas, product, cloth, rng)


def _sandal_straps(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the straps over the footbed, the far side first."""
    strap = cloth.still(0.02)
    style = product.details["straps"]
    wide = rng.uniform(0.9, 1.2)
    if style == "slide":
        vamp = spline([(-0.14, 0.285, SHARP), (-0.13, 0.14), (-0.03, 0.0), (0.18, -0.055), (0.40, -0.01), (0.54, 0.10), (0.60, 0.285, SHARP)])
        canvas.lay(vamp, strap, bulge=0.10, soft=0.07, lift=0.5)
        canvas.seam([spline([(-0.10, 0.27), (-0.09, 0.15), (0.0, 0.025), (0.18, -0.02)], closed=False)], darkness=0.2)
        _buckle(canvas, 0.22, 0.12)
        return
    _ankle_straps(canvas, strap, wide)
    if style == "two straps":
        for x in (0.05, 0.38):
            band = [(x - 0.17, 0.12), (x - 0.12, 0.0), (x + 0.02, 0.02), (x + 0.10, 0.14), (x + 0.12, 0.285)]
            canvas.lay(ribbon(band, [0.10, 0.13, 0.14, 0.14, 0.14]), strap, bulge=0.06, soft=0.045, lift=0.5)
            _buckle(canvas, x + 0.09, 0.13)
        return
    bands = {
        "crossed": [([(-0.06, 0.10), (0.10, -0.03), (0.34, 0.05), (0.52, 0.275)], 0.10),
                    ([(0.42, 0.08), (0.30, 0.0), (0.14, 0.08), (0.02, 0.275)], 0.10)],
        "toe post": [([(-0.02, 0.11), (0.18, 0.0), (0.42, 0.04), (0.54, 0.17)], 0.075),
                     ([(0.04, 0.275), (0.22, 0.13), (0.42, 0.08), (0.54, 0.17)], 0.075)],
    }[style]
    for path, width in bands:
        canvas.lay(ribbon(path, [width * wide] * len(path)), strap, bulge=0.06, soft=0.04, lift=0.45)


def _ankle_straps(canvas: Canvas, strap: Cloth, wide: float) -> None:
    """Lay the strap around the ankle and the two that hold it to the sole."""
    ring = ellipse(-0.42, -0.16, 0.25, 0.075, tilt=-0.12)
    far, near = ring[18:], ring[:19]
    canvas.lay(canvas.strokes([far], 0.06 * wide), strap.plain(shade(strap.rgb, -0.35)), bulge=0.03, soft=0.02)
    canvas.lay(ribbon([(-0.655, -0.13), (-0.70, 0.02), (-0.69, 0.16)], [0.085 * wide] * 3), strap, bulge=0.05, soft=0.03)
    canvas.lay(ribbon([(-0.21, -0.17), (-0.20, 0.02), (-0.17, 0.25)], [0.085 * wide] * 3), strap, bulge=0.05, soft=0.03, lift=0.4)
    canvas.lay(canvas.strokes([near], 0.065 * wide), strap, bulge=0.04, soft=0.02, lift=0.4)
    _buckle(canvas, -0.30, -0.105)


def _buckle(canvas: Canvas, x: float, y: float) -> None:
    metal = Cloth(np.asarray(METALS["gold"], np.float32), FABRICS["metal"])
    ring = canvas.strokes([np.vstack([box(x - 0.04, y - 0.045, x + 0.04, y + 0.045, radius=0.015)] * 2)[:26]], 0.018)
    canvas.lay(ring, metal, bulge=0.02, soft=0.01, lift=0.3)


def draw_heel(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a court shoe: stiletto, block or kitten heel, closed or open at the toe."""
    style = product.details["heel"]
    rise = {"stiletto": 0.62, "block": 0.52, "kitten": 0.34, "wedge": 0.50}[style] * rng.uniform(0.93, 1.05)
    floor = 0.55
    back = floor - rise
    _heel_block(canvas, cloth, style, back, floor)
    line = [(-0.62, back + 0.01), (-0.36, back + 0.27 * rise), (-0.09, back + 0.71 * rise), (0.18, floor - 0.028), (0.5, floor - 0.018),
            (0.84, floor - 0.014)]
    if style != "wedge":
        canvas.lay(ribbon(line, [0.05, 0.05, 0.055, 0.05, 0.036, 0.02]), _rubber(shade(cloth.rgb, -0.5)), bulge=0.01, soft=0.01, lift=0.0)
    inside = Cloth(np.asarray((0.78, 0.64, 0.50), np.float32), FABRICS["leather"]).still()
    far = spline([(-0.62, back - 0.20), (-0.50, back - 0.21), (-0.2, back + 0.35 * rise - 0.09), (0.30, floor - 0.24), (0.42, floor - 0.19),
                  (0.2, floor - 0.10), (-0.5, back - 0.02)])
    canvas.lay(far, inside, bulge=-0.02, soft=0.03)
    if product.details["toe"] == "open":
        _open_upper(canvas, cloth, back, floor, rise)
    else:
        upper = spline([
            (-0.675, back - 0.235, SHARP), (-0.56, back - 0.15), (-0.36, back - 0.02 + 0.08 * rise), (-0.05, back + 0.52 * rise - 0.06),
            (0.20, floor - 0.155), (0.36, floor - 0.20, SHARP), (0.52, floor - 0.20), (0.72, floor - 0.11), (0.86, floor - 0.035),
            (0.84, floor - 0.008, SHARP), (0.4, floor - 0.015), (0.18, floor - 0.02), (-0.1, back + 0.72 * rise), (-0.38, back + 0.28 * rise),
            (-0.62, back + 0.03, SHARP), (-0.695, back - 0.06),
        ])
        body = canvas.lay(upper, cloth, bulge=0.10, soft=0.06, lift=0.4)
        if rng.random() < 0.3:
            canvas.seam([spline([(0.3, floor - 0.21), (0.42, floor - 0.12), (0.44, floor)], closed=False)], darkness=0.2, within=body)
    if product.details["strap"] == "ankle strap":
        _ankle_strap(canvas, cloth, back)


def _heel_block(canvas: Canvas, cloth: Cloth, style: str, back: float, floor: float) -> None:
    """Set the heel under the shoe."""
    high = floor - back
    if style == "wedge":
        shape = spline([(-0.67, back - 0.02, SHARP), (-0.35, back + 0.25 * high), (0.18, floor - 0.05, SHARP), (0.45, floor - 0.01, SHARP), (0.3, floor, SHARP),
                        (-0.62, floor, SHARP), (-0.66, back + 0.5 * high)])
        canvas.lay(shape, Cloth(np.asarray((0.70, 0.55, 0.36), np.float32), FABRICS["straw"]), bulge=0.05, soft=0.04)
        return
    top, tip = {"stiletto": (0.23, 0.035), "block": (0.27, 0.20), "kitten": (0.20, 0.05)}[style]
    shape = spline([(-0.69, back - 0.06, SHARP), (-0.62 + top, back + 0.10 + 0.12 * high, SHARP), (-0.62 + 0.5 * (top * 0.35 + tip), back + 0.55 * high),
                    (-0.61 + tip, floor, SHARP), (-0.61, floor, SHARP), (-0.645, back + 0.5 * high)])
    canvas.lay(shape, cloth.of("leather", shade(cloth.rgb, -0.08)), bulge=0.06, soft=0.035)
    canvas.lay(box(-0.617, floor - 0.02, -0.604 + tip, floor + 0.006), _rubber((0.1, 0.1, 0.1)), bulge=0, lift=0)


def _open_upper(canvas: Canvas, cloth: Cloth, back: float, floor: float, rise: float) -> None:
    """Lay heel counter, insole and the strap across an open toe."""
    sole = spline([(-0.68, back - 0.02), (-0.4, back + 0.2 * rise), (-0.08, back + 0.66 * rise), (0.2, floor - 0.06), (0.55, floor - 0.07), (0.80, floor - 0.05),
                   (0.84, floor - 0.01), (0.2, floor), (-0.1, back + 0.77 * rise), (-0.6, back + 0.05)])
    canvas.lay(sole, Cloth(np.asarray((0.74, 0.60, 0.46), np.float32), FABRICS["leather"]).still(), bulge=0.03, soft=0.03)
    counter = spline([(-0.675, back - 0.22, SHARP), (-0.56, back - 0.17), (-0.42, back + 0.02), (-0.26, back + 0.36 * rise, SHARP), (-0.42, back + 0.24 * rise),
                      (-0.62, back + 0.03, SHARP), (-0.695, back - 0.06)])
    canvas.lay(counter, cloth, bulge=0.07, soft=0.05)
    vamp = spline([(0.20, floor - 0.03, SHARP), (0.25, floor - 0.16), (0.36, floor - 0.225), (0.52, floor - 0.20), (0.66, floor - 0.11),
                   (0.69, floor - 0.02, SHARP)])
    canvas.lay(vamp, cloth.still(0.02), bulge=0.08, soft=0.05, lift=0.45)


def _ankle_strap(canvas: Canvas, cloth: Cloth, back: float) -> None:
    """Lay a strap around the ankle, held by a loop above the heel."""
    ring = ellipse(-0.49, back - 0.31, 0.175, 0.05, tilt=-0.14)
    canvas.lay(canvas.strokes([ring[18:]], 0.05), cloth.plain(shade(cloth.rgb, -0.35)).still(), bulge=0.02, soft=0.015)
    canvas.lay(ribbon([(-0.66, back - 0.14), (-0.67, back - 0.23), (-0.655, back - 0.32)], [0.085, 0.07, 0.06]), cloth.still(), bulge=0.03, soft=0.02)
    canvas.lay(canvas.strokes([ring[:19]], 0.055), cloth.still(), bulge=0.03, soft=0.015, lift=0.3)


SHOES: tuple[Kind, ...] = (
    Kind("sneaker", draw_sneaker, ("solid", "solid", "solid", "solid", "colour block", "checked", "camouflage", "floral",
                                   "animal print"),
         ("canvas", "canvas", "leather", "mesh", "suede"),
         details={"cut": ("low-top", "low-top", "high-top"), "sole": ("flat", "flat", "chunky")},
         pattern_period=0.17, standing=True, turn=0.05, may_face_left=True),
    Kind("boot", draw_boot, ("solid",), ("leather", "leather", "suede", "rubber"), ("Men", "Women", "Women"),
         {"shaft": ("ankle", "ankle", "mid-calf", "knee-high"), "heel": ("flat", "flat", "block", "high"),
          "closure": ("lace-up", "lace-up", "zip", "pull-on")}, standing=True, turn=0.04, may_face_left=True),
    Kind("sandal", draw_sandal, ("solid", "solid", "solid", "floral", "animal print", "horizontal stripes"),
         ("leather", "leather", "suede", "rubber", "canvas"),
         details={"straps": ("two straps", "crossed", "toe post", "slide")},
         pattern_period=0.13, standing=True, turn=0.06, may_face_left=True),
    Kind("heel", draw_heel, ("solid", "solid", "solid", "animal print", "floral", "polka dot"),
         ("leather", "suede", "satin"), ("Women",),
         {"heel": ("stiletto", "stiletto", "block", "kitten", "wedge"), "toe": ("closed", "closed", "open"),
          "strap": ("", "", "ankle strap")},
         pattern_period=0.12, standing=True, turn=0.04, may_face_left=True),
)  # fmt: skip
"""The kinds of shoes."""
