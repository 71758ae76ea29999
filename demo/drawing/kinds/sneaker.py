"""Sneaker, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of
from demo.drawing.kinds.trimmings import thread_laces
from demo.drawing.outline import SHARP, Points, box, curve, ellipse, spline
from demo.drawing.palette import Paint, against, lightness, rgb_of, shade
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil

_FLOOR = 0.42
_TOE = spline(
    (0.42, 0.06, SHARP),
    (0.39, 0.2),
    (0.46, 0.36, SHARP),
    (0.95, 0.40, SHARP),
    (0.95, 0.0, SHARP),
)


def draw_sneaker(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a sneaker: rubber sole, toe cap, laces, a mark on the flank; low or high."""
    high = product.details["cut"] == "high-top"
    rise = -0.44 if high else -0.12
    thick = 0.165 if product.details["sole"] == "chunky" else 0.115
    sole = rgb_of("white") if rng.random() < 0.72 else shade(cloth.rgb, -0.4)
    _lay_opening(canvas, cloth, rise)
    body = canvas.lay(_upper(rise, thick, high), cloth, bulge=0.11, soft=0.08, lift=0.3)
    _sew_panels(canvas, cloth, body, rise, rng)
    _lay_sole(canvas, made_of("rubber", sole), thick, rng)
    is_pale = lightness(cloth.rgb) >= 0.75 or rng.random() < 0.25
    lace = shade(cloth.rgb, -0.5) if is_pale else rgb_of("white")
    thread_laces(canvas, (-0.23, rise + 0.04), (0.22, 0.075), 7 if high else 5, lace)


def _upper(rise: float, thick: float, high: bool) -> Points:
    """Return the outline of everything above the sole."""
    return spline(
        (-0.70, _FLOOR - thick, SHARP),
        (-0.735, 0.12),
        (-0.70, rise + 0.12),
        (-0.69, rise - 0.03, SHARP),
        (-0.50, rise + 0.09),
        (-0.27, rise + (0.03 if high else 0.015), SHARP),
        (-0.10, -0.12 if high else -0.03),
        (0.14, 0.06),
        (0.40, 0.105),
        (0.64, 0.14),
        (0.785, 0.24),
        (0.80, _FLOOR - thick, SHARP),
    )


def _lay_opening(canvas: Canvas, cloth: Cloth, rise: float) -> None:
    """Show the inside of the collar and the tongue."""
    inside = cloth.of("cotton", shade(cloth.rgb, -0.45)).still()
    collar = spline(
        (-0.69, rise - 0.02),
        (-0.55, rise - 0.065),
        (-0.36, rise - 0.04),
        (-0.27, rise + 0.06),
        (-0.5, rise + 0.16),
    )
    canvas.lay(collar, inside, bulge=-0.03, soft=0.03, lift=0)
    tongue = spline(
        (-0.42, rise),
        (-0.345, rise - 0.10, SHARP),
        (-0.21, rise - 0.075, SHARP),
        (0.10, 0.02),
        (0.0, 0.12),
        (-0.30, rise + 0.12),
    )
    canvas.lay(tongue, cloth.plain(shade(cloth.rgb, 0.12)).still(), bulge=0.05, soft=0.03)


def _sew_panels(
    canvas: Canvas, cloth: Cloth, body: Stencil, rise: float, rng: np.random.Generator
) -> None:
    """Sew on toe cap, heel, eyestay and the maker's mark."""
    second = cloth.accent if cloth.accents else against(cloth.rgb, 0.22)
    panel = cloth.of("leather", shade(cloth.rgb, -0.08)).still()
    cap = made_of("rubber", rgb_of("white")) if rng.random() < 0.25 else panel
    canvas.lay(_TOE, cap, bulge=0.06, soft=0.05, lift=0.25, within=body)
    heel = spline(
        (-0.85, rise - 0.1, SHARP),
        (-0.58, rise + 0.06, SHARP),
        (-0.56, 0.12),
        (-0.50, 0.36, SHARP),
        (-0.85, 0.4, SHARP),
    )
    counter = panel.plain(second) if rng.random() < 0.4 else panel
    canvas.lay(heel, counter, bulge=0.05, soft=0.04, lift=0.25, within=body)
    _sew_eyestay(canvas, panel, body, rise)
    _mark_flank(canvas, second, body, rng)


def _sew_eyestay(canvas: Canvas, panel: Cloth, body: Stencil, rise: float) -> None:
    """Sew on the panel with the holes for the laces."""
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
    for share in np.linspace(0.1, 0.9, 5):
        hole = ellipse(-0.24 + 0.46 * share, rise + 0.12 + (0.01 - rise) * share, 0.012)
        canvas.tint(hole, (0.1, 0.1, 0.1), within=piece)


def _mark_flank(canvas: Canvas, paint: Paint, body: Stencil, rng: np.random.Generator) -> None:
    """Paint the maker's mark on the side: bars, a sweep, or only a seam."""
    mark = int(rng.integers(3))
    if mark == 0:
        for step in range(3):
            x, top = -0.22 + 0.12 * step, 0.04 + 0.03 * step
            bar = np.array([(x, 0.36), (x + 0.055, 0.36), (x, top), (x - 0.055, top)])
            canvas.tint(bar, paint, within=body, opacity=0.92)
    elif mark == 1:
        sweep = spline(
            (-0.45, 0.30, SHARP), (-0.1, 0.25), (0.28, 0.13, SHARP), (-0.02, 0.32), (-0.30, 0.355)
        )
        canvas.tint(sweep, paint, within=body, opacity=0.92)
    else:
        seam = curve((-0.5, 0.12), (-0.2, 0.2), (0.1, 0.22), (0.42, 0.3))
        canvas.seam([seam], darkness=0.2, within=body)


def _lay_sole(canvas: Canvas, rubber: Cloth, thick: float, rng: np.random.Generator) -> None:
    """Lay the sole, with a line along its side or, when thick, with grooves."""
    floor = _FLOOR
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
    if rng.random() < 0.5:
        foxing = curve(
            (-0.8, floor - 0.45 * thick), (0.1, floor - 0.40 * thick), (0.85, floor - 0.6 * thick)
        )
        canvas.seam([foxing], darkness=0.35, width=0.012, within=piece)
    if thick > 0.14:
        places = np.arange(-0.72, 0.8, 0.09)
        grooves = [np.array([(x, floor - 0.4 * thick), (x + 0.02, floor + 0.01)]) for x in places]
        canvas.seam(grooves, darkness=0.3, width=0.016, within=piece)
    out = made_of("rubber", (0.25, 0.2, 0.17) if rng.random() < 0.4 else shade(rubber.rgb, -0.25))
    canvas.lay(box(-0.9, floor - 0.025, 0.9, floor + 0.05), out, bulge=0, lift=0, within=piece)


SNEAKER = Kind(
    name="sneaker",
    draw=draw_sneaker,
    patterns={
        "solid": 4,
        "colour block": 1,
        "checked": 1,
        "camouflage": 1,
        "floral": 1,
        "animal print": 1,
    },
    materials={"canvas": 2, "leather": 1, "mesh": 1, "suede": 1},
    details={"cut": {"low-top": 2, "high-top": 1}, "sole": {"flat": 2, "chunky": 1}},
    pattern_period=0.17,
    standing=True,
    turn=0.05,
    zoom=1.1,
    may_face_left=True,
)
