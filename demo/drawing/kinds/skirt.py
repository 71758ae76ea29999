"""Skirt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.kinds.swing import Sweep, press_gathers, press_pleats, wavy_hem
from demo.drawing.kinds.trimmings import sew_buttons
from demo.drawing.outline import SHARP, Points, ellipse, symmetric
from demo.drawing.palette import against, shade, trim_of
from demo.drawing.product import Kind, Product


def draw_skirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a skirt: A-line, pencil or pleated, with its waistband."""
    cut, length = product.details["cut"], product.details["length"]
    sweep = Sweep(
        top=-0.84 if length == "maxi" else -0.50,
        bottom={"mini": 0.40, "knee-length": 0.62, "maxi": 0.88}[length],
        waist=0.29 * rng.uniform(0.93, 1.06),
        hem={"a-line": 0.56, "pencil": 0.31, "pleated": 0.64}[cut] * rng.uniform(0.93, 1.06),
    )
    inside = cloth.plain(shade(cloth.rgb, -0.4)).still()
    canvas.lay(ellipse(0, sweep.top, sweep.waist * 0.99, 0.035), inside, bulge=0, lift=0)
    body = canvas.lay(_outline(sweep, cut, rng), cloth, bulge=0.09, soft=0.07)
    hanging = replace(sweep, top=sweep.top + 0.08)
    if cut == "pleated":
        press_pleats(canvas, hanging, body)
    elif cut == "a-line":
        press_gathers(canvas, hanging, body, rng, n_folds=10, depth=0.055)
    else:
        press_gathers(canvas, hanging, body, rng, n_folds=4, depth=0.025)
    _sew_waistband(canvas, sweep, cloth, rng)


def _outline(sweep: Sweep, cut: str, rng: np.random.Generator) -> Points:
    """Return the outline from the waist to the hem."""
    is_narrow = cut == "pencil"
    y = sweep.top + (0.38 if is_narrow else 0.42 * (sweep.bottom - sweep.top))
    hips = 0.40 if is_narrow else sweep.waist + 0.48 * (sweep.hem - sweep.waist)
    hem = wavy_hem(sweep, rng, wave=0.003 if is_narrow else 0.014)
    return symmetric((0.0, sweep.top + 0.022), (sweep.waist, sweep.top, SHARP), (hips, y), *hem)


def _sew_waistband(canvas: Canvas, sweep: Sweep, cloth: Cloth, rng: np.random.Generator) -> None:
    """Sew on the waistband, perhaps of another shade, perhaps with a button."""
    band = symmetric(
        (0.0, sweep.top + 0.02),
        (sweep.waist, sweep.top, SHARP),
        (sweep.waist + 0.012, sweep.top + 0.085, SHARP),
        (0.0, sweep.top + 0.108),
    )
    fabric = cloth.plain(trim_of(cloth.rgb) if rng.random() < 0.3 else None).still()
    canvas.lay(band, fabric, bulge=0.03, soft=0.02, lift=0.3)
    if rng.random() < 0.5:
        sew_buttons(canvas, 0.0, (sweep.top + 0.065,), against(cloth.rgb, 0.5), 0.02)


SKIRT = Kind(
    name="skirt",
    draw=draw_skirt,
    patterns={
        "solid": 3,
        "floral": 2,
        "polka dot": 1,
        "horizontal stripes": 1,
        "vertical stripes": 1,
        "checked": 2,
        "animal print": 1,
        "colour block": 1,
    },
    materials={"cotton": 1, "denim": 1, "satin": 1, "wool": 1, "leather": 1, "polyester": 1},
    genders={"Women": 1},
    details={
        "cut": {"a-line": 2, "pencil": 1, "pleated": 1},
        "length": {"mini": 2, "knee-length": 1, "maxi": 1},
    },
)
