"""Cap, its peak to the right."""

from __future__ import annotations

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.outline import SHARP, Points, curve, ellipse, shifted, spline, star
from demo.drawing.palette import against, lightness, rgb_of, shade
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil

_PEAK = spline(
    (-0.12, 0.33, SHARP),
    (0.10, 0.245),
    (0.32, 0.20),
    (0.45, 0.185, SHARP),
    (0.66, 0.22),
    (0.86, 0.36),
    (0.90, 0.46),
    (0.80, 0.485),
    (0.50, 0.415),
    (0.15, 0.40),
)
_UNDER_PEAK = spline((0.43, 0.20), (0.2, 0.38), (0.55, 0.50), (0.84, 0.42))


def draw_cap(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a baseball cap, seen from the front at an angle, its peak to the right."""
    peak = cloth.plain(cloth.accent if cloth.accents and rng.random() < 0.5 else None).still(0.015)
    tall = rng.uniform(0.0, 0.08)
    canvas.lay(_UNDER_PEAK, cloth.plain(shade(cloth.rgb, -0.45)).still(), bulge=0, lift=0)
    body = canvas.lay(_crown(tall), cloth, bulge=0.16, soft=0.12)
    _sew_crown(canvas, cloth, (-0.08, -0.465 - tall), body)
    piece = canvas.lay(_PEAK, peak, bulge=0.08, soft=0.05, lift=0.5)
    for step in (0.035, 0.075):
        row = curve(
            (-0.02, 0.365 - step * 0.2), (0.3, 0.35 - step), (0.6, 0.37 - step), (0.83, 0.46 - step)
        )
        canvas.stitch(row, against(peak.rgb, 0.25), within=piece)
    if cloth.pattern == "solid" and rng.random() < 0.6:
        _sew_emblem(canvas, cloth, body, rng)


def _crown(tall: float) -> Points:
    """Return the outline of the crown, that much taller than the lowest."""
    return spline(
        (-0.62, 0.28, SHARP),
        (-0.66, 0.02),
        (-0.54, -0.30),
        (-0.24, -0.47 - tall),
        (0.12, -0.45 - tall),
        (0.36, -0.22),
        (0.44, 0.08),
        (0.43, 0.26, SHARP),
        (0.1, 0.36),
        (-0.3, 0.37),
    )


def _sew_crown(canvas: Canvas, cloth: Cloth, top: tuple[float, float], body: Stencil) -> None:
    """Sew the gores of the crown together, with eyelets and the button on top."""
    seams = [
        curve(top, (0.16, -0.2), (0.22, 0.1), (0.18, 0.36)),
        curve(top, (-0.22, -0.2), (-0.28, 0.1), (-0.25, 0.38)),
        curve(top, (-0.45, -0.26), (-0.56, 0.02), (-0.56, 0.3)),
    ]
    canvas.crease(seams, width=0.025, depth=0.03, within=body)
    canvas.seam(seams, darkness=0.25, within=body)
    for seam in seams[:2]:
        canvas.stitch(shifted(seam, 0.022, 0.0), shade(cloth.rgb, 0.25), within=body)
    for x, y in ((0.05, -0.28), (-0.38, -0.24)):
        canvas.tint(ellipse(x, y, 0.022), shade(cloth.rgb, -0.5), within=body)
    button = ellipse(top[0], top[1] + 0.01, 0.045, 0.024)
    canvas.lay(button, cloth.plain().still(), bulge=0.04, soft=0.02)


def _sew_emblem(canvas: Canvas, cloth: Cloth, body: Stencil, rng: np.random.Generator) -> None:
    """Sew a star, a disc or a chevron to the front."""
    dark = ("black", "red", "navy blue")
    ink = "white" if lightness(cloth.rgb) < 0.6 else str(rng.choice(dark))
    shapes = (
        star(-0.03, -0.02, 0.13, 5, depth=0.42),
        ellipse(-0.03, -0.02, 0.12, 0.10),
        np.array([(-0.17, 0.04), (-0.03, -0.14), (0.13, 0.04), (-0.03, -0.02)]),
    )
    thread = cloth.of("cotton", rgb_of(ink)).still()
    canvas.lay(shapes[int(rng.integers(3))], thread, bulge=0.02, soft=0.015, lift=0.2, within=body)


CAP = Kind(
    name="cap",
    draw=draw_cap,
    patterns={
        "solid": 4,
        "camouflage": 1,
        "checked": 1,
        "colour block": 1,
        "horizontal stripes": 1,
        "floral": 1,
        "herringbone": 1,
    },
    materials={"cotton": 2, "polyester": 1, "wool": 1, "denim": 1},
    details={"closure": {"strapback": 1, "snapback": 1}},
    pattern_period=0.14,
    turn=0.08,
    zoom=1.06,
    may_face_left=True,
)
