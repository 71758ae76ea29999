"""Jeans."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.legs import Legs, lay_legs, lay_waistband
from demo.drawing.kinds.trimmings import sew_buttons
from demo.drawing.outline import curve, ellipse, shifted, spline
from demo.drawing.palette import METALS, Paint, lightness
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil

_FADING = {"dark": 0.0, "washed": 0.28, "light": 0.42, "ripped": 0.32}


def draw_jeans(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw jeans: faded thighs, coloured thread, curved pockets, perhaps torn knees."""
    legs = Legs.of_fit(product.details["fit"], -0.86, 0.90, rng)
    body = lay_legs(canvas, cloth, legs, rng)
    wash = product.details["wash"]
    _fade(canvas, legs, _FADING[wash], body)
    thread = (0.82, 0.58, 0.26) if lightness(cloth.rgb) < 0.7 else (0.6, 0.5, 0.4)
    for side in (1.0, -1.0):
        _sew_leg(canvas, legs, side, thread, body)
    fly = curve((0.03, legs.top + 0.11), (0.045, legs.top + 0.3), (0.005, legs.crotch - 0.04))
    canvas.stitch(fly, thread, within=body)
    hem = np.array([(-0.9, legs.bottom - 0.03), (0.9, legs.bottom - 0.03)])
    canvas.stitch(hem, thread, within=body)
    if wash == "ripped":
        _tear_knees(canvas, legs, body, rng)
    lay_waistband(canvas, legs, cloth)
    band = np.array([(-legs.waist, legs.top + 0.08), (legs.waist, legs.top + 0.08)])
    canvas.stitch(band, thread)
    sew_buttons(canvas, 0.0, (legs.top + 0.06,), METALS["gold"], 0.021)


def _sew_leg(canvas: Canvas, legs: Legs, side: float, thread: Paint, body: Stencil) -> None:
    """Sew the pocket and the outer seam of one leg."""
    pocket = curve(
        (side * 0.10, legs.top + 0.10),
        (side * 0.13, legs.top + 0.19),
        (side * 0.22, legs.top + 0.225),
        (side * 0.36, legs.top + 0.20),
    )
    canvas.seam([pocket], darkness=0.35, width=0.012, within=body)
    canvas.stitch(shifted(pocket, 0.0, 0.014), thread, within=body)
    outer = curve(
        (side * (legs.waist - 0.02), legs.top + 0.1),
        (side * (legs.hip - 0.025), legs.top + 0.4),
        (side * (legs.spread + 0.4 * legs.ankle), legs.bottom),
    )
    canvas.seam([outer], darkness=0.12, within=body)


def _fade(canvas: Canvas, legs: Legs, strength: float, body: Stencil) -> None:
    """Wear the dye off the front of the thighs."""
    y = 0.55 * legs.crotch + 0.45 * legs.middle
    for side in (1.0, -1.0):
        for scale, share in ((1.0, 0.35), (0.7, 0.4), (0.4, 0.4)):
            spot = ellipse(side * 0.18, y, 0.10 * scale, 0.34 * scale, tilt=side * 0.06)
            canvas.darken(spot, -strength * share, soft=0.05, within=body)


def _tear_knees(canvas: Canvas, legs: Legs, body: Stencil, rng: np.random.Generator) -> None:
    """Tear the knees: pale threads across a hole."""
    for side in (1.0, -1.0):
        x, y = side * (0.2 + rng.normal(0, 0.02)), legs.middle - rng.uniform(-0.1, 0.2)
        hole = spline((x - 0.075, y), (x, y - 0.03), (x + 0.075, y + 0.005), (x, y + 0.035))
        canvas.tint(hole, (0.93, 0.92, 0.9), within=body)
        heights = (y - 0.012, y + 0.008, y + 0.022)
        threads = [np.array([(x - 0.07, height), (x + 0.07, height)]) for height in heights]
        canvas.seam(threads, darkness=0.3)


JEANS = Kind(
    name="jeans",
    draw=draw_jeans,
    patterns={"solid": 1},
    materials={"denim": 1},
    genders={"Men": 1, "Women": 1},
    details={
        "fit": {"slim": 2, "straight": 1, "flared": 1},
        "wash": {"dark": 1, "washed": 2, "light": 1, "ripped": 1},
    },
    colours={
        "blue": 3,
        "navy blue": 2,
        "black": 1,
        "grey": 1,
        "white": 1,
        "red": 1,
        "green": 1,
        "olive": 1,
        "beige": 1,
        "brown": 1,
    },
)
