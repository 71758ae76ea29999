"""Legs: what trousers, jeans and shorts share."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth
from engine.drawing.outline import SHARP, Knot, Points, box, curve, ellipse, symmetric
from engine.drawing.palette import shade
from engine.drawing.stencil import Stencil


def lay_legs(
    canvas: Canvas,
    cloth: Cloth,
    rng: np.random.Generator,
    *,
    fit: str,
    bottom: float = 0.90,
    top: float = -0.86,
) -> tuple[Stencil, dict[str, float]]:
    """Lay the legs with their folds and waistband, and return the piece and its measures."""
    knee, ankle = {
        "slim": (0.235, 0.165),
        "straight": (0.27, 0.235),
        "wide": (0.31, 0.34),
        "flared": (0.235, 0.33),
        "short": (0.43, 0.43),
    }[fit]
    wide = rng.uniform(0.95, 1.06)
    m = {
        "top": top,
        "waist": 0.275 * wide,
        "hip": 0.355 * wide,
        "crotch": top + 0.53,
        "bottom": bottom,
        "spread": 0.235 + rng.uniform(-0.02, 0.05),
        "thigh": 0.012,
        "knee": knee * wide,
        "ankle": ankle * wide,
    }
    if fit == "short":
        m |= {
            "waist": 0.37 * wide,
            "hip": 0.455 * wide,
            "crotch": top + 0.60,
            "spread": 0.265 + rng.uniform(0.0, 0.025),
        }
    inner = cloth.plain(shade(cloth.rgb, -0.4)).still()
    canvas.lay(ellipse(0, top + 0.005, m["waist"] * 0.98, 0.03), inner, bulge=0, lift=0)
    body = canvas.lay(
        _legs(
            m["top"],
            m["waist"],
            m["hip"],
            m["crotch"],
            m["knee"],
            m["ankle"],
            m["bottom"],
            m["spread"],
            m["thigh"],
        ),
        cloth,
        bulge=0.085,
        soft=0.06,
    )
    _leg_creases(canvas, m, body, rng)
    fly = curve((0.0, top + 0.11), (0.015, top + 0.3), (0.0, m["crotch"]))
    canvas.seam([fly], darkness=0.35, width=0.012, within=body)
    return body, m


def _legs(
    top: float,
    waist: float,
    hip: float,
    crotch: float,
    knee: float,
    ankle: float,
    bottom: float,
    spread: float,
    thigh: float,
) -> Points:
    """Return the outline of a pair of trousers.

    `waist` and `hip` are half widths, `knee` and `ankle` the full widths of one leg, `spread` the
    distance of its middle from the picture's middle at the hem, `thigh` the gap's half width.
    """
    mid = 0.5 * (crotch + bottom)
    centre = 0.5 * (hip + thigh)
    knee_at = centre + 0.45 * (spread - centre)
    half: list[Knot] = [
        (0.0, top + 0.02),
        (waist, top, SHARP),
        (hip, 0.45 * top + 0.55 * crotch),
        (knee_at + knee / 2, mid),
        (spread + ankle / 2, bottom, SHARP),
        (spread, bottom + 0.012),
        (spread - ankle / 2, bottom, SHARP),
        (knee_at - knee / 2, mid),
        (thigh, crotch + 0.06),
        (0.0, crotch, SHARP),
    ]
    return symmetric(*half)


def _leg_creases(
    canvas: Canvas, m: dict[str, float], body: Stencil, rng: np.random.Generator
) -> None:
    """Press whiskers at the hips and slack folds behind the knees and above the hem."""
    lines, mid = [], 0.5 * (m["crotch"] + m["bottom"])
    for side in (1.0, -1.0):
        for rise in (0.02, 0.10):
            lines.append(
                curve(
                    (side * 0.02, m["crotch"] - rise),
                    (side * 0.14, m["crotch"] - rise - 0.03),
                    (side * 0.28, m["crotch"] - rise - rng.uniform(0.06, 0.16)),
                )
            )
        for y in (mid - 0.06, mid + 0.05, m["bottom"] - 0.1):
            x, w = side * (0.2 + 0.3 * (m["spread"] - 0.2)), m["knee"] * 0.45
            y += rng.normal(0, 0.02)
            tilt = rng.normal(0, 0.05)
            lines.append(curve((x - w, y - tilt), (x, y + 0.015), (x + w * 0.6, y + tilt)))
    canvas.crease(lines, width=0.035, depth=0.022, within=body)


def lay_waistband(
    canvas: Canvas, m: dict[str, float], cloth: Cloth, *, loops: bool = True, height: float = 0.085
) -> None:
    top, waist = m["top"], m["waist"]
    band = symmetric(
        (0.0, top + 0.022),
        (waist, top, SHARP),
        (waist + 0.014, top + height, SHARP),
        (0.0, top + height + 0.022),
    )
    canvas.lay(band, cloth.still(), bulge=0.025, soft=0.02, lift=0.28)
    if loops:
        for share in (-0.62, 0.62, -0.28, 0.28):
            x = share * waist
            canvas.lay(
                box(x - 0.012, top - 0.005, x + 0.012, top + height + 0.03),
                cloth.still(),
                bulge=0.015,
                soft=0.01,
            )
