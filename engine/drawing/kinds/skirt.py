"""Skirt."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.kinds.swing import press_gathers, wavy_hem
from engine.drawing.kinds.trimmings import sew_buttons
from engine.drawing.outline import SHARP, Knot, ellipse, symmetric
from engine.drawing.palette import lightness, shade, trim_of
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_skirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a skirt: A-line, pencil or pleated, with its waistband."""
    cut = product.details["cut"]
    bottom = {"mini": 0.40, "knee-length": 0.62, "maxi": 0.88}[product.details["length"]]
    top = -0.50 if product.details["length"] != "maxi" else -0.84
    waist = 0.29 * rng.uniform(0.93, 1.06)
    half_hem = {"a-line": 0.56, "pencil": 0.31, "pleated": 0.64}[cut] * rng.uniform(0.93, 1.06)
    hips: Knot = (
        (0.40, top + 0.38)
        if cut == "pencil"
        else (waist + 0.48 * (half_hem - waist), top + 0.42 * (bottom - top))
    )
    half = [(0.0, top - 0.012), (waist, top, SHARP), hips]
    half += wavy_hem(half_hem, bottom, rng, wave=0.003 if cut == "pencil" else 0.014)
    canvas.lay(
        ellipse(0, top, waist * 0.99, 0.035),
        cloth.plain(shade(cloth.rgb, -0.4)).still(),
        bulge=0,
        lift=0,
    )
    body = canvas.lay(symmetric((0.0, top + 0.022), *half[1:]), cloth, bulge=0.09, soft=0.07)
    if cut == "pleated":
        _pleats(canvas, top + 0.08, bottom, waist, half_hem, body)
    else:
        press_gathers(
            canvas,
            top + 0.08,
            bottom,
            waist,
            half_hem,
            body,
            rng,
            n=10 if cut == "a-line" else 4,
            depth=0.055 if cut == "a-line" else 0.025,
        )
    band = symmetric(
        (0.0, top + 0.02),
        (waist, top, SHARP),
        (waist + 0.012, top + 0.085, SHARP),
        (0.0, top + 0.108),
    )
    canvas.lay(
        band,
        cloth.plain(trim_of(cloth.rgb) if rng.random() < 0.3 else None).still(),
        bulge=0.03,
        soft=0.02,
        lift=0.3,
    )
    if rng.random() < 0.5:
        sew_buttons(
            canvas,
            0.0,
            (top + 0.065,),
            shade(cloth.rgb, 0.5 if lightness(cloth.rgb) < 0.5 else -0.5),
            0.02,
        )


def _pleats(
    canvas: Canvas, top: float, bottom: float, waist: float, hem: float, piece: Stencil
) -> None:
    """Press knife pleats: straight, even, sharp."""
    shares = np.linspace(-0.9, 0.9, 13)
    lines = [np.array([(share * waist, top), (share * hem, bottom + 0.03)]) for share in shares]
    canvas.crease(lines, width=0.035, depth=0.06, within=piece)
    canvas.seam(lines, darkness=0.22, within=piece)


SKIRT = Kind(
    name="skirt",
    draw=draw_skirt,
    patterns=(
        "solid",
        "solid",
        "solid",
        "floral",
        "floral",
        "polka dot",
        "horizontal stripes",
        "vertical stripes",
        "checked",
        "checked",
        "animal print",
        "colour block",
    ),
    materials=("cotton", "denim", "satin", "wool", "leather", "polyester"),
    genders=("Women",),
    details={
        "cut": ("a-line", "a-line", "pencil", "pleated"),
        "length": ("mini", "mini", "knee-length", "maxi"),
    },
)
