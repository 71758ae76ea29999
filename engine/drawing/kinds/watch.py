"""Wrist watch, seen from the front."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, made_of, polished
from engine.drawing.outline import SHARP, box, ellipse, ribbon, symmetric
from engine.drawing.palette import lightness, rgb_of, shade
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_watch(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a wrist watch from the front: strap or bracelet, case, dial, hands."""
    metal = polished(product.details["case"])
    round_case = product.details["shape"] == "round"
    wide = rng.uniform(0.25, 0.31)
    radius = rng.uniform(0.39, 0.45)
    bracelet = product.material == "metal"
    band = metal if bracelet else cloth.still()
    strap = symmetric(
        (0.0, -0.93),
        (wide * 0.72, -0.925, SHARP),
        (wide * 0.98, -0.4),
        (wide * 0.98, 0.4),
        (wide * 0.72, 0.925, SHARP),
        (0.0, 0.93),
    )
    piece = canvas.lay(strap, band, bulge=0.08, soft=0.05)
    canvas.darken(box(-0.5, -1.1, 0.5, -0.78), 0.35, soft=0.07, within=piece)
    canvas.darken(box(-0.5, 0.78, 0.5, 1.1), 0.35, soft=0.07, within=piece)
    if bracelet:
        _links(canvas, wide, piece)
    else:
        _strap_details(canvas, cloth, wide, piece)
    case = (
        ellipse(0, 0, radius)
        if round_case
        else box(-radius * 0.88, -radius, radius * 0.88, radius, radius=0.11)
    )
    for side in (-1.0, 1.0):
        canvas.lay(
            box(-wide - 0.01, side * radius - 0.10, wide + 0.01, side * radius + 0.06, radius=0.03),
            metal,
            bulge=0.04,
            soft=0.03,
        )
    canvas.lay(
        box(radius * 0.85, -0.045, radius + 0.065, 0.045, radius=0.02), metal, bulge=0.04, soft=0.02
    )
    canvas.lay(case, metal, bulge=0.10, soft=0.045, lift=0.5)
    inner = case * 0.84
    dial_rgb = _dial_colour(product, cloth, rng, bracelet)
    canvas.lay(inner * 1.03, made_of("metal", shade(metal.rgb, -0.45)), bulge=0, lift=0)
    face = canvas.lay(inner, made_of("rubber", dial_rgb), bulge=-0.03, soft=0.03, lift=0)
    _dial(canvas, radius * 0.84, dial_rgb, metal, round_case, rng)
    canvas.tint(
        np.array([(-0.5, -0.5), (-0.12, -0.5), (-0.42, 0.5), (-0.8, 0.5)]),
        (1, 1, 1),
        opacity=0.10,
        within=face,
    )


def _dial_colour(
    product: Product, cloth: Cloth, rng: np.random.Generator, bracelet: bool
) -> np.ndarray:
    """Return the dial's colour: the watch's own on a bracelet, else often white or black."""
    if bracelet or rng.random() < 0.5:
        return cloth.rgb
    return (
        rgb_of("white")
        if product.colour in ("white", "beige") or rng.random() < 0.5
        else rgb_of("black")
    )


def _links(canvas: Canvas, wide: float, piece: Stencil) -> None:
    rows = [np.array([(-0.5, y), (0.5, y)]) for y in np.arange(-0.93, 0.95, 0.085)]
    columns = [
        np.array([(side * wide * 0.36, -1.0), (side * wide * 0.36, 1.0)]) for side in (1, -1)
    ]
    canvas.crease(rows, width=0.024, depth=0.035, within=piece)
    canvas.seam([*rows, *columns], darkness=0.35, width=0.012, within=piece)


def _strap_details(canvas: Canvas, cloth: Cloth, wide: float, piece: Stencil) -> None:
    thread = shade(cloth.rgb, 0.4 if lightness(cloth.rgb) < 0.5 else -0.4)
    for side in (1.0, -1.0):
        canvas.stitch(
            np.array([(side * wide * 0.74, -0.9), (side * wide * 0.86, -0.42)]),
            thread,
            within=piece,
        )
        canvas.stitch(
            np.array([(side * wide * 0.86, 0.42), (side * wide * 0.74, 0.9)]), thread, within=piece
        )
    for y in (0.62, 0.70, 0.78):
        canvas.tint(ellipse(0, y, 0.018, 0.022), shade(cloth.rgb, -0.7), within=piece)


def _dial(
    canvas: Canvas,
    radius: float,
    rgb: np.ndarray,
    metal: Cloth,
    round_case: bool,
    rng: np.random.Generator,
) -> None:
    """Mark the hours and set the hands (near ten past ten, as shops like them)."""
    ink = rgb_of("white") if lightness(rgb) < 0.5 else rgb_of("black")
    marks = ink if rng.random() < 0.6 else shade(metal.rgb, -0.2 if lightness(rgb) > 0.6 else 0.1)
    for hour in range(12):
        angle = hour * np.pi / 6
        way = np.array([np.sin(angle), -np.cos(angle)])
        outer = 0.92 * radius if round_case else 0.9 * radius / max(abs(way[0]) * 1.12, abs(way[1]))
        inner = outer - radius * (0.22 if hour % 3 == 0 else 0.13)
        canvas.tint(
            ribbon(
                [tuple(way * inner), tuple(way * outer)], [0.034 if hour % 3 == 0 else 0.02] * 2
            ),
            marks,
        )
    if rng.random() < 0.45:
        for x, y in ((-0.42, 0.0), (0.42, 0.0), (0.0, 0.45)):
            canvas.tint(
                ellipse(x * radius, y * radius, 0.21 * radius),
                shade(rgb, 0.25 if lightness(rgb) < 0.5 else -0.2),
            )
            canvas.tint(
                ribbon(
                    [(x * radius, y * radius), (x * radius + 0.02, (y - 0.16) * radius)],
                    [0.014] * 2,
                ),
                ink,
            )
    for angle, reach, width in (
        (-1.05 + rng.normal(0, 0.05), 0.52, 0.042),
        (1.05 + rng.normal(0, 0.1), 0.76, 0.03),
        (rng.uniform(2, 4.3), 0.8, 0.011),
    ):
        tip = np.array([np.sin(angle), -np.cos(angle)]) * radius
        rgb_hand = ink if width > 0.02 else (0.8, 0.15, 0.12)
        canvas.tint(
            ribbon([tuple(-0.14 * tip), tuple(reach * tip)], [width, width * 0.6]), rgb_hand
        )
    canvas.tint(ellipse(0, 0, 0.028), metal.rgb)


WATCH = Kind(
    name="watch",
    draw=draw_watch,
    patterns=("solid",),
    materials=("leather", "leather", "rubber", "metal"),
    details={
        "case": ("silver", "silver", "gold", "gunmetal"),
        "shape": ("round", "round", "round", "square"),
    },
    turn=0.06,
)
