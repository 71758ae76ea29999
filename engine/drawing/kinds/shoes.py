"""Sneaker and boot, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, made_of
from engine.drawing.kinds.trimmings import thread_laces
from engine.drawing.outline import SHARP, box, ellipse, ribbon, spline
from engine.drawing.palette import METALS, lightness, rgb_of, shade
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


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
    _sneaker_sole(canvas, made_of("rubber", sole_rgb), floor, thick, chunky, rng)
    lace = rgb_of("white") if lightness(cloth.rgb) < 0.75 and rng.random() < 0.75 else shade(cloth.rgb, -0.5)
    thread_laces(canvas, (-0.23, rise + 0.04), (0.22, 0.075), 7 if high else 5, lace)


def _opening(canvas: Canvas, cloth: Cloth, rise: float, high: bool) -> None:
    """Show the inside of the collar and the tongue."""
    inside = cloth.of("cotton", shade(cloth.rgb, -0.45)).still()
    canvas.lay(spline([(-0.69, rise - 0.02), (-0.55, rise - 0.065), (-0.36, rise - 0.04),
                       (-0.27, rise + 0.06),
                       (-0.5, rise + 0.16)]), inside, bulge=-0.03, soft=0.03, lift=0)
    tongue = spline([(-0.42, rise + 0.0), (-0.345, rise - 0.10, SHARP),
                     (-0.21, rise - 0.075, SHARP), (0.10, 0.02),
                     (0.0, 0.12), (-0.30, rise + 0.12)])
    canvas.lay(tongue, cloth.plain(shade(cloth.rgb, 0.12)).still(), bulge=0.05, soft=0.03)


def _sneaker_panels(canvas: Canvas, cloth: Cloth, body: Stencil, rise: float, high: bool,
                    rng: np.random.Generator) -> None:
    """Sew on toe cap, heel, eyestay and the maker's stripes."""
    second = cloth.accent if cloth.accents else shade(cloth.rgb,
                                                      -0.22 if lightness(cloth.rgb) > 0.25 else 0.25)
    panel = cloth.of("leather", shade(cloth.rgb, -0.08)).still()
    toe = spline([(0.42, 0.06, SHARP), (0.39, 0.2), (0.46, 0.36, SHARP), (0.95, 0.40, SHARP),
                  (0.95, 0.0, SHARP)])
    cap = made_of("rubber", rgb_of("white")) if rng.random() < 0.25 else panel
    canvas.lay(toe, cap, bulge=0.06, soft=0.05, lift=0.25, within=body)
    heel = spline([(-0.85, rise - 0.1, SHARP), (-0.58, rise + 0.06, SHARP), (-0.56, 0.12),
                   (-0.50, 0.36, SHARP), (-0.85, 0.4, SHARP)])
    canvas.lay(heel, cloth.of("leather", second if rng.random() < 0.4 else panel.rgb).still(),
               bulge=0.05, soft=0.04,
               lift=0.25, within=body)
    stay = spline([(-0.36, rise - 0.02, SHARP), (-0.22, rise - 0.02, SHARP), (0.20, 0.04),
                   (0.33, 0.09, SHARP), (0.24, 0.16),
                   (0.02, 0.12), (-0.26, rise + 0.20, SHARP)])
    piece = canvas.lay(stay, panel, bulge=0.02, soft=0.03, lift=0.25, within=body)
    holes = np.linspace(0.1, 0.9, 5)
    for share in holes:
        canvas.tint(ellipse(-0.24 + 0.46 * share, rise + 0.12 + (0.01 - rise) * share, 0.012),
                    (0.1, 0.1, 0.1), within=piece)
    _flank(canvas, second, body, rng)


