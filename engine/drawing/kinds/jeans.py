"""Jeans."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.legs import lay_legs, lay_waistband
from engine.drawing.kinds.trimmings import sew_buttons
from engine.drawing.outline import curve, ellipse, spline
from engine.drawing.palette import METALS, lightness
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil

_DENIM_COLOURS = (
    "blue",
    "blue",
    "blue",
    "navy blue",
    "navy blue",
    "black",
    "grey",
    "white",
    "red",
    "green",
    "olive",
    "beige",
    "brown",
)


def draw_jeans(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw jeans: faded thighs, rivets, orange thread, curved pockets."""
    body, m = lay_legs(canvas, cloth, rng, fit=product.details["fit"])
    if product.details["wash"] != "dark":
        strength = {"washed": 0.28, "light": 0.42, "ripped": 0.32}[product.details["wash"]]
        for side in (1.0, -1.0):
            _fade(canvas, side, m, strength, body)
    thread = (0.82, 0.58, 0.26) if lightness(cloth.rgb) < 0.7 else (0.6, 0.5, 0.4)
    for side in (1.0, -1.0):
        pocket = curve(
            (side * 0.10, m["top"] + 0.10),
            (side * 0.13, m["top"] + 0.19),
            (side * 0.22, m["top"] + 0.225),
            (side * 0.36, m["top"] + 0.20),
        )
        canvas.seam([pocket], darkness=0.35, width=0.012, within=body)
        canvas.stitch(pocket + (0, 0.014), thread, within=body)
        outer = curve(
            (side * (m["waist"] - 0.02), m["top"] + 0.1),
            (side * (m["hip"] - 0.025), m["top"] + 0.4),
            (side * (m["spread"] + 0.4 * m["ankle"]), m["bottom"]),
        )
        canvas.seam([outer], darkness=0.12, within=body)
        hem = np.array(
            [
                (side * m["spread"] - 0.3, m["bottom"] - 0.03),
                (side * m["spread"] + 0.3, m["bottom"] - 0.03),
            ]
        )
        canvas.stitch(hem, thread, within=body)
    canvas.stitch(
        curve((0.03, m["top"] + 0.11), (0.045, m["top"] + 0.3), (0.005, m["crotch"] - 0.04)),
        thread,
        within=body,
    )
    if product.details["wash"] == "ripped":
        _rips(canvas, m, body, rng)
    lay_waistband(canvas, m, cloth)
    canvas.stitch(np.array([(-m["waist"], m["top"] + 0.08), (m["waist"], m["top"] + 0.08)]), thread)
    sew_buttons(canvas, 0.0, (m["top"] + 0.06,), METALS["gold"], 0.021)


def _fade(canvas: Canvas, side: float, m: dict[str, float], strength: float, body: Stencil) -> None:
    """Wear the dye off the front of a thigh."""
    for scale, share in ((1.0, 0.35), (0.7, 0.4), (0.4, 0.4)):
        y = 0.55 * m["crotch"] + 0.45 * 0.5 * (m["crotch"] + m["bottom"])
        spot = ellipse(side * 0.18, y, 0.10 * scale, 0.34 * scale, tilt=side * 0.06)
        canvas.darken(spot, -strength * share, soft=0.05, within=body)


def _rips(canvas: Canvas, m: dict[str, float], body: Stencil, rng: np.random.Generator) -> None:
    """Tear the knees: pale threads across a hole."""
    for side in (1.0, -1.0):
        x, y = (
            side * (0.2 + rng.normal(0, 0.02)),
            0.5 * (m["crotch"] + m["bottom"]) - rng.uniform(-0.1, 0.2),
        )
        hole = spline((x - 0.075, y), (x, y - 0.03), (x + 0.075, y + 0.005), (x, y + 0.035))
        canvas.tint(hole, (0.93, 0.92, 0.9), within=body)
        canvas.seam(
            [np.array([(x - 0.07, y + d), (x + 0.07, y + d)]) for d in (-0.012, 0.008, 0.022)],
            darkness=0.3,
        )


JEANS = Kind(
    name="jeans",
    draw=draw_jeans,
    patterns=("solid",),
    materials=("denim",),
    genders=("Men", "Women"),
    details={
        "fit": ("slim", "slim", "straight", "flared"),
        "wash": ("dark", "washed", "washed", "light", "ripped"),
    },
    colours=_DENIM_COLOURS,
)
