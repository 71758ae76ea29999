"""Sneaker, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, made_of
from engine.drawing.kinds.trimmings import thread_laces
from engine.drawing.outline import SHARP, box, curve, ellipse, spline
from engine.drawing.palette import lightness, rgb_of, shade
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
    upper = spline(
        (-0.70, floor - thick, SHARP),
        (-0.735, 0.12),
        (-0.70, rise + 0.12),
        (-0.69, rise - 0.03, SHARP),
        (-0.50, rise + 0.09),
        (-0.27, rise + 0.03 if high else rise + 0.015, SHARP),
        (-0.10, -0.12 if high else -0.03),
        (0.14, 0.06),
        (0.40, 0.105),
        (0.64, 0.14),
        (0.785, 0.24),
        (0.80, floor - thick, SHARP),
    )
    body = canvas.lay(upper, cloth, bulge=0.11, soft=0.08, lift=0.3)
    _sneaker_panels(canvas, cloth, body, rise, high, rng)
    _sneaker_sole(canvas, made_of("rubber", sole_rgb), floor, thick, chunky, rng)
    lace = (
        rgb_of("white")
        if lightness(cloth.rgb) < 0.75 and rng.random() < 0.75
        else shade(cloth.rgb, -0.5)
    )
    thread_laces(canvas, (-0.23, rise + 0.04), (0.22, 0.075), 7 if high else 5, lace)


def _opening(canvas: Canvas, cloth: Cloth, rise: float, high: bool) -> None:
    """Show the inside of the collar and the tongue."""
    inside = cloth.of("cotton", shade(cloth.rgb, -0.45)).still()
    canvas.lay(
        spline(
            (-0.69, rise - 0.02),
            (-0.55, rise - 0.065),
            (-0.36, rise - 0.04),
            (-0.27, rise + 0.06),
            (-0.5, rise + 0.16),
        ),
        inside,
        bulge=-0.03,
        soft=0.03,
        lift=0,
    )
    tongue = spline(
        (-0.42, rise + 0.0),
        (-0.345, rise - 0.10, SHARP),
        (-0.21, rise - 0.075, SHARP),
        (0.10, 0.02),
        (0.0, 0.12),
        (-0.30, rise + 0.12),
    )
    canvas.lay(tongue, cloth.plain(shade(cloth.rgb, 0.12)).still(), bulge=0.05, soft=0.03)


def _sneaker_panels(
    canvas: Canvas, cloth: Cloth, body: Stencil, rise: float, high: bool, rng: np.random.Generator
) -> None:
    """Sew on toe cap, heel, eyestay and the maker's stripes."""
    second = (
        cloth.accent
        if cloth.accents
        else shade(cloth.rgb, -0.22 if lightness(cloth.rgb) > 0.25 else 0.25)
    )
    panel = cloth.of("leather", shade(cloth.rgb, -0.08)).still()
    toe = spline(
        (0.42, 0.06, SHARP),
        (0.39, 0.2),
        (0.46, 0.36, SHARP),
        (0.95, 0.40, SHARP),
        (0.95, 0.0, SHARP),
    )
    cap = made_of("rubber", rgb_of("white")) if rng.random() < 0.25 else panel
    canvas.lay(toe, cap, bulge=0.06, soft=0.05, lift=0.25, within=body)
    heel = spline(
        (-0.85, rise - 0.1, SHARP),
        (-0.58, rise + 0.06, SHARP),
        (-0.56, 0.12),
        (-0.50, 0.36, SHARP),
        (-0.85, 0.4, SHARP),
    )
    canvas.lay(
        heel,
        cloth.of("leather", second if rng.random() < 0.4 else panel.rgb).still(),
        bulge=0.05,
        soft=0.04,
        lift=0.25,
        within=body,
    )
    stay = spline(
        (-0.36, rise - 0.02, SHARP),
        (-0.22, rise - 0.02, SHARP),
        (0.20, 0.04),
        (0.33, 0.09, SHARP),
        (0.24, 0.16),
        (0.02, 0.12),
        (-0.26, rise + 0.20, SHARP),
    )
    piece = canvas.lay(stay, panel, bulge=0.02, soft=0.03, lift=0.25, within=body)
    holes = np.linspace(0.1, 0.9, 5)
    for share in holes:
        canvas.tint(
            ellipse(-0.24 + 0.46 * share, rise + 0.12 + (0.01 - rise) * share, 0.012),
            (0.1, 0.1, 0.1),
            within=piece,
        )
    _flank(canvas, second, body, rng)