def _flank(canvas: Canvas, rgb: np.ndarray, body: Stencil, rng: np.random.Generator) -> None:
    """Paint the mark on the side: bars, a sweep, or nothing."""
    mark = int(rng.integers(3))
    if mark == 0:
        for step in range(3):
            x = -0.22 + 0.12 * step
            canvas.tint(np.array([(x, 0.36), (x + 0.055, 0.36), (x + 0.0, 0.04 + 0.03 * step),
                                  (x - 0.055, 0.04 + 0.03 * step)]),
                        rgb, within=body, opacity=0.92)
    elif mark == 1:
        sweep = spline([(-0.45, 0.30, SHARP), (-0.1, 0.25), (0.28, 0.13, SHARP), (-0.02, 0.32),
                        (-0.30, 0.355)])
        canvas.tint(sweep, rgb, within=body, opacity=0.92)
    else:
        canvas.seam([spline([(-0.5, 0.12), (-0.2, 0.2), (0.1, 0.22), (0.42, 0.3)], closed=False)],
                    darkness=0.2, within=body)


def _sneaker_sole(canvas: Canvas, rubber: Cloth, floor: float, thick: float, chunky: bool,
                  rng: np.random.Generator) -> None:
    sole = spline([
        (-0.755, floor - thick - 0.03), (-0.4, floor - thick + 0.012), (0.1, floor - thick + 0.012), (0.6, floor - thick - 0.02),
        (0.80, floor - thick - 0.07, SHARP), (0.845, floor - thick + 0.01), (0.80, floor - 0.035), (0.64, floor),
        (0.0, floor), (-0.62, floor), (-0.76, floor - 0.03, SHARP), (-0.775, floor - 0.5 * thick),
    ])
    piece = canvas.lay(sole, rubber, bulge=0.05, soft=0.035, lift=0.5)
    line = spline([(-0.8, floor - 0.45 * thick), (0.1, floor - 0.40 * thick),
                   (0.85, floor - 0.6 * thick)], closed=False)
    if rng.random() < 0.5:
        canvas.seam([line], darkness=0.35, width=0.012, within=piece)
    if chunky:
        grooves = [np.array([(x, floor - 0.4 * thick),
                             (x + 0.02, floor + 0.01)]) for x in np.arange(-0.72, 0.8, 0.09)]
        canvas.seam(grooves, darkness=0.3, width=0.016, within=piece)
    out = made_of("rubber", (0.25, 0.2, 0.17) if rng.random() < 0.4 else shade(rubber.rgb, -0.25))
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
        thread_laces(canvas, (front - 0.045, max(tall + 0.08, foot - 0.75)),
                     (front + 0.16, floor - 0.36), 6, lace, wide=0.13)
    elif closure == "zip":
        line = spline([(back + 0.24, tall + 0.05), (back + 0.25, 0.5 * (tall + foot)),
                       (back + 0.22, foot - 0.08)], closed=False)
        canvas.seam([line], darkness=0.45, width=0.026, within=body)
        canvas.stitch(line, METALS["silver"], dash=0.02, width=0.014, within=body)
    elif tall > -0.5:
        panel = spline([(back + 0.17, tall + 0.04, SHARP), (front - 0.14, tall + 0.04, SHARP),
                        (front - 0.17, foot - 0.30), (back + 0.2, foot - 0.30)])
        canvas.lay(panel, cloth.of("corduroy", shade(cloth.rgb, -0.25)), bulge=-0.02, soft=0.02,
                   lift=0.0, within=body)
    canvas.seam([spline([(back - 0.05, foot - 0.22), (back + 0.2, foot - 0.26),
                         (front + 0.05, foot - 0.2), (front + 0.2, floor - 0.1)],
                        closed=False)], darkness=0.2, within=body)


def _shaft_mouth(canvas: Canvas, cloth: Cloth, back: float, front: float, tall: float) -> None:
    inside = cloth.of("suede", shade(cloth.rgb, -0.45)).still()
    canvas.lay(ellipse(0.5 * (back + front), tall + 0.008, 0.5 * (front - back), 0.05), inside,
               bulge=-0.03, soft=0.03, lift=0)


