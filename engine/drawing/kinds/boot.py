"""Boot, seen from the side with the toe to the right."""

from __future__ import annotations

import numpy as np

from engine.drawing.canvas import Canvas
from engine.drawing.cloth import Cloth, made_of
from engine.drawing.kinds.trimmings import thread_laces
from engine.drawing.outline import SHARP, curve, ellipse, ribbon, spline
from engine.drawing.palette import METALS, lightness, shade
from engine.drawing.product import Kind, Product
from engine.drawing.stencil import Stencil


def draw_boot(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a boot: a shaft to the ankle, the calf or the knee; laced, zipped or pulled on."""
    tall = {"ankle": -0.38, "mid-calf": -0.62, "knee-high": -0.88}[product.details["shaft"]]
    floor = 0.62 if tall > -0.5 else 0.82
    heeled = product.details["heel"] != "flat"
    lift = {"flat": 0.07, "block": 0.20, "high": 0.30}[product.details["heel"]]
    back, front = -0.52, 0.02 if tall > -0.5 else -0.01
    foot = floor - lift
    _shaft_mouth(canvas, cloth, back, front, tall)
    upper = spline(
        (back, foot - 0.02, SHARP),
        (back - 0.035, foot - 0.18),
        (back + 0.03, 0.5 * (foot - 0.4 + tall)),
        (back - 0.005, tall, SHARP),
        (0.5 * (back + front), tall + 0.035),
        (front, tall, SHARP),
        (front - 0.03, 0.5 * (foot - 0.5 + tall)),
        (front + 0.02, foot - 0.36),
        (front + 0.20, floor - 0.32),
        (front + 0.46, floor - 0.26),
        (front + 0.60, floor - 0.14),
        (front + 0.58, floor - 0.055, SHARP),
        (front + 0.2, floor - 0.05),
        (-0.22, foot + 0.0 if heeled else floor - 0.06),
    )
    if heeled:
        _boot_heel(canvas, back, front, floor, lift, rng)
    body = canvas.lay(upper, cloth, bulge=0.12, soft=0.085, lift=0.2)
    _boot_creases(canvas, body, back, front, foot, tall, rng)
    if not heeled:
        _boot_sole(canvas, back, front, floor, rng)
    closure = product.details["closure"]
    if closure == "lace-up":
        lace = shade(cloth.rgb, -0.55) if lightness(cloth.rgb) > 0.3 else shade(cloth.rgb, 0.45)
        thread_laces(
            canvas,
            (front - 0.045, max(tall + 0.08, foot - 0.75)),
            (front + 0.16, floor - 0.36),
            6,
            lace,
            wide=0.13,
        )
    elif closure == "zip":
        line = curve(
            (back + 0.24, tall + 0.05),
            (back + 0.25, 0.5 * (tall + foot)),
            (back + 0.22, foot - 0.08),
        )
        canvas.seam([line], darkness=0.45, width=0.026, within=body)
        canvas.stitch(line, METALS["silver"], dash=0.02, width=0.014, within=body)
    elif tall > -0.5:
        panel = spline(
            (back + 0.17, tall + 0.04, SHARP),
            (front - 0.14, tall + 0.04, SHARP),
            (front - 0.17, foot - 0.30),
            (back + 0.2, foot - 0.30),
        )
        canvas.lay(
            panel,
            cloth.of("corduroy", shade(cloth.rgb, -0.25)),
            bulge=-0.02,
            soft=0.02,
            lift=0.0,
            within=body,
        )
    canvas.seam(
        [
            curve(
                (back - 0.05, foot - 0.22),
                (back + 0.2, foot - 0.26),
                (front + 0.05, foot - 0.2),
                (front + 0.2, floor - 0.1),
            )
        ],
        darkness=0.2,
        within=body,
    )


def _shaft_mouth(canvas: Canvas, cloth: Cloth, back: float, front: float, tall: float) -> None:
    inside = cloth.of("suede", shade(cloth.rgb, -0.45)).still()
    canvas.lay(
        ellipse(0.5 * (back + front), tall + 0.008, 0.5 * (front - back), 0.05),
        inside,
        bulge=-0.03,
        soft=0.03,
        lift=0,
    )


def _boot_creases(
    canvas: Canvas,
    body: Stencil,
    back: float,
    front: float,
    foot: float,
    tall: float,
    rng: np.random.Generator,
) -> None:
    lines = []
    for y in (foot - 0.32, foot - 0.25, *rng.uniform(tall + 0.2, foot - 0.3, 2)):
        lines.append(
            curve(
                (front + 0.04, y - 0.03),
                (0.5 * (front + back), y + 0.03),
                (back + 0.1, y - rng.uniform(-0.02, 0.05)),
            )
        )
    for x in (front + 0.2, front + 0.27):
        lines.append(curve((x - 0.02, foot - 0.15), (x + 0.02, foot + 0.02)))
    canvas.crease(lines, width=0.04, depth=0.03, within=body)


def _sole_rubber(rng: np.random.Generator) -> Cloth:
    return made_of("rubber", (0.12, 0.11, 0.11) if rng.random() < 0.7 else (0.42, 0.28, 0.17))


def _boot_heel(
    canvas: Canvas, back: float, front: float, floor: float, lift: float, rng: np.random.Generator
) -> None:
    """Set the heel and the thin sole that the foot then stands on."""
    dark, foot = _sole_rubber(rng), floor - lift
    slim = 0.24 if lift < 0.25 else 0.13
    heel = spline(
        (back - 0.03, foot - 0.08, SHARP),
        (back + 0.31, foot - 0.03, SHARP),
        (back + slim + 0.02, foot + 0.5 * lift),
        (back + slim, floor, SHARP),
        (back + 0.03, floor, SHARP),
        (back + 0.005, foot + 0.4 * lift),
    )
    canvas.lay(heel, dark, bulge=0.06, soft=0.04)
    line = [
        (back + 0.02, foot - 0.03),
        (-0.22, foot + 0.005),
        (front + 0.10, floor - 0.055),
        (front + 0.33, floor - 0.04),
        (front + 0.58, floor - 0.06),
    ]
    canvas.lay(ribbon(line, [0.06, 0.06, 0.075, 0.08, 0.06]), dark, bulge=0.03, soft=0.02, lift=0.0)


def _boot_sole(
    canvas: Canvas, back: float, front: float, floor: float, rng: np.random.Generator
) -> None:
    """Lay a flat lugged sole."""
    sole = spline(
        (back - 0.045, floor - 0.10, SHARP),
        (-0.2, floor - 0.085),
        (front + 0.3, floor - 0.085),
        (front + 0.62, floor - 0.12, SHARP),
        (front + 0.635, floor - 0.05),
        (front + 0.56, floor),
        (0.0, floor),
        (back, floor),
        (back - 0.05, floor - 0.03),
    )
    piece = canvas.lay(sole, _sole_rubber(rng), bulge=0.04, soft=0.03, lift=0.45)
    canvas.seam(
        [
            np.array([(x, floor - 0.035), (x, floor + 0.01)])
            for x in np.arange(back, front + 0.6, 0.075)
        ],
        darkness=0.45,
        width=0.018,
        within=piece,
    )


BOOT = Kind(
    name="boot",
    draw=draw_boot,
    patterns=("solid",),
    materials=("leather", "leather", "suede", "rubber"),
    genders=("Men", "Women", "Women"),
    details={
        "shaft": ("ankle", "ankle", "mid-calf", "knee-high"),
        "heel": ("flat", "flat", "block", "high"),
        "closure": ("lace-up", "lace-up", "zip", "pull-on"),
    },
    standing=True,
    turn=0.04,
    may_face_left=True,
)