def _flank(canvas: Canvas, rgb: np.ndarray, body: Stencil, rng: np.random.Generator) -> None:
    """Paint the mark on the side: bars, a sweep, or nothing."""
    mark = int(rng.integers(3))
    if mark == 0:
        for step in range(3):
            x = -0.22 + 0.12 * step
            canvas.tint(
                np.array(
                    [
                        (x, 0.36),
                        (x + 0.055, 0.36),
                        (x + 0.0, 0.04 + 0.03 * step),
                        (x - 0.055, 0.04 + 0.03 * step),
                    ]
                ),
                rgb,
                within=body,
                opacity=0.92,
            )
    elif mark == 1:
        sweep = spline(
            (-0.45, 0.30, SHARP), (-0.1, 0.25), (0.28, 0.13, SHARP), (-0.02, 0.32), (-0.30, 0.355)
        )
        canvas.tint(sweep, rgb, within=body, opacity=0.92)
    else:
        canvas.seam(
            [curve((-0.5, 0.12), (-0.2, 0.2), (0.1, 0.22), (0.42, 0.3))], darkness=0.2, within=body
        )


def _sneaker_sole(
    canvas: Canvas,
    rubber: Cloth,
    floor: float,
    thick: float,
    chunky: bool,
    rng: np.random.Generator,
) -> None:
    sole = spline(
        (-0.755, floor - thick - 0.03),
        (-0.4, floor - thick + 0.012),
        (0.1, floor - thick + 0.012),
        (0.6, floor - thick - 0.02),
        (0.80, floor - thick - 0.07, SHARP),
        (0.845, floor - thick + 0.01),
        (0.80, floor - 0.035),
        (0.64, floor),
        (0.0, floor),
        (-0.62, floor),
        (-0.76, floor - 0.03, SHARP),
        (-0.775, floor - 0.5 * thick),
    )
    piece = canvas.lay(sole, rubber, bulge=0.05, soft=0.035, lift=0.5)
    line = curve(
        (-0.8, floor - 0.45 * thick), (0.1, floor - 0.40 * thick), (0.85, floor - 0.6 * thick)
    )
    if rng.random() < 0.5:
        canvas.seam([line], darkness=0.35, width=0.012, within=piece)
    if chunky:
        grooves = [
            np.array([(x, floor - 0.4 * thick), (x + 0.02, floor + 0.01)])
            for x in np.arange(-0.72, 0.8, 0.09)
        ]
        canvas.seam(grooves, darkness=0.3, width=0.016, within=piece)
    out = made_of("rubber", (0.25, 0.2, 0.17) if rng.random() < 0.4 else shade(rubber.rgb, -0.25))
    canvas.lay(box(-0.9, floor - 0.025, 0.9, floor + 0.05), out, bulge=0, lift=0, within=piece)


SNEAKER = Kind(
    name="sneaker",
    draw=draw_sneaker,
    patterns=(
        "solid",
        "solid",
        "solid",
        "solid",
        "colour block",
        "checked",
        "camouflage",
        "floral",
        "animal print",
    ),
    materials=("canvas", "canvas", "leather", "mesh", "suede"),
    details={"cut": ("low-top", "low-top", "high-top"), "sole": ("flat", "flat", "chunky")},
    pattern_period=0.17,
    standing=True,
    turn=0.05,
    may_face_left=True,
)