def _boot_creases(canvas: Canvas, body: Stencil, back: float, front: float, foot: float,
                  tall: float,
                  rng: np.random.Generator) -> None:
    lines = []
    for y in (foot - 0.32, foot - 0.25, *rng.uniform(tall + 0.2, foot - 0.3, 2)):
        lines.append(spline([(front + 0.04, y - 0.03), (0.5 * (front + back), y + 0.03),
                             (back + 0.1, y - rng.uniform(-0.02, 0.05))],
                            closed=False))
    for x in (front + 0.2, front + 0.27):
        lines.append(spline([(x - 0.02, foot - 0.15), (x + 0.02, foot + 0.02)], closed=False))
    canvas.crease(lines, width=0.04, depth=0.03, within=body)


def _sole_rubber(rng: np.random.Generator) -> Cloth:
    return made_of("rubber", (0.12, 0.11, 0.11) if rng.random() < 0.7 else (0.42, 0.28, 0.17))


def _boot_heel(canvas: Canvas, back: float, front: float, floor: float, lift: float,
               rng: np.random.Generator) -> None:
    """Set the heel and the thin sole that the foot then stands on."""
    dark, foot = _sole_rubber(rng), floor - lift
    slim = 0.24 if lift < 0.25 else 0.13
    heel = spline([(back - 0.03, foot - 0.08, SHARP), (back + 0.31, foot - 0.03, SHARP),
                   (back + slim + 0.02, foot + 0.5 * lift),
                   (back + slim, floor, SHARP), (back + 0.03, floor, SHARP), (back + 0.005, foot + 0.4 * lift)])
    canvas.lay(heel, dark, bulge=0.06, soft=0.04)
    line = [(back + 0.02, foot - 0.03), (-0.22, foot + 0.005), (front + 0.10, floor - 0.055),
            (front + 0.33, floor - 0.04),
            (front + 0.58, floor - 0.06)]
    canvas.lay(ribbon(line, [0.06, 0.06, 0.075, 0.08, 0.06]), dark, bulge=0.03, soft=0.02, lift=0.0)


def _boot_sole(canvas: Canvas, back: float, front: float, floor: float,
               rng: np.random.Generator) -> None:
    """Lay a flat lugged sole."""
    sole = spline([(back - 0.045, floor - 0.10, SHARP), (-0.2, floor - 0.085),
                   (front + 0.3, floor - 0.085), (front + 0.62, floor - 0.12, SHARP),
                   (front + 0.635, floor - 0.05), (front + 0.56, floor), (0.0, floor), (back, floor), (back - 0.05, floor - 0.03)])
    piece = canvas.lay(sole, _sole_rubber(rng), bulge=0.04, soft=0.03, lift=0.45)
    canvas.seam([np.array([(x, floor - 0.035),
                           (x, floor + 0.01)]) for x in np.arange(back, front + 0.6, 0.075)],
                darkness=0.45, width=0.018, within=piece)


SHOES: tuple[Kind, ...] = (
    Kind("sneaker", draw_sneaker, ("solid", "solid", "solid", "solid", "colour block", "checked",
                                   "camouflage", "floral",
                                   "animal print"),
         ("canvas", "canvas", "leather", "mesh", "suede"),
         details={"cut": ("low-top", "low-top", "high-top"), "sole": ("flat", "flat", "chunky")},
         pattern_period=0.17, standing=True, turn=0.05, may_face_left=True),
    Kind("boot", draw_boot, ("solid",), ("leather", "leather", "suede", "rubber"),
         ("Men", "Women", "Women"),
         {"shaft": ("ankle", "ankle", "mid-calf", "knee-high"),
          "heel": ("flat", "flat", "block", "high"),
          "closure": ("lace-up", "lace-up", "zip", "pull-on")}, standing=True, turn=0.04, may_face_left=True),
)
"""Closed shoes."""
